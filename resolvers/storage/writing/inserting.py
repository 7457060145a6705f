"""New rows by statements that are compiled once and run straight on the transaction's connection.

A bill writes some thirty rows into ten tables: a unit of work that finds out what to write in which order costs more
than all of them. Here the order is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Table, func, literal_column, null, select, true
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from models import Base
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Row
from resolvers.storage.sql import AnySelect, SqlValue
from resolvers.storage.statement import (
    ColumnsParameter,
    ListParameter,
    Statement,
    compile_statement,
    is_empty,
    parameter,
)

FEW = 20
"""There is a statement for each number of rows up to this, and one for any larger number."""


class Rows:
    """New rows of a table: these columns, all of them given; `returning` says what is answered of each.

    What is the `same` in all rows is given once, beside them: many rows are sooner bound by each column less. With
    `unless`, a row that another one is in the way of is left out, after waiting for whoever is writing that one.
    What `always` says is the same in each row, worked out by the database.
    """

    def __init__(
        self,
        entity: type[Base],
        names: str,
        *,
        same: str = "",
        returning: str = "",
        unless: Sequence[str] | None = None,
        always: Mapping[str, SqlValue] | None = None,
    ) -> None:
        self._entity, self._columns, self._same = entity, names.split(), same.split()
        self._returning, self._unless, self._always = returning.split(), unless, always or {}
        columns = entity.__table__.c
        # Of a JSON column, None would be JSON's own null.
        self._absent = {name: null() for name in self._columns if isinstance(columns[name].type, JSON)}
        self._made: dict[tuple[str, int], Statement] = {}

    async def write(self, context: RequestContext, rows: Sequence[Mapping[str, object]], **same: object) -> list[Row]:
        """Write rows; what they answer, in no particular order."""
        if len(rows) > FEW:
            return await self._write_many(context, [[row.get(name) for row in rows] for name in self._columns], same)
        return await self._write_few(context, rows, same)

    async def write_columns(
        self, context: RequestContext, columns: Mapping[str, Sequence[object]], **same: object
    ) -> list[Row]:
        """Write rows that are given column by column."""
        given = [columns[name] for name in self._columns]
        if len(given[0]) > FEW:
            return await self._write_many(context, given, same)
        rows = [dict(zip(self._columns, row, strict=True)) for row in zip(*given, strict=True)]
        return await self._write_few(context, rows, same)

    async def _write_few(
        self, context: RequestContext, rows: Sequence[Mapping[str, object]], same: Mapping[str, object]
    ) -> list[Row]:
        if not rows:
            return []
        statement = self._statement(context.backend, len(rows))
        return [tuple(row) for row in await context.fetch(statement, {**self._one_by_one(rows), **same})]

    async def _write_many(
        self, context: RequestContext, columns: Sequence[Sequence[object]], same: Mapping[str, object]
    ) -> list[Row]:
        values: dict[str, object] = {"columns": columns}
        if context.backend == "postgresql":
            # Of lists that are not of a length, the shorter ones are filled up with nulls.
            values = dict(zip(self._columns, (() if is_empty(one) else one for one in columns), strict=True))
        return [tuple(row) for row in await context.fetch(self._statement(context.backend, 0), {**values, **same})]

    def _one_by_one(self, rows: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
        return {
            f"{name}_{place}": self._absent.get(name) if row.get(name) is None else row[name]
            for place, row in enumerate(rows)
            for name in self._columns
        }

    def _statement(self, backend: str, count: int) -> Statement:
        """The statement for so many rows; for any number where that is none."""
        if (backend, count) not in self._made:
            table = self._entity.__table__
            assert isinstance(table, Table)
            insert: Any = insert_on_postgresql if backend == "postgresql" else insert_on_sqlite
            made = insert(table)
            if count:
                made = made.values([self._row(table, place) for place in range(count)])
            else:
                beside = {**self._given_once(table), **self._always}
                given = _given(table, self._columns, backend).add_columns(*beside.values())
                made = made.from_select([*self._columns, *beside], given, include_defaults=False)
            if self._unless is not None:
                made = made.on_conflict_do_nothing(index_elements=self._unless)
            if self._returning:
                made = made.returning(*(table.c[name] for name in self._returning))
            self._made[backend, count] = compile_statement(made, backend)
        return self._made[backend, count]

    def _row(self, table: Table, place: int) -> dict[str, SqlValue]:
        each = {name: parameter(f"{name}_{place}", table.c[name].type) for name in self._columns}
        return {**each, **self._given_once(table), **self._always}

    def _given_once(self, table: Table) -> dict[str, SqlValue]:
        return {name: parameter(name, table.c[name].type) for name in self._same}


def _given(table: Table, names: Sequence[str], backend: str) -> AnySelect:
    """Rows of any number as they are given: a list for each column, or all of them in one.

    SQLite takes what follows a selection for the condition of a join, unless it has one of its own.
    """
    if backend == "postgresql":
        lists = func.unnest(*(parameter(name, ListParameter(table.c[name].type)) for name in names))
        rows = lists.table_valued(*names, name="given").render_derived()
        return select(*rows.c).where(true())
    kinds = ColumnsParameter(tuple(table.c[name].type for name in names))
    rows = func.json_each(parameter("columns", kinds)).table_valued("value")
    return select(*(rows.c.value.op("->>")(literal_column(str(place))) for place in range(len(names)))).where(true())
