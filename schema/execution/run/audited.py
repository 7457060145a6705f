"""Which customers' personal data an answer shows: documents that are to tell, and what their answers told.

The customer's id is asked for under a name of its own, wherever something personal is selected, and taken out of the
answer again. That holds for every way in which a document is run, for lists in lists, fragments and payloads alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    visit,
)

from resolvers.ids import key_of
from schema.execution.plan.document_cache import Cache

MARK = "crm360_customer"
"""The name under which an answer tells whose data it shows."""

TELLS_NOTHING = frozenset({"__typename", "id", "state", "createdAt", "updatedAt", MARK})
"""What a customer's row shows without telling anything of the person."""

PERSONAL: Mapping[str, frozenset[str]] = {
    "Card": frozenset({"number", "secondaryNumber", "blockedReason"}),
    "CustomerSourceRecord": frozenset({"externalId"}),
    "PointEntry": frozenset({"note", "extendedData"}),
    "PointLot": frozenset({"note"}),
    "ProductReservation": frozenset({"customerNote", "comments"}),
    "Purchase": frozenset({"cardNumber", "properties"}),
    "StatusRecord": frozenset({"note"}),
    "Token": frozenset({"device"}),
    "Voucher": frozenset({"note"}),
}
"""Fields of what belongs to a customer that tell something of the person, or may."""

MOST_DOCUMENTS = 1000


OF_CUSTOMER = f" {MARK}: id "
OF_OTHERS = f" {MARK}: customer {{ id }} "


def tells(type_name: str, names: set[str]) -> bool:
    """Whether these fields of a type tell something of a person."""
    if type_name == "Customer":
        return not names <= TELLS_NOTHING
    return not names.isdisjoint(PERSONAL.get(type_name, ()))


class _Marking(Visitor):
    """Finds where to ask for the customer beside what is personal: the ends of selections, by their places."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.marks: list[tuple[int, str]] = []

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
        """A selection that tells something of a person tells of whom, too."""
        parent = self.types.get_parent_type()
        names = {each.name.value for each in node.selections if isinstance(each, FieldNode)}
        if isinstance(parent, GraphQLObjectType) and tells(parent.name, names):
            assert node.loc is not None
            self.marks.append((node.loc.end - 1, OF_CUSTOMER if parent.name == "Customer" else OF_OTHERS))


class AuditedDocuments:
    """Documents as they are run where it is noted whose data they show."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._kept: Cache[str, str] = Cache(MOST_DOCUMENTS)

    def document(self, text: str) -> str:
        """The document to run in place of a valid one: the same, where it shows nothing of any person."""
        kept = self._kept.get(text)
        return self._marked(text) if kept is None else kept

    def _marked(self, text: str) -> str:
        types = TypeInfo(self.schema)
        marking = _Marking(types)
        visit(parse(text), TypeInfoVisitor(types, marking))
        marked = text
        # From the end, so that places before stay what they are; lines stay the same, and errors are told of the same.
        for place, mark in sorted(marking.marks, reverse=True):
            marked = marked[:place] + mark + marked[place:]
        return self._kept.put(text, marked, len(text))


def take_customers(data: Any) -> set[int]:
    """The keys of the customers whom an answer told of; it is then as it was asked for."""
    found: set[int] = set()
    left = [data]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            told = value.pop(MARK, None)
            if told is not None:
                found.add(key_of(told if isinstance(told, str) else told["id"], "Customer"))
            left += [each for each in value.values() if isinstance(each, dict | list)]
        elif isinstance(value, list):
            left += [each for each in value if isinstance(each, dict | list)]
    return found
