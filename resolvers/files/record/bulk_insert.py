"""Writing rows in bulk: one statement for all rows of a batch that have the same columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import JSON, BindParameter, Insert, Table, Update, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.files.record.copying import copy
from resolvers.files.record.key_resolver import chunks

# A document that is not there is NULL, not the JSON value null.
DOCUMENT = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
WORTH_COPYING = 8
"""From how many rows on COPY is quicker than a statement a row, though it asks for the columns' types each time."""

Values = dict[str, Any]


class BulkWriter:
    """Writes over one connection, in the transaction that its owner opened."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self._next: dict[str, int] = {}

    async def new_keys(self, table: Table, count: int) -> list[int]:
        """Keys for rows that are about to be made, in rising order."""
        if self.connection.dialect.name == "postgresql":
            following = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
            each = select(following.label("key")).select_from(func.generate_series(1, count)).subquery()
            return sorted(await self.connection.scalar(select(func.array_agg(each.c.key))) or [])
        # Nobody else writes to SQLite meanwhile.
        highest = await self.connection.scalar(select(func.max(table.c.id))) or 0
        first = max(highest + 1, self._next.get(table.name, 1))
        self._next[table.name] = first + count
        return list(range(first, first + count))

    async def insert(self, table: Table, rows: Iterable[Values], *, in_order: bool = False) -> None:
        """Add rows; what a row doesn't give takes its default. In order where rows refer to those before them."""
        groups = groupby(rows, _columns) if in_order else _grouped(rows).items()
        for columns, alike in groups:
            some = list(alike)
            if len(some) >= WORTH_COPYING and self.connection.dialect.name == "postgresql":
                await copy(self.connection, table, columns, some)
            else:
                await self.connection.execute(_insert(table, columns), some)

    async def update(self, table: Table, rows: Iterable[Values]) -> None:
        """Change the rows with the keys given; what a row doesn't give stays as it is."""
        for columns, alike in _grouped(rows).items():
            if columns != ("id",):
                renamed = [{f"new_{name}": value for name, value in row.items()} for row in alike]
                await self.connection.execute(_update(table, columns), renamed)

    async def delete(self, table: Table, column: str, keys: Sequence[int]) -> None:
        """Take away the rows that belong to others."""
        for some in chunks(keys):
            await self.connection.execute(delete(table).where(table.c[column].in_(some)))


def _grouped(rows: Iterable[Values]) -> dict[tuple[str, ...], list[Values]]:
    groups: dict[tuple[str, ...], list[Values]] = defaultdict(list)
    orders: dict[tuple[str, ...], list[Values]] = {}
    for row in rows:
        order = tuple(row)
        if order not in orders:
            orders[order] = groups[_columns(row)]
        orders[order].append(row)
    return groups


def _columns(row: Values) -> tuple[str, ...]:
    return tuple(sorted(row))


@cache
def _insert(table: Table, columns: tuple[str, ...]) -> Insert:
    return insert(table).values({name: _parameter(table, name, name) for name in columns})


@cache
def _update(table: Table, columns: tuple[str, ...]) -> Update:
    changed = {name: _parameter(table, name, f"new_{name}") for name in columns if name != "id"}
    return update(table).where(table.c.id == bindparam("new_id")).values(changed)


def _parameter(table: Table, column: str, name: str) -> BindParameter[Any]:
    kind = table.c[column].type
    return bindparam(name, type_=DOCUMENT if isinstance(kind, JSON) else kind)
