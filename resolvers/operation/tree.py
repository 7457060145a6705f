"""Records that lie below one of their own kind: none may come to lie below itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, select

from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.upsert import Check, Record


def refuse_cycle(field: str) -> Check:
    """A check that a record's new place in its tree is not below itself."""

    async def check(record: Record) -> None:
        column = f"{field}_id"
        above = record.values.get(column)
        if record.row is None or above is None:
            return
        entity: Any = type(record.row)
        line = select(entity.id, getattr(entity, column)).where(entity.id == above).cte("line", recursive=True)
        line = line.union(select(entity.id, getattr(entity, column)).join(line, entity.id == line.c[column]))
        if await record.transaction.session.scalar(select(exists().where(line.c.id == record.row.id))):
            raise Refused(ErrorCode.CYCLE, "It would lie below itself.", record.problems.at(field))

    return check
