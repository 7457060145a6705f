"""New rows by statements that are compiled once and run straight on the transaction's connection.

A bill writes some thirty rows into ten tables: a unit of work that finds out what to write in which order costs more
than all of them. Here the order is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Table, null
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from models import Base
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Row
from resolvers.storage.sql import SqlValue
from resolvers.storage.statement import Statement, compile_statement, parameter

ROWS_AT_ONCE = 20
"""Rows of one statement; there is a statement for each number of rows up to this."""


class Rows:
    """New rows of a table: these columns, all of them given; `returning` says what is answered of each.

    With `unless`, a row that another one is in the way of is left out, after waiting for whoever is writing that one.
    What `always` says is the same in each row, worked out by the database.
    """

    def __init__(
        self,
        entity: type[Base],
        names: str,
        *,
        returning: str = "",
        unless: Sequence[str] | None = None,
        always: Mapping[str, SqlValue] | None = None,
    ) -> None:
        self._entity, self._columns = entity, names.split()
        self._returning, self._unless, self._always = returning.split(), unless, always or {}
        columns = entity.__table__.c
        # Of a JSON column, None would be JSON's own null.
        self._absent = {name: null() for name in self._columns if isinstance(columns[name].type, JSON)}
        self._made: dict[tuple[str, int], Statement] = {}

    async def write(self, context: RequestContext, rows: Sequence[Mapping[str, object]]) -> list[Row]:
        """Write rows; what they answer, in no particular order."""
        answers: list[Row] = []
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            values = {
                f"{name}_{place}": self._absent.get(name) if row.get(name) is None else row[name]
                for place, row in enumerate(some)
                for name in self._columns
            }
            answers += [tuple(row) for row in await context.fetch(self._statement(context.backend, len(some)), values)]
        return answers

    def _statement(self, backend: str, count: int) -> Statement:
        if (backend, count) not in self._made:
            table = self._entity.__table__
            assert isinstance(table, Table)
            insert: Any = insert_on_postgresql if backend == "postgresql" else insert_on_sqlite
            values = [
                {name: parameter(f"{name}_{place}", table.c[name].type) for name in self._columns} | dict(self._always)
                for place in range(count)
            ]
            made = insert(table).values(values)
            if self._unless is not None:
                made = made.on_conflict_do_nothing(index_elements=self._unless)
            if self._returning:
                made = made.returning(*(table.c[name] for name in self._returning))
            self._made[backend, count] = compile_statement(made, backend)
        return self._made[backend, count]
