"""The reference's chapters: each type has one place, at its resource or among the structures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
)

from .resources import RESOURCES, ReferenceResource, check
from .shapes import Shapes
from .survey import Sorting, TypePlaces, survey


@dataclass(frozen=True)
class TypeEntry:
    """A type at its resource, with the filters and sort keys of its lists."""

    type: GraphQLNamedType
    found: TypePlaces
    filters: tuple[GraphQLInputObjectType, ...]
    sortings: tuple[Sorting, ...]


@dataclass(frozen=True)
class StructureGroup:
    """Structures of one kind."""

    name: str
    summary: str
    types: tuple[GraphQLNamedType, ...]

    @property
    def anchor(self) -> str:
        """The name that links to it use."""
        return "structures-" + self.name.lower().replace(" ", "-")


@dataclass(frozen=True)
class Outline:
    """All chapters, in their order."""

    resources: tuple[tuple[ReferenceResource, tuple[TypeEntry, ...]], ...]
    groups: tuple[StructureGroup, ...]
    roots: tuple[GraphQLObjectType, ...]
    found: Mapping[str, TypePlaces]


def outline(schema: GraphQLSchema) -> Outline:
    """Put each type where it belongs, once."""
    check(schema)
    shapes = Shapes(schema)
    found = survey(shapes)
    placed = {root.name for root in shapes.roots} | {name for resource in RESOURCES for name in resource.types}
    resources = tuple(
        (resource, tuple(_entry(schema.type_map[name], found[name], placed) for name in resource.types))
        for resource in RESOURCES
    )
    others = [
        type_
        for name, type_ in sorted(schema.type_map.items())
        if name not in placed and not is_introspection_type(type_)
    ]
    return Outline(resources, tuple(_groups(others, shapes)), tuple(shapes.roots), found)


def _entry(type_: GraphQLNamedType, found: TypePlaces, placed: set[str]) -> TypeEntry:
    """Keep a filter or an order with the first type whose lists take it."""
    filters = [given for name, given in found.filters.items() if name not in placed]
    placed.update(given.name for given in filters)
    sortings = [given for name, given in found.sortings.items() if name not in placed]
    placed.update(name for given in sortings for name in (given.order.name, given.keys.name))
    return TypeEntry(type_, found, tuple(filters), tuple(sortings))


def _groups(types: Sequence[GraphQLNamedType], shapes: Shapes) -> Iterator[StructureGroup]:
    for name, summary, takes in _kinds(shapes):
        if taken := tuple(type_ for type_ in types if takes(type_)):
            yield StructureGroup(name, summary, taken)


def _kinds(shapes: Shapes) -> list[tuple[str, str, Callable[[GraphQLNamedType], bool]]]:
    pages = shapes.connections.keys() | shapes.edges.keys()
    plumbing = pages | shapes.payloads.keys()

    def is_a(kind: type[GraphQLNamedType]) -> Callable[[GraphQLNamedType], bool]:
        return lambda type_: isinstance(type_, kind) and type_.name not in plumbing

    return [
        ("Value types", "What the resources are made of.", is_a(GraphQLObjectType)),
        ("Enumerations", "Values that have names.", is_a(GraphQLEnumType)),
        ("Inputs", "What arguments are made of.", is_a(GraphQLInputObjectType)),
        ("Scalars", "Single values, and how they are written.", is_a(GraphQLScalarType)),
        ("Interfaces", "What several types have in common.", is_a(GraphQLInterfaceType)),
        ("Unions", "What may be one of several types.", is_a(GraphQLUnionType)),
        ("Payloads", "What mutations answer.", lambda type_: type_.name in shapes.payloads),
        ("Pages", "What lists give: a page, and what leads to each thing on it.", lambda type_: type_.name in pages),
    ]
