"""The one door through which every statement sees the tables.

What is deleted is not listed and not found; what still refers to it shows it, except a deleted customer, who is
gone from wherever the graph leads to them. An event is there once nothing can come before it any more.

What a viewer may not see is as good as not there: whoever is logged in sees what is public and what is their own. The
statements differ by the kind of viewer alone, and so are compiled once for each; the customer is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, exists, false, literal_column, or_, select

import models
from models import Base, Customer, Event, State
from models.base import Stateful
from models.event import IsSettled
from models.ownership import Kind, ownership_of
from models.scope import Scope
from models.types import BigKey
from resolvers.storage.context import Viewer, ViewerKind
from resolvers.storage.statement import parameter

DELETED: ColumnElement[str] = literal_column(f"'{State.DELETED}'")
"""Written into the statement, so that the planner knows how many rows it keeps."""

VIEWER = parameter("viewer", BigKey)
"""The customer who is logged in."""


class Access(StrEnum):
    """Which rows of what customers own a viewer sees."""

    ALL = "ALL"
    OWN = "OWN"
    NONE = "NONE"


_access: ContextVar[Access] = ContextVar("access", default=Access.ALL)


def access_of(viewer: Viewer) -> Access:
    """Which rows a viewer sees: shops and back offices see customers by a scope, customers see themselves."""
    if viewer.kind is ViewerKind.CUSTOMER:
        return Access.OWN
    return Access.ALL if viewer.has(Scope.CUSTOMERS_READ) else Access.NONE


def access() -> Access:
    """The access by which statements are put together now."""
    return _access.get()


@contextmanager
def seen_by(viewer: Viewer) -> Iterator[None]:
    """Put statements together for a viewer."""
    token = _access.set(access_of(viewer))
    try:
        yield
    finally:
        _access.reset(token)


def listed(entity: type[Base], alias: Any) -> list[ColumnElement[bool]]:
    """Conditions on a row to be found or listed."""
    return [*_there(entity, alias), *_seen(entity, alias)]


def reachable(entity: type[Base], alias: Any) -> list[ColumnElement[bool]]:
    """Conditions on a row to be shown by another one that refers to it."""
    return [*(_there(entity, alias) if entity is Customer else []), *_seen(entity, alias)]


def _there(entity: type[Base], alias: Any) -> list[ColumnElement[bool]]:
    if issubclass(entity, Stateful):
        return [alias.state != DELETED]
    if entity is Event:
        return [IsSettled(alias.transaction_id)]
    return []


def _seen(entity: type[Base], alias: Any) -> list[ColumnElement[bool]]:
    """Whether the viewer may see a row: nothing is asked of what is public, nor of those who see everything."""
    allowed = access()
    if allowed is Access.ALL:
        return []
    owner = ownership_of(entity)
    if owner.kind is Kind.PUBLIC:
        return []
    if owner.kind is Kind.INTERNAL:
        return [false()]
    column = getattr(alias, owner.column)
    if owner.whole is not None:
        whole: Any = getattr(models, owner.whole)
        return [exists(select(whole.id).where(whole.id == column, *_seen(whole, whole)))]
    conditions = [column == VIEWER] if allowed is Access.OWN else []
    if owner.shared:
        conditions.append(column.is_(None))
    return [or_(*conditions) if conditions else false()]
