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
from schema.declaring.personal_data import Telling, telling_fields
from schema.execution.plan.document_cache import Cache

MARK = "crm360_customer"
"""The name under which an answer tells whose data it shows."""

TELLS_NOTHING = frozenset({"__typename", "id", "state", "createdAt", "updatedAt", MARK})
"""What a customer's row shows without telling anything of the person."""

NOT_TELLING = ""
MOST_DOCUMENTS = 1000


OF_CUSTOMER = f" {MARK}: id "
OF_OTHERS = f" {MARK}: customer {{ id }} "


class _Marking(Visitor):
    """Finds where to ask for the customer beside what is personal: the ends of selections, by their places."""

    def __init__(self, types: TypeInfo, telling: Telling) -> None:
        super().__init__()
        self.types, self.telling = types, telling
        self.marks: list[tuple[int, str]] = []

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
        """A selection that tells something of a person tells of whom, too."""
        parent = self.types.get_parent_type()
        if isinstance(parent, GraphQLObjectType) and self._marks(parent, node):
            assert node.loc is not None
            self.marks.append((node.loc.end - 1, OF_CUSTOMER if parent.name == "Customer" else OF_OTHERS))

    def _marks(self, parent: GraphQLObjectType, node: SelectionSetNode) -> bool:
        """Whether a selection of a type that names the customer tells something of them."""
        if parent.name == "Customer":
            return not {each.name.value for each in node.selections if isinstance(each, FieldNode)} <= TELLS_NOTHING
        return "customer" in parent.fields and self._tells(parent.name, node)

    def _tells(self, type_name: str, node: SelectionSetNode) -> bool:
        """Whether what is selected of a type tells something; of rows below it that don't name the customer, too."""
        known = self.telling.get(type_name, {})
        for each in node.selections:
            if isinstance(each, FieldNode):
                below = known.get(each.name.value, NOT_TELLING)
                if below is None or (below and each.selection_set and self._tells(below, each.selection_set)):
                    return True
            elif "customer" not in self._fields(type_name):
                # What a fragment selects of such rows isn't looked for: it may.
                return bool(known)
        return False

    def _fields(self, type_name: str) -> Mapping[str, Any]:
        found = self.types._schema.type_map.get(type_name)
        return found.fields if isinstance(found, GraphQLObjectType) else {}


class AuditedDocuments:
    """Documents as they are run where it is noted whose data they show."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._telling = telling_fields()
        self._kept: Cache[str, str] = Cache(MOST_DOCUMENTS)

    def document(self, text: str) -> str:
        """The document to run in place of a valid one: the same, where it shows nothing of any person."""
        kept = self._kept.get(text)
        return self._marked(text) if kept is None else kept

    def _marked(self, text: str) -> str:
        types = TypeInfo(self.schema)
        marking = _Marking(types, self._telling)
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
