"""The coordinates of the schema that an operation uses.

They are written as GraphQL's specification does: `Type.field`, `Type.field(argument:)`, `Enum.VALUE` and `Input.field`.

What stands in the document is found once; what comes in its variables is looked through at each run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_input_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
    visit,
)

Fragments = Mapping[str, FragmentDefinitionNode]


def coordinates(schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments) -> frozenset[str]:
    """What an operation's text uses, its fragments included."""
    found: set[str] = set()
    waiting: list[Node] = [operation]
    known: set[str] = set()
    while waiting:
        types = TypeInfo(schema)
        finder = _Finder(types)
        visit(waiting.pop(), TypeInfoVisitor(types, finder))
        found |= finder.found
        for name in finder.spread - known:
            known.add(name)
            waiting.append(fragments[name])
    return frozenset(found)


class _Finder(Visitor):
    """Finds coordinates on the way through a document."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.found: set[str] = set()
        self.spread: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """A field."""
        if (parent := self.types.get_parent_type()) is not None and not node.name.value.startswith("__"):
            self.found.add(f"{parent.name}.{node.name.value}")

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        """An argument of a field."""
        if self.types.get_directive() is None and (parent := self.types.get_parent_type()) is not None:
            field = self.types.get_field_def()
            name = next((name for name, each in getattr(parent, "fields", {}).items() if each is field), None)
            if name is not None:
                self.found.add(f"{parent.name}.{name}({node.name.value}:)")

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        """A field of an input."""
        parent = get_named_type(self.types.get_parent_input_type())
        if parent is not None:
            self.found.add(f"{parent.name}.{node.name.value}")

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        """A value of an enum."""
        if isinstance(kind := get_named_type(self.types.get_input_type()), GraphQLEnumType):
            self.found.add(f"{kind.name}.{node.value}")

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        """What stands elsewhere."""
        self.spread.add(node.name.value)


def telling_variables(schema: GraphQLSchema, operation: OperationDefinitionNode) -> dict[str, GraphQLInputType]:
    """The variables of an operation whose values may use coordinates."""
    found: dict[str, GraphQLInputType] = {}
    for each in operation.variable_definitions or ():
        kind = type_from_ast(schema, each.type)
        if is_input_type(kind) and isinstance(get_named_type(kind), GraphQLInputObjectType | GraphQLEnumType):
            found[each.variable.name.value] = kind
    return found


def within(kind: GraphQLInputType, value: object) -> Iterator[str]:
    """What a variable's value uses."""
    while is_non_null_type(kind) or is_list_type(kind):
        if is_list_type(kind) and isinstance(value, list):
            for each in value:
                yield from within(kind.of_type, each)
            return
        kind = kind.of_type
    if isinstance(kind, GraphQLEnumType):
        if isinstance(value, str) and value in kind.values:
            yield f"{kind.name}.{value}"
    elif isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
        for name, inner in value.items():
            if (field := kind.fields.get(name)) is not None:
                yield f"{kind.name}.{name}"
                yield from within(field.type, inner)
