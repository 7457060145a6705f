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
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ColumnElement, exists, false, literal_column, or_, select, true
from sqlalchemy.orm import aliased

import models
from models import Base, Customer, Event, State, Token
from models.base import Stateful
from models.event import IsSettled
from models.ownership import Kind, ownership_of
from models.scope import Scope
from models.types import BigKey
from resolvers.storage.context import Viewer, ViewerKind
from resolvers.storage.sql import column_of
from resolvers.storage.statement import parameter

DELETED: ColumnElement[str] = literal_column(f"'{State.DELETED}'")
"""Written into the statement, so that the planner knows how many rows it keeps."""

VIEWER = parameter("viewer", BigKey)
"""The customer who is logged in."""
TOKEN = parameter("token", BigKey)
"""The token that asks."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a viewer sees besides what is public: everything, what is their own, and what their scopes open."""

    everything: bool = False
    own: bool = False
    scopes: frozenset[Scope] = frozenset()
    masked: bool = False
    """Whether personal data is masked."""


EVERYTHING = Access(everything=True)
READING = frozenset({Scope.CUSTOMERS_READ, Scope.AUDIT_READ, Scope.EVENTS_READ, Scope.TOKENS_WRITE})
"""The scopes that open rows."""

_access: ContextVar[Access] = ContextVar("access", default=EVERYTHING)


@lru_cache(maxsize=1024)
def access_of(viewer: Viewer) -> Access:
    """What a viewer sees: applications by their scopes, customers themselves, and installations their own token."""
    if viewer.kind is ViewerKind.OPEN:
        return EVERYTHING
    application = viewer.kind is ViewerKind.ENTERPRISE
    return Access(
        own=not application,
        scopes=viewer.scopes & READING,
        masked=application and Scope.PERSONAL_READ not in viewer.scopes,
    )


def current_access() -> Access:
    """For whom statements are being put together."""
    return _access.get()


@contextmanager
def seen_with(access: Access) -> Iterator[None]:
    """Put statements together for those who see so much."""
    token = _access.set(access)
    try:
        yield
    finally:
        _access.reset(token)


def listed(entity: type[Base], alias: type[Base]) -> list[ColumnElement[bool]]:
    """Conditions on a row to be found or listed."""
    return [*_there(entity, alias), *_seen(entity, alias)]


def reachable(entity: type[Base], alias: type[Base]) -> list[ColumnElement[bool]]:
    """Conditions on a row to be shown by another one that refers to it."""
    return [*(_there(entity, alias) if entity is Customer else []), *_seen(entity, alias)]


def answered(entity: type[Base], alias: type[Base]) -> list[ColumnElement[bool]]:
    """Conditions on a row to be shown by the operation that was done with it.

    An application that may do it may see what it did, masked as ever; what else belongs to the customer, only by the
    scopes that open it.
    """
    access = _access.get()
    if access.own or access.everything:
        return reachable(entity, alias)
    return _there(entity, alias) if entity is Customer else []


def _there(entity: type[Base], alias: type[Base]) -> list[ColumnElement[bool]]:
    if issubclass(entity, Stateful):
        return [column_of(alias, "state") != DELETED]
    if entity is Event:
        return [IsSettled(column_of(alias, "transaction_id"))]
    return []


def _seen(entity: type[Base], alias: type[Base]) -> list[ColumnElement[bool]]:
    """Whether the viewer may see a row: nothing is asked of what is public, nor of those who see all of it."""
    access = _access.get()
    if access.everything:
        return []
    owner = ownership_of(entity)
    if owner.kind is Kind.PUBLIC or owner.scope in access.scopes:
        return []
    if entity is Token:
        return [_own_token(alias, access)]
    if owner.kind is Kind.INTERNAL:
        return [false()]
    column = column_of(alias, owner.column)
    if owner.whole is not None:
        whole = aliased(getattr(models, owner.whole))
        return [exists(select(whole.id).where(whole.id == column, *_seen(getattr(models, owner.whole), whole)))]
    conditions = [column == VIEWER] if access.own else []
    if owner.shared:
        conditions.append(column.is_(None))
    return [or_(*conditions) if conditions else false()]


def _own_token(alias: type[Base], access: Access) -> ColumnElement[bool]:
    """The token that asks, and those on which the same customer is logged in; all of them by their own scope."""
    if Scope.TOKENS_WRITE in access.scopes:
        return true()
    mine: ColumnElement[bool] = alias.id == TOKEN
    return or_(mine, column_of(alias, "customer_id") == VIEWER) if access.own else mine
