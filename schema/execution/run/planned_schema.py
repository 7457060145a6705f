"""Strawberry's schema with the planned way before the ordinary one."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import strawberry
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, execute, located_error
from graphql import ExecutionResult as GraphQLExecutionResult
from graphql.execution.values import VariableValues
from sqlalchemy.ext.asyncio import AsyncEngine
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.errors import TooLarge, Unavailable
from resolvers.storage.context import RequestContext
from resolvers.storage.patience.outage import unavailable
from resolvers.storage.reader import TokenChanged
from schema.declaring.permissions import refusal
from schema.execution.plan.cost.price import Cost, cost
from schema.execution.plan.document_cache import Document, Documents, Operation, OperationPlan
from schema.execution.plan.limits.operation_limits import too_many
from schema.execution.plan.plan_nodes import Change, Shape
from schema.execution.plan.schema_questions import is_dry
from schema.execution.run.executor import run
from schema.execution.run.introspection import Introspection
from schema.execution.run.variables import variables_of
from schema.execution.run.ways import Ways

ABOUT_SCHEMA = Cost(objects=5000)
"""What is charged for questions about the schema, whose answers are large and kept."""


class Meter(Protocol):
    """Keeps account of what a request costs."""

    is_dry: bool
    """Whether the request only wants to know."""

    async def charge(self, cost: Cost, *, dry: bool = False) -> GraphQLError | None:
        """Charge the cost before anything is run; why it isn't to be run."""


@dataclass(slots=True)
class Context:
    """What resolvers are given with a request."""

    reading: RequestContext
    engine: AsyncEngine | None = None
    """For writing; a gateway without one only reads."""
    meter: Meter | None = None
    """Who keeps account of the cost; nobody where nothing is said."""
    planned: bool = False
    """Whether a plan gave the answer."""
    is_dry: bool = False
    """Whether nothing was run but the question for its cost."""
    tells_budget: bool = False
    """Whether the answer says how a budget stands."""

    def __post_init__(self) -> None:
        """What is asked of may be counted."""
        self.reading.engine = self.engine


@dataclass(slots=True)
class OperationRequest:
    """An operation to run: of a document that was read, with the variables that came with it."""

    text: str
    document: Document
    operation: Operation
    variables: dict[str, object]

    @property
    def name(self) -> str | None:
        """The operation's name, if it has one."""
        name = self.operation.node.name
        return None if name is None else name.value


