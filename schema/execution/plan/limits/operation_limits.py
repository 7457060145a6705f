"""What a document may ask for: refused before it is validated, in time that grows with its length alone.

The rules of validation compare fields with fields and fragments with fragments, and graphql-core would expand nested
fragments without end. So the fields are counted first, each fragment once, and only a document that stays small when
its fragments are put in place is looked at closer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from graphql.type import GraphQLField, GraphQLInterfaceType, GraphQLList, GraphQLNonNull

from resolvers.query.paging import DEFAULT_PAGE, LARGEST_PAGE
from resolvers.request_codes import RequestCode
from schema.execution.plan.cost.price import LIST_SIZE, Cost
from schema.execution.plan.limits.token_limits import longest_excess

MOST_TOKENS = 2000
MOST_COMMENTS = 500
LONGEST_DOCUMENT = 65_536
MOST_ERRORS = 10
MOST_FIELDS = 1000
"""How many fields a document may select, fragments put in place wherever they are spread."""
DEEPEST = 20
"""How deep fields may be nested; what tools ask to know the schema is 15 deep."""
MOST_REPEATS = 20
"""How often one answer may be asked for in one place."""
MOST_SPREADS = 40
"""How many fragments may be spread in one place."""
MOST_LISTS = 60
"""How many lists, lookups and other computations a document may ask for; each takes a statement."""
DOCUMENTS_WORTH = 10
"""How many lists a JSON document counts as, such as all that is known of a customer."""
MOST_ROOTS = 60
"""How many fields an operation may ask for at its root."""
MOST_ALIASES = 200
MOST_DIRECTIVES = 5
"""How many directives may stand in one place; the graph knows two."""
MOST_INTROSPECTIONS = {"__schema": 1, "__type": 10}
MOST_KEYS = 100
"""How many keys an object may have."""
MOST_ITEMS = 1000
"""How many items a list may have that is written in a document."""
MOST_INPUT_OBJECTS = 400
"""How many objects may be written in a document's arguments."""
DEEPEST_INPUT = 64
MOST_OBJECTS = 250_000
"""How many objects may be answered, if every page were full."""

TOO_MANY = f"The answer could have more than {MOST_OBJECTS} objects: ask for smaller pages."


class TooComplex(GraphQLError):
    """A document that asks for more than one request may."""

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": RequestCode.TOO_COMPLEX})


def excess(schema: GraphQLSchema, document: DocumentNode) -> GraphQLError | None:
    """What a document asks too much of; none when it may be validated."""
    try:
        if too_long := longest_excess(document):
            raise TooComplex(too_long)
        counted = _Counted(document)
        for operation in counted.operations:
            _Walk(schema, counted.fragments).operation(operation)
    except TooComplex as error:
        return error
    return None


