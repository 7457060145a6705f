"""Documents: parsed and validated once and kept, with their plans, in bounded caches."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Source,
    parse,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from resolvers.storage.beside import beside
from resolvers.storage.cache import MOST_CHARACTERS, Cache
from resolvers.storage.steps import DOCUMENT, PLAN, step
from schema.declaring.permissions import Taken, scopes_of
from schema.execution.plan.argument_readers import ReadVariables, variables_reader
from schema.execution.plan.bindings import NotPlannable
from schema.execution.plan.cost.price import OperationPrice
from schema.execution.plan.cost.pricing import price_of
from schema.execution.plan.likeness import OpenDocument, opened
from schema.execution.plan.limits import operation_limits as limits
from schema.execution.plan.literals import words_of
from schema.execution.plan.plan_nodes import Change, Shape
from schema.execution.plan.planner import Planner
from schema.execution.plan.rules import rules_for
from schema.execution.plan.schema_questions import of_budget, root_keys, taken_apart

MOST_DOCUMENTS = 1000
MOST_PLANS = 2000
MOST_LIKES = 8
"""How many documents of the same words are told from one another by literals that a plan takes once."""
OFTEN = 3
"""How often a document is asked for before it gets a plan of its own, in which its literals stand."""
MOST_SWITCHES = 3
"""For how many variables that skip fields all plans of a document are made ahead."""


@dataclass(eq=False, slots=True)
class Operation:
    """One of a document's operations, and what reads its variables."""

    node: OperationDefinitionNode
    """Without what it asks of the schema itself."""
    read: ReadVariables
    introspection: OperationDefinitionNode | None = None
    """What it asks of the schema itself."""
    budget: OperationDefinitionNode | None = None
    """What it asks of its own cost."""
    keys: Sequence[str] = ()
    """The keys of the answer in their order, where it has two parts."""
    scopes: Taken = field(default_factory=Taken)
    """What a viewer must hold to ask for it."""

    @property
    def changes(self) -> bool:
        """Whether it is a mutation."""
        return self.node.operation is OperationType.MUTATION


@dataclass(eq=False, slots=True)
class Document:
    """A document that was read: its errors, or its operations."""

    node: DocumentNode | None
    errors: Sequence[GraphQLError]
    fragments: dict[str, FragmentDetails] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    switches: Sequence[str] = ()
    """The variables that decide which fields are skipped."""
    like: OpenDocument | None = None
    """What it has in common with others, in whose places its own literals stand."""
    uses: int = 0

    def operation(self, name: str | None) -> Operation | None:
        """The operation to run; none when the name does not say which."""
        if name is not None:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None

    @property
    def may_be_like_others(self) -> bool:
        """Whether its plan may answer others: errors of mutations name places in the text."""
        return not self.errors and all(
            each.node.operation is OperationType.QUERY and each.introspection is None and each.budget is None
            for each in self.operations.values()
        )

    def with_literals(self, literals: Mapping[str, object], like: OpenDocument) -> Document:
        """The same with literals in open places."""
        operations = {
            name: replace(each, read=_with_literals(each.read, literals)) for name, each in self.operations.items()
        }
        return replace(self, operations=operations, like=like)


def _with_literals(read: ReadVariables, literals: Mapping[str, object]) -> ReadVariables:
    def read_both(given: dict[str, object]) -> VariableValues | list[GraphQLError]:
        found = read(given)
        return (
            VariableValues(found.sources, {**found.coerced, **literals}) if isinstance(found, VariableValues) else found
        )

    return read_both


@dataclass(eq=False, slots=True)
class OperationPlan:
    """How an operation runs: a query by its shape, mutations one after another; neither for the ordinary way."""

    price: OperationPrice
    shape: Shape | None = None
    changes: Sequence[Change | tuple[str, str]] | None = None


@dataclass(eq=False, slots=True)
class Likeness:
    """What a document has in common with others that differ from it in literals, comments and white space alone."""

    first: Document
    literals: Sequence[str]
    opened: tuple[OpenDocument, Document] | None = None

    def document(self, documents: Documents, literals: Sequence[str]) -> Document | None:
        """The document with other literals; none where it would not be valid, or not the same to a plan."""
        if self.opened is None:
            assert self.first.node is not None
            common = opened(documents.schema, self.first.node, self.literals)
            made = documents.made(common.node, has_directives=bool(self.first.switches))
            self.opened = common, made
        common, made = self.opened
        given = common.given(literals)
        if given is None:
            return None
        written = {str(place): literal for place, literal in enumerate(literals)}
        if limits.excess_of_pages(documents.schema, common.node, written):
            return None
        return made.with_literals(given, common)


