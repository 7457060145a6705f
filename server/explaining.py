"""How a query would be answered: its levels and their statements, read off its plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    backend = make_url(url).get_backend_name()
    return "\n".join(_Explaining(values, backend).shape(shape, ""))


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


class _Explaining:
    """What is known of a request before it is run."""

    def __init__(self, values: VariableValues, backend: str) -> None:
        self.values, self.backend = values, backend

    def shape(self, shape: Shape, path: str, along: Sequence[Level] = ()) -> Iterator[str]:
        """The levels below a shape, each with its statement, from the outside in; some are read along with it."""
        for key, entry in shape.entries:
            where = f"{path}.{key}" if path else key
            if isinstance(entry, Nested):
                yield from self.shape(entry.shape, where, along)
            elif isinstance(entry, Below) and isinstance(entry.level, Batch):
                yield f"{where}: worked out by {_name(entry.level.field.load)}, for all its parents at once\n"
            elif isinstance(entry, Below) and isinstance(entry.level, Level):
                yield from self._level(entry.level, where, is_along=entry.level in along)

    def _level(self, level: Level, where: str, *, is_along: bool) -> Iterator[str]:
        if is_along:
            yield f"{where}: {level.kind} of {level.target.name}, in the statement above\n"
        else:
            asked = ask(level, self.values, nested=True)
            yield f"{where}: {level.kind} of {level.target.name}, one statement for all its parents"
            yield _indented(asked.statement(self.backend).sql)
            yield ""
        for shape in level.shapes():
            yield from self.shape(shape, where, level.along)


def _name(function: Any) -> str:
    return str(getattr(function, "__qualname__", function))


def _indented(sql: str) -> str:
    return "\n".join(f"    {line.strip()}" for line in sql.splitlines())
