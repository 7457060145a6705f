"""From a document's selections to shapes and levels, once for each document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from resolvers.query.columns import Column, entity_at, is_nullable
from resolvers.query.link import by_column, link
from resolvers.query.paging import complete
from schema.declaring.declarations import (
    TYPES,
    BatchLoaded,
    Coded,
    Computed,
    Declaration,
    Embedded,
    Leaf,
    Lookup,
    Many,
    Merged,
    Mutation,
    NodeId,
    One,
    SameRow,
    TypeDeclaration,
)
from schema.declaring.filters import target_type
from schema.execution.plan.argument_readers import arguments_reader, has_variables
from schema.execution.plan.bindings import (
    NotPlannable,
    Place,
    bind_part,
    column_value,
    declaration_of,
    field_name,
    find_code,
    inner_type,
)
from schema.execution.plan.converters import converter
from schema.execution.plan.plan_nodes import (
    Arguments,
    Change,
    Child,
    ComputedValue,
    ConnectionShape,
    Constant,
    Entry,
    GlobalId,
    Level,
    LevelBatch,
    Merge,
    Nested,
    Scalar,
    Shape,
)

Groups = Mapping[str, list[FieldDetails]]
ROOT_KEY = Column((), "id")


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
        name = field_name(details)
        if name == "__typename":
            return key, root.name
        declared = declaration_of(root, name)
        if not isinstance(declared, Mutation):
            raise NotPlannable
        convert = converter(self, root.fields[name].type, details)
        return Change(key, declared, self.arguments(root, name, details[0].node), convert)

    def groups(self, parent: GraphQLObjectType, details: list[FieldDetails]) -> Groups:
        """The fields selected below a field, merged and without those skipped."""
        collected = collect_subfields(self.schema, self.fragments, self.variables, self.operation, parent, details)
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
            return Child(level, self._level_key(level, place))
        if isinstance(declared, BatchLoaded):
            batch = self.batch(key, parent, declared, details)
            return Child(batch, place.column(declared.key) if place else ROOT_KEY)
        if place is None:
            raise NotPlannable
        if isinstance(declared, Merged):
            merge = self.merge(key, parent, declared, details)
            return Child(merge, self._level_key(merge.levels[0], place))
        return self._own_entry(parent, declared, details, place)

    def _own_entry(
        self, parent: GraphQLObjectType, declared: Declaration, details: list[FieldDetails], place: Place
    ) -> Entry:
        """An entry that the row itself answers."""
        field_type = parent.fields[field_name(details)].type
        if isinstance(declared, Leaf):
            column = place.column(declared.source or declared.name)
            promised = isinstance(field_type, GraphQLNonNull)
            nullable = is_nullable(entity_at(place.entity, column.path), column.source)
            return Scalar(column, column_value(place.entity, column, declared), promised, nullable)
        if isinstance(declared, NodeId):
            return GlobalId(place.column("id"), parent.name)
        if isinstance(declared, Coded | Computed):
            return self._plain(declared, field_type, details, place)
        target = self.object_type(field_type)
        groups = self.groups(target, details)
        if isinstance(declared, Embedded):
            when = place.column(declared.when) if declared.when is not None else None
            return Nested(self.shape(target, groups, bind_part(declared, place)), when)
        if isinstance(declared, SameRow):
            return Nested(self.shape(target, groups, Place(place.entity, place.path)), None)
        if isinstance(declared, One):
            path = (*place.path, declared.relation or declared.name)
            required = isinstance(field_type, GraphQLNonNull)
            return Nested(self.shape(target, groups, Place(place.entity, path)), Column(path, "id"), required)
        raise NotPlannable

    def _plain(
        self, declared: Coded | Computed, field_type: Any, details: list[FieldDetails], place: Place
    ) -> ComputedValue:
        convert = converter(self, field_type, details)
        if isinstance(declared, Coded):
            name = declared.type_name
            find = partial(find_code, name)
            return ComputedValue((place.column(declared.source),), (_same,), find, convert)
        columns = tuple(place.column(source) for source in declared.columns)
        pythons = tuple(column_value(place.entity, column).python for column in columns)
        return ComputedValue(columns, pythons, declared.function, convert)

    @staticmethod
    def _level_key(level: Level, place: Place | None) -> Column:
        return ROOT_KEY if place is None else place.column(level.parent_key)

    def level(self, key: str, parent: GraphQLObjectType, declared: Many | Lookup, details: list[FieldDetails]) -> Level:
        """The level behind a field that leads to rows."""
        name = field_name(details)
        definition = parent.fields[name]
        arguments = self.arguments(parent, name, details[0].node)
        if isinstance(declared, Lookup):
            target = TYPES[declared.type_name]
            level = Level(key, target, "lookup", arguments, declared)
            level.shape = self._row_shape(target, details)
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
            level.shape = self._row_shape(target, details)
        return level

    def merge(self, key: str, parent: GraphQLObjectType, declared: Merged, details: list[FieldDetails]) -> Merge:
        """The levels behind a field that merges lists."""
        name = field_name(details)
        arguments = self.arguments(parent, name, details[0].node)
        made = Merge(key, declared)
        for part_name, part in declared.parts.items():
            level = self._many(part_name, parent, part, parent.fields[name].type, details, arguments)
            level.merge = made
            made.levels.append(self._finish(level))
            keys = [key.column for key in complete(level.target.order if part.order is None else part.order)]
            level.columns = (*(column for column in level.columns if column not in keys), *keys)
        return made

    def row_level(self, key: str, type_name: str, details: list[FieldDetails]) -> Level:
        """The level that reads rows of a type by their keys."""
        target = TYPES[type_name]
        assert target.entity is not None
        level = Level(key, target, "one", _no_arguments())
        level.link = by_column(target.entity)
        level.shape = self._row_shape(target, details)
        return self._finish(level)

    def _row_shape(self, target: TypeDeclaration, details: list[FieldDetails]) -> Shape:
        """What is asked of a row as a type; fragments on others, and on what they share, count where they apply."""
        assert target.entity is not None
        object_type = self.object_type(self.schema.get_type(target.name))
        return self.shape(object_type, self.groups(object_type, details), Place(target.entity))

    @staticmethod
    def _finish(level: Level) -> Level:
        columns = [column for shape in level.shapes() for column in shape.columns()]
        if level.item is not None:
            columns.append(level.item)
        level.columns = tuple(dict.fromkeys(columns))
        level.along = tuple(each for shape in level.shapes() for each in shape.lists())
        level.is_fixed = level.arguments.constant is not None and all(each.is_fixed for each in level.along)
        return level

    def _connection(
        self, target: TypeDeclaration, connection: GraphQLObjectType, details: list[FieldDetails]
    ) -> ConnectionShape:
        made = ConnectionShape()
        for key, parts in self.groups(connection, details).items():
            name = field_name(parts)
            if name == "__typename":
                made.entries.append((key, "constant", connection.name))
            elif name == "nodes":
                made.entries.append((key, "nodes", self._row_shape(target, parts)))
            elif name == "edges":
                made.entries.append((key, "edges", self._edges(target, connection.fields[name].type, parts)))
            elif name == "pageInfo":
                info = self.object_type(connection.fields[name].type)
                names = [(k, field_name(d)) for k, d in self.groups(info, parts).items()]
                made.entries.append((key, "page_info", names))
            else:
                made.entries.append((key, "total_count", None))
        return made

    def _edges(self, target: TypeDeclaration, field_type: Any, details: list[FieldDetails]) -> list[Any]:
        edge = self.object_type(field_type)
        made: list[Any] = []
        for key, parts in self.groups(edge, details).items():
            name = field_name(parts)
            if name == "__typename":
                made.append((key, "constant", edge.name))
            elif name == "cursor":
                made.append((key, "cursor", None))
            else:
                made.append((key, "node", self._row_shape(target, parts)))
        return made

    def batch(
        self, key: str, parent: GraphQLObjectType, declared: BatchLoaded, details: list[FieldDetails]
    ) -> LevelBatch:
        """The batch behind a field that a function works out."""
        name = field_name(details)
        field_type = parent.fields[name].type
        names = self.names(field_type, details)
        return LevelBatch(
            key, declared, self.arguments(parent, name, details[0].node), names, converter(self, field_type, details)
        )

    def names(self, field_type: Any, details: list[FieldDetails]) -> frozenset[str]:
        """The names of the fields selected of an object; those of what it holds are written with a dot."""
        inner = inner_type(field_type)
        if not isinstance(inner, GraphQLObjectType):
            return frozenset()
        found = set()
        for parts in self.groups(inner, details).values():
            name = field_name(parts)
            found.add(name)
            if name in inner.fields:
                found |= {f"{name}.{below}" for below in self.names(inner.fields[name].type, parts)}
        return frozenset(found)

    def arguments(self, parent: GraphQLObjectType, name: str, node: FieldNode) -> Arguments:
        """A field's arguments, read now when no variable is in them."""
        definition = parent.fields[name]
        read = arguments_reader(definition, node)
        if any(has_variables(argument.value) for argument in node.arguments or ()):
            return Arguments(definition, node, read)
        try:
            return Arguments(definition, node, read, read(self.variables))
        except GraphQLError as error:
            # Validation lets some through, such as an input of exactly one field with none: executing reports it.
            raise NotPlannable from error

    def object_type(self, field_type: Any) -> GraphQLObjectType:
        """The object type within wrappers; abstract types are for rows that name their type."""
        inner = inner_type(field_type)
        if not isinstance(inner, GraphQLObjectType):
            raise NotPlannable
        return inner


def _same(value: Any) -> Any:
    return value


def _no_arguments() -> Arguments:
    empty: Any = None
    return Arguments(empty, empty, lambda _variables: {}, {})


def _item_target(owner: TypeDeclaration, declared: Many) -> TypeDeclaration:
    assert owner.entity is not None
    entity = link(owner.entity, declared.relation or declared.name).entity
    return TypeDeclaration(entity.__name__, "", entity)
