"""What a document asks of the schema itself, beside whatever else it asks: answered by graphql-core from memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Undefined,
    execute_sync,
    print_ast,
)

from schema.execution.plan.bindings import NotPlannable
from schema.execution.plan.plan_nodes import ROOT_KEY, AnswerState, Child, Filler
from schema.execution.plan.selection import Selection

if TYPE_CHECKING:
    from graphql.execution.values import VariableValues

FIELDS = ("__schema", "__type")
MOST_ANSWERS = 16
"""How many answers are kept: tools ask the same few questions, and a whole schema is large."""


@dataclass(eq=False, slots=True)
class Introspection(Filler):
    """A question about the schema. It is kept with its answer unless variables are in it."""

    key: str
    schema: GraphQLSchema
    document: DocumentNode
    text: str

    def describe(self) -> str:
        """No statement is needed."""
        return "the schema itself, which asks no database"

    async def fill(self, filling: AnswerState, slots: Sequence[tuple[Any, Any]]) -> None:
        """Answer it at the root."""
        answer = self._answer(filling.variables)
        for container, _ in slots:
            container[self.key] = answer

    def _answer(self, variables: VariableValues) -> Any:
        kept = _KEPT.get((self.schema, self.text))
        if kept is not None:
            return kept
        given = {name: each.value for name, each in variables.sources.items() if each.value is not Undefined}
        result = execute_sync(self.schema, self.document, variable_values=given)
        if result.errors or result.data is None:
            raise NotPlannable
        answer = result.data[self.key]
        if "$" not in self.text:
            _KEPT[self.schema, self.text] = answer
            while len(_KEPT) > MOST_ANSWERS:
                _KEPT.popitem(last=False)
        return answer


_KEPT: OrderedDict[tuple[GraphQLSchema, str], Any] = OrderedDict()


def introspection(selection: Selection) -> Child:
    """The step of a plan that answers a question about the schema."""
    planner = selection.planner
    operation = OperationDefinitionNode(
        operation=OperationType.QUERY,
        variable_definitions=planner.operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(detail.node for detail in selection.details)),
    )
    document = DocumentNode(definitions=(operation, *(each.definition for each in planner.fragments.values())))
    text = "\n".join(map(print_ast, (operation.selection_set, *document.definitions[1:])))
    return Child(Introspection(selection.key, planner.schema, document, text), ROOT_KEY)
