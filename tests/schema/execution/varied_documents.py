"""Variants of a document: a document takes a second to make by its schema, and one with other values a millisecond."""

from __future__ import annotations

import random
from typing import Any

from graphql import (
    GraphQLNonNull,
    GraphQLSchema,
    Node,
    NullValueNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableNode,
    Visitor,
    parse,
    parse_value,
    print_ast,
    visit,
)

from tests.schema.execution.odd_documents import Making

OFTEN, NULL, FITTING = 0.3, 0.2, 0.97
"""How likely a value is to be another one, and that one null, or null or a value that fits."""


class _Varying(Visitor):
    """Puts other values of all kinds, fitting and not, in the place of some, and null where that may be."""

    def __init__(self, types: TypeInfo, making: Making) -> None:
        super().__init__()
        self.types, self.making = types, making

    def enter(self, node: Node, *_: Any) -> Any:
        """The value as it is, or another one."""
        if not isinstance(node, ValueNode) or isinstance(node, VariableNode):
            return None
        kind = self.types.get_input_type()
        if kind is None or self.making.chance.random() > OFTEN:
            return None
        chance = self.making.chance.random()
        if chance < NULL and not isinstance(kind, GraphQLNonNull):
            return NullValueNode()
        # One value that does not fit keeps all others from being tried.
        return parse_value(self.making.literal(kind, 0, plain=chance < FITTING))


def varied(schema: GraphQLSchema, document: str, seed: int) -> str:
    """A document with other values; the same one for the same seed."""
    types = TypeInfo(schema)
    varying = _Varying(types, Making(schema, random.Random(seed)))
    return print_ast(visit(parse(document), TypeInfoVisitor(types, varying)))
