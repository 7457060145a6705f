"""The one door through which every statement sees the tables.

What is deleted is not listed and not found; what still refers to it shows it, except a deleted customer, who is
gone from wherever the graph leads to them. An event is there once nothing can come before it any more.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, literal_column

from models import Base, Customer, Event, State
from models.base import Stateful
from models.event import IsSettled

DELETED: ColumnElement[str] = literal_column(f"'{State.DELETED}'")
"""Written into the statement, so that the planner knows how many rows it keeps."""


def listed(entity: type[Base], alias: Any) -> list[ColumnElement[bool]]:
    """Conditions on a row to be found or listed."""
    if issubclass(entity, Stateful):
        return [alias.state != DELETED]
    if entity is Event:
        return [IsSettled(alias.transaction_id)]
    return []


def reachable(entity: type[Base], alias: Any) -> list[ColumnElement[bool]]:
    """Conditions on a row to be shown by another one that refers to it."""
    return listed(entity, alias) if entity is Customer else []
