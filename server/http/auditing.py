"""Whatever shows a customer's personal data to a shop, a till or a back office is noted before it is sent."""

from __future__ import annotations

from strawberry.types import ExecutionResult

from models.scope import ViewerKind
from resolvers.audit.trail import Shown, Trail
from schema.execution.run.audited import AuditedDocuments
from schema.execution.run.planned_schema import Context, PlannedSchema
from server.http.graphql_http import GraphQLRequest


class Auditing:
    """Runs operations, and notes what they show."""

    def __init__(self, schema: PlannedSchema, trail: Trail) -> None:
        self.schema = schema
        self.trail = trail
        self.documents = AuditedDocuments(schema._schema)

    async def execute(self, asked: GraphQLRequest, context: Context) -> ExecutionResult:
        """The answer to an operation of a valid document."""
        viewer = context.reading.viewer
        if viewer.kind is not ViewerKind.ENTERPRISE:
            return await self.schema.execute(asked.query, asked.variables, context, None, asked.operation_name)
        audited = await self.documents.document_beside(asked.query)
        result = await self.schema.execute(audited.text, asked.variables, context, None, asked.operation_name)
        customers = context.reading.shown_customers
        if audited.places and result.data is not None:
            customers = customers | audited.take_customers(result.data, asked.operation_name)
        if customers:
            await self.trail.note(Shown(viewer, customers, self._name(asked), context.reading.now))
        return result

    def _name(self, asked: GraphQLRequest) -> str:
        operation = self.schema.documents.document(asked.query).operation(asked.operation_name)
        if operation is not None and operation.node.name is not None:
            return operation.node.name.value
        return "a query without a name" if operation is None or not operation.changes else "a mutation without a name"
