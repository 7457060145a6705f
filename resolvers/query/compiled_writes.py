"""Statements that write, compiled once and run straight on the transaction's connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import UpdateBase

from resolvers.storage.reader import Row
from resolvers.storage.statement import Statement, compile_statement
from resolvers.storage.transaction import Transaction
from resolvers.storage.writing.inserting import Rows


class Insert(Rows):
    """New rows of a table, written behind whatever the session holds."""

    async def rows(self, transaction: Transaction, rows: Sequence[Mapping[str, object]], **same: object) -> list[Row]:
        """Write rows; what they answer, in no particular order."""
        return await self.write(await transaction.inside(), rows, **same)

    async def columns(
        self, transaction: Transaction, columns: Mapping[str, Sequence[object]], **same: object
    ) -> list[Row]:
        """Write rows that are given column by column; what they answer, in no particular order."""
        return await self.write_columns(await transaction.inside(), columns, **same)

    async def one(self, transaction: Transaction, **row: object) -> Any:
        """Write one row; the first of what it answers, none where it was left out."""
        answers = await self.rows(transaction, [row])
        return answers[0][0] if answers else None


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
