"""Several reads as one statement, for what is always asked for at the same moment: one round trip instead of many."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy import func as sql

from resolvers.query.compiled_query import CompiledQuery, Converts, converted
from resolvers.query.json_rows import NESTING, ordered, rows_of
from resolvers.storage.context import RequestContext
from resolvers.storage.sql import SqlValue
from resolvers.storage.statement import Statement, compile_statement

AnyQuery = CompiledQuery[*tuple[Any, ...]]
Found = dict[str, list[tuple[Any, ...]]]
"""The rows that each read found, as it would have answered them by itself."""


class Together:
    """Reads that are put into one statement, by name. Parameters of one name are the same for all of them."""

    def __init__(self, **reads: AnyQuery) -> None:
        self._reads = reads
        self._made: dict[str, tuple[Statement, list[Converts]]] = {}

    async def read(self, context: RequestContext, **values: object) -> Found:
        """All rows of each read, for values of their parameters."""
        statement, converts = self._statement(context.backend)
        (row,) = await context.fetch(statement, values)
        return {
            name: converted(rows_of(value), its) for name, value, its in zip(self._reads, row, converts, strict=True)
        }

    def _statement(self, backend: str) -> tuple[Statement, list[Converts]]:
        if backend not in self._made:
            columns, converts = [], []
            for name, read in self._reads.items():
                found, its = read.select(backend)
                columns.append(_as_text(found, backend).label(name))
                converts.append(its)
            self._made[backend] = compile_statement(select(*columns), backend), converts
        return self._made[backend]


def _as_text(found: Any, backend: str) -> SqlValue:
    """All rows of a select as one text of JSON, in their order."""
    nesting = NESTING[backend]
    rows = (ordered(found) if found._order_by_clauses and not nesting.has_type else found).subquery()
    collected = select(getattr(sql, nesting.collect)(nesting.inside(nesting.row(list(rows.c))))).scalar_subquery()
    # As text, so that no driver reads it before us.
    return cast(collected, Text) if nesting.has_type else collected
