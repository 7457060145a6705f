"""How a query would be answered: its levels and their statements, read off its plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from graphql.execution.values import VariableValues, get_variable_values
from sqlalchemy.engine import make_url

from schema.execution.fetch import ask
from schema.execution.schema import PlannedSchema
from schema.execution.shapes import Batch, Below, Level, Nested, Shape
from schema.graph import build
from server.obstacles import Obstacle


def explain(document: str, operation: str | None, variables: str, url: str, schema: PlannedSchema | None = None) -> str:
    """The plan as text. Nothing is run, and the database isn't asked."""
    shape, values = _plan(schema or build(), document, operation, variables)
    if shape is None:
        return "This operation has no plan of its own: its fields are resolved one by one."
    return "\n".join(_explain(shape, values, make_url(url).get_backend_name(), ""))


def _plan(
    schema: PlannedSchema, text: str, operation_name: str | None, variables: str
) -> tuple[Shape | None, VariableValues]:
    document = schema.documents.document(text)
    if document.errors:
        raise Obstacle("\n".join(str(error) for error in document.errors))
    operation = document.operation(operation_name)
    if operation is None:
        names = ", ".join(sorted(document.operations))
        raise Obstacle(f"Say which operation, with --operation: the document has {names or 'none'}.")
    try:
        given = orjson.loads(variables)
    except orjson.JSONDecodeError as error:
        raise Obstacle(f"--variables is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise Obstacle("--variables must be a JSON object.")
    values = get_variable_values(schema._schema, operation.variable_definitions or (), given)
    if not isinstance(values, VariableValues):
        raise Obstacle("\n".join(error.message for error in values))
    return schema.documents.plan(text, document, operation, values).shape, values


def _explain(shape: Shape, values: VariableValues, backend: str, path: str) -> Iterator[str]:
    """The levels below a shape, each with its statement, from the outside in."""
    for key, entry in shape.entries:
        where = f"{path}.{key}" if path else key
        if isinstance(entry, Nested):
            yield from _explain(entry.shape, values, backend, where)
        elif isinstance(entry, Below):
            yield from _below(entry.level, values, backend, where)


def _below(level: Level | Batch, values: VariableValues, backend: str, where: str) -> Iterator[str]:
    if isinstance(level, Batch):
        yield f"{where}: worked out by {_name(level.field.load)}, for all its parents at once\n"
        return
    yield f"{where}: {level.kind} of {level.target.name}, one statement for all its parents"
    yield _indented(ask(level, values).statement(backend).sql)
    yield ""
    for shape in level.shapes():
        yield from _explain(shape, values, backend, where)


def _name(function: Any) -> str:
    return str(getattr(function, "__qualname__", function))


def _indented(sql: str) -> str:
    return "\n".join(f"    {line.strip()}" for line in sql.splitlines())
