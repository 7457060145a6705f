"""How rows belong to a parent, as a relationship of the entities says or as a key of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import RelationshipDirection

from models import Base
from resolvers.query.columns import relationship_of
from resolvers.query.visibility import listed, reachable
from resolvers.storage.sql import SqlValue

Door = Callable[[type[Base], type[Base]], list[ColumnElement[bool]]]
"""Conditions on a row to be seen."""


@dataclass(frozen=True, eq=False)
class Link:
    """How rows belong to a parent: a condition on a row's alias and the parent's key. Compared by identity.

    `column` names the foreign key where the link is nothing but that.
    """

    entity: type[Base]
    on: Callable[[Any, SqlValue], ColumnElement[bool]]
    column: str | None = None
    key: str = "id"
    """The parent's column whose value is the key."""
    door: Door = listed


@cache
def link(entity: type[Base], relation: str) -> Link:
    """The link that a to-many relationship of an entity describes."""
    relationship = relationship_of(entity, relation)
    target = relationship.mapper.class_
    if relationship.secondary is None and relationship.direction is RelationshipDirection.ONETOMANY:
        ((parent, child),) = relationship.local_remote_pairs or ()
        column = relationship.mapper.get_property_by_column(child).key
        key = relationship.parent.get_property_by_column(parent).key
        return Link(target, lambda alias, parent_key: getattr(alias, column) == parent_key, column, key)
    secondary = relationship.secondary
    assert secondary is not None
    mine = next(remote for local, remote in relationship.synchronize_pairs)
    theirs = next(remote for local, remote in relationship.secondary_synchronize_pairs or ())

    def through(alias: type[Base], parent_key: SqlValue) -> ColumnElement[bool]:
        middle = secondary.alias()
        return alias.id.in_(select(middle.c[theirs.name]).where(middle.c[mine.name] == parent_key))

    return Link(target, through)


@cache
def by_column(entity: type[Base], column: str = "id", door: Door = reachable) -> Link:
    """The rows that a batch of keys names, as another row refers to them."""
    return Link(entity, lambda alias, key: getattr(alias, column) == key, column, column, door)
