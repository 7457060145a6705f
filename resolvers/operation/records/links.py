"""What a record is bound to, such as the stores where a reward holds: each by a row that names both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UNSET, UnsetType
from sqlalchemy.orm import QueryableAttribute

from models import Base
from resolvers.operation.checks import By
from resolvers.operation.inputs import Input
from resolvers.operation.upsert import Kept, Record, no_twice, replace_parts


@dataclass(frozen=True, eq=False)
class Links(Kept[list[int]]):
    """The rows that bind a record to others; those that are given take the place of those there."""

    field: str
    """The input's field that names them."""
    owner: QueryableAttribute[int]
    other: QueryableAttribute[int]
    target: type[Base]

    async def read(self, record: Record[Input], given: Sequence[By] | UnsetType | None) -> None:
        """Keep what is given, if anything is, for when the record has its key."""
        if given is UNSET:
            return
        with record.problems.noted():
            record.keep(self, await found(record, self.field, given or (), self.target))

    async def write(self, record: Record[Input]) -> None:
        """Bind the record to what was given."""
        keys = record.kept(self)
        if keys is not None:
            await replace_parts(record, self.owner, self.other, [{self.other: key} for key in keys])


async def found(record: Record[Input], field: str, given: Sequence[By], target: type[Base]) -> list[int]:
    """The keys of the rows that a field names, each once."""
    path = record.problems.at(field)
    keys = [(await record.references.find(target, by, f"{path}[{place}]")).id for place, by in enumerate(given)]
    no_twice(keys, record.problems, field, "")
    return keys
