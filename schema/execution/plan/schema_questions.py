"""Operations taken apart: what they ask of the schema itself, what of their own cost, and what of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

INTROSPECTION = frozenset({"__schema", "__type"})
BUDGET, DRY_RUN = "rateLimit", "dryRun"

Fragments = Mapping[str, FragmentDefinitionNode]
Keep = Callable[[FieldNode], bool]


def taken_apart(
    operation: OperationDefinitionNode, fragments: Fragments
) -> tuple[OperationDefinitionNode, OperationDefinitionNode | None]:
    """An operation without its questions about the schema, and one of these alone; none where it has none."""
    questions = _selection(operation.selection_set, fragments, _asks_schema)
    if not questions.selections:
        return operation, None
    rest = _selection(operation.selection_set, fragments, lambda field: not _asks_schema(field))
    return _with(operation, rest), _with(operation, questions)


def of_budget(operation: OperationDefinitionNode, fragments: Fragments) -> OperationDefinitionNode | None:
    """What an operation asks of its own cost alone; none where it doesn't."""
    if operation.operation is not OperationType.QUERY:
        return None
    questions = _selection(operation.selection_set, fragments, lambda field: field.name.value == BUDGET)
    return _with(operation, questions) if questions.selections else None


def is_dry(budget: OperationDefinitionNode, variables: Mapping[str, object]) -> bool:
    """Whether an operation is only to say what it would cost, by what it asks of its own cost."""
    return any(_dry(field, variables) for field in _fields(budget.selection_set))


def _dry(field: FieldNode, variables: Mapping[str, object]) -> bool:
    for argument in field.arguments or ():
        if argument.name.value == DRY_RUN:
            value = argument.value
            if isinstance(value, VariableNode):
                return bool(variables.get(value.name.value))
            return isinstance(value, BooleanValueNode) and value.value
    return False


def _asks_schema(field: FieldNode) -> bool:
    return field.name.value in INTROSPECTION


def _with(operation: OperationDefinitionNode, selections: SelectionSetNode) -> OperationDefinitionNode:
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=operation.directives,
        selection_set=selections,
        loc=operation.loc,
    )


def _selection(selections: SelectionSetNode, fragments: Fragments, keep: Keep) -> SelectionSetNode:
    kept = tuple(part for selection in selections.selections for part in _part(selection, fragments, keep))
    return SelectionSetNode(selections=kept, loc=selections.loc)


def _part(selection: SelectionNode, fragments: Fragments, keep: Keep) -> Iterator[SelectionNode]:
    """What is kept of a selection at the root; a fragment's stands in the place of its name."""
    if isinstance(selection, FieldNode):
        if keep(selection):
            yield selection
        return
    if isinstance(selection, FragmentSpreadNode):
        within: FragmentDefinitionNode | InlineFragmentNode = fragments[selection.name.value]
    else:
        assert isinstance(selection, InlineFragmentNode)
        within = selection
    inner = _selection(within.selection_set, fragments, keep)
    if inner.selections:
        yield InlineFragmentNode(
            type_condition=within.type_condition,
            directives=selection.directives,
            selection_set=inner,
            loc=selection.loc,
        )


def root_keys(operation: OperationDefinitionNode, fragments: Fragments) -> list[str]:
    """The keys of an operation's answer in their order."""
    found = _selection(operation.selection_set, fragments, lambda _field: True)
    return list(dict.fromkeys((field.alias or field.name).value for field in _fields(found)))


def _fields(selections: SelectionSetNode) -> Iterator[FieldNode]:
    """The fields of a selection whose fragments stand in their places."""
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from _fields(selection.selection_set)
