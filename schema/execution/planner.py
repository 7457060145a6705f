"""From a document's selections to shapes and levels, once for each document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values

from models import Base
from resolvers.codes import Code
from resolvers.columns import Column, entity_at, is_nullable, source_type
from resolvers.reading import Reading, RowRef
from resolvers.rows import by_column, link
from schema.declarations import (
    TYPES,
    Batched,
    Coded,
    Computed,
    Declaration,
    Leaf,
    Lookup,
    Many,
    Mutation,
    NodeId,
    One,
    Part,
    Same,
    Shown,
    TypeDeclaration,
)
from schema.execution.shapes import (
    Arguments,
    Batch,
    Below,
    Change,
    ConnectionShape,
    Constant,
    Converter,
    Entry,
    Filling,
    Level,
    Nested,
    Opaque,
    Plain,
    Scalar,
    Shape,
)
from schema.filters import bound, target_type
from schema.strawberries import DECLARATION
from schema.values import Value, enum_value, text_list, value_of

Groups = Mapping[str, list[FieldDetails]]
ROOT_KEY = Column((), "id")


class NotPlannable(Exception):  # noqa: N818
    """The document, or its data, is for the ordinary way."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a level's rows an object stands: an entity, the path to it, and the names bound to columns."""

    entity: type[Base]
    path: tuple[str, ...] = ()
    binding: Mapping[str, Column] | None = None

    def column(self, source: Any) -> Column:
        """The column that a declared source means here."""
        if isinstance(source, Column):
            return source.below(self.path)
        if self.binding is not None and source in self.binding:
            return self.binding[source]
        return Column(self.path, source)


def declaration_of(parent: GraphQLObjectType, name: str) -> Declaration | None:
    """The declaration behind a field, if it was declared."""
    definition = parent.fields[name].extensions.get("strawberry-definition")
    found: Declaration | None = (definition.metadata or {}).get(DECLARATION) if definition is not None else None
    return found


def column_value(entity: type[Base], column: Column, declared: Leaf | None = None) -> Value:
    """The conversions of a column seen from a level's entity."""
    if declared is not None and declared.is_list:
        return text_list()
    if declared is not None and declared.enum is not None:
        return enum_value(declared.enum)
    return value_of(source_type(entity_at(entity, column.path), column.source))


def bind_part(declared: Part, place: Place) -> Place:
    """The place of a structure within a row."""
    if not declared.binding:
        return Place(place.entity, place.path, place.binding)
    return Place(place.entity, place.path, {name: bound(of, place.path) for name, of in declared.binding.items()})


