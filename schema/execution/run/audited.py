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
from resolvers.storage.beside import beside
from resolvers.storage.cache import Cache
from schema.declaring.personal_data import Telling, telling_fields

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

    def __init__(self, types: TypeInfo, schema: GraphQLSchema, telling: Telling) -> None:
        super().__init__()
        self.types, self.schema, self.telling = types, schema, telling
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
            elif not self._names_customer(type_name):
                # What a fragment selects of such rows isn't looked for: it may.
                return bool(known)
        return False

    def _names_customer(self, type_name: str) -> bool:
        found = self.schema.type_map.get(type_name)
        return isinstance(found, GraphQLObjectType) and "customer" in found.fields


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
        self._telling = telling_fields()
        self._kept: Cache[str, Audited] = Cache(MOST_DOCUMENTS)

    def document(self, text: str) -> Audited:
        """What to run in place of a valid document: the same, where it shows nothing of any person."""
        return self._kept.get(text) or self._noted(text, self._marked(text))

    async def document_beside(self, text: str) -> Audited:
        """The same; what was never seen is marked beside the event loop."""
        return self._kept.get(text) or self._noted(text, await beside(("audited", self, text), self._marked, text))

    def _noted(self, text: str, audited: Audited) -> Audited:
        return self._kept.put(text, audited, len(text))

    def _marked(self, text: str) -> Audited:
        types = TypeInfo(self.schema)
        marking = _Marking(types, self.schema, self._telling)
        visit(parse(text), TypeInfoVisitor(types, marking))
        marked = text
        # From the end, so that places before stay what they are; lines stay the same, and errors are told of the same.
        for place, mark in sorted(marking.marks, reverse=True):
            marked = marked[:place] + mark + marked[place:]
        return Audited(marked, _all_places(marked) if marking.marks else {})


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


def _objects(values: Sequence[Any]) -> Sequence[Any]:
    """The objects among values, those in lists too, however deep. Loops, since a long answer has many."""
    has_lists = True
    while has_lists:
        has_lists, found = False, []
        for value in values:
            if type(value) is list:
                has_lists = True
                found += value
            elif value is not None:
                found.append(value)
        values = found
    return values


def _take(values: Sequence[Any], places: Places, told: set[str]) -> None:
    """Take out what objects tell of customers, and those below them."""
    objects = _objects(values)
    if places.here:
        for value in objects:
            of = value.pop(MARK, None)
            if of is not None:
                told.add(of if type(of) is str else of["id"])
    for key, below in places.below.items():
        if found := [value[key] for value in objects if key in value]:
            _take(found, below, told)