def excess_of_pages(schema: GraphQLSchema, document: DocumentNode, literals: Mapping[str, str]) -> GraphQLError | None:
    """What a document asks too much of by the sizes of its pages, some of which are literals in open places."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    try:
        for each in document.definitions:
            if isinstance(each, OperationDefinitionNode):
                _Walk(schema, fragments, literals).operation(each)
    except TooComplex as error:
        return error
    return None


def too_many(cost: Cost) -> GraphQLError | None:
    """What an operation asks too much of with the variables of one request."""
    return TooComplex(TOO_MANY) if cost.objects > MOST_OBJECTS else None


class _Counted:
    """A document's fields counted with fragments in place, each fragment once."""

    def __init__(self, document: DocumentNode) -> None:
        self.operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.known: dict[str, tuple[int, int]] = {}
        self.fields = self.aliases = self.inputs = 0
        for operation in self.operations:
            _check_directives(operation)
            self.check_inputs([variable.default_value for variable in operation.variable_definitions or ()])
        for definition in (*self.operations, *self.fragments.values()):
            fields, _ = self.size(definition.selection_set, 0)
            self.fields += fields if isinstance(definition, OperationDefinitionNode) else 0
        if self.fields > MOST_FIELDS:
            raise TooComplex(f"The document selects more than {MOST_FIELDS} fields, its fragments put in place.")
        if self.aliases > MOST_ALIASES:
            raise TooComplex(f"The document has more than {MOST_ALIASES} aliases.")

    def size(self, selections: SelectionSetNode, depth: int) -> tuple[int, int]:
        """How many fields a selection has, and how deep it goes."""
        if depth > 2 * DEEPEST:
            raise TooComplex(f"The document is nested more than {DEEPEST} fields deep.")
        fields = height = 0
        for selection in selections.selections:
            _check_directives(selection)
            if isinstance(selection, FieldNode):
                self.aliases += selection.alias is not None
                if selection.arguments:
                    self.check_inputs([argument.value for argument in selection.arguments])
            if isinstance(selection, FragmentSpreadNode):
                more, below = self.spread(selection.name.value, depth)
            else:
                inner = getattr(selection, "selection_set", None)
                more, below = self.size(inner, depth + 1) if inner else (0, 0)
                own = isinstance(selection, FieldNode)
                more, below = more + own, below + 1
            fields, height = fields + more, max(height, below)
        if depth + height > 2 * DEEPEST:
            raise TooComplex(f"The document is nested more than {DEEPEST} fields deep.")
        return fields, height

    def check_inputs(self, level: list[object]) -> None:
        """A wrong key's error repeats the whole object, and reading one asks for each field that its type has."""
        depth = 0
        while level := [value for value in level if isinstance(value, ObjectValueNode | ListValueNode)]:
            depth += 1
            if depth > DEEPEST_INPUT:
                raise TooComplex(f"A value is nested more than {DEEPEST_INPUT} levels deep.")
            below: list[object] = []
            for value in level:
                if isinstance(value, ListValueNode):
                    if len(value.values) > MOST_ITEMS:
                        raise TooComplex(f"A list has more than {MOST_ITEMS} items; a variable takes more.")
                    below.extend(value.values)
                    continue
                self.inputs += 1
                if len(value.fields) > MOST_KEYS:
                    raise TooComplex(f"An object has more than {MOST_KEYS} keys.")
                below.extend(entry.value for entry in value.fields)
            if self.inputs > MOST_INPUT_OBJECTS:
                raise TooComplex(f"The document has more than {MOST_INPUT_OBJECTS} objects in its arguments.")
            level = below

    def spread(self, name: str, depth: int) -> tuple[int, int]:
        """The size of a fragment; one within itself, or unknown, is for the rules of validation."""
        if name not in self.known:
            fragment = self.fragments.get(name)
            # It counts nothing within itself.
            self.known[name] = (0, 0)
            if fragment is not None:
                self.known[name] = self.size(fragment.selection_set, depth + 1)
        fields, height = self.known[name]
        # What spreads nothing but empty fragments is work as well.
        return max(fields, 1), height + 1


def _check_directives(node: SelectionNode | OperationDefinitionNode) -> None:
    if node.directives and len(node.directives) > MOST_DIRECTIVES:
        raise TooComplex(f"More than {MOST_DIRECTIVES} directives stand in one place.")