class Planner:
    """Plans one operation for given values of the variables in its directives."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDetails],
        variables: VariableValues,
    ) -> None:
        self.schema = schema
        self.operation = operation
        self.fragments = fragments
        self.variables = variables

    def root(self) -> tuple[Shape, GraphQLObjectType]:
        """The shape of the whole answer to a query."""
        query = self.schema.query_type
        assert query is not None
        collected = collect_fields(self.schema, self.fragments, self.variables, query, self.operation)
        if collected.new_defer_usages:
            raise NotPlannable
        return self.shape(query, collected.grouped_field_set, None), query

    def changes(self) -> list[Change | tuple[str, str]]:
        """The mutations of an operation in their order, and what `__typename` answers among them."""
        root = self.schema.mutation_type
        assert root is not None
        collected = collect_fields(self.schema, self.fragments, self.variables, root, self.operation)
        if collected.new_defer_usages:
            raise NotPlannable
        return [self._change(root, key, details) for key, details in collected.grouped_field_set.items()]

    def _change(self, root: GraphQLObjectType, key: str, details: list[FieldDetails]) -> Change | tuple[str, str]:
        name = _graphql_name(details)
        if name == "__typename":
            return key, root.name
        declared = declaration_of(root, name)
        if not isinstance(declared, Mutation):
            raise NotPlannable
        convert = self.converter(root.fields[name].type, details)
        return Change(key, declared, self.arguments(root, name, details[0].node), convert)

    def groups(self, parent: GraphQLObjectType, details: list[FieldDetails]) -> Groups:
        """The fields selected below a field, merged and without those skipped."""
        collected = collect_subfields(
            self.schema, self.fragments, self.variables, self.operation, parent, details
        )
        if collected.new_defer_usages:
            raise NotPlannable
        return collected.grouped_field_set

    def shape(self, parent: GraphQLObjectType, groups: Groups, place: Place | None) -> Shape:
        """An object of a type at a place in a level's rows; no place at the root."""
        shape = Shape(parent.name)
        for key, details in groups.items():
            name = details[0].node.name.value
            if name == "__typename":
                shape.entries.append((key, Constant(parent.name)))
                continue
            declared = declaration_of(parent, name) if name in parent.fields else None
            if declared is None or any(detail.fragment_variable_values for detail in details):
                raise NotPlannable
            shape.entries.append((key, self._entry(key, parent, declared, details, place)))
        return shape

    def _entry(
        self,
        key: str,
        parent: GraphQLObjectType,
        declared: Declaration,
        details: list[FieldDetails],
        place: Place | None,
    ) -> Entry:
        if isinstance(declared, Many | Lookup):
            level = self.level(key, parent, declared, details)
            return Below(level, self._level_key(level, place))
        if isinstance(declared, Batched):
            batch = self.batch(key, parent, declared, details)
            return Below(batch, place.column(declared.key) if place else ROOT_KEY)
        if place is None:
            raise NotPlannable
        return self._own_entry(parent, declared, details, place)

    def _own_entry(
        self, parent: GraphQLObjectType, declared: Declaration, details: list[FieldDetails], place: Place
    ) -> Entry:
        """An entry that the row itself answers."""
        field_type = parent.fields[_graphql_name(details)].type
        if isinstance(declared, Leaf):
            column = place.column(declared.source or declared.name)
            promised = isinstance(field_type, GraphQLNonNull)
            nullable = is_nullable(entity_at(place.entity, column.path), column.source)
            return Scalar(column, column_value(place.entity, column, declared), promised, nullable)
        if isinstance(declared, NodeId):
            return Opaque(place.column("id"), parent.name)
        if isinstance(declared, Coded | Computed):
            return self._plain(declared, field_type, details, place)
        target = self.object_type(field_type)
        groups = self.groups(target, details)
        if isinstance(declared, Part):
            when = place.column(declared.when) if declared.when is not None else None
            return Nested(self.shape(target, groups, bind_part(declared, place)), when)
        if isinstance(declared, Same):
            return Nested(self.shape(target, groups, Place(place.entity, place.path)), None)
        if isinstance(declared, One):
            path = (*place.path, declared.relation or declared.name)
            required = isinstance(field_type, GraphQLNonNull)
            return Nested(self.shape(target, groups, Place(place.entity, path)), Column(path, "id"), required)
        raise NotPlannable

    def _plain(
        self, declared: Coded | Computed, field_type: Any, details: list[FieldDetails], place: Place
    ) -> Plain:
        convert = self.converter(field_type, details)
        if isinstance(declared, Coded):
            name = declared.type_name
            find = partial(find_code, name)
            return Plain((place.column(declared.source),), (_same,), find, convert)
        columns = tuple(place.column(source) for source in declared.columns)
        pythons = tuple(column_value(place.entity, column).python for column in columns)
        return Plain(columns, pythons, declared.function, convert)

    @staticmethod
    def _level_key(level: Level, place: Place | None) -> Column:
        if place is None:
            return ROOT_KEY
        key = "id" if level.link is None or callable(level.link) else level.link.key
        return place.column(key)

    def level(
        self, key: str, parent: GraphQLObjectType, declared: Many | Lookup, details: list[FieldDetails]
    ) -> Level:
        """The level behind a field that leads to rows."""
        name = _graphql_name(details)
        definition = parent.fields[name]
        arguments = self.arguments(parent, name, details[0].node)
        if isinstance(declared, Lookup):
            target = TYPES[declared.type_name]
            level = Level(key, target, "lookup", arguments, declared)
            level.shape = self._row_shape(target, definition.type, details)
            level.nullable = not isinstance(definition.type, GraphQLNonNull)
        else:
            level = self._many(key, parent, declared, definition.type, details, arguments)
        return self._finish(level)

    def _many(
        self,
        key: str,
        parent: GraphQLObjectType,
        declared: Many,
        field_type: Any,
        details: list[FieldDetails],
        arguments: Arguments,
    ) -> Level:
        owner = TYPES[parent.name]
        target = TYPES[target_type(owner, declared)] if not declared.item else _item_target(owner, declared)
        level = Level(key, target, "connection" if declared.paged else "list", arguments, declared)
        if owner.entity is not None:
            level.link = declared.link or link(owner.entity, declared.relation or declared.name)
        if declared.item:
            level.item = Column((), declared.item)
        elif declared.paged:
            level.connection = self._connection(target, self.object_type(field_type), details)
        else:
            level.shape = self._row_shape(target, field_type, details)
        return level

    def row_level(self, key: str, type_name: str, details: list[FieldDetails]) -> Level:
        """The level that reads rows of a type by their keys."""
        target = TYPES[type_name]
        assert target.entity is not None
        level = Level(key, target, "one", _no_arguments())
        level.link = by_column(target.entity)
        level.shape = self._row_shape(target, self.schema.get_type(type_name), details)
        return self._finish(level)

    def _row_shape(self, target: TypeDeclaration, field_type: Any, details: list[FieldDetails]) -> Shape:
        assert target.entity is not None
        object_type = self.object_type(field_type)
        return self.shape(object_type, self.groups(object_type, details), Place(target.entity))

    @staticmethod
    def _finish(level: Level) -> Level:
        columns = [column for shape in level.shapes() for column in shape.columns()]
        if level.item is not None:
            columns.append(level.item)
        level.columns = tuple(dict.fromkeys(columns))
        return level

    def _connection(
        self, target: TypeDeclaration, connection: GraphQLObjectType, details: list[FieldDetails]
    ) -> ConnectionShape:
        made = ConnectionShape()
        for key, parts in self.groups(connection, details).items():
            name = _graphql_name(parts)
            if name == "__typename":
                made.entries.append((key, "constant", connection.name))
            elif name == "nodes":
                made.entries.append((key, "nodes", self._row_shape(target, connection.fields[name].type, parts)))
            elif name == "edges":
                made.entries.append((key, "edges", self._edges(target, connection.fields[name].type, parts)))
            elif name == "pageInfo":
                info = self.object_type(connection.fields[name].type)
                names = [(k, _graphql_name(d)) for k, d in self.groups(info, parts).items()]
                made.entries.append((key, "page_info", names))
            else:
                made.entries.append((key, "total_count", None))
        return made

    def _edges(self, target: TypeDeclaration, field_type: Any, details: list[FieldDetails]) -> list[Any]:
        edge = self.object_type(field_type)
        made: list[Any] = []
        for key, parts in self.groups(edge, details).items():
            name = _graphql_name(parts)
            if name == "__typename":
                made.append((key, "constant", edge.name))
            elif name == "cursor":
                made.append((key, "cursor", None))
            else:
                made.append((key, "node", self._row_shape(target, edge.fields[name].type, parts)))
        return made

    def batch(self, key: str, parent: GraphQLObjectType, declared: Batched, details: list[FieldDetails]) -> Batch:
        """The batch behind a field that a function works out."""
        name = _graphql_name(details)
        field_type = parent.fields[name].type
        names = self.names(field_type, details)
        return Batch(
            key, declared, self.arguments(parent, name, details[0].node), names, self.converter(field_type, details)
        )

    def names(self, field_type: Any, details: list[FieldDetails]) -> frozenset[str]:
        """The names of the fields selected of an object; those of what it holds are written with a dot."""
        inner = _inner(field_type)
        if not isinstance(inner, GraphQLObjectType):
            return frozenset()
        found = set()
        for parts in self.groups(inner, details).values():
            name = _graphql_name(parts)
            found.add(name)
            if name in inner.fields:
                found |= {f"{name}.{below}" for below in self.names(inner.fields[name].type, parts)}
        return frozenset(found)

    def arguments(self, parent: GraphQLObjectType, name: str, node: FieldNode) -> Arguments:
        """A field's arguments, read now when no variable is in them."""
        definition = parent.fields[name]
        if _has_variables(node):
            return Arguments(definition, node, None)
        return Arguments(definition, node, get_argument_values(definition, node, self.variables))

    def object_type(self, field_type: Any) -> GraphQLObjectType:
        """The object type within wrappers; abstract types are for rows that name their type."""
        inner = _inner(field_type)
        if not isinstance(inner, GraphQLObjectType):
            raise NotPlannable
        return inner

    def converter(self, field_type: Any, details: list[FieldDetails]) -> Converter:
        """What brings a Python value of a type into the shape of the answer."""
        if isinstance(field_type, GraphQLNonNull):
            inner = self.converter(field_type.of_type, details)
            return lambda value, filling: _present(inner(value, filling))
        if isinstance(field_type, GraphQLList):
            return _list_converter(self.converter(field_type.of_type, details))
        if is_leaf_type(field_type):
            return _leaf_converter(field_type)
        return self._object_converter(field_type, details)

    def _object_converter(self, field_type: Any, details: list[FieldDetails]) -> Converter:
        levels: dict[str, Level] = {}
        plain = self._plain_object(field_type, details) if isinstance(field_type, GraphQLObjectType) else None

        def convert(value: Any, filling: Filling) -> Any:
            if value is None:
                return None
            if isinstance(value, RowRef):
                level = levels.get(value.type_name)
                if level is None:
                    level = levels[value.type_name] = self.row_level("", value.type_name, details)
                return level, value.key
            if plain is None:
                raise NotPlannable
            return plain(value, filling)

        return convert

    def _plain_object(self, object_type: GraphQLObjectType, details: list[FieldDetails]) -> Converter:
        parts: list[tuple[str, Callable[[Any, Filling], Any], Converter]] = []
        for key, below in self.groups(object_type, details).items():
            name = _graphql_name(below)
            if name == "__typename":
                parts.append((key, _constantly(object_type.name), _unchanged))
                continue
            declared = declaration_of(object_type, name)
            if declared is None or isinstance(declared, Many | Batched | One | Same):
                if object_type.name in TYPES and TYPES[object_type.name].entity is not None:
                    return _only_rows
                raise NotPlannable
            arguments = self.arguments(object_type, name, below[0].node)
            get = plain_getter(declared, arguments)
            parts.append((key, get, self.converter(object_type.fields[name].type, below)))

        def convert(value: Any, filling: Filling) -> Any:
            made: dict[str, Any] = {}
            for key, get, inner in parts:
                made[key] = place_value(made, key, inner(get(value, filling), filling), filling)
            return made

        return convert


