"""What a statement reads: attributes of an entity, of those it refers to, and expressions over them.

An application without personal:read is shown nothing in place of personal data, or the last digits of a card's number.
What it isn't shown it can't filter, sort, search or look rows up by either: it could guess it that way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Date,
    Numeric,
    Text,
    and_,
    case,
    cast,
    func,
    inspect,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import Column as TableColumn
from sqlalchemy.orm import RelationshipProperty, aliased
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.sql.visitors import iterate

from models import Base, PropertyRecord
from models.personal import CARD_NUMBERS, MASKED, class_of, is_masked
from models.scope import Scope
from models.types import ExactDecimal, Instant
from resolvers.errors import Forbidden
from resolvers.query.visibility import current_access, reachable
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


@lru_cache(maxsize=4096)
def source_type(entity: type[Base], source: Source) -> SqlType:
    """The type of an entity's source."""
    if isinstance(source, Expression):
        return source.type
    return inspect(entity).columns[source].type


@lru_cache(maxsize=4096)
def is_nullable(entity: type[Base], source: Source) -> bool:
    """Whether an entity's source may be null."""
    if isinstance(source, Expression):
        return source.nullable
    return bool(inspect(entity).columns[source].nullable)


def relationship_of(entity: type[Base], name: str) -> RelationshipProperty[Base]:
    """An entity's relationship by its name."""
    return inspect(entity).relationships[name]


def is_always_there(entity: type[Base], name: str | Callable[..., Any]) -> bool:
    """Whether each row of an entity has one row of a relation, as the relationship says by its `innerjoin`."""
    return isinstance(name, str) and relationship_of(entity, name).innerjoin is True


def may_be_null(entity: type[Base], column: Column) -> bool:
    """Whether a column seen from an entity may be null, be it because a row on the way to it isn't there."""
    for place, name in enumerate(column.path):
        if not is_always_there(entity_at(entity, column.path[:place]), name):
            return True
    return is_nullable(entity_at(entity, column.path), column.source)


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


def unindexed(column: SqlColumn) -> SqlValue:
    """The same value, but not an index's: SQLite then won't scan a table only because it comes in that order."""
    return UnaryExpression(column.expression, operator=custom_op("+"), type_=column.type)


LONGEST_PATH = 28
"""PostgreSQL's names have 63 characters: a table's and a level's number take the rest."""


def alias_name(name: str, path: tuple[str, ...]) -> str:
    """What the alias at the end of a path is called, seen from one of that name."""
    if not path:
        return name
    way = "__".join(path)
    if len(way) > LONGEST_PATH:
        way = f"{path[-1][:16]}_{blake2b(way.encode(), digest_size=4).hexdigest()}"
    return f"{name}__{way}"


@dataclass
class Joins:
    """An alias of an entity, and the aliases of the rows it refers to, joined as they are asked for."""

    entity: type[Base]
    name: str | None = None
    """What the alias is called; where nothing is said, all aliases get names by themselves."""
    aliases: dict[tuple[str, ...], type[Base]] = field(default_factory=dict)
    order: list[tuple[str, ...]] = field(default_factory=list)
    leading: tuple[str, ...] | None = None
    """The path whose rows SQLite is to go through, since an index of theirs gives the order; it would rather sort."""

    def __post_init__(self) -> None:
        self.aliases[()] = aliased(self.entity, name=self.name)

    @property
    def alias(self) -> type[Base]:
        """The alias of the row itself."""
        return self.aliases[()]

    def at(self, path: tuple[str, ...]) -> type[Base]:
        """The alias at the end of a path."""
        if path not in self.aliases:
            self.at(path[:-1])
            name = None if self.name is None else alias_name(self.name, path)
            self.aliases[path] = aliased(entity_at(self.entity, path), name=name)
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
            if path == self.leading:
                relation = relationship_of(entity_at(self.entity, path[:-1]), path[-1])
                ((mine, theirs),) = relation.local_remote_pairs or ()
                same = getattr(parent, str(mine.key)) == unindexed(getattr(target, str(theirs.key)))
                statement = statement.join(target, and_(same, *reachable(entity, target)))
            else:
                onto = getattr(parent, path[-1]).of_type(target).and_(*reachable(entity, target))
                statement = statement.join(onto, isouter=not self.is_there(path))
        return statement

    def is_there(self, path: tuple[str, ...]) -> bool:
        """Whether each row has one at the end of a path: an index of theirs may give the order then."""
        return all(is_always_there(entity_at(self.entity, path[:place]), path[place]) for place in range(len(path)))

    def select(self, *columns: SqlColumn) -> AnySelect:
        """Select from the alias and its joins."""
        return self.apply(select(*columns).select_from(self.alias))


DOTS = "•••"
"""What stands in place of a text that is always there."""
LAST_DIGITS = 4


def masked(entity: type[Base], alias: Any, source: Source, value: SqlColumn, backend: str) -> SqlColumn:
    """What is shown of a row's value: the value, or what stands in its place."""
    if not (current_access().masked and is_personal(entity, source)):
        return value
    if isinstance(source, Expression):
        return cast(literal_column("NULL"), value.type)
    column = inspect(entity).columns[source]
    if (entity.__tablename__, source) in CARD_NUMBERS:
        last = func.substr(value, -LAST_DIGITS) if backend == "sqlite" else func.right(value, LAST_DIGITS)
        return literal_column(f"'{DOTS}'", value.type).concat(last)
    if entity is PropertyRecord:
        # A product's, a store's or a reward's properties are nobody's.
        of_person = or_(
            alias.customer_id.is_not(None), alias.purchase_id.is_not(None), alias.purchase_item_id.is_not(None)
        )
        return case((of_person, literal_column(f"""'"{DOTS}"'""", value.type)), else_=value)
    if column.nullable:
        return cast(literal_column("NULL"), value.type)
    return literal_column("'[]'" if isinstance(column.type, JSON) else f"'{DOTS}'", value.type)


@lru_cache(maxsize=1024)
def is_personal(entity: type[Base], source: Source) -> bool:
    """Whether a source is masked, or made of a column that is."""
    if isinstance(source, str):
        return is_masked(entity, source)
    read = (each for each in iterate(select(source.sql(aliased(entity)))) if isinstance(each, ColumnElement))
    columns = (column for each in read for column in each.base_columns if isinstance(column, TableColumn))
    return any(class_of(column.table.name, column.name) in MASKED for column in columns)


def refuse_masked(entity: type[Base], source: Source) -> None:
    """Refuse to find rows by what isn't shown."""
    if current_access().masked and is_personal(entity, source):
        raise Forbidden(
            f"To filter, sort, search or look up {entity.__name__} rows by personal data takes the scope "
            f"`{Scope.PERSONAL_READ}`."
        )
