"""What a viewer may ask for: the scope that each field of the roots takes, checked once for a document.

Each is declared with its field. Fields below the roots take none, nor do lists and look-ups: which rows a viewer sees
is settled by the statements that read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from models.rules.error_codes import ErrorCode
from models.scope import Scope, ViewerKind
from resolvers.operation.structs import camel
from resolvers.request_codes import RequestCode
from resolvers.storage.context import Viewer, is_customer
from schema.declaring.base import TYPES

OF_ONES_OWN = ", or is a customer's who asks for what is their own"


def rules(root: str) -> Mapping[str, Scope | None]:
    """The scope that each field of `Query` or `Mutation` takes, as it was declared."""
    return {camel(name): field.scope for name, field in TYPES[root].fields.items()}


def kept_for_customers(root: str) -> frozenset[str]:
    """The fields of a root that customers may ask for about themselves."""
    return frozenset(camel(name) for name, field in TYPES[root].fields.items() if field.own is not None)


def describe(schema: GraphQLSchema) -> None:
    """Say in each root field's description which scope it takes."""
    for root in (schema.query_type, schema.mutation_type):
        assert isinstance(root, GraphQLObjectType)
        own = kept_for_customers(root.name)
        for name, scope in rules(root.name).items():
            if scope is not None:
                field = root.fields[name]
                field.description = (
                    f"{field.description} Takes the scope `{scope}`{OF_ONES_OWN if name in own else ''}."
                )


@cache
def _queries() -> Mapping[str, Scope | None]:
    return rules("Query")


@cache
def _mutations() -> Mapping[str, Scope | None]:
    return rules("Mutation")


@dataclass(frozen=True, slots=True)
class Taken:
    """The scopes that an operation takes, and those that it takes of customers, who may ask for what is their own."""

    scopes: frozenset[Scope] = frozenset()
    of_customers: frozenset[Scope] = frozenset()


@cache
def _own(root: str) -> frozenset[str]:
    return kept_for_customers(root)


def scopes_of(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Taken:
    """What an operation takes, whatever of it is skipped."""
    changes = operation.operation is OperationType.MUTATION
    rule, own = _mutations() if changes else _queries(), _own("Mutation" if changes else "Query")
    taken = {name: scope for name in _names(operation.selection_set, fragments) if (scope := rule.get(name))}
    others = frozenset(scope for name, scope in taken.items() if name not in own)
    return Taken(frozenset(taken.values()), others)


def _names(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    """The names of the root's fields; a document that was validated has no circles of fragments."""
    for one in selections.selections:
        if isinstance(one, FieldNode):
            yield one.name.value
        elif isinstance(one, FragmentSpreadNode):
            yield from _names(fragments[one.name.value].selection_set, fragments)
        elif isinstance(one, InlineFragmentNode):
            yield from _names(one.selection_set, fragments)


def refusal(taken: Taken, viewer: Viewer) -> GraphQLError | None:
    """Why a viewer may not ask for what takes these scopes; nothing where they may."""
    if not taken.scopes:
        return None
    scopes = taken.of_customers if is_customer(viewer) else taken.scopes
    missing = sorted(scope for scope in scopes if not viewer.has(scope))
    if not missing:
        return None
    told = ", ".join(missing)
    if viewer.kind is ViewerKind.ANONYMOUS:
        return GraphQLError(f"Show a token that holds {told}.", extensions={"code": RequestCode.UNAUTHENTICATED})
    return GraphQLError(
        f"It takes {told}, which the token doesn't hold.", extensions={"code": ErrorCode.FORBIDDEN.value}
    )
