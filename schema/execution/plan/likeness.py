"""Documents that are like one that is known: they differ from it in comments, white space and literals alone.

The literals that a plan takes anew at each run, as it does variables, are put in their place by names that no variable
can have. What each document gives for them is read as graphql-core reads literals, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    GraphQLInputType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NameNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_nullable_type,
    is_leaf_type,
    visit,
)
from graphql.utilities.coerce_input_value import coerce_input_literal

from schema.execution.plan.literals import is_plain

OPEN = frozenset({"first", "last", "after", "before", "where", "by", "search"})
"""The arguments whose literals a plan takes at each run."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenDocument:
    """A document with open places for literals: the type of each, or the literal that must stand there."""

    node: DocumentNode
    places: Sequence[GraphQLInputType | str]

    def given(self, literals: Sequence[str]) -> Mapping[str, object] | None:
        """What literals give for the open places, by their names; none where these can't take them."""
        found: dict[str, object] = {}
        for number, (place, literal) in enumerate(zip(self.places, literals, strict=True)):
            if isinstance(place, str):
                if place != literal:
                    return None
                continue
            try:
                value = coerce_input_literal(_node(literal), place)
            except Exception:
                return None
            if value is Undefined:
                return None
            found[str(number)] = value
        return found


def _node(literal: str) -> ValueNode:
    return StringValueNode(value=literal[1:-1], block=False) if literal[0] == '"' else IntValueNode(value=literal)


def opened(schema: GraphQLSchema, node: DocumentNode, literals: Sequence[str]) -> OpenDocument:
    """A valid document whose literals are opened: all that were found among its words, or none."""
    types = TypeInfo(schema)
    opening = _Opening(types)
    made = visit(node, TypeInfoVisitor(types, opening))
    if opening.literals != list(literals):
        return OpenDocument(node, literals)
    return OpenDocument(made, opening.places)


class _Opening(Visitor):
    """Puts variables in place of literals."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.places: list[GraphQLInputType | str] = []
        self.literals: list[str] = []
        self.argument = ""

    def enter_directive(self, _node: DirectiveNode, *_: Any) -> Any:
        """What directives are given stays."""
        return self.SKIP

    def enter_variable_definition(self, _node: VariableDefinitionNode, *_: Any) -> Any:
        """So do defaults."""
        return self.SKIP

    def enter_list_value(self, _node: ListValueNode, *_: Any) -> Any:
        """And lists."""
        return self.SKIP

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        """Note whose literals come."""
        self.argument = node.name.value

    def enter_int_value(self, node: IntValueNode, *_: Any) -> Any:
        """A whole number."""
        return self._literal(node)

    def enter_string_value(self, node: StringValueNode, *_: Any) -> Any:
        """A text."""
        return self._literal(node)

    def _literal(self, node: IntValueNode | StringValueNode) -> Any:
        assert node.loc is not None
        written = node.loc.source.body[node.loc.start : node.loc.end]
        if not is_plain(written):
            return None
        self.literals.append(written)
        kind = self.types.get_input_type()
        if self.argument not in OPEN or kind is None or not is_leaf_type(get_nullable_type(kind)):
            self.places.append(written)
            return None
        self.places.append(kind)
        return VariableNode(name=NameNode(value=str(len(self.places) - 1)), loc=node.loc)
