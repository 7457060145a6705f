"""Operations taken apart: what they ask of the schema itself, and what of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

INTROSPECTION = frozenset({"__schema", "__type"})

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
    return list(dict.fromkeys(_keys(found)))


def _keys(selections: SelectionSetNode) -> Iterator[str]:
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield (selection.alias or selection.name).value
        elif isinstance(selection, InlineFragmentNode):
            yield from _keys(selection.selection_set)
