"""Statements whose rows come back as Python values, for what the till needs to know.

They run through a `RequestContext`, so the same statement serves a preview, which reads as any query does, and the
closing of a bill, which reads through its own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Generic, TypeVarTuple, cast

from sqlalchemy import BigInteger, Boolean, ColumnElement, Enum, Select, SelectBase, Text, func
from sqlalchemy import cast as as_type
from sqlalchemy import select as select_
from sqlalchemy.sql.selectable import TypedReturnsRows

from models.types import ExactDecimal, Instant
from resolvers.query.columns import scaled
from resolvers.query.json_rows import NESTING, ordered, rows_of
from resolvers.storage.context import RequestContext
from resolvers.storage.sql import SqlColumn, SqlType, SqlValue
from resolvers.storage.statement import ListParameter, Statement, compile_statement, parameter

Values = TypeVarTuple("Values")
Convert = Callable[[Any], object]
Converts = Sequence[tuple[int, Convert]]
"""How the values of a row are read, by their places; the others are meant as they come."""


class CompiledQuery(Generic[*Values]):
    """A select, compiled once for each database. `build` is given the database's name. Unions hold no decimals."""

    def __init__(self, build: Callable[[str], TypedReturnsRows[*Values]]) -> None:
        self._build = build
        self._made: dict[str, tuple[Statement, Converts]] = {}

    async def read(self, context: RequestContext, **values: object) -> list[tuple[*Values]]:
        """All rows, for values of the select's parameters."""
        statement, converts = self._statement(context.backend)
        # What a column's type makes of a value is what the select says that it holds.
        return cast("list[tuple[*Values]]", converted(await context.fetch(statement, values), converts))

    def select(self, backend: str) -> tuple[SelectBase, Converts]:
        """The select as it is run, and how the values of its rows are read."""
        select = self._build(backend)
        assert isinstance(select, SelectBase)
        columns = list(select.selected_columns)
        if isinstance(select, Select):
            in_units = [scaled(column, backend) for column in columns]
            select = select.with_only_columns(*in_units, maintain_column_froms=True)
        converts = enumerate(_convert(column.type) for column in columns)
        return select, [(place, convert) for place, convert in converts if convert is not None]

    def _statement(self, backend: str) -> tuple[Statement, Converts]:
        if backend not in self._made:
            select, converts = self.select(backend)
            self._made[backend] = compile_statement(select, backend), converts
        return self._made[backend]


Shape = Callable[[list[tuple[Any, ...]]], list[tuple[Any, ...]]]
KEPT = 4
"""How many answers of a read are kept in their shape, for each database."""


class ShapedQuery(CompiledQuery[*tuple[Any, ...]]):
    """A select whose rows are put into another shape where it is read together with others.

    It is done once for what reads the same, letter for letter, so that nothing that changed is ever overlooked: what
    the shape is made of must be values that nobody changes.
    """

    def __init__(self, build: Callable[[str], TypedReturnsRows[*tuple[Any, ...]]], shape: Shape) -> None:
        super().__init__(build)
        self._shape = shape
        self.read_text = lru_cache(KEPT)(self._read_text)

    def _read_text(self, text: str, backend: str) -> list[tuple[Any, ...]]:
        _, converts = self._statement(backend)
        return self._shape(converted(rows_of(text), converts))


def converted(rows: Iterable[Sequence[object]], converts: Converts) -> list[tuple[Any, ...]]:
    """Rows with their values as they are meant, read column by column."""
    columns: list[Iterable[object]] = list(zip(*rows, strict=True))
    if not columns:
        return []
    for place, convert in converts:
        columns[place] = [None if value is None else convert(value) for value in columns[place]]
    return list(zip(*columns, strict=True))


def _convert(kind: SqlType) -> Convert | None:
    if isinstance(kind, ExactDecimal):
        unit = Decimal(1).scaleb(-kind.scale)
        return lambda units: units * unit
    if isinstance(kind, Instant):
        return _moment
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return {member.value: member for member in kind.enum_class}.__getitem__
    return bool if isinstance(kind, Boolean) else None


def _moment(value: str | datetime) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def among(column: SqlColumn, name: str, backend: str, kind: SqlType | None = None) -> ColumnElement[bool]:
    """Whether a column is one of those that a parameter lists: keys, or what `kind` says."""
    given = parameter(name, ListParameter(kind or BigInteger()))
    if backend == "postgresql":
        return column == func.any(given)
    return column.in_(select_(func.json_each(given).table_valued("value").c.value))


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
            name: read.read_text(value, context.backend)
            if isinstance(read, ShapedQuery) and value is not None
            else converted(rows_of(value), its)
            for (name, read), value, its in zip(self._reads.items(), row, converts, strict=True)
        }

    def _statement(self, backend: str) -> tuple[Statement, list[Converts]]:
        if backend not in self._made:
            columns, converts = [], []
            for name, read in self._reads.items():
                found, its = read.select(backend)
                columns.append(_as_text(found, backend).label(name))
                converts.append(its)
            self._made[backend] = compile_statement(select_(*columns), backend), converts
        return self._made[backend]


def _as_text(found: Any, backend: str) -> SqlValue:
    """All rows of a select as one text of JSON, in their order."""
    nesting = NESTING[backend]
    rows = (ordered(found) if found._order_by_clauses and not nesting.has_type else found).subquery()
    collected = select_(getattr(func, nesting.collect)(nesting.inside(nesting.row(list(rows.c))))).scalar_subquery()
    # As text, so that no driver reads it before us.
    return as_type(collected, Text) if nesting.has_type else collected
