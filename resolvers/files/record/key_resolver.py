"""Finding the database's keys of rows that a file names, and the names of rows that the database refers to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

import models
from models import Base
from resolvers.files.record.natural_keys import (
    BY_EMAIL,
    OWN_SOURCE,
    Ref,
    is_own,
    key_in,
    keys_of,
    own_id,
    table_of,
    target,
)
from resolvers.storage.sql import AnySelect

Item = TypeVar("Item")
CACHED = 200_000
AT_ONCE = 1_000
RECORD = table_of(models.CustomerSourceRecord)
SOURCE = table_of(models.CustomerSource)
CUSTOMER = table_of(models.Customer)


def chunks(items: Iterable[Item], size: int = AT_ONCE) -> Iterator[list[Item]]:
    """As many at once as a statement may well take."""
    every = list(items)
    for start in range(0, len(every), size):
        yield every[start : start + size]


class Names:
    """Both ways between names and keys, over one connection; what was found once is remembered."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self._keys: dict[type[Base], dict[Ref, int]] = defaultdict(dict)
        self._names: dict[type[Base], dict[int, Ref]] = defaultdict(dict)

    async def keys(self, model: type[Base], wanted: Collection[Ref]) -> dict[Ref, int]:
        """The keys of named rows; a name that is missing names nothing."""
        known = self._keys[model]
        unknown = [ref for ref in wanted if ref not in known]
        if unknown:
            if len(known) + len(unknown) > CACHED:
                known.clear()
                unknown = list(wanted)
            known.update(await self._find(model, unknown))
        return {ref: known[ref] for ref in wanted if ref in known}

    def learn(self, model: type[Base], names: dict[Ref, int]) -> None:
        """Remember rows that were just written."""
        if len(names) + len(self._keys[model]) <= CACHED:
            self._keys[model].update(names)

    def forget(self, model: type[Base]) -> None:
        """Names of a model's rows may have changed."""
        self._keys[model].clear()

    async def names(self, model: type[Base], keys: Collection[int]) -> dict[int, Ref]:
        """What files call the rows with these keys."""
        known = self._names[model]
        unknown = {key for key in keys if key not in known}
        if unknown:
            if len(known) + len(unknown) > CACHED:
                known.clear()
                unknown = set(keys)
            for some in chunks(sorted(unknown)):
                known.update(await self._name(model, some))
        return {key: known[key] for key in keys}

    async def _find(self, model: type[Base], refs: list[Ref]) -> dict[Ref, int]:
        """Names of the same kind that differ only in their last part are looked up at once."""
        alike: dict[tuple[Any, ...], list[Ref]] = defaultdict(list)
        resolved = await self._resolved(model, refs)
        for ref, values in resolved.items():
            alike[ref[0], *values[:-1]].append(ref)
        found: dict[Ref, int] = {}
        for (place, *fixed), group in alike.items():
            columns = keys_of(model)[place]
            for some in chunks(group):
                lasts = {resolved[ref][-1]: ref for ref in some}
                rows = await self.connection.execute(_by_key(model, columns, fixed, lasts))
                found |= {lasts[last]: key for key, last in rows}
        return found | await self._find_own(model, [ref for ref in refs if ref not in found and is_own(ref)])

    async def _resolved(self, model: type[Base], refs: list[Ref]) -> dict[Ref, Sequence[object]]:
        """The values of the names' columns, where a part that refers is a key already."""
        parts: dict[Ref, list[object]] = {ref: list(ref[1:]) for ref in refs}
        for place, columns in enumerate(keys_of(model)):
            for index, column in enumerate(columns):
                to = target(model, column)
                if to is None:
                    continue
                keys = await self.keys(to, {ref[index + 1] for ref in refs if ref[0] == place})
                for ref in refs:
                    if ref[0] == place:
                        parts[ref][index] = keys.get(ref[index + 1])
        return {ref: values for ref, values in parts.items() if None not in values}

    async def _find_own(self, model: type[Base], refs: list[Ref]) -> dict[Ref, int]:
        """Rows that no outside system knows: by key and the moment they were made."""
        found: dict[Ref, int] = {}
        for some in chunks(refs):
            wanted = {key_in(ref[2]): ref for ref in some}
            for key, made in await self.connection.execute(_unnamed(model, wanted)):
                if own_id(key, made) == wanted[key][2]:
                    found[wanted[key]] = key
        return found

    async def _name(self, model: type[Base], keys: list[int]) -> dict[int, Ref]:
        if model is models.Customer:
            return await self._name_customers(keys)
        columns, table = keys_of(model)[0], table_of(model)
        query = select(table.c.id, *(table.c[name] for name in columns)).where(table.c.id.in_(keys))
        rows = (await self.connection.execute(query)).all()
        found = {row[0]: (0, *await self._parts(model, columns, row[1:])) for row in rows}
        return found | await self._own(table, [key for key, ref in found.items() if None in ref])

    async def _parts(self, model: type[Base], columns: Sequence[str], values: Sequence[Any]) -> list[object]:
        parts = list(values)
        for index, column in enumerate(columns):
            if to := target(model, column):
                parts[index] = (await self.names(to, [parts[index]]))[parts[index]]
        return parts

    async def _name_customers(self, keys: list[int]) -> dict[int, Ref]:
        """A customer is called after the oldest account that an outside system has of them."""
        query = (
            select(RECORD.c.customer_id, SOURCE.c.code, RECORD.c.external_id)
            .join(SOURCE, SOURCE.c.id == RECORD.c.source_id)
            .where(RECORD.c.customer_id.in_(keys), RECORD.c.external_id.is_not(None))
            .order_by(RECORD.c.id.desc())
        )
        found: dict[int, Ref] = {key: (0, source, own) for key, source, own in await self.connection.execute(query)}
        return found | await self._own(CUSTOMER, [key for key in keys if key not in found])

    async def _own(self, table: Table, keys: list[int]) -> dict[int, Ref]:
        if not keys:
            return {}
        made = select(table.c.id, table.c.created_at).where(table.c.id.in_(keys))
        return {row.id: (0, OWN_SOURCE, own_id(row.id, row.created_at)) for row in await self.connection.execute(made)}


def _by_key(model: type[Base], columns: Sequence[str], fixed: Sequence[object], lasts: Iterable[Any]) -> AnySelect:
    """Key and last column of the rows whose other columns are fixed."""
    if model is models.Customer and columns == BY_EMAIL:
        key = CUSTOMER.c.email_key
        return select(CUSTOMER.c.id, key).where(key.in_(list(lasts)), CUSTOMER.c.state != models.State.DELETED)
    if model is models.Customer:
        found = select(RECORD.c.customer_id, RECORD.c.external_id).join(SOURCE, SOURCE.c.id == RECORD.c.source_id)
        return found.where(SOURCE.c.code == fixed[0], RECORD.c.external_id.in_(list(lasts)))
    table = table_of(model)
    *firsts, last = (table.c[name] for name in columns)
    same = [column == value for column, value in zip(firsts, fixed, strict=True)]
    return select(table.c.id, last).where(*same, last.in_(list(lasts)))


def _unnamed(model: type[Base], keys: Iterable[int]) -> AnySelect:
    """Key and birth of those rows that have no name of an outside system."""
    table = table_of(model)
    unnamed: ColumnElement[bool]
    if model is models.Customer:
        unnamed = ~exists().where(RECORD.c.customer_id == table.c.id, RECORD.c.external_id.is_not(None))
    else:
        unnamed = or_(table.c.source.is_(None), table.c.external_id.is_(None))
    return select(table.c.id, table.c.created_at).where(table.c.id.in_(list(keys)), unnamed)