def _only_rows(_value: Any, _filling: Filling) -> Any:
    raise NotPlannable


def place_value(container: Any, place: Any, value: Any, filling: Filling) -> Any:
    """Put a converted value in its place, or note the row that will be put there."""
    if type(value) is tuple:
        filling.pending.append((value[0], container, place, value[1]))
        return None
    return value


def plain_getter(declared: Declaration, arguments: Arguments) -> Callable[[Any, Filling], Any]:
    """How a declared field is read from an object that was worked out in Python."""
    if isinstance(declared, Shown) and declared.pick is not None:
        pick, attribute = declared.pick, declared.attribute or declared.name
        return lambda value, filling: pick(getattr(value, attribute), arguments.read(filling.variables))
    return lambda value, filling: plain_value(declared, value, filling.reading)


def plain_value(declared: Declaration, value: Any, reading: Reading) -> Any:
    """A declared field's value on an object that was worked out in Python."""
    if isinstance(declared, Coded):
        return find_code(declared.type_name, getattr(value, declared.source), reading)
    if isinstance(declared, Shown):
        return getattr(value, declared.attribute or declared.name)
    if isinstance(declared, Leaf) and isinstance(declared.source, str):
        return getattr(value, declared.source)
    return getattr(value, declared.name)


def find_code(type_name: str, code: str | None, reading: Reading) -> Code | None:
    """A country, currency or language in the reader's language."""
    return None if code is None else Code(type_name, code, reading.locale)


