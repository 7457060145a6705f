"""The parts that types play: pages of a list, what leads to the things on them, and answers of mutations."""

from collections import defaultdict
from functools import cached_property

from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    get_named_type,
    is_introspection_type,
    is_object_type,
)


class Shapes:
    """A schema's object types, told apart by their shape."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.roots = [root for root in (schema.query_type, schema.mutation_type, schema.subscription_type) if root]

    @cached_property
    def objects(self) -> list[GraphQLObjectType]:
        """All object types of the schema's own."""
        return [
            type_
            for type_ in self.schema.type_map.values()
            if isinstance(type_, GraphQLObjectType) and not is_introspection_type(type_)
        ]

    @cached_property
    def connections(self) -> dict[str, GraphQLNamedType]:
        """Pages by name, each with the type of what is on it."""
        pages = [type_ for type_ in self.objects if {"pageInfo", "edges"} <= type_.fields.keys()]
        return {page.name: get_named_type(_edge(page).fields["node"].type) for page in pages}

    @cached_property
    def edges(self) -> dict[str, GraphQLNamedType]:
        """What leads to one thing on a page, with that thing's type."""
        pages = [type_ for type_ in self.objects if type_.name in self.connections]
        return {_edge(page).name: self.connections[page.name] for page in pages}

    @cached_property
    def payloads(self) -> dict[str, list[str]]:
        """What mutations answer and no other field gives, with those mutations' names."""
        elsewhere = {
            get_named_type(field.type).name
            for type_ in self.objects
            if type_ is not self.schema.mutation_type
            for field in type_.fields.values()
        }
        answers: dict[str, list[str]] = defaultdict(list)
        mutation = self.schema.mutation_type
        for name, field in mutation.fields.items() if mutation else ():
            answer = get_named_type(field.type)
            if is_object_type(answer) and answer.name not in elsewhere:
                answers[answer.name].append(name)
        return dict(answers)

    def node_of(self, type_: GraphQLType) -> GraphQLNamedType:
        """Give a field's type by name; of a page, the type of what is on it."""
        named = get_named_type(type_)
        return self.connections.get(named.name, named)


def _edge(page: GraphQLObjectType) -> GraphQLObjectType:
    edge = get_named_type(page.fields["edges"].type)
    assert isinstance(edge, GraphQLObjectType)
    return edge
