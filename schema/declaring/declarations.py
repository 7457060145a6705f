"""How the graph is declared: a field says which column or relation it shows, and everything else follows from it.

Type, nullability and description of a `leaf` come from the column; a relation knows its target, page and filters from
the relationship. From the declarations come the Strawberry types, their filters and sort keys, the resolvers, and the
plans by which documents run. A function is written only for what has to be computed.

    @exposes(models.Voucher)
    class Voucher:
        code = leaf()                   # the column of that name
        valid_to = leaf()
        customer = one()                # the relationship of that name
        events = many()                 # a connection over it
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

from models import Base
from resolvers.operation.answers import Answer
from resolvers.operation.inputs import Input
from resolvers.operation.perform import Operation
from resolvers.query.columns import Column, Source
from resolvers.query.link import Link
from resolvers.query.paging import SortKey

T = TypeVar("T")


@dataclass(eq=False, kw_only=True)
class Declaration:
    """A field of the graph, before it has a type."""

    name: str = ""
    description: str = ""
    deprecated: str | None = None


@dataclass(eq=False, kw_only=True)
class Leaf(Declaration):
    """A value read from a column or an expression."""

    source: Source | None = None
    annotation: Any = None
    nullable: bool | None = None
    filterable: bool = True
    sortable: bool = True
    compared: Source | None = None
    """The source that filters compare with instead, such as the case-folded one."""
    sorted_by: Source | None = None
    normalise: Callable[[Any], Any] | None = None
    is_list: bool = False
    enum: type[StrEnum] | None = None
    """An enum wider than the column's own, where types that share an interface must agree."""


@dataclass(eq=False, kw_only=True)
class Coded(Declaration):
    """A country, currency or language, known by the code in a column."""

    type_name: str
    source: str
    nullable: bool = False


@dataclass(eq=False, kw_only=True)
class Embedded(Declaration):
    """A structure made of the row's own columns. With `when`, the structure is null where that column is."""

    type_name: str
    binding: Mapping[str, Column | Source] = field(default_factory=dict)
    when: Source | None = None
    flat: bool = False
    """Whether filters and sort keys name its fields as if they were the type's own."""
    filtered: str | None = None
    """The bound column by which the whole is filtered and sorted, as money is by its amount."""


@dataclass(eq=False, kw_only=True)
class One(Declaration):
    """The row that a to-one relation leads to."""

    relation: str | None = None
    nullable: bool | None = None


@dataclass(eq=False, kw_only=True)
class SameRow(Declaration):
    """The same row seen as another type."""

    type_name: str


@dataclass(eq=False, kw_only=True)
class Many(Declaration):
    """The rows that a relation leads to: a connection, or a whole list where it is small by nature."""

    relation: str | None = None
    link: Link | Callable[[Mapping[str, Any]], Link] | None = None
    type_name: str | None = None
    order: Sequence[SortKey] | None = None
    paged: bool = True
    arguments: Sequence[Argument] = ()
    filterable: bool = True
    item: str | None = None
    """For a list of plain values: the column whose values are listed."""


@dataclass(eq=False, kw_only=True)
class Merged(Declaration):
    """Lists of several types as one connection over what the types have in common, in one order.

    Each part is sorted by one value that is never null, and then by key, both descending. Rows of the same value come
    part by part. All belong to a row by the same key of it.
    """

    annotation: str
    parts: Mapping[str, Many]
    sign: str
    """What its cursors begin with, so that they are not used with another list."""
    choice: Argument
    """The argument that names the parts that are wanted; all of them where it is null."""


@dataclass(eq=False, kw_only=True)
class Computed(Declaration):
    """A value worked out in Python from columns of the row."""

    annotation: Any
    columns: Sequence[Column | Source]
    function: Callable[..., Any]
    """Called with the columns' Python values and the request's context."""


@dataclass(eq=False, kw_only=True)
class Attribute(Declaration):
    """An attribute of an object that was worked out in Python; a `RowRef` in it is shown as the row it names."""

    annotation: Any
    attribute: str | None = None
    pick: Callable[[Any, Mapping[str, Any]], Any] | None = None
    """What the arguments make of the attribute."""
    arguments: Sequence[Argument] = ()


@dataclass(eq=False, kw_only=True)
class NodeId(Declaration):
    """The opaque id of a row."""


Load = Callable[[Any, Sequence[int], Mapping[str, Any], frozenset[str]], Awaitable[Mapping[int, Any]]]


@dataclass(eq=False, kw_only=True)
class BatchLoaded(Declaration):
    """A structure worked out for a batch of rows at once, in a fixed number of statements.

    `load` is given the reading, the keys, the arguments, and the names of the fields asked for.
    """

    annotation: Any
    load: Load
    key: Column | Source = "id"
    arguments: Sequence[Argument] = ()


@dataclass(eq=False, kw_only=True)
class Lookup(Declaration):
    """A row found by one of its unique keys."""

    type_name: str
    keys: Mapping[str, LookupKey] = field(default_factory=dict)


@dataclass(eq=False, kw_only=True)
class Mutation(Declaration):
    """An operation that changes something, in a transaction of its own."""

    operation: Operation
    given: type[Input] | None
    """The class of its input; none of an operation that isn't typed yet."""
    answer: type[Answer] | None
    """The class of its answer."""
    input_name: str
    payload_name: str
    takes_nothing: bool = False
    """Whether it may be called without an input."""


