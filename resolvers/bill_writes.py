"""Statements that write, compiled once and run straight on the transaction's connection.

A bill writes some thirty rows into ten tables: a unit of work that finds out what to write in which order costs more
than all of them. Here the order is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, Table, null
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from models import Base
from resolvers.reading import Reading
from resolvers.statement import Statement, compile_statement, parameter
from resolvers.writing import TransactionReader, Writing

ROWS_AT_ONCE = 20
"""Rows of one statement; there is a statement for each number of rows up to this."""

_readings: WeakKeyDictionary[Writing, Reading] = WeakKeyDictionary()


async def connected(writing: Writing) -> Reading:
    """The transaction's own connection, the same one each time. What a session has not written yet is not there."""
    if writing not in _readings:
        connection = await writing.session.connection()
        _readings[writing] = Reading(TransactionReader(connection), writing.now, viewer=writing.viewer)
    return _readings[writing]


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

    async def rows(self, writing: Writing, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """Write rows; what they answer, in no particular order."""
        reading = await connected(writing)
        answers: list[tuple[Any, ...]] = []
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            values = {
                f"{name}_{place}": self._absent.get(name) if row.get(name) is None else row[name]
                for place, row in enumerate(some)
                for name in self._columns
            }
            answers += [tuple(row) for row in await reading.fetch(self._statement(reading.backend, len(some)), values)]
        return answers

    async def one(self, writing: Writing, **row: Any) -> Any:
        """Write one row; the first of what it answers, none where it was left out."""
        answers = await self.rows(writing, [row])
        return answers[0][0] if answers else None

    def _statement(self, backend: str, count: int) -> Statement:
        if (backend, count) not in self._made:
            table: Any = self._entity.__table__
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

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self._made: dict[str, Statement] = {}

    async def run(self, writing: Writing, **values: Any) -> list[tuple[Any, ...]]:
        """What was changed."""
        reading = await connected(writing)
        if reading.backend not in self._made:
            self._made[reading.backend] = compile_statement(self._build(), reading.backend)
        return [tuple(row) for row in await reading.fetch(self._made[reading.backend], values)]
