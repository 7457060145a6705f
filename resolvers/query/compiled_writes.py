"""Statements that write, compiled once and run straight on the transaction's connection.

A bill writes some thirty rows into ten tables: a unit of work that finds out what to write in which order costs more
than all of them. Here the order is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Table, UpdateBase, null
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from models import Base
from resolvers.storage.reader import Row
from resolvers.storage.statement import Statement, compile_statement, parameter
from resolvers.storage.transaction import Transaction

ROWS_AT_ONCE = 20
"""Rows of one statement; there is a statement for each number of rows up to this."""


class Insert:
    """New rows of a table: these columns, all of them given; `returning` says what is answered of each.

    With `unless`, a row that another one is in the way of is left out, after waiting for whoever is writing that one.
    """

    def __init__(
        self, entity: type[Base], names: str, *, returning: str = "", unless: Sequence[str] | None = None
    ) -> None:
        self._entity, self._columns = entity, names.split()
        self._returning, self._unless = returning.split(), unless
        columns = entity.__table__.c
        # Of a JSON column, None would be JSON's own null.
        self._absent = {name: null() for name in self._columns if isinstance(columns[name].type, JSON)}
        self._made: dict[tuple[str, int], Statement] = {}

    async def rows(self, transaction: Transaction, rows: Sequence[Mapping[str, object]]) -> list[Row]:
        """Write rows; what they answer, in no particular order."""
        context = await transaction.inside()
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

    async def one(self, transaction: Transaction, **row: object) -> Any:
        """Write one row; the first of what it answers, none where it was left out."""
        answers = await self.rows(transaction, [row])
        return answers[0][0] if answers else None

    def _statement(self, backend: str, count: int) -> Statement:
        if (backend, count) not in self._made:
            table = self._entity.__table__
            assert isinstance(table, Table)
            insert: Any = insert_on_postgresql if backend == "postgresql" else insert_on_sqlite
            values = [
                {name: parameter(f"{name}_{place}", table.c[name].type) for name in self._columns}
                for place in range(count)
            ]
            made = insert(table).values(values)
            if self._unless is not None:
                made = made.on_conflict_do_nothing(index_elements=self._unless)
            if self._returning:
                made = made.returning(*(table.c[name] for name in self._returning))
            self._made[backend, count] = compile_statement(made, backend)
        return self._made[backend, count]


class Update:
    """A change of rows. `build` makes it; what it returns is answered, so that one can see if anything was changed."""

    def __init__(self, build: Callable[[], UpdateBase]) -> None:
        self._build = build
        self._made: dict[str, Statement] = {}

    async def run(self, transaction: Transaction, **values: object) -> Sequence[Row]:
        """What was changed."""
        context = await transaction.inside()
        if context.backend not in self._made:
            self._made[context.backend] = compile_statement(self._build(), context.backend)
        return [tuple(row) for row in await context.fetch(self._made[context.backend], values)]
