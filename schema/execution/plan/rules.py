"""The rules by which documents are valid, but for those that can't be broken for want of what they are about."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from graphql import (
    ASTValidationRule,
    FieldNode,
    FragmentDefinitionNode,
    KnownDirectivesRule,
    KnownFragmentNamesRule,
    MaxIntrospectionDepthRule,
    NoFragmentCyclesRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    PossibleFragmentSpreadsRule,
    TypeInfoVisitor,
    UniqueDirectivesPerLocationRule,
    UniqueFragmentNamesRule,
    UniqueVariableNamesRule,
    ValidationContext,
    ValidationRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
    specified_rules,
    visit,
)
from graphql.validation.rules.defer_stream_directive_label import DeferStreamDirectiveLabel
from graphql.validation.rules.defer_stream_directive_on_root_field import DeferStreamDirectiveOnRootField
from graphql.validation.rules.defer_stream_directive_on_valid_operations_rule import (
    DeferStreamDirectiveOnValidOperationsRule,
)
from graphql.validation.rules.stream_directive_on_list_field import StreamDirectiveOnListField
from graphql.validation.validation_context import VariableUsage, VariableUsageVisitor


class FewerVisits(ValidationRule):
    """No rule: variables are looked for only where they can be, and not in all of a document once more."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        types = context._type_info
        known: dict[int, list[VariableUsage]] = {}

        def usages(node: OperationDefinitionNode | FragmentDefinitionNode) -> list[VariableUsage]:
            if id(node) not in known:
                fragment = node if isinstance(node, FragmentDefinitionNode) else None
                looking = _Looking(types, fragment)
                visit(node, TypeInfoVisitor(types, looking))
                known[id(node)] = looking.usages
            return known[id(node)]

        context.get_variable_usages = usages  # type: ignore[method-assign]


class _Looking(VariableUsageVisitor):
    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        """No dollar, no variable."""
        assert node.loc is not None
        found = node.loc.source.body.find("$", node.loc.start, node.loc.end)
        return self.SKIP if found < 0 else None


RULES: tuple[type[ASTValidationRule], ...] = (*specified_rules, MaxIntrospectionDepthRule)

ABOUT: dict[str, frozenset[type[ASTValidationRule]]] = {
    "@": frozenset(
        {
            KnownDirectivesRule,
            UniqueDirectivesPerLocationRule,
            DeferStreamDirectiveLabel,
            DeferStreamDirectiveOnRootField,
            DeferStreamDirectiveOnValidOperationsRule,
            StreamDirectiveOnListField,
        }
    ),
    "...": frozenset({KnownFragmentNamesRule, PossibleFragmentSpreadsRule}),
    "fragment": frozenset({UniqueFragmentNamesRule, NoUnusedFragmentsRule, NoFragmentCyclesRule}),
    "$": frozenset(
        {
            NoUndefinedVariablesRule,
            NoUnusedVariablesRule,
            UniqueVariableNamesRule,
            VariablesAreInputTypesRule,
            VariablesInAllowedPositionRule,
        }
    ),
    "__": frozenset({MaxIntrospectionDepthRule}),
}
"""What is about nothing where a document doesn't hold a text."""


def rules_for(text: str) -> tuple[type[ASTValidationRule], ...]:
    """The rules that a document may break."""
    return _without(tuple(mark for mark in ABOUT if mark not in text))


@lru_cache(maxsize=64)
def _without(marks: tuple[str, ...]) -> tuple[type[ASTValidationRule], ...]:
    left_out = frozenset[type[ASTValidationRule]]().union(*(ABOUT[mark] for mark in marks))
    return FewerVisits, *(rule for rule in RULES if rule not in left_out)
