"""Where each type is to be had, and what its lists filter and sort by."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from .shapes import Shapes


@dataclass(frozen=True)
class Sorting:
    """What orders a list, and the keys that it may name."""

    order: GraphQLNamedType
    keys: GraphQLEnumType


@dataclass
class TypePlaces:
    """Where a type is to be had, each place written as `Type.field`."""

    queries: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    mutations: list[str] = field(default_factory=list)
    filters: dict[str, GraphQLInputObjectType] = field(default_factory=dict)
    sortings: dict[str, Sorting] = field(default_factory=dict)

    @property
    def places(self) -> tuple[tuple[str, list[str]], ...]:
        """The places by their kind."""
        return ("Queries", self.queries), ("Fields", sorted(self.fields)), ("Mutations", self.mutations)


def survey(shapes: Shapes) -> dict[str, TypePlaces]:
    """Go through all fields once, and note at each type what leads to it."""
    found: dict[str, TypePlaces] = defaultdict(TypePlaces)
    for owner in shapes.objects:
        if owner.name in shapes.connections or owner.name in shapes.edges:
            continue
        for name, given in owner.fields.items():
            node = shapes.node_of(given.type)
            if is_leaf_type(node):
                continue  # texts and numbers are everywhere
            _note_arguments(found[node.name], given)
            for target in _members(shapes, node):
                _note_place(found[target.name], shapes, owner, name)
    return found


def _members(shapes: Shapes, type_: GraphQLNamedType) -> Iterator[GraphQLNamedType]:
    """Give the type and, of an interface or union, all that it may turn out to be."""
    yield type_
    if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
        yield from shapes.schema.get_possible_types(type_)


def _note_place(found: TypePlaces, shapes: Shapes, owner: GraphQLObjectType, name: str) -> None:
    place = f"{owner.name}.{name}"
    mutation = shapes.schema.mutation_type
    if owner is shapes.schema.query_type:
        found.queries.append(place)
    elif owner.name in shapes.payloads and mutation:
        answered = [f"{mutation.name}.{call}" for call in shapes.payloads[owner.name]]
        found.mutations.extend(call for call in answered if call not in found.mutations)
    elif owner is mutation:
        found.mutations.append(place)
    elif owner is not shapes.schema.subscription_type:
        found.fields.append(place)


def _note_arguments(found: TypePlaces, given: GraphQLField) -> None:
    if where := given.args.get("where"):
        type_ = get_named_type(where.type)
        if isinstance(type_, GraphQLInputObjectType):
            found.filters[type_.name] = type_
    if order_by := given.args.get("orderBy"):
        order = get_named_type(order_by.type)
        if keys := _keys(order):
            found.sortings[order.name] = Sorting(order, keys)


def _keys(order: GraphQLNamedType) -> GraphQLEnumType | None:
    """Find the keys in an order such as `{field: LAST_NAME, direction: ASC}`, or in one that is but a key."""
    type_ = order
    if isinstance(order, GraphQLInputObjectType) and "field" in order.fields:
        type_ = get_named_type(order.fields["field"].type)
    return type_ if isinstance(type_, GraphQLEnumType) else None
