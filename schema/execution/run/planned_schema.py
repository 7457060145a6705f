"""Strawberry's schema with the planned way before the ordinary one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import OperationDefinitionNode, located_error
from graphql.execution.values import VariableValues
from sqlalchemy.ext.asyncio import AsyncEngine
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.errors import Unavailable
from resolvers.storage.context import RequestContext
from schema.execution.plan.cost.price import cost
from schema.execution.plan.document_cache import Documents
from schema.execution.plan.limits import too_many
from schema.execution.plan.plan_nodes import Change, Shape
from schema.execution.run.executor import run
from schema.execution.run.ways import Ways


@dataclass(slots=True)
class Context:
    """What resolvers are given with a request."""

    reading: RequestContext
    engine: AsyncEngine | None = None
    """For writing; a gateway without one only reads."""
    planned: bool = False
    """Whether a plan gave the answer."""


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
        if query is not None and self.planned:
            assert isinstance(context_value, Context)
            asked = OperationRequest(query, variable_values or {}, operation_name, allowed_operation_types)
            answered = await self._run_planned(asked, context_value)
            if answered is not None:
                return answered
        try:
            return await super().execute(
                query,
                variable_values,
                context_value,
                root_value,
                operation_name,
                allowed_operation_types,
                operation_extensions,
            )
        except asyncio.CancelledError:
            # Loaders read in tasks of their own, which know nothing of their request's end.
            if isinstance(context_value, Context):
                await context_value.reading.stop()
            raise

    async def _run_planned(self, asked: OperationRequest, context: Context) -> ExecutionResult | None:
        document = self.documents.document(asked.query)
        if document.errors:
            # The ordinary way knows no limits: what they refuse must not get there.
            return ExecutionResult(data=None, errors=list(document.errors))
        operation = document.operation(asked.operation_name)
        if operation is None or not asked.allows(operation.node):
            return None
        coerced = operation.read(asked.variables)
        if not isinstance(coerced, VariableValues):
            return None
        try:
            plan = self.documents.plan(asked.query, document, operation, coerced)
            if (excess := too_many(cost(plan, coerced))) is not None:
                return ExecutionResult(data=None, errors=[excess])
            if plan.changes is None:
                return await self._read(plan.shape, context, coerced)
        except RecursionError:
            raise
        except Exception as error:
            self.ways.leave_plan(asked.query, error)
            context.reading.memo.clear()
            return None
        context.planned = True
        return await self._change(plan.changes, context, coerced)

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
