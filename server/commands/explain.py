"""How a query would be answered: its levels and their statements, read off its plan."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from graphql.execution.values import VariableValues

from models.postgres import backend_of
from resolvers.query.level.statement import statement
from resolvers.query.visibility import EVERYTHING
from schema.declaring.build import build
from schema.execution.plan.document_cache import OperationPlan
from schema.execution.plan.plan_nodes import Level, Shape
from schema.execution.run.level_reader import ask
from schema.execution.run.planned_schema import PlannedSchema
from server.cli_errors import Obstacle


@dataclass(frozen=True, slots=True)
class LevelStep:
    """A level of a plan: where its answer stands, how it is found, and the statement that is its own."""

    path: str
    how: str
    sql: str | None = None


def explain(document: str, operation: str | None, variables: str, url: str, schema: PlannedSchema | None = None) -> str:
    """The plan as text. Nothing is run, and the database isn't asked."""
    plan, values = plan_of(schema or build(), document, operation, given_variables(variables))
    if (shape := plan.shape) is None:
        return "This operation has no plan of its own: its fields are resolved one by one."
    found = Explaining(values, backend_of(url)).shape(shape, "")
    return "\n".join(f"{step.path}: {step.how}\n{_indented(step.sql)}" for step in found)


def levels(
    schema: PlannedSchema, document: str, operation: str | None, variables: dict[str, Any], backend: str
) -> list[str]:
    """The levels of an operation that has run, from the outside in, each with how it is found."""
    plan, values = plan_of(schema, document, operation, variables)
    found = Explaining(values, backend).shape(plan.shape, "") if plan.shape is not None else ()
    return [f"{step.path}: {step.how}" for step in found]


def read(file: Path) -> str:
    """A document's text, from a file or from the standard input."""
    if str(file) != "-":
        return file.read_text(encoding="utf-8")
    if sys.stdin is None:
        raise Obstacle("The standard input is closed: there is no document in it.")
    return sys.stdin.read()


def given_variables(text: str) -> dict[str, Any]:
    """Variables that were given as JSON."""
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Obstacle(f"--variables is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise Obstacle("--variables must be a JSON object.")
    return given


def plan_of(
    schema: PlannedSchema, text: str, operation_name: str | None, variables: dict[str, Any]
) -> tuple[OperationPlan, VariableValues]:
    """The plan of a document's operation, and its variables."""
    document = schema.documents.document(text)
    if document.errors:
        raise Obstacle("\n".join(str(error) for error in document.errors))
    operation = document.operation(operation_name)
    if operation is None:
        names = ", ".join(sorted(document.operations))
        raise Obstacle(f"Say which operation, with --operation: the document has {names or 'none'}.")
    values = operation.read(variables)
    if not isinstance(values, VariableValues):
        raise Obstacle("\n".join(error.message for error in values))
    return schema.documents.plan(text, document, operation, values), values


class Explaining:
    """What is known of a request before it is run."""

    def __init__(self, values: VariableValues, backend: str) -> None:
        self.values, self.backend = values, backend

    def shape(self, shape: Shape, path: str, along: Sequence[Level] = ()) -> Iterator[LevelStep]:
        """The levels below a shape; some are read along with it."""
        for where, filler in shape.fillers(path):
            if isinstance(filler, Level):
                yield from self._level(filler, where, is_along=filler in along)
                continue
            yield LevelStep(where, filler.describe())
            for part in filler.levels:
                yield from self._level(part, f"{where}.{part.key}", is_along=part in along)

    def _level(self, level: Level, where: str, *, is_along: bool) -> Iterator[LevelStep]:
        what = level.describe()
        asked = ask(level, self.values)
        if asked.is_empty:
            yield LevelStep(where, f"{what}, of which nothing is asked")
            return
        if is_along:
            yield LevelStep(where, f"{what}, in the statement above")
        else:
            yield LevelStep(
                where, f"{what}, one statement for all its parents", statement(asked.rows, self.backend, EVERYTHING).sql
            )
        for shape in level.shapes():
            yield from self.shape(shape, where, level.along)


def _indented(sql: str | None) -> str:
    return "".join(f"    {line.strip()}\n" for line in (sql or "").splitlines())
