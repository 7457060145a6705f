"""Documents: parsed and validated once and kept, with their plans, in bounded caches."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Generic, TypeVar

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    MaxIntrospectionDepthRule,
    OperationDefinitionNode,
    OperationType,
    Source,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from models.scope import Scope
from schema.declaring.permissions import scopes_of
from schema.execution.plan import limits
from schema.execution.plan.argument_readers import ReadVariables, variables_reader
from schema.execution.plan.bindings import NotPlannable
from schema.execution.plan.cost.price import OperationPrice
from schema.execution.plan.cost.pricing import price_of
from schema.execution.plan.plan_nodes import Change, Shape
from schema.execution.plan.planner import Planner
from schema.execution.plan.schema_questions import of_budget, root_keys, taken_apart

Key = TypeVar("Key")
Kept = TypeVar("Kept")

RULES = (*specified_rules, MaxIntrospectionDepthRule)
MOST_DOCUMENTS = 1000
MOST_PLANS = 2000
MOST_SWITCHES = 3
"""For how many variables that skip fields all plans of a document are made ahead."""
MOST_CHARACTERS = 4_000_000
"""Of all documents kept together: what is made of one takes some ten times as many bytes."""


class Cache(Generic[Key, Kept]):
    """The most recently used of things, bounded in number and in the characters that they were made from."""

    def __init__(self, size: int, characters: int = MOST_CHARACTERS) -> None:
        self.size, self.characters = size, characters
        self.hits = self.misses = 0
        self._weight = 0
        self._kept: OrderedDict[Key, tuple[Kept, int]] = OrderedDict()

    def get(self, key: Key) -> Kept | None:
        """What is kept under a key."""
        entry = self._kept.get(key)
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return entry[0]

    def put(self, key: Key, kept: Kept, characters: int) -> Kept:
        """Keep something under a new key; the least recently used makes room for it."""
        self._kept[key] = kept, characters
        self._weight += characters
        while len(self._kept) > self.size or self._weight > self.characters:
            _, (_, less) = self._kept.popitem(last=False)
            self._weight -= less
        return kept

    def __len__(self) -> int:
        return len(self._kept)

    def use(self) -> dict[str, int]:
        """How much is kept, and how often that was of use."""
        return {"size": len(self), "characters": self._weight, "hits": self.hits, "misses": self.misses}


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
    scopes: frozenset[Scope] = frozenset()
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

    def operation(self, name: str | None) -> Operation | None:
        """The operation to run; none when the name does not say which."""
        if name is not None:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None


@dataclass(eq=False, slots=True)
class OperationPlan:
    """How an operation runs: a query by its shape, mutations one after another; neither for the ordinary way."""

    price: OperationPrice
    shape: Shape | None = None
    changes: Sequence[Change | tuple[str, str]] | None = None


class Documents:
    """Reads documents against a schema and plans their queries."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.read: Cache[str, Document] = Cache(MOST_DOCUMENTS)
        self.plans: Cache[Any, OperationPlan] = Cache(MOST_PLANS)
        self.kept: dict[str, Document] = {}
        """Documents that are kept for good."""

    def keep(self, text: str) -> Document:
        """Read and plan a document that is kept for good, unless it has errors."""
        document = self._read(text)
        if not document.errors:
            self.kept[text] = document
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
        kept = self.kept.get(text) or self.read.get(text)
        if kept is not None:
            return kept
        document = self._read(text)
        return document if document.errors else self.read.put(text, document, len(text))

    def _read(self, text: str) -> Document:
        try:
            node = parse(
                Source(text, "GraphQL request"),
                max_lexical_tokens=limits.MOST_TOKENS,
                max_comments=limits.MOST_COMMENTS,
                max_source_length=limits.LONGEST_DOCUMENT,
            )
        except GraphQLError as error:
            return Document(None, [error])
        excess = limits.excess(self.schema, node)
        # Looking for what a wrong name may have meant takes longer than all the rest.
        errors = [excess] if excess else validate(self.schema, node, RULES, limits.MOST_ERRORS, hide_suggestions=True)
        if errors:
            return Document(None, errors)
        document = Document(node, [], switches=sorted(set(_switches(node))))
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
        name = operation.node.name
        coerced: Mapping[str, object] = variables.coerced
        switches = tuple((switch, coerced.get(switch)) for switch in document.switches)
        key = (text, name.value if name else None, switches)
        return self.plans.get(key) or self.plans.put(key, self._plan(document, operation, variables), len(text))

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
