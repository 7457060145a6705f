"""What all kinds of declarations have in common, and the types that hold them.

A kind is one file of `schema.declaring.kinds` that says all of it: what is declared, its field in the graph, what it
can be filtered and sorted by, its step in a plan, and how the ordinary way resolves it. Nothing else asks which kind a
declaration is of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models import Base
from models.scope import Scope
from resolvers.operation.structs import camel
from resolvers.query.columns import Column, Expression, Source, entity_at, relationship_of, source_type
from resolvers.query.paging import SortKey

if TYPE_CHECKING:
    from resolvers.query.filters.where import Filter
    from schema.declaring.types import FieldSpec
    from schema.execution.plan.plan_nodes import Change, Entry, Getter
    from schema.execution.plan.selection import Selection


class DeclarationError(Exception):
    """A declaration that means nothing: the message names its type, its field and its file."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field."""

    name: str
    annotation: object
    description: str
    default: Any = ...


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """What a field can be filtered by: the field's name, the filter, and the input type that it is written in."""

    name: str
    filter: Filter
    input_name: str
    relates: bool = False
    """Whether it leads to other rows."""


@dataclass(frozen=True, slots=True)
class Own:
    """What customers may ask for about themselves: the fields of the input that they may give, all of them if none."""

    fields: frozenset[str] = frozenset()

    @property
    def inputs(self) -> frozenset[str]:
        """The same as the graph calls them."""
        return frozenset(map(camel, self.fields))


def own(*fields: str) -> Own:
    """Let customers ask for it about themselves, giving these fields of its input alone."""
    return Own(frozenset(fields))


@dataclass(eq=False, kw_only=True)
class Declaration(ABC):
    """A field of the graph, before it has a type."""

    name: str = ""
    description: str = ""
    deprecated: str | None = None
    """Why it is not to be used any more, and what is instead."""
    file: str = ""
    """Where it is declared."""
    scope: Scope | None = None
    """At the roots: what a viewer must hold to ask for it. Below them the rows are limited instead."""
    own: Own | None = None
    """At the roots: that customers may ask for it about themselves, without the scope; none where they may not."""

    @property
    def lists(self) -> int:
        """How many lists, lookups or other computations have to be read for it, beside its parent's row."""
        return 0

    @property
    def changes(self) -> int:
        """How many mutations it is."""
        return 0

    @property
    def sums(self) -> int:
        """How dear it is to go through the rows that it counts and sums up, in hundreds of points, for each parent."""
        return 0

    @property
    def is_structure(self) -> bool:
        """Whether it is a structure, whose fields are declared by themselves."""
        return False

    def rows(self, _owner: TypeDeclaration) -> TypeDeclaration | None:
        """The type of the rows that it lists, if it lists any."""
        return None

    @abstractmethod
    def spec(self, owner: TypeDeclaration) -> FieldSpec:
        """Its field in the graph."""

    def columns(self) -> Iterable[Column | Source]:
        """What it reads of its own row."""
        return ()

    def check(self, owner: TypeDeclaration) -> None:
        """Raise a `DeclarationError` for what its type doesn't have."""
        if owner.entity is not None:
            for column in self.columns():
                check_column(owner.entity, column)

    def filters(self, _owner: TypeDeclaration, _entity: type[Base]) -> Iterable[FieldFilter]:
        """What it can be filtered by, as a field of its type over the rows of an entity."""
        return ()

    def sort_columns(self, _entity: type[Base]) -> Iterable[tuple[str, Column]]:
        """What it can be sorted by, as a field over the rows of an entity."""
        return ()

    @abstractmethod
    def entry(self, selection: Selection) -> Entry:
        """Its step in a plan, where a document selects it."""

    def change(self, _selection: Selection) -> Change:
        """Its step among the mutations of a document."""
        raise DeclarationError(f"{self.name} changes nothing.")

    def getter(self, _selection: Selection) -> Getter | None:
        """What reads it from an object that was worked out in Python; none where only a row has it."""
        return None

    @abstractmethod
    def resolver(self) -> Callable[..., Any]:
        """What resolves it the ordinary way."""


@dataclass(eq=False)
class TypeDeclaration:
    """A type of the graph: an entity's, or a structure's."""

    name: str
    description: str
    entity: type[Base] | None = None
    fields: dict[str, Declaration] = field(default_factory=dict)
    order: Sequence[SortKey] = ()
    is_node: bool = False
    is_part: bool = False
    searchable: bool = False
    interfaces: tuple[str, ...] = ()
    priced: Callable[[str], Source] | None = None
    """For the sort key PRICE: what a row costs in a currency."""


TYPES: dict[str, TypeDeclaration] = {}
"""Every declared type by its name."""


@contextmanager
def blaming(owner: TypeDeclaration, declared: Declaration) -> Iterator[None]:
    """Tell a declaration's mistake with its type, its field and its file."""
    try:
        yield
    except Exception as error:
        reason = str(error) if isinstance(error, DeclarationError) else f"{type(error).__name__}: {error}"
        where = f", declared in {declared.file}" if declared.file else ""
        raise DeclarationError(f"{owner.name}.{declared.name}{where}: {reason}") from error


def check_column(entity: type[Base], column: Column | Source) -> None:
    """Raise a `DeclarationError` unless an entity has a column, or what leads to it."""
    path, source = (column.path, column.source) if isinstance(column, Column) else ((), column)
    for place, relation in enumerate(path):
        check_relation(entity_at(entity, path[:place]), relation)
    if isinstance(source, Expression):
        return
    target = entity_at(entity, path)
    try:
        source_type(target, source)
    except KeyError:
        raise DeclarationError(f"{target.__name__} has no column `{source}`.") from None


def check_relation(entity: type[Base] | None, relation: str) -> None:
    """Raise a `DeclarationError` unless an entity has a relationship, and some type shows what it leads to."""
    if entity is None:
        raise DeclarationError(f"It follows the relationship `{relation}`, but its type shows no entity.")
    try:
        target = relationship_of(entity, relation).mapper.class_
    except KeyError:
        raise DeclarationError(f"{entity.__name__} has no relationship `{relation}`.") from None
    type_of_entity(target)


def type_of_entity(entity: type[Base]) -> str:
    """The name of the type that shows an entity as itself."""
    for name, declared in TYPES.items():
        if declared.entity is entity and (declared.is_node or name == entity.__name__):
            return name
    raise DeclarationError(f"No type shows the entity {entity.__name__}.")


def type_named(name: str) -> TypeDeclaration:
    """A declared type; a `DeclarationError` where there is none of the name."""
    try:
        return TYPES[name]
    except KeyError:
        raise DeclarationError(f"There is no type `{name}`.") from None
