"""SQL of which only the database's columns say what it holds: statements are built over any entity."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from models import Base

SqlValue: TypeAlias = ColumnElement[Any]
"""SQL for a value."""

SqlType: TypeAlias = TypeEngine[Any]
"""The type of a column, by which values go to the database and come back."""

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
"""A query, whatever columns it has."""

SqlColumn: TypeAlias = ColumnElement[Any] | InstrumentedAttribute[Any]
"""A column of an entity, or what acts in place of one."""


def column_of(alias: type[Base], name: str) -> SqlColumn:
    """A column by its name, of an entity or of its alias."""
    column: SqlColumn = getattr(alias, name)
    return column
