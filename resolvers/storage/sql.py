"""SQL of which only the database's columns say what it holds: statements are built over any entity."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select
from sqlalchemy.types import TypeEngine

SqlValue: TypeAlias = ColumnElement[Any]
"""SQL for a value."""

SqlType: TypeAlias = TypeEngine[Any]
"""The type of a column, by which values go to the database and come back."""

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
"""A query, whatever columns it has."""