@dataclass(eq=False)
class LookupKey:
    """A unique key by which a row is found; `find` makes the filter that it stands for."""

    annotation: Any
    description: str
    find: Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field."""

    name: str
    annotation: Any
    description: str
    default: Any = ...


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


TYPES: dict[str, TypeDeclaration] = {}
"""Every declared type by its name."""


def _declare(cls: type, entity: type[Base] | None, **options: Any) -> TypeDeclaration:
    own = cls.__dict__.get("__doc__") or (entity.__doc__ if entity else "")
    fields = {
        name: replace(value, name=name)
        for base in (cls, *cls.__mro__[1:])
        for name, value in vars(base).items()
        if isinstance(value, Declaration)
    }
    declared = TypeDeclaration(cls.__name__, " ".join((own or "").split()), entity, fields, **options)
    TYPES[cls.__name__] = declared
    return declared


def exposes(
    entity: type[Base],
    *,
    order: Sequence[SortKey] = (),
    is_node: bool = True,
    searchable: bool = False,
    interfaces: tuple[str, ...] = (),
) -> Callable[[type[T]], type[T]]:
    """Show an entity as a type of the graph. A node can be found again by its id."""

    def decorate(cls: type[T]) -> type[T]:
        _declare(cls, entity, order=order, is_node=is_node, searchable=searchable, interfaces=interfaces)
        return cls

    return decorate


def part(of: type[Base] | None = None) -> Callable[[type[T]], type[T]]:
    """Declare a structure that shows some columns of a row; types and descriptions are those of an entity's."""

    def decorate(cls: type[T]) -> type[T]:
        _declare(cls, of, is_node=False, is_part=True)
        return cls

    return decorate


def structure(cls: type[T]) -> type[T]:
    """Declare a structure that is worked out in Python."""
    _declare(cls, None, is_part=True)
    return cls


def query(cls: type[T]) -> type[T]:
    """Add a class's declarations to the fields of `Query`."""
    root = TYPES.setdefault("Query", TypeDeclaration("Query", "Everything that can be read."))
    for name, value in vars(cls).items():
        if isinstance(value, Declaration):
            root.fields[name] = replace(value, name=name)
    return cls


def by(source: Source, *, descending: bool = False, path: tuple[str, ...] = ()) -> SortKey:
    """Name a sort key."""
    return SortKey(Column(path, source), descending)


def shown(annotation: Any, description: str, **options: Any) -> Any:
    """Show an attribute of an object that was worked out in Python."""
    return Attribute(annotation=annotation, description=description, **options)


def leaf(source: Source | None = None, **options: Any) -> Any:
    """Show a column's value."""
    return Leaf(source=source, **options)


def texts(source: str | None = None, **options: Any) -> Any:
    """Show a JSON column that holds a list of text."""
    return Leaf(source=source, is_list=True, sortable=False, **options)


def country(source: str = "country_code", **options: Any) -> Any:
    """Show the country whose code a column holds."""
    return Coded(type_name="Country", source=source, **options)


def currency(source: str = "currency_code", **options: Any) -> Any:
    """Show the currency whose code a column holds."""
    return Coded(type_name="Currency", source=source, **options)


def language(source: str = "language_code", **options: Any) -> Any:
    """Show the language whose code a column holds."""
    return Coded(type_name="Language", source=source, **options)


def money(
    amount: Source, unit: Column | Source = "currency_code", *, when: Source | None = None, **options: Any
) -> Any:
    """Show an amount with its currency; null where `when` is."""
    binding = {"amount": amount, "currency_code": unit}
    return Embedded(type_name="Money", binding=binding, when=when, filtered="amount", **options)


def embedded(type_name: str, **options: Any) -> Any:
    """Show some of the row's columns as a structure."""
    return Embedded(type_name=type_name, **options)


def one(relation: str | None = None, **options: Any) -> Any:
    """Show the row that a to-one relationship leads to."""
    return One(relation=relation, **options)


def same(type_name: str, **options: Any) -> Any:
    """Show the same row as another type."""
    return SameRow(type_name=type_name, **options)


def many(relation: str | None = None, **options: Any) -> Any:
    """Show a to-many relationship as a connection."""
    return Many(relation=relation, **options)


def each(relation: str | None = None, **options: Any) -> Any:
    """Show a to-many relationship that is small by nature as a list."""
    return Many(relation=relation, paged=False, **options)


def batched(
    annotation: Any,
    load: Load,
    description: str,
    *,
    key: Column | Source = "id",
    arguments: Sequence[Argument] = (),
) -> Any:
    """Show what a function works out for a batch of rows."""
    return BatchLoaded(annotation=annotation, load=load, key=key, arguments=arguments, description=description)


def merged(annotation: str, parts: Mapping[str, Many], description: str, *, sign: str, choice: Argument) -> Any:
    """Show several lists as one connection."""
    return Merged(annotation=annotation, parts=parts, sign=sign, choice=choice, description=description)


def listing(type_name: str, description: str = "") -> Any:
    """Show all rows of a type as a connection at the root."""
    return Many(type_name=type_name, description=description)


def lookup(type_name: str, description: str, **keys: LookupKey) -> Any:
    """Show the row that a unique key finds."""
    by_id = LookupKey("ID", "Its opaque id.", lambda value: {"id": {"eq": value}})
    return Lookup(type_name=type_name, description=description, keys={"id": by_id, **keys})


def found_by(description: str, field: str) -> LookupKey:
    """A unique key that is one text field."""
    return LookupKey("str", description, lambda value: {field: {"eq": value}})


def found_by_external_id(description: str = "The id in the outside system that owns it.") -> LookupKey:
    """A unique key of records that outside systems own."""
    return LookupKey(
        "ExternalIdInput",
        description,
        lambda value: {"source": {"eq": value["source"]}, "externalId": {"eq": value["externalId"]}},
    )


def computed(annotation: Any, *columns: Column | Source, description: str) -> Callable[[Callable[..., Any]], Any]:
    """Work a value out from columns of the row."""

    def decorate(function: Callable[..., Any]) -> Any:
        return Computed(annotation=annotation, columns=columns, function=function, description=description)

    return decorate
