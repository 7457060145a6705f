"""Strawberry's schema with the planned way before the ordinary one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.reading import Reading
from schema.execution.documents import Documents
from schema.execution.run import run


@dataclass(slots=True)
class Context:
    """What resolvers are given with a request."""

    reading: Reading


class PlannedSchema(strawberry.Schema):
    """Runs a query by its plan. Whatever has no plan, or fails on the way, runs the ordinary way from the start.

    Queries change nothing, so running one again is safe, and errors are always those of the ordinary way.
    """

    planned = True
    """Whether plans are used; tests turn them off to compare."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.documents = Documents(self._schema)

    async def execute(  # type: ignore[override]
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
            data = await self._run_planned(query, variable_values, context_value, operation_name)
            if data is not None:
                return ExecutionResult(data=data, errors=None)
        return await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            allowed_operation_types,
            operation_extensions,
        )

    async def _run_planned(
        self, query: str, variables: dict[str, Any] | None, context: Context, operation_name: str | None
    ) -> dict[str, Any] | None:
        document = self.documents.document(query)
        operation = document.operation(operation_name)
        if document.errors or operation is None:
            return None
        coerced = get_variable_values(self._schema, operation.variable_definitions or (), variables or {})
        if not isinstance(coerced, VariableValues):
            return None
        plan = self.documents.plan(query, document, operation, coerced)
        if plan.shape is None:
            return None
        try:
            return await run(plan.shape, context.reading, coerced)
        except Exception:  # noqa: BLE001 - the ordinary way meets the same error and reports it
            context.reading.memo.clear()
            return None


