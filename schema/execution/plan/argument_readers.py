"""Variables and arguments: read by code that is put together once for a document.

Most are leaves, and objects of leaves. What is out of the ordinary is left to graphql-core, at each run: it knows every
rule, and words the errors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLSchema,
    ObjectValueNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_nullable_type,
    is_input_object_type,
    is_leaf_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import (
    VariableValues,
    VariableValueSource,
    get_argument_values,
    get_variable_values,
)
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

from schema.execution.plan.limits import variable_limits
from schema.execution.plan.limits.operation_limits import MOST_ERRORS

ReadVariables = Callable[[dict[str, object]], VariableValues | list[GraphQLError]]
ReadArguments = Callable[[VariableValues], Mapping[str, Any]]
Get = Callable[[Mapping[str, object]], object]
"""One value for these variables; `Undefined` where there is none."""


class Unusual(Exception):
    """A value that graphql-core is to read."""


def variables_reader(
    schema: GraphQLSchema, operation: OperationDefinitionNode, switches: Collection[str] = ()
) -> ReadVariables:
    """What reads an operation's variables: the values, or the errors; `switches` decide what is skipped."""
    definitions = operation.variable_definitions or ()
    read_all = partial(_read_all, schema, definitions, switches)
    variables = []
    for definition in definitions:
        signature = get_variable_signature(schema, definition)
        if isinstance(signature, GraphQLError) or not is_leaf_type(get_nullable_type(signature.type)):
            return read_all
        leaf: GraphQLLeafType = get_nullable_type(signature.type)  # type: ignore[assignment]
        default, required = coerce_default_value(signature), _is_required(signature, switches)
        variables.append((signature.name, signature, leaf.coerce_input_value, default, required))

    def read(given: dict[str, Any]) -> VariableValues | list[GraphQLError]:
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, object] = {}
        for name, signature, coerce, default, required in variables:
            value = given.get(name, Undefined)
            sources[name] = VariableValueSource(signature, value)
            try:
                found = default if value is Undefined else None if value is None else coerce(value)
            except Exception:
                return read_all(given)
            if required and (found is None or found is Undefined):
                return read_all(given)
            if found is not Undefined:
                coerced[name] = found
            elif value is not Undefined:
                return read_all(given)
        return VariableValues(sources, coerced)

    return read


def _is_required(signature: GraphQLVariableSignature, switches: Collection[str]) -> bool:
    return isinstance(signature.type, GraphQLNonNull) or signature.name in switches


def _read_all(
    schema: GraphQLSchema,
    definitions: Sequence[VariableDefinitionNode],
    switches: Collection[str],
    given: dict[str, object],
) -> VariableValues | list[GraphQLError]:
    """Variables as graphql-core reads them, unless they hold too much to be read at all."""
    for definition in definitions:
        signature = get_variable_signature(schema, definition)
        value = given.get(definition.variable.name.value)
        if isinstance(value, list | dict) and not isinstance(signature, GraphQLError):
            excess = variable_limits.excess(signature.name, value, signature.type)
            if excess is not None:
                return [excess]
    found = get_variable_values(schema, definitions, given, MOST_ERRORS, hide_suggestions=True)
    if isinstance(found, VariableValues):
        for definition in definitions:
            name = definition.variable.name.value
            if name in switches and found.coerced.get(name, Undefined) is None:
                # A default lets a variable that may be null stand where null may not be given.
                message = f"Variable '${name}' decides what is skipped, and so it must not be null."
                return [GraphQLError(message, definition)]
    return found


def arguments_reader(definition: GraphQLField, node: FieldNode) -> ReadArguments:
    """What reads a field's arguments; it raises a `GraphQLError` for what can't be used."""
    read_all = partial(get_argument_values, definition, node, hide_suggestions=True)
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    try:
        arguments = _parts(definition.args, given)
    except Unusual:
        return read_all

    def read(variables: VariableValues) -> Mapping[str, Any]:
        try:
            return _made(arguments, variables.coerced)
        except Unusual:
            return read_all(variables)

    return read


def _parts(definitions: Mapping[str, Any], given: Mapping[str, ValueNode]) -> list[tuple[str, Get]]:
    """What reads the arguments, or the fields of an input object, that may have a value: by their names in Python."""
    return [
        (each.out_name or name, _getter(each, given.get(name)))
        for name, each in definitions.items()
        if name in given or isinstance(each.type, GraphQLNonNull) or coerce_default_value(each) is not Undefined
    ]


def _made(parts: list[tuple[str, Get]], variables: Mapping[str, object]) -> dict[str, object]:
    made: dict[str, object] = {}
    for name, get in parts:
        value = get(variables)
        if value is not Undefined:
            made[name] = value
    return made


def _getter(definition: Any, node: ValueNode | None) -> Get:
    """What reads an argument, or a field of an input object."""
    required, default = isinstance(definition.type, GraphQLNonNull), coerce_default_value(definition)
    if isinstance(node, VariableNode):
        return _variable(node.name.value, default, required=required)
    if node is not None:
        return _written(node, definition.type)
    if required and default is Undefined:
        raise Unusual
    return lambda _variables: default


def _variable(name: str, default: object, *, required: bool) -> Get:
    def get(variables: Mapping[str, object]) -> object:
        value = variables.get(name, default)
        if required and (value is None or value is Undefined):
            raise Unusual
        return value

    return get


def _written(node: ValueNode, kind: Any) -> Get:
    """What reads a value that is written in the document, if with variables in it."""
    if not has_variables(node):
        try:
            value = coerce_input_literal(node, kind)
        except GraphQLError:
            raise Unusual from None
        if value is Undefined:
            raise Unusual
        return lambda _variables: value
    target = get_nullable_type(kind)
    if not isinstance(node, ObjectValueNode) or not is_input_object_type(target):
        raise Unusual
    given = {field.name.value: field.value for field in node.fields}
    if not given.keys() <= target.fields.keys():
        raise Unusual
    fields = _parts(target.fields, given)

    def get(variables: Mapping[str, object]) -> object:
        made = _made(fields, variables)
        if target.is_one_of and (len(given) != 1 or len(made) != 1 or None in made.values()):
            raise Unusual
        return target.out_type(made)

    return get


def has_variables(node: object) -> bool:
    """Whether a variable stands anywhere in a value."""
    if isinstance(node, VariableNode):
        return True
    fields = getattr(node, "fields", None)
    if fields is not None:
        return any(has_variables(each.value) for each in fields)
    return any(has_variables(each) for each in getattr(node, "values", None) or ())