def _same(value: Any) -> Any:
    return value


def _constantly(text: str) -> Callable[[Any, Filling], Any]:
    return lambda _value, _filling: text


def _unchanged(value: Any, _filling: Filling) -> Any:
    return value


def _present(value: Any) -> Any:
    if value is None:
        raise NotPlannable
    return value


def _list_converter(inner: Converter) -> Converter:
    def convert(value: Any, filling: Filling) -> Any:
        if value is None:
            return None
        made: list[Any] = []
        for index, item in enumerate(value):
            made.append(None)
            made[index] = place_value(made, index, inner(item, filling), filling)
        return made

    return convert


def _leaf_converter(leaf_type: GraphQLLeafType) -> Converter:
    serialize = leaf_type.serialize
    return lambda value, _filling: None if value is None else serialize(value)


def _inner(field_type: Any) -> Any:
    while isinstance(field_type, GraphQLNonNull | GraphQLList):
        field_type = field_type.of_type
    return field_type


def _graphql_name(details: list[FieldDetails]) -> str:
    return details[0].node.name.value


def _has_variables(node: Any) -> bool:
    return any(_value_has_variables(argument.value) for argument in node.arguments or ())


def _value_has_variables(value: Any) -> bool:
    if isinstance(value, VariableNode):
        return True
    fields = getattr(value, "fields", None)
    if fields is not None:
        return any(_value_has_variables(each.value) for each in fields)
    return any(_value_has_variables(each) for each in getattr(value, "values", None) or ())


def _no_arguments() -> Arguments:
    empty: Any = None
    return Arguments(empty, empty, {})


def _item_target(owner: TypeDeclaration, declared: Many) -> TypeDeclaration:
    assert owner.entity is not None
    entity = link(owner.entity, declared.relation or declared.name).entity
    return TypeDeclaration(entity.__name__, "", entity)
