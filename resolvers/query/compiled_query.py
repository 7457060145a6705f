"""Statements whose rows come back as Python values, for what the till needs to know.

They run through a `RequestContext`, so the same statement serves a preview, which reads as any query does, and the
closing of a bill, which reads through its own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVarTuple, cast

from sqlalchemy import BigInteger, Boolean, ColumnElement, Enum, Select, SelectBase, func
from sqlalchemy import select as select_
from sqlalchemy.sql.selectable import TypedReturnsRows

from models.types import ExactDecimal, Instant
from resolvers.query.columns import scaled
from resolvers.storage.context import RequestContext
from resolvers.storage.sql import SqlColumn, SqlType
from resolvers.storage.statement import ListParameter, Statement, compile_statement, parameter

Values = TypeVarTuple("Values")
Convert = Callable[[Any], object]


class CompiledQuery(Generic[*Values]):
    """A select, compiled once for each database. `build` is given the database's name. Unions hold no decimals."""

    def __init__(self, build: Callable[[str], TypedReturnsRows[*Values]]) -> None:
        self._build = build
        self._made: dict[str, tuple[Statement, Sequence[Convert | None]]] = {}

    async def read(self, context: RequestContext, **values: object) -> list[tuple[*Values]]:
        """All rows, for values of the select's parameters."""
        statement, converts = self._statement(context.backend)
        rows = await context.fetch(statement, values)
        # What a column's type makes of a value is what the select says that it holds.
        return [cast("tuple[*Values]", tuple(_converted(row, converts))) for row in rows]

    def _statement(self, backend: str) -> tuple[Statement, Sequence[Convert | None]]:
        if backend not in self._made:
            select = self._build(backend)
            assert isinstance(select, SelectBase)
            columns = list(select.selected_columns)
            converts = [_convert(column.type) for column in columns]
            if isinstance(select, Select):
                in_units = [scaled(column, backend) for column in columns]
                select = select.with_only_columns(*in_units, maintain_column_froms=True)
            self._made[backend] = compile_statement(select, backend), converts
        return self._made[backend]


def _converted(row: Sequence[object], converts: Sequence[Convert | None]) -> list[object]:
    return [
        value if convert is None or value is None else convert(value)
        for value, convert in zip(row, converts, strict=True)
    ]


def _convert(kind: SqlType) -> Convert | None:
    if isinstance(kind, ExactDecimal):
        scale = -kind.scale
        return lambda units: Decimal(units).scaleb(scale)
    if isinstance(kind, Instant):
        return _moment
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class
    return bool if isinstance(kind, Boolean) else None


def _moment(value: str | datetime) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC)


def among(column: SqlColumn, name: str, backend: str, kind: SqlType | None = None) -> ColumnElement[bool]:
    """Whether a column is one of those that a parameter lists: keys, or what `kind` says."""
    given = parameter(name, ListParameter(kind or BigInteger()))
    if backend == "postgresql":
        return column == func.any(given)
    return column.in_(select_(func.json_each(given).table_valued("value").c.value))