class PlannedSchema(strawberry.Schema):
    """Runs a query by its plan. Whatever has no plan, or fails on the way, runs the ordinary way from the start.

    Queries change nothing, so running one again is safe, and errors are always those of the ordinary way. While the
    database is away there is no second way.
    """

    planned = True
    """Whether plans are used; tests turn them off to compare."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.documents = Documents(self._schema)
        self.introspection = Introspection(self._schema)
        self.ways = Ways()

    def process_errors(self, *_: Any) -> None:
        """Say nothing: the endpoint masks errors, and logs the unexpected ones."""

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, object] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, object] | None = None,
    ) -> ExecutionResult:
        """Answer a document."""
        if query is not None:
            assert isinstance(context_value, Context)
            document = await self.documents.document_beside(query)
            if document.errors:
                # The ordinary way knows no limits: what they refuse must not get there.
                return ExecutionResult(data=None, errors=list(document.errors))
            operation = document.operation(operation_name)
            if operation is not None and _allows(allowed_operation_types, operation):
                return await self.answer(
                    OperationRequest(query, document, operation, variable_values or {}), context_value
                )
        return await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            allowed_operation_types,
            operation_extensions,
        )

    async def answer(self, asked: OperationRequest, context: Context) -> ExecutionResult:
        """Answer an operation of a document that is valid."""
        if refused := refusal(asked.operation.scopes, context.reading.viewer):
            return ExecutionResult(data=None, errors=[refused])
        answered = await self._run_planned(asked, context) if self.planned else None
        return answered or await self._run_ordinary(asked, context)

    async def _run_planned(self, asked: OperationRequest, context: Context) -> ExecutionResult | None:
        document, operation = asked.document, asked.operation
        coerced = await variables_of(operation, asked.variables)
        if not isinstance(coerced, VariableValues):
            return _unread(document, coerced)
        try:
            plan = await self.documents.plan_beside(asked.text, document, operation, coerced)
            if (instead := await self._charged(plan, asked, coerced, context)) is not None:
                return instead
            answered = await self._read(plan.shape, context, coerced) if plan.changes is None else None
        except (RecursionError, TokenChanged):
            raise
        except Exception as error:
            if (away := unavailable(error)) is not None:
                self.ways.unavailable += 1
                return ExecutionResult(data=None, errors=[GraphQLError(str(away), original_error=away)])
            self.ways.leave_plan(asked.text, error)
            context.reading.memo.clear()
            return None
        if plan.changes is not None:
            context.planned = True
            return await self._change(plan.changes, context, coerced)
        if answered is None or operation.introspection is None:
            return answered
        return await self._with_schema(answered, asked)

    async def _charged(
        self,
        plan: OperationPlan,
        asked: OperationRequest,
        variables: VariableValues,
        context: Context,
    ) -> ExecutionResult | None:
        """Charge an operation; what is answered in its place where it costs too much, or is to be priced only."""
        priced, meter, operation = cost(plan, variables), context.meter, asked.operation
        whole = priced if operation.introspection is None else priced.plus(ABOUT_SCHEMA)
        context.tells_budget = operation.budget is not None
        if meter is not None and (meter.is_dry or (operation.budget and is_dry(operation.budget, variables.coerced))):
            context.is_dry = True
            refused = await meter.charge(whole, dry=True)
            if refused is not None or operation.budget is None:
                return ExecutionResult(data=None if refused else {}, errors=[refused] if refused else None)
            return await self._execute(operation.budget, asked, context)
        refused = too_many(priced)
        if refused is None and meter is not None:
            refused = await meter.charge(whole)
        return ExecutionResult(data=None, errors=[refused]) if refused is not None else None

    async def _read(self, shape: Shape | None, context: Context, variables: VariableValues) -> ExecutionResult | None:
        """A query's answer; none where it has no plan."""
        if shape is None:
            self.ways.without_plan += 1
            return None
        try:
            data = await run(shape, context.reading, variables)
        except (Unavailable, TooLarge) as error:
            self.ways.unavailable += isinstance(error, Unavailable)
            return ExecutionResult(data=None, errors=[located_error(error, None, [shape.entries[0][0]])])
        self.ways.planned += 1
        context.planned = True
        return ExecutionResult(data=data, errors=None)

    async def _run_ordinary(self, asked: OperationRequest, context: Context) -> ExecutionResult:
        """The ordinary way, by the document's own text: errors name places in it."""
        document = await self.documents.alone(asked.text)
        if document.errors:
            return ExecutionResult(data=None, errors=list(document.errors))
        operation = document.operation(asked.name)
        assert operation is not None
        alone = OperationRequest(asked.text, document, operation, asked.variables)
        if not isinstance(coerced := await variables_of(operation, asked.variables), VariableValues):
            return ExecutionResult(data=None, errors=list(coerced))
        return await self._with_schema(await self._execute(operation.node, alone, context), alone)

    async def _execute(
        self, operation: OperationDefinitionNode, asked: OperationRequest, context: Context
    ) -> ExecutionResult:
        """What graphql-core answers."""
        fragments = (details.definition for details in asked.document.fragments.values())
        node = DocumentNode(definitions=(operation, *fragments))
        try:
            running = execute(self._schema, node, None, context, asked.variables)
            found = await running if inspect.isawaitable(running) else running
        finally:
            # Loaders read in tasks of their own, which know nothing of an end or an error beside them.
            await context.reading.stop()
        assert isinstance(found, GraphQLExecutionResult)
        return ExecutionResult(data=found.data, errors=found.errors)

    async def _with_schema(self, result: ExecutionResult, asked: OperationRequest) -> ExecutionResult:
        """An answer with what is asked of the schema itself in its place."""
        operation = asked.operation
        if operation.introspection is None or result.data is None:
            return result
        about = await self.introspection.answer(asked.text, asked.document, operation, asked.variables)
        both = {**result.data, **about.data}
        errors = [*(result.errors or ()), *about.errors]
        return ExecutionResult(data={key: both[key] for key in operation.keys if key in both}, errors=errors or None)

    @staticmethod
    async def _change(
        changes: Sequence[Change | tuple[str, str]], context: Context, variables: VariableValues
    ) -> ExecutionResult:
        """Mutations one after another; one that fails is undone, and leaves those before it done."""
        data: dict[str, object] = {}
        for wanted in changes:
            if not isinstance(wanted, Change):
                data[wanted[0]] = wanted[1]
                continue
            assert context.engine is not None
            try:
                data[wanted.key] = await wanted.run(wanted, context.reading, context.engine, variables)
            except Exception as error:
                located = located_error(error, [wanted.arguments.node], [wanted.key])
                return ExecutionResult(data=None, errors=[located])
        return ExecutionResult(data=data, errors=None)


def _allows(types: Iterable[OperationType] | None, operation: Operation) -> bool:
    """Whether a request may run an operation of this type: a GET, say, may change nothing."""
    return types is None or OperationType(operation.node.operation.value) in types


def _unread(document: Document, errors: Sequence[GraphQLError]) -> ExecutionResult | None:
    """What is answered where variables can't be read; nothing where the document itself has to be asked."""
    if document.like is not None:
        # The errors name places in the document itself.
        return None
    # The ordinary way would read all of them once more, and knows no limits.
    return ExecutionResult(data=None, errors=list(errors))