class Documents:
    """Reads documents against a schema and plans their queries."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.read: Cache[str, Document] = Cache(MOST_DOCUMENTS)
        self.plans: Cache[Any, OperationPlan] = Cache(MOST_PLANS)
        self.likes: Cache[str, list[Likeness]] = Cache(MOST_DOCUMENTS, MOST_CHARACTERS // 2)
        """What documents had in common with others, by their words."""
        self.valid: Cache[str, bool] = Cache(MOST_DOCUMENTS)
        """The words of valid documents, whatever their aliases are called."""
        self.kept: Cache[str, Document] = Cache(sys.maxsize, sys.maxsize)
        """Documents that are kept for good."""
        self._keeps = False

    def keep(self, text: str) -> Document:
        """Read and plan a document that is kept for good, unless it has errors."""
        document = self._read_alone(text)
        if not document.errors:
            self._keeps = True
            self.kept.put(text, document, len(text))
            for operation in document.operations.values():
                self._plan_ahead(text, document, operation)
        return document

    def _plan_ahead(self, text: str, document: Document, operation: Operation) -> None:
        declared = {each.variable.name.value for each in operation.node.variable_definitions or ()}
        switches = [name for name in document.switches if name in declared]
        if len(switches) <= MOST_SWITCHES:
            for values in product((True, False), repeat=len(switches)):
                chosen = VariableValues({}, dict(zip(switches, values, strict=True)))
                self.plan(text, document, operation, chosen)

    def document(self, text: str) -> Document:
        """A document by its text; one with errors is not kept, since these hold on to all that was read."""
        return self._known(text) or self._noted(text, self._read(text))

    async def document_beside(self, text: str) -> Document:
        """The same; what is new is read beside the event loop, and what is asked for often gets a plan of its own."""
        known = self._known(text)
        if known is None:
            with step(DOCUMENT):
                return self._noted(text, await beside(("document", self, text), self._read, text))
        known.uses += 1
        return known if known.like is None or known.uses < OFTEN else await self.alone(text)

    async def alone(self, text: str) -> Document:
        """A document that has nothing in common with others: errors name places in its own text."""
        known = self._known(text)
        if known is not None and known.like is None:
            return known
        return self._noted(text, await beside(("alone", self, text), self._read_alone, text))

    def _known(self, text: str) -> Document | None:
        return (self.kept.get(text) if self._keeps else None) or self.read.get(text)

    def _noted(self, text: str, document: Document) -> Document:
        return document if document.errors else self.read.put(text, document, len(text))

    def _read(self, text: str) -> Document:
        words = words_of(text)
        if words is None:
            return self._read_alone(text)
        likes = self.likes.get(words.key) or []
        for each in likes:
            found = each.document(self, words.literals)
            if found is not None:
                return found
        document = self._read_alone(text, is_valid=self.valid.get(words.unnamed) is not None)
        if not document.errors:
            self.valid.put(words.unnamed, True, len(text))
        if len(likes) < MOST_LIKES and document.may_be_like_others:
            self.likes.put(words.key, [*likes, Likeness(document, words.literals)], len(text))
        return document

    def _read_alone(self, text: str, *, is_valid: bool = False) -> Document:
        try:
            node = parse(
                Source(text, "GraphQL request"),
                max_lexical_tokens=limits.MOST_TOKENS,
                max_comments=limits.MOST_COMMENTS,
                max_source_length=limits.LONGEST_DOCUMENT,
            )
        except GraphQLError as error:
            return Document(None, [error])
        if is_valid:
            return self.made(node, has_directives="@" in text)
        excess = limits.excess(self.schema, node)
        # Looking for what a wrong name may have meant takes longer than all the rest.
        errors = (
            [excess]
            if excess
            else validate(self.schema, node, rules_for(text), limits.MOST_ERRORS, hide_suggestions=True)
        )
        return Document(None, errors) if errors else self.made(node, has_directives="@" in text)

    def made(self, node: DocumentNode, *, has_directives: bool) -> Document:
        """A document that is valid."""
        document = Document(node, [], switches=sorted(set(_switches(node))) if has_directives else ())
        named = {each.name.value: each for each in node.definitions if isinstance(each, FragmentDefinitionNode)}
        document.fragments = {name: FragmentDetails(definition, None) for name, definition in named.items()}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                operation = Operation(definition, variables_reader(self.schema, definition, document.switches))
                operation.node, operation.introspection = taken_apart(definition, named)
                if operation.introspection is not None:
                    operation.keys = root_keys(definition, named)
                operation.budget = of_budget(definition, named)
                operation.scopes = scopes_of(operation.node, named)
                document.operations[definition.name.value if definition.name else ""] = operation
        return document

    def plan(self, text: str, document: Document, operation: Operation, variables: VariableValues) -> OperationPlan:
        """The plan of a query, for these values of the variables that skip fields."""
        key = _key(text, document, operation, variables)
        return self.plans.get(key) or self.plans.put(key, self._plan(document, operation, variables), len(text))

    async def plan_beside(
        self, text: str, document: Document, operation: Operation, variables: VariableValues
    ) -> OperationPlan:
        """The same; what was never planned is planned beside the event loop."""
        key = _key(text, document, operation, variables)
        known = self.plans.get(key)
        if known is not None:
            return known
        with step(PLAN):
            made = await beside(("plan", self, key), self._plan, document, operation, variables)
        return self.plans.put(key, made, len(text))

    def _plan(self, document: Document, operation: Operation, variables: VariableValues) -> OperationPlan:
        planner = Planner(self.schema, operation.node, document.fragments, variables)
        plan = OperationPlan(price_of(planner))
        try:
            if operation.changes:
                plan.changes = planner.changes()
            elif operation.node.operation is OperationType.QUERY:
                plan.shape = planner.root()[0]
        except NotPlannable:
            pass
        return plan


def _key(text: str, document: Document, operation: Operation, variables: VariableValues) -> tuple[object, ...]:
    """A plan is made for an operation, and for values of the variables that skip fields."""
    name, coerced = operation.node.name, variables.coerced
    return (
        document.like or text,
        name.value if name else None,
        tuple((switch, coerced.get(switch)) for switch in document.switches) if document.switches else (),
    )


def _switches(node: Any) -> Iterator[str]:
    """The variables in @skip and @include anywhere in a document."""
    if node.kind == "directive" and node.name.value in ("skip", "include", "defer", "stream"):
        yield from _variables(node)
        return
    for key in node.keys:
        child = getattr(node, key, None)
        for each in child if isinstance(child, list | tuple) else [child]:
            if hasattr(each, "keys") and hasattr(each, "kind"):
                yield from _switches(each)


def _variables(node: Any) -> Iterator[str]:
    for argument in node.arguments or ():
        if argument.value.kind == "variable":
            yield argument.value.name.value
