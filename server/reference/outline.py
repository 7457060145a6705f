"""The reference's pages: each type, query and mutation has one place, on its own page or on one that is about more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
)

from .resources import RESOURCES, ReferenceResource, check
from .shapes import Shapes
from .survey import TypePlaces, survey

ERRORS = "errors.html"
ERROR_TYPES = ("ErrorCode", "RequestCode")
"""The enumerations whose values the page of errors tells, each with what to do about it."""


@dataclass(frozen=True)
class Operation:
    """A query or mutation, with the types that nothing else takes or answers."""

    root: str
    name: str
    field: GraphQLField
    inputs: tuple[GraphQLInputObjectType, ...]
    answer: GraphQLObjectType | None

    @property
    def full_name(self) -> str:
        """The name that links to it use."""
        return f"{self.root}.{self.name}"

    @property
    def page(self) -> str:
        """Its page's file."""
        return f"{self.full_name}.html"


@dataclass(frozen=True)
class ResourcePage:
    """A resource with its types, and the operations that are about it."""

    resource: ReferenceResource
    types: tuple[GraphQLNamedType, ...]
    operations: tuple[Operation, ...]

    @property
    def page(self) -> str:
        """Its page's file."""
        return f"{self.resource.anchor}.html"


@dataclass(frozen=True)
class StructureGroup:
    """Structures of one kind."""

    name: str
    summary: str
    types: tuple[GraphQLNamedType, ...]

    @property
    def page(self) -> str:
        """Its page's file."""
        return "structures-" + self.name.lower().replace(" ", "-") + ".html"


@dataclass(frozen=True)
class Outline:
    """All pages, in their order."""

    resources: tuple[ResourcePage, ...]
    operations: Mapping[str, Operation]
    groups: tuple[StructureGroup, ...]
    found: Mapping[str, TypePlaces]
    homes: Mapping[str, str]
    """The page of each type."""

    def of_root(self, root: str) -> list[Operation]:
        """All queries, or all mutations."""
        return [operation for operation in self.operations.values() if operation.root == root]


def outline(schema: GraphQLSchema) -> Outline:
    """Put everything where it belongs, once."""
    check(schema)
    shapes = Shapes(schema)
    found = survey(shapes)
    operations = {each.full_name: each for each in _operations(shapes)}
    owners = {name: _owner(operation, shapes) for name, operation in operations.items()}
    resources = tuple(
        ResourcePage(
            resource,
            tuple(schema.type_map[name] for name in resource.types),
            tuple(each for name, each in operations.items() if owners[name] == resource.name),
        )
        for resource in RESOURCES
    )
    homes = dict(_homes(shapes, resources, operations.values()))
    types = [schema.type_map[name] for name in sorted(homes)]
    named = {name for resource in RESOURCES for name in resource.types}
    groups = _groups([type_ for type_ in types if type_.name not in named], shapes)
    return Outline(resources, operations, tuple(groups), found, homes)


def _operations(shapes: Shapes) -> Iterator[Operation]:
    taken = Counter(_inputs_of(shapes))
    for root in shapes.roots:
        for name, field in root.fields.items():
            inputs = {get_named_type(given.type).name: get_named_type(given.type) for given in field.args.values()}
            own = [each for each in inputs.values() if isinstance(each, GraphQLInputObjectType)]
            answer = get_named_type(field.type)
            only = shapes.payloads.get(answer.name) == [name] and isinstance(answer, GraphQLObjectType)
            yield Operation(
                root.name,
                name,
                field,
                tuple(each for each in own if taken[each.name] == 1),
                answer if only and isinstance(answer, GraphQLObjectType) else None,
            )


def _inputs_of(shapes: Shapes) -> Iterator[str]:
    """The type of each argument and of each field of an input."""
    for owner in shapes.schema.type_map.values():
        if isinstance(owner, GraphQLInputObjectType):
            yield from (get_named_type(field.type).name for field in owner.fields.values())
        elif isinstance(owner, GraphQLObjectType) and not is_introspection_type(owner):
            yield from (get_named_type(given.type).name for one in owner.fields.values() for given in one.args.values())


def _owner(operation: Operation, shapes: Shapes) -> str | None:
    """The resource that an operation is about: by what it answers, or else by its name."""
    resource_of = {name: resource.name for resource in RESOURCES for name in resource.types}
    answer = get_named_type(operation.field.type)
    answered = [shapes.node_of(answer)]
    if isinstance(answer, GraphQLObjectType) and answer.name in shapes.payloads:
        answered = [get_named_type(field.type) for field in answer.fields.values()]
    if found := next((resource_of[each.name] for each in answered if each.name in resource_of), None):
        return found
    named = resource_of | {word: resource.name for resource in RESOURCES for word in resource.about}
    begins = [name for name in named if operation.name.lower().startswith(name.lower())]
    return named[max(begins, key=len)] if begins else None


def _homes(
    shapes: Shapes, resources: Iterable[ResourcePage], operations: Iterable[Operation]
) -> Iterator[tuple[str, str]]:
    for name, type_ in shapes.schema.type_map.items():
        if type_ not in shapes.roots and not is_introspection_type(type_):
            yield name, ERRORS if name in ERROR_TYPES else f"{name}.html"
    for operation in operations:
        for own in (*operation.inputs, *filter(None, [operation.answer])):
            yield own.name, operation.page
    for resource in resources:
        for own_type in resource.types:
            yield own_type.name, resource.page


def _groups(types: Iterable[GraphQLNamedType], shapes: Shapes) -> Iterator[StructureGroup]:
    rest = list(types)
    for name, summary, takes in _kinds(shapes):
        if taken := tuple(type_ for type_ in rest if takes(type_)):
            yield StructureGroup(name, summary, taken)


def _kinds(shapes: Shapes) -> list[tuple[str, str, Callable[[GraphQLNamedType], bool]]]:
    pages = shapes.connections.keys() | shapes.edges.keys()
    plumbing = pages | shapes.payloads.keys()

    def is_a(kind: type[GraphQLNamedType]) -> Callable[[GraphQLNamedType], bool]:
        return lambda type_: isinstance(type_, kind) and type_.name not in plumbing

    def is_filter(type_: GraphQLNamedType) -> bool:
        return isinstance(type_, GraphQLInputObjectType) and type_.name.endswith(("Where", "Filter", "Order"))

    return [
        ("Value types", "What the resources are made of.", is_a(GraphQLObjectType)),
        ("Enumerations", "Values that have names.", is_a(GraphQLEnumType)),
        (
            "Inputs",
            "What arguments are made of.",
            lambda type_: is_a(GraphQLInputObjectType)(type_) and not is_filter(type_),
        ),
        ("Filters", "What lists are filtered and sorted by.", is_filter),
        ("Scalars", "Single values, and how they are written.", is_a(GraphQLScalarType)),
        ("Interfaces", "What several types have in common.", is_a(GraphQLInterfaceType)),
        ("Unions", "What may be one of several types.", is_a(GraphQLUnionType)),
        ("Payloads", "What mutations answer.", lambda type_: type_.name in shapes.payloads),
        ("Pages", "What lists give: a page, and what leads to each thing on it.", lambda type_: type_.name in pages),
    ]
