"""Which customers' personal data an answer shows: documents that are to tell, and what their answers told.

The customer's id is asked for under a name of its own, wherever something personal is selected, and taken out of the
answer again. That holds for every way in which a document is run, for lists in lists, fragments and payloads alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
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


@dataclass(frozen=True, slots=True)
class Audited:
    """A document as it is run, and where in its answer it tells of customers."""

    text: str
    places: Mapping[str, Places] = field(default_factory=dict)
    """By the name of the operation."""

    def take_customers(self, data: Any, operation: str | None) -> set[int]:
        """The keys of the customers whom an answer told of; it is then as it was asked for."""
        if operation is None and len(self.places) == 1:
            (places,) = self.places.values()
        else:
            places = self.places.get(operation or "", Places())
        told: set[str] = set()
        _take([data], places, told)
        return {key_of(opaque, "Customer") for opaque in told}


@dataclass(slots=True)
class Places:
    """Where objects of an answer tell of a customer: here, or below these keys."""

    here: bool = False
    below: dict[str, Places] = field(default_factory=dict)


class AuditedDocuments:
    """Documents as they are run where it is noted whose data they show."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._kept: Cache[str, Audited] = Cache(MOST_DOCUMENTS)

    def document(self, text: str) -> Audited:
        """What to run in place of a valid document: the same, where it shows nothing of any person."""
        kept = self._kept.get(text)
        return self._marked(text) if kept is None else kept

    def _marked(self, text: str) -> Audited:
        types = TypeInfo(self.schema)
        marking = _Marking(types)
        visit(parse(text), TypeInfoVisitor(types, marking))
        marked = text
        # From the end, so that places before stay what they are; lines stay the same, and errors are told of the same.
        for place, mark in sorted(marking.marks, reverse=True):
            marked = marked[:place] + mark + marked[place:]
        return self._kept.put(text, Audited(marked, _all_places(marked) if marking.marks else {}), len(text))


def _all_places(text: str) -> dict[str, Places]:
    """Where the operations of a document tell of customers."""
    definitions = parse(text).definitions
    fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
    return {
        each.name.value if each.name else "": _places([each.selection_set], fragments)
        for each in definitions
        if isinstance(each, OperationDefinitionNode)
    }


def _places(selections: Sequence[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]) -> Places:
    found, inner = Places(), defaultdict[str, list[SelectionSetNode]](list)
    waiting = list(selections)
    while waiting:
        for each in waiting.pop().selections:
            if isinstance(each, FragmentSpreadNode):
                waiting.append(fragments[each.name.value].selection_set)
            elif isinstance(each, InlineFragmentNode):
                waiting.append(each.selection_set)
            elif isinstance(each, FieldNode):
                key = (each.alias or each.name).value
                if key == MARK:
                    found.here = True
                elif each.selection_set is not None:
                    inner[key].append(each.selection_set)
    for key, sets in inner.items():
        below = _places(sets, fragments)
        if below.here or below.below:
            found.below[key] = below
    return found


def _take(values: Sequence[Any], places: Places, told: set[str]) -> None:
    """Take out what objects tell of customers, and those below them."""
    objects = [value for value in values if value is not None]
    while any(type(value) is list for value in objects):
        objects = [each for value in objects for each in (value if type(value) is list else [value])]
        objects = [value for value in objects if value is not None]
    if places.here:
        for value in objects:
            of = value.pop(MARK, None)
            if of is not None:
                told.add(of if type(of) is str else of["id"])
    for key, below in places.below.items():
        if found := [value[key] for value in objects if key in value]:
            _take(found, below, told)
