"""What a statement reads: attributes of an entity, of those it refers to, and expressions over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Date,
    Numeric,
    Text,
    cast,
    inspect,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import RelationshipProperty, aliased

from models import Base
from models.types import ExactDecimal, Instant
from resolvers.query.visibility import reachable
from resolvers.storage.sql import AnySelect, SqlColumn, SqlType, SqlValue, column_of
from resolvers.storage.statement import parameter

NOW = parameter("now", Instant())
"""The moment of the request: what is valid, expired or pending is judged by it, not by the database's clock."""


@dataclass(frozen=True, eq=False)
class Expression:
    """SQL over an entity's columns, for what no column holds. Compared by identity: declare each once."""

    name: str
    sql: Callable[[Any], SqlValue]
    """Takes an alias of its own entity."""
    type: SqlType
    nullable: bool = False
    equal: Callable[[Any, SqlValue], ColumnElement[bool]] | None = None
    """Whether a row is the one that a value names, where that takes more than comparing."""


Source = str | Expression


@dataclass(frozen=True, slots=True)
class Column:
    """A source of the entity that a path of to-one relations leads to; the empty path is the row itself."""

    path: tuple[str, ...]
    source: Source

    def __str__(self) -> str:
        name = self.source.name if isinstance(self.source, Expression) else self.source
        return ".".join((*self.path, name))

    def below(self, path: tuple[str, ...]) -> Column:
        """Give the same column seen from further up."""
        return Column(path + self.path, self.source)


def source_type(entity: type[Base], source: Source) -> SqlType:
    """The type of an entity's source."""
    if isinstance(source, Expression):
        return source.type
    return inspect(entity).columns[source].type


def is_nullable(entity: type[Base], source: Source) -> bool:
    """Whether an entity's source may be null."""
    if isinstance(source, Expression):
        return source.nullable
    return bool(inspect(entity).columns[source].nullable)


def relationship_of(entity: type[Base], name: str) -> RelationshipProperty[Base]:
    """An entity's relationship by its name."""
    return inspect(entity).relationships[name]


def entity_at(entity: type[Base], path: tuple[str, ...]) -> type[Base]:
    """The entity that a path of relations leads to."""
    for name in path:
        entity = relationship_of(entity, name).mapper.class_
    return entity


def read(alias: type[Base], source: Source) -> SqlColumn:
    """An entity's source as SQL."""
    if isinstance(source, Expression):
        return source.sql(alias)
    return column_of(alias, source)


def scaled(column: SqlColumn, backend: str) -> SqlColumn:
    """An exact decimal as an integer in units of its last place, which drivers decode fastest and exactly.

    JSON comes as text, as drivers don't agree on when to read it.
    """
    kind = column.type
    if isinstance(kind, JSON) and backend == "postgresql":
        return cast(column, Text)
    if isinstance(kind, ExactDecimal) and backend == "postgresql":
        return cast(type_coerce(column, Numeric()) * literal(10**kind.scale, Numeric()), BigInteger)
    return column


def shown(column: SqlColumn, backend: str) -> SqlColumn:
    """A column as a level reads it, to be shown: scaled, and instants and days as text, which costs the least."""
    if isinstance(column.type, Instant | Date) and backend == "postgresql":
        return cast(column, Text)
    return scaled(column, backend)


@dataclass
class Joins:
    """An alias of an entity, and the aliases of the rows it refers to, joined as they are asked for."""

    entity: type[Base]
    given: type[Base] | None = None
    """An alias that is there already."""
    aliases: dict[tuple[str, ...], type[Base]] = field(default_factory=dict)
    order: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.aliases[()] = self.given if self.given is not None else aliased(self.entity)

    @property
    def alias(self) -> type[Base]:
        """The alias of the row itself."""
        return self.aliases[()]

    def at(self, path: tuple[str, ...]) -> type[Base]:
        """The alias at the end of a path."""
        if path not in self.aliases:
            self.at(path[:-1])
            self.aliases[path] = aliased(entity_at(self.entity, path))
            self.order.append(path)
        return self.aliases[path]

    def read(self, column: Column) -> SqlColumn:
        """A column as SQL, its joins noted."""
        return read(self.at(column.path), column.source)

    def apply(self, statement: AnySelect) -> AnySelect:
        """The statement with the noted joins; a row that may not be seen is as good as none."""
        for path in self.order:
            parent, target = self.aliases[path[:-1]], self.aliases[path]
            entity = entity_at(self.entity, path)
            onto = getattr(parent, path[-1]).of_type(target).and_(*reachable(entity, target))
            statement = statement.join(onto, isouter=True)
        return statement

    def select(self, *columns: SqlColumn) -> AnySelect:
        """Select from the alias and its joins."""
        return self.apply(select(*columns).select_from(self.alias))
