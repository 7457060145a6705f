"""Pricing an operation, once, along with its plan: what it selects, and how large the pages are that it asks for.

Sizes that are written are multiplied out here; those that variables decide are left to each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    IntValueNode,
    ListValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails

from resolvers.query.paging import DEFAULT_PAGE, LARGEST_PAGE
from schema.execution.plan.bindings import declaration_of, field_name
from schema.execution.plan.cost.price import LIST_SIZE, NOTHING, Cost, Dearest, Objects, OperationPrice, Price, Size
from schema.execution.plan.planner import Groups, Planner

DOCUMENT_VALUES = 1000
"""How many values a JSON document that is put together is taken to hold, such as all that is known of a customer."""

ONE_VALUE = Cost(values=1)


@lru_cache(maxsize=16384)
def _leaf(parent: GraphQLObjectType, name: str) -> Cost | None:
    """What a field costs that is a value; none where it leads to objects."""
    definition = parent.fields.get(name)
    if definition is None:
        return ONE_VALUE
    target, declared = get_named_type(definition.type), declaration_of(parent, name)
    if not is_leaf_type(target):
        return None
    lists, changes = (declared.lists, declared.changes) if declared is not None else (0, 0)
    counts = int(parent.name.endswith("Connection") and name == "totalCount")
    values = DOCUMENT_VALUES if lists and target.name == "JSON" else 1
    cost = Cost(values=values, lists=lists, counts=counts, changes=changes)
    return ONE_VALUE if cost == ONE_VALUE else cost


def price_of(planner: Planner) -> OperationPrice:
    """Price an operation, for the values of the variables in its directives for which it is planned."""
    pricing = _Pricing(planner)
    each, below = pricing.fields(*planner.selected())
    return OperationPrice(Objects(1, each, below), tuple(pricing.sizes.values()))


class _Pricing:
    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.conditions = _conditions(planner)
        self.sizes: dict[Any, Size] = {}
        """What variables decide, each once."""

    def fields(
        self, parent: GraphQLObjectType, groups: Groups, page: int | Size = LIST_SIZE
    ) -> tuple[Cost, list[Price]]:
        """The cost of an object's fields that is fixed, and the prices of the others."""
        total, below, values = NOTHING, [], 0
        for details in groups.values():
            leaf = _leaf(parent, field_name(details))
            if leaf is ONE_VALUE:
                values += 1
                continue
            found = self._field(parent, details, page) if leaf is None else Objects(1, leaf, ())
            if found.fixed is not None:
                total = total.plus(found.fixed)
            else:
                below.append(found)
        return total.plus(Cost(values=values)), below

    def _field(self, parent: GraphQLObjectType, details: list[FieldDetails], page: int | Size) -> Price:
        definition = parent.fields[field_name(details)]
        declared = declaration_of(parent, field_name(details))
        once = NOTHING
        if declared is not None:
            once = Cost(lists=declared.lists, changes=declared.changes, sums=declared.sums)
        target = get_named_type(definition.type)
        inner_page = self._page(definition, details[0].node)
        own = self._length(definition, details[0].node, page)
        options = [self._object(each, details, own, inner_page, once) for each in self._possible(target)]
        return options[0] if len(options) == 1 else Dearest(options)

    def _object(
        self, target: GraphQLObjectType, details: list[FieldDetails], own: int | Size, page: int | Size, once: Cost
    ) -> Price:
        total, below = self.fields(target, self.planner.groups(target, details), page)
        return Objects(own, total.plus(Cost(objects=1)), below, once)

    def _possible(self, target: Any) -> Iterable[GraphQLObjectType]:
        """The types that an object may be of: those that the document tells apart, and one of the others."""
        if isinstance(target, GraphQLObjectType):
            return (target,)
        schema, told_apart = self.planner.schema, set()
        for name in self.conditions - {target.name}:
            condition = schema.get_type(name)
            told_apart |= (
                {each.name for each in schema.get_possible_types(condition)} if is_abstract_type(condition) else {name}
            )
        possible = schema.get_possible_types(target)
        others = [each for each in possible if each.name not in told_apart]
        return [*(each for each in possible if each.name in told_apart), *others[:1]]

    def _length(self, definition: GraphQLField, node: FieldNode, page: int | Size) -> int | Size:
        """How many objects a field leads to for each parent; the rows of a page are as many as the page is large."""
        bare = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
        if not isinstance(bare, GraphQLList):
            return 1
        if "ids" in definition.args:
            return self._size(node, ("ids",), _count)
        return LIST_SIZE if definition.args else page

    def _page(self, definition: GraphQLField, node: FieldNode) -> int | Size:
        """How large the pages are that a field answers; lists in what has no pages are taken to be short."""
        return self._size(node, ("first", "last"), _page_size) if "first" in definition.args else LIST_SIZE

    def _size(self, node: FieldNode, names: Sequence[str], make: Callable[..., int]) -> int | Size:
        """What is made of some arguments: now, or from the variables where some are in them."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        values = tuple(given.get(name) for name in names)
        if not any(isinstance(value, VariableNode) for value in values):
            return make(*(_written(value) for value in values))
        known = (
            make,
            tuple(value.name.value if isinstance(value, VariableNode) else _written(value) for value in values),
        )
        return self.sizes.setdefault(known, partial(_from_variables, values, make))


def _page_size(first: int | None, last: int | None) -> int:
    size = last if last is not None else DEFAULT_PAGE if first is None else first
    return max(0, min(size, LARGEST_PAGE))


def _count(ids: Sequence[object] | None) -> int:
    return len(ids) if isinstance(ids, list | tuple) else 1


def _from_variables(
    values: Sequence[ValueNode | None], make: Callable[..., int], variables: Mapping[str, object]
) -> int:
    return make(
        *[variables.get(value.name.value) if isinstance(value, VariableNode) else _written(value) for value in values]
    )


def _written(node: ValueNode | None) -> object:
    """A page's size or the list of ids as it is written; none where it isn't."""
    if isinstance(node, ListValueNode):
        return node.values
    return int(node.value) if isinstance(node, IntValueNode) else None


def _conditions(planner: Planner) -> set[str]:
    """The names of the types that a document tells apart."""
    definitions = [details.definition for details in planner.fragments.values()]
    found = {each.type_condition.name.value for each in definitions}
    waiting = [planner.operation.selection_set, *(each.selection_set for each in definitions)]
    while waiting:
        for selection in waiting.pop().selections:
            condition = getattr(selection, "type_condition", None)
            if condition is not None:
                found.add(condition.name.value)
            inner = getattr(selection, "selection_set", None)
            if inner is not None:
                waiting.append(inner)
    return found
