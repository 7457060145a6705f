"""One query, all the way: its document, plan, statements, generated functions and answer, as Markdown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from graphql.execution.values import VariableValues

from models.postgres import backend_of
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import make_reader
from schema.execution.plan.codegen import Generated
from schema.execution.plan.connection_shape import ConnectionShape
from schema.execution.plan.cost.price import Cost, cost
from schema.execution.plan.plan_nodes import AnswerState, Filler, Level, Shape
from schema.execution.run.assembler import begin
from schema.execution.run.planned_schema import Context, PlannedSchema
from server.commands.explain import Explaining, given_variables, plan_of

DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
BOUND = re.compile(r"[a-z]\d+")
"""A name that a function calls something by."""


def explain_code(schema: PlannedSchema, document: str, operation: str | None, variables: str, url: str) -> str:
    """Follow a query from its document to its answer from a database."""
    given = given_variables(variables)
    plan, values = plan_of(schema, document, operation, given)
    if (shape := plan.shape) is None:
        return "This operation has no plan of its own: its fields are resolved one by one."
    backend = backend_of(url)
    parts = [
        ("The document", [_fenced("graphql", document.strip())]),
        ("The plan", [_fenced("text", "\n".join(_tree(shape))), _told(cost(plan, values))]),
        ("The statements", [_statements(shape, values, each) for each in DATABASES]),
        (f"The functions, for {DATABASES[backend]}", [*_functions(shape, values, url)]),
        ("The answer", [_fenced("json", asyncio.run(_answer(schema, document, operation, given, url)))]),
    ]
    return "\n".join(f"## {title}\n\n" + "\n".join(texts) for title, texts in parts)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```\n"


def _told(cost: Cost) -> str:
    return (
        f"It costs {cost.points} points: at most {cost.objects} objects with {cost.values} values, "
        f"from {cost.lists} lists, lookups and computations; lists counted: {cost.counts}.\n"
    )


def _tree(shape: Shape, depth: int = 0) -> Iterator[str]:
    """The fields of an object, each with how it is answered, and below it what it holds."""
    for key, entry in shape.entries:
        yield f"{'  ' * depth}{key}: {entry.describe()}"
        if entry.inner is not None:
            yield from _tree(entry.inner, depth + 1)
        for _, filler in entry.fillers("") if entry.inner is None else ():
            yield from _below(filler, depth + 1)


def _below(filler: Filler, depth: int) -> Iterator[str]:
    for level in filler.levels:
        if level is not filler:
            yield f"{'  ' * depth}{level.key}: {level.describe()}"
        inner = depth + (level is not filler)
        if level.connection is not None:
            yield from _connection(level.connection, inner)
        elif level.shape is not None:
            yield from _tree(level.shape, inner)


def _connection(connection: ConnectionShape, depth: int) -> Iterator[str]:
    for key, kind, what in connection.entries:
        yield f"{'  ' * depth}{key}"
        if kind == "nodes":
            yield from _tree(what, depth + 1)
        elif kind == "edges":
            for name, part, inner in what:
                yield f"{'  ' * (depth + 1)}{name}"
                yield from _tree(inner, depth + 2) if part == "node" else ()


def _statements(shape: Shape, values: VariableValues, backend: str) -> str:
    steps = [step for step in Explaining(values, backend).shape(shape, "") if step.sql is not None]
    told = [_fenced("sql", f"-- {step.path}\n{_lines(step.sql or '')}") for step in steps]
    return f"### {DATABASES[backend]}\n\n" + "\n".join(told)


def _lines(sql: str) -> str:
    return "\n".join(line.strip() for line in sql.splitlines() if line.strip())


def _functions(shape: Shape, values: VariableValues, url: str) -> Iterator[str]:
    """The functions of all levels; those of lists that come along with a row are called by the row's own."""
    filling = AnswerState(RequestContext(make_reader(url)), values)
    for path, level, is_along in _levels(shape, "", ()):
        if not is_along:
            begin(level.part_of or level, filling)
        for form in level.forms.values():
            for generated in form.generated:
                yield _fenced("python", f"# {path}\n{_names(generated)}{generated.source.rstrip()}")


def _levels(shape: Shape, path: str, along: Sequence[Level]) -> Iterator[tuple[str, Level, bool]]:
    for where, filler in shape.fillers(path):
        for level in filler.levels:
            at = where if level is filler else f"{where}.{level.key}"
            yield at, level, level in along
            for inner in level.shapes():
                yield from _levels(inner, at, level.along)


def _names(generated: Generated) -> str:
    """What the names that the function calls stand for."""
    own = {name: _described(value) for name, value in generated.names.items() if BOUND.fullmatch(name)}
    return "".join(f"# {name}: {what}\n" for name, what in own.items() if what)


def _described(value: Any) -> str:
    value = getattr(value, "__wrapped__", value)
    if isinstance(value, partial):
        return f"{value.func.__qualname__} of {', '.join(map(str, value.args))}"
    return str(getattr(value, "__qualname__", ""))


async def _answer(
    schema: PlannedSchema, document: str, operation: str | None, variables: Mapping[str, Any], url: str
) -> str:
    reader = make_reader(url)
    try:
        context = Context(RequestContext(reader))
        result = await schema.execute(document, dict(variables), context, operation_name=operation)
    finally:
        await reader.close()
    shown: dict[str, Any] = {"data": result.data}
    if result.errors:
        shown["errors"] = [{"message": error.message, "path": error.path} for error in result.errors]
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode()
