"""From a document's selections to shapes and levels, once for each document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from resolvers.query.link import Door, by_column
from resolvers.query.visibility import reachable
from schema.declaring.base import TYPES, TypeDeclaration
from schema.execution.plan.argument_readers import arguments_reader, has_variables
from schema.execution.plan.bindings import NotPlannable, Place, declaration_of, field_name, inner_type
from schema.execution.plan.plan_nodes import Arguments, Change, Constant, Entry, Level, Shape
from schema.execution.plan.selection import Selection

Groups = Mapping[str, list[FieldDetails]]


class Planner:
    """Plans one operation for given values of the variables in its directives.

    What a field comes to, its declaration says; here is what they have in common.
    """

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
        self._selected: tuple[GraphQLObjectType, Groups] | None = None
        self._groups: dict[tuple[str, int], tuple[object, Groups]] = {}
        """What was collected below fields, which are kept as long: pricing and planning walk the same way."""

    def root(self) -> tuple[Shape, GraphQLObjectType]:
        """The shape of the whole answer to a query."""
        query, selected = self.selected()
        return self.shape(query, selected, None), query

    def changes(self) -> list[Change | tuple[str, str]]:
        """The mutations of an operation in their order, and what `__typename` answers among them."""
        root, selected = self.selected()
        return [self._change(root, key, details) for key, details in selected.items()]

    def selected(self) -> tuple[GraphQLObjectType, Groups]:
        """The operation's root type, and the fields selected of it."""
        if self._selected is not None:
            return self._selected
        root = self.schema.get_root_type(self.operation.operation)
        assert root is not None
        collected = collect_fields(self.schema, self.fragments, self.variables, root, self.operation)
        if collected.new_defer_usages:
            raise NotPlannable
        self._selected = root, collected.grouped_field_set
        return self._selected

    def _change(self, root: GraphQLObjectType, key: str, details: list[FieldDetails]) -> Change | tuple[str, str]:
        name = field_name(details)
        if name == "__typename":
            return key, root.name
        declared = declaration_of(root, name)
        if declared is None:
            raise NotPlannable
        return declared.change(self.selection(key, root, details))

    def selection(self, key: str, parent: GraphQLObjectType, details: list[FieldDetails]) -> Selection:
        """A field that is selected at the root, or of an object that was worked out in Python."""
        return Selection(self, key, parent, details)

    def groups(self, parent: GraphQLObjectType, details: list[FieldDetails]) -> Groups:
        """The fields selected below a field, merged and without those skipped."""
        known = self._groups.get((parent.name, id(details)))
        if known is not None:
            return known[1]
        collected = collect_subfields(self.schema, self.fragments, self.variables, self.operation, parent, details)
        if collected.new_defer_usages:
            raise NotPlannable
        self._groups[parent.name, id(details)] = details, collected.grouped_field_set
        return collected.grouped_field_set

    def shape(self, parent: GraphQLObjectType, groups: Groups, place: Place | None) -> Shape:
        """An object of a type at a place in a level's rows; no place at the root."""
        shape = Shape(parent.name)
        for key, details in groups.items():
            shape.entries.append((key, self._entry(Selection(self, key, parent, details, place))))
        return shape

    def _entry(self, selection: Selection) -> Entry:
        name, parent = selection.name, selection.parent
        if name == "__typename":
            return Constant(parent.name)
        declared = declaration_of(parent, name) if name in parent.fields else None
        if declared is None or any(detail.fragment_variable_values for detail in selection.details):
            raise NotPlannable
        return declared.entry(selection)

    def row_level(self, key: str, type_name: str, details: list[FieldDetails], door: Door = reachable) -> Level:
        """The level that reads rows of a type by their keys, of those that may be seen."""
        target = TYPES[type_name]
        assert target.entity is not None
        level = Level(key, target, "one", _no_arguments())
        level.link = by_column(target.entity, door=door)
        level.shape = self.row_shape(target, details)
        return self.finish(level)

    def row_shape(self, target: TypeDeclaration, details: list[FieldDetails]) -> Shape:
        """What is asked of a row as a type; fragments on others, and on what they share, count where they apply."""
        assert target.entity is not None
        object_type = self.object_type(self.schema.get_type(target.name))
        return self.shape(object_type, self.groups(object_type, details), Place(target.entity))

    @staticmethod
    def finish(level: Level) -> Level:
        """A level whose shapes are known, with what they need of its rows."""
        columns = [column for shape in level.shapes() for column in shape.columns()]
        if level.item is not None:
            columns.append(level.item)
        level.columns = tuple(dict.fromkeys(columns))
        level.along = tuple(each for shape in level.shapes() for each in shape.lists())
        level.is_fixed = level.arguments.constant is not None and all(each.is_fixed for each in level.along)
        return level

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


def _no_arguments() -> Arguments:
    empty: Any = None
    return Arguments(empty, empty, lambda _variables: {}, {})