class _Walk:
    """A walk over the answer of one operation as it would be merged: each selected field is seen once."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDefinitionNode],
        literals: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.schema = schema
        self.fragments = fragments
        self.literals = literals
        self.objects = 0
        self.lists = 0

    def operation(self, operation: OperationDefinitionNode) -> None:
        """Walk from the root."""
        self.level(self.schema.get_root_type(operation.operation), [operation.selection_set], 1, 1)

    def level(self, parent: Any, selections: list[SelectionSetNode], depth: int, parents: int) -> None:
        """One place in the answer, of which there may be so many."""
        if depth > DEEPEST:
            raise TooComplex(f"The document is nested more than {DEEPEST} fields deep.")
        groups: defaultdict[tuple[Any, str], list[FieldNode]] = defaultdict(list)
        repeats: Counter[str] = Counter()
        spread: set[str] = set()
        for type_, node in self.fields(parent, selections, spread):
            name = node.alias.value if node.alias else node.name.value
            groups[type_, name].append(node)
            repeats[name] += 1
        if depth == 1:
            _check_root(Counter(nodes[0].name.value for nodes in groups.values()))
        if len(spread) > MOST_SPREADS:
            raise TooComplex(f"More than {MOST_SPREADS} fragments are spread in one place.")
        if most := [name for name, times in repeats.items() if times > MOST_REPEATS]:
            raise TooComplex(f"`{most[0]}` is asked for more than {MOST_REPEATS} times in one place.")
        for (type_, _), nodes in groups.items():
            self.below(type_, nodes, depth, parents)

    def below(self, parent: Any, nodes: list[FieldNode], depth: int, parents: int) -> None:
        """What one field of the answer leads to."""
        inner = [node.selection_set for node in nodes if node.selection_set]
        definition = _definition(parent, nodes[0].name.value)
        if definition and definition.args:
            self.lists += DOCUMENTS_WORTH if get_named_type(definition.type).name == "JSON" else 1
            if self.lists > MOST_LISTS:
                raise TooComplex(f"The document asks for more than {MOST_LISTS} lists and lookups.")
        if not inner:
            return
        objects = parents * (_length(parent, definition, nodes[0], self.literals) if definition else 1)
        self.objects += objects
        if self.objects > MOST_OBJECTS:
            raise TooComplex(TOO_MANY)
        target = get_named_type(definition.type) if definition else None
        self.level(target, inner, depth + 1, objects)

    def fields(
        self, parent: Any, selections: list[SelectionSetNode], spread: set[str]
    ) -> Iterator[tuple[Any, FieldNode]]:
        """The fields selected in one place, each with the type on which it is asked for."""
        waiting = [(parent, selection_set) for selection_set in reversed(selections)]
        while waiting:
            type_, selection_set = waiting.pop()
            for selection in selection_set.selections:
                if isinstance(selection, FieldNode):
                    yield type_, selection
                    continue
                if isinstance(selection, FragmentSpreadNode):
                    name = selection.name.value
                    if name in spread or name not in self.fragments:
                        continue
                    spread.add(name)
                    within: Any = self.fragments[name]
                else:
                    within = selection
                condition = within.type_condition
                narrowed = self.schema.get_type(condition.name.value) if condition else type_
                waiting.append((narrowed, within.selection_set))


def _check_root(asked: Counter[str]) -> None:
    """Check how often each field is asked for at an operation's root."""
    if asked.total() > MOST_ROOTS:
        raise TooComplex(f"An operation may ask for {MOST_ROOTS} fields at its root.")
    for name, most in MOST_INTROSPECTIONS.items():
        if asked[name] > most:
            raise TooComplex(f"`{name}` may be asked for {most} times in one operation.")


def _definition(parent: Any, name: str) -> GraphQLField | None:
    return parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None


def _length(parent: GraphQLNamedType, definition: GraphQLField, node: FieldNode, literals: Mapping[str, str]) -> int:
    """How many objects a field may lead to. A connection is counted as its rows, which its own fields only show."""
    if {"first", "last"} <= definition.args.keys():
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        size = given.get("first", given.get("last"))
        if size is None:
            return DEFAULT_PAGE
        # What a variable says is known at each run, and judged then; see `too_many`.
        written = literals.get(size.name.value) if isinstance(size, VariableNode) else None
        if isinstance(size, IntValueNode):
            written = size.value
        return 1 if written is None else min(int(written[:4]), LARGEST_PAGE)
    if "ids" in definition.args:
        ids = next((argument.value for argument in node.arguments or () if argument.name.value == "ids"), None)
        return len(ids.values) if isinstance(ids, ListValueNode) else 1
    bare = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
    return LIST_SIZE if isinstance(bare, GraphQLList) and not parent.name.endswith("Connection") else 1
