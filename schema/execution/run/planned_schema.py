"""Strawberry's schema with the planned way before the ordinary one."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import DocumentNode, OperationDefinitionNode, execute, located_error
from graphql import ExecutionResult as GraphQLExecutionResult
from graphql.execution.values import VariableValues
from sqlalchemy.ext.asyncio import AsyncEngine
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.errors import Unavailable
from resolvers.storage.context import RequestContext
from schema.declaring.permissions import refusal
from schema.execution.plan.cost.price import cost
from schema.execution.plan.document_cache import Document, Documents, Operation
from schema.execution.plan.limits import too_many
from schema.execution.plan.plan_nodes import Change, Shape
from schema.execution.run.executor import run
from schema.execution.run.introspection import Introspection
from schema.execution.run.ways import Ways


@dataclass(slots=True)
class Context:
    """What resolvers are given with a request."""

    reading: RequestContext
    engine: AsyncEngine | None = None
    """For writing; a gateway without one only reads."""
    planned: bool = False
    """Whether a plan gave the answer."""

    def __post_init__(self) -> None:
        """What is asked of may be counted."""
        self.reading.engine = self.engine


@dataclass(slots=True)
class OperationRequest:
    """What a request asks for."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    allowed: Iterable[OperationType] | None

    def allows(self, operation: OperationDefinitionNode) -> bool:
        """Whether the request may run an operation of this type: a GET, say, may change nothing."""
        return self.allowed is None or OperationType(operation.operation.value) in self.allowed


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
        """Say nothing: whoever shows the errors masks them, and logs those that nobody foresaw."""

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Answer a document."""
        if query is not None:
            assert isinstance(context_value, Context)
            asked = OperationRequest(query, variable_values or {}, operation_name, allowed_operation_types)
            answered = await self._run_planned(asked, context_value) if self.planned else None
            answered = answered or await self._run_ordinary(asked, context_value)
            if answered is not None:
                return answered
        return await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            allowed_operation_types,
            operation_extensions,
        )

    async def _run_planned(self, asked: OperationRequest, context: Context) -> ExecutionResult | None:
        document = self.documents.document(asked.query)
        if document.errors:
            # The ordinary way knows no limits: what they refuse must not get there.
            return ExecutionResult(data=None, errors=list(document.errors))
        operation = document.operation(asked.operation_name)
        if operation is None or not asked.allows(operation.node):
            return None
        if refused := refusal(operation.scopes, context.reading.viewer):
            return ExecutionResult(data=None, errors=[refused])
        coerced = operation.read(asked.variables)
        if not isinstance(coerced, VariableValues):
            # The ordinary way would read all of them once more, and knows no limits.
            return ExecutionResult(data=None, errors=list(coerced))
        try:
            plan = self.documents.plan(asked.query, document, operation, coerced)
            if (excess := too_many(cost(plan, coerced))) is not None:
                return ExecutionResult(data=None, errors=[excess])
            answered = await self._read(plan.shape, context, coerced) if plan.changes is None else None
        except RecursionError:
            raise
        except Exception as error:
            self.ways.leave_plan(asked.query, error)
            context.reading.memo.clear()
            return None
        if plan.changes is not None:
            context.planned = True
            return await self._change(plan.changes, context, coerced)
        return answered and await self._with_schema(answered, asked, document, operation)

    async def _read(self, shape: Shape | None, context: Context, variables: VariableValues) -> ExecutionResult | None:
        """A query's answer; none where it has no plan."""
        if shape is None:
            self.ways.without_plan += 1
            return None
        try:
            data = await run(shape, context.reading, variables)
        except Unavailable as error:
            self.ways.unavailable += 1
            return ExecutionResult(data=None, errors=[located_error(error, None, [shape.entries[0][0]])])
        self.ways.planned += 1
        context.planned = True
        return ExecutionResult(data=data, errors=None)

    async def _run_ordinary(self, asked: OperationRequest, context: Context) -> ExecutionResult | None:
        """The ordinary way for a document that was read; none where it isn't clear what to run."""
        document = self.documents.document(asked.query)
        if document.errors:
            return ExecutionResult(data=None, errors=list(document.errors))
        operation = document.operation(asked.operation_name)
        if operation is None or not asked.allows(operation.node):
            return None
        if refused := refusal(operation.scopes, context.reading.viewer):
            return ExecutionResult(data=None, errors=[refused])
        if not isinstance(coerced := operation.read(asked.variables), VariableValues):
            return ExecutionResult(data=None, errors=list(coerced))
        fragments = (details.definition for details in document.fragments.values())
        node = DocumentNode(definitions=(operation.node, *fragments))
        try:
            running = execute(self._schema, node, None, context, asked.variables)
            found = await running if inspect.isawaitable(running) else running
        except asyncio.CancelledError:
            # Loaders read in tasks of their own, which know nothing of their request's end.
            await context.reading.stop()
            raise
        assert isinstance(found, GraphQLExecutionResult)
        result = ExecutionResult(data=found.data, errors=found.errors)
        return await self._with_schema(result, asked, document, operation)

    async def _with_schema(
        self, result: ExecutionResult, asked: OperationRequest, document: Document, operation: Operation
    ) -> ExecutionResult:
        """An answer with what is asked of the schema itself in its place."""
        if operation.introspection is None or result.data is None:
            return result
        about = await self.introspection.answer(asked.query, document, operation, asked.variables)
        both = {**result.data, **about.data}
        errors = [*(result.errors or ()), *about.errors]
        return ExecutionResult(data={key: both[key] for key in operation.keys if key in both}, errors=errors or None)

    @staticmethod
    async def _change(
        changes: Sequence[Change | tuple[str, str]], context: Context, variables: VariableValues
    ) -> ExecutionResult:
        """Mutations one after another; one that fails is undone, and leaves those before it done."""
        data: dict[str, Any] = {}
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
