"""Whatever shows a customer's personal data to a shop, a till or a back office is noted before it is sent."""

from __future__ import annotations

from collections.abc import Awaitable

from strawberry.types import ExecutionResult

from models.scope import ViewerKind
from resolvers.audit.trail import Shown, Trail
from schema.execution.run.audited import Audited, AuditedDocuments
from schema.execution.run.planned_schema import Context, OperationRequest, PlannedSchema


class Auditing:
    """Runs operations, and notes what they show."""

    def __init__(self, schema: PlannedSchema, trail: Trail) -> None:
        self.schema = schema
        self.trail = trail
        self.documents = AuditedDocuments(schema._schema)

    def execute(self, asked: OperationRequest, context: Context) -> Awaitable[ExecutionResult]:
        """The answer to an operation of a valid document."""
        if context.reading.viewer.kind is not ViewerKind.ENTERPRISE:
            return self.schema.answer(asked, context)
        return self._execute_noting(asked, context)

    async def _execute_noting(self, asked: OperationRequest, context: Context) -> ExecutionResult:
        audited = await self.documents.document_beside(asked.text)
        result = await self.schema.answer(await self._marked(asked, audited), context)
        customers = context.reading.shown_customers
        if audited.places and result.data is not None:
            customers = customers | audited.take_customers(result.data, asked.name)
        if customers:
            await self.trail.note(Shown(context.reading.viewer, customers, _name(asked), context.reading.now))
        return result

    async def _marked(self, asked: OperationRequest, audited: Audited) -> OperationRequest:
        """The same operation, of the document that tells whose data it shows."""
        if not audited.places:
            return asked
        document = await self.schema.documents.document_beside(audited.text)
        operation = document.operation(asked.name)
        assert operation is not None
        return OperationRequest(audited.text, document, operation, asked.variables)


def _name(asked: OperationRequest) -> str:
    return asked.name or ("a mutation without a name" if asked.operation.changes else "a query without a name")
