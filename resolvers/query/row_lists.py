"""Rows that are found by a row's own key, read along as one more value of it: a list of lists, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select
from sqlalchemy.ext.compiler import compiles

from models.types import Json
from resolvers.query.columns import Expression
from resolvers.query.json_rows import NESTING

Rows = Callable[[ColumnElement[Any], str], CompoundSelect[*tuple[Any, ...]]]
"""The rows for a key, on one database."""

InPlace = Callable[[ColumnElement[Any], str], Select[*tuple[Any, ...]] | None]
"""A row that takes the place of all of them, where there is one: then the rows aren't looked for."""


class _OuterKey(ColumnElement[Any]):
    """A column of the row around a subquery, however deep within: no subquery takes its table for one of its own."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column: Any = column
        self.type = column.type


@compiles(_OuterKey)
def _outer_key(element: Any, compiler: Any, **options: Any) -> str:
    text: str = compiler.process(element.column, **options)
    return text


class _RowList(ColumnElement[Any]):
    """The rows for a key as one value."""

    inherit_cache = False
    type = Json

    def __init__(self, rows: Rows, in_place: InPlace, owner: ColumnElement[Any]) -> None:
        self.rows, self.in_place, self.owner = rows, in_place, owner


@compiles(_RowList)
def _row_list(element: Any, compiler: Any, **options: Any) -> str:
    backend, owner = compiler.dialect.name, _OuterKey(element.owner)
    nesting = NESTING[backend]
    found = element.rows(owner, backend).subquery()
    value = nesting.rows(select(nesting.row(list(found.c)).label("row")))
    if (one := element.in_place(owner, backend)) is not None:
        row = nesting.row([column.element for column in one.selected_columns])
        value = func.coalesce(one.with_only_columns(nesting.row([row])).scalar_subquery(), value)
    text: str = compiler.process(value, **options)
    return text


def row_list(name: str, rows: Rows, in_place: InPlace = lambda _owner, _backend: None) -> Expression:
    """The expression of the rows for the key of the row that it is read of."""
    return Expression(name, lambda alias: _RowList(rows, in_place, alias.id), Json, nullable=True)
