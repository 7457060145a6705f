"""Statements compiled once: from SQLAlchemy's expression to the text and the argument order of a driver.

SQLAlchemy writes the SQL and knows how each type is bound; running it goes straight to the driver, since a unit of
work and its transaction cost more than most of these reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Enum, SelectBase, String, Text, UpdateBase, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.asyncpg import dialect as PostgresDialect  # noqa: N812
from sqlalchemy.dialects.sqlite.aiosqlite import dialect as SqliteDialect  # noqa: N812
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter

from resolvers.storage.sql import SqlType

DIALECTS: Mapping[str, Dialect] = {
    "postgresql": PostgresDialect(),  # type: ignore[no-untyped-call]
    "sqlite": SqliteDialect(),
}

Binder = Callable[[Mapping[str, object]], object]
Process = Callable[[Any], object]
"""What a type makes of a value on its way to the driver."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with what to bind, in the driver's order."""

    sql: str
    binders: tuple[Binder, ...]
    by_values: bool = False
    """Whether how it is best run depends on the values so much that PostgreSQL is to plan it for them."""

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """The driver's arguments for the given named values."""
        return [bind(values) for bind in self.binders]


def compile_statement(select: SelectBase | UpdateBase, backend: str) -> Statement:
    """Compile for one database. Parameters made by `parameter` are filled at each run, all others now."""
    compiled = compiled_for(select, backend)
    binders = []
    for name in compiled.positiontup or ():
        if is_given(name, compiled):
            binders.append(binder_of(name, process_of(name, compiled)))
        else:
            binders.append(constant(bound_now(name, compiled)))
    return Statement(str(compiled), tuple(binders))


def compiled_for(select: SelectBase | UpdateBase, backend: str) -> SQLCompiler:
    """What SQLAlchemy makes of a statement for one database."""
    compiled = select.compile(dialect=DIALECTS[backend], compile_kwargs={"render_postcompile": True})
    assert isinstance(compiled, SQLCompiler)
    return compiled


def is_given(name: str, compiled: SQLCompiler) -> bool:
    """Whether a parameter is given at each run."""
    found = compiled.binds.get(name)
    return name in FOLLOWING or (found is not None and found.required)


def process_of(name: str, compiled: SQLCompiler) -> Process | None:
    """What the type of a parameter makes of its value."""
    process = compiled._bind_processors.get(name)
    assert process is None or callable(process)
    return process


def bound_now(name: str, compiled: SQLCompiler) -> object:
    """The value of a parameter that isn't given at each run, as the driver takes it."""
    value, process = compiled.params[name], process_of(name, compiled)
    return process(value) if process else value


def binder_of(name: str, process: Process | None) -> Binder:
    """What binds a parameter that is given at each run, or follows from the moment of the request."""
    return _from_now(FOLLOWING[name], process) if name in FOLLOWING else _from_values(name, process)


def _from_values(name: str, process: Process | None) -> Binder:
    if process is None:
        return lambda values: values[name]
    return lambda values: process(values[name])


def _from_now(rule: Callable[[Any], object], process: Callable[[object], object] | None) -> Binder:
    if process is None:
        return lambda values: rule(values["now"])
    return lambda values: process(rule(values["now"]))


def constant(value: object) -> Binder:
    """What binds a value that is always the same."""
    return lambda _values: value


def parameter(name: str, kind: SqlType) -> BindParameter[Any]:
    """A value that is given anew at each run. Text takes the collation of the column it is compared with."""
    plain = String() if isinstance(kind, String) and not isinstance(kind, Enum | ColumnsParameter) else kind
    return bindparam(name, type_=plain, required=True)


FOLLOWING: dict[str, Callable[[Any], object]] = {}
"""How parameters follow from the moment of the request, by their names."""


def following(name: str, kind: SqlType, rule: Callable[[Any], object]) -> BindParameter[Any]:
    """A value that follows from the moment of the request by a rule; the same name means the same rule."""
    FOLLOWING[name] = rule
    return parameter(name, kind)


class ListParameter(ARRAY[object]):
    """A list passed as one argument: an array on PostgreSQL, a JSON array of bound values on SQLite."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Process:
        """Bind each item as its own type says, then the whole."""
        item: Process | None = self.item_type.dialect_impl(dialect).bind_processor(dialect)
        if dialect.name == "sqlite":
            return lambda values: orjson.dumps(_each(values, item)).decode()
        return lambda values: _each(values, item)


class ColumnsParameter(Text):
    """Columns of as many values each, passed as one argument: a JSON array of their rows."""

    cache_ok = True

    def __init__(self, kinds: tuple[SqlType, ...]) -> None:
        super().__init__()
        self.kinds = kinds

    def bind_processor(self, dialect: Dialect) -> Process:
        """Bind each value as its column's type says, then the whole."""
        processes = [kind.dialect_impl(dialect).bind_processor(dialect) for kind in self.kinds]

        def bind(columns: Sequence[Sequence[object]]) -> str:
            bound = [_each(values, process) for values, process in zip(columns, processes, strict=True)]
            return orjson.dumps(list(zip(*bound, strict=True))).decode()

        return bind


def _each(values: Sequence[object], process: Process | None) -> list[object]:
    return list(values) if process is None or is_empty(values) else [process(value) for value in values]


def is_empty(values: Sequence[object]) -> bool:
    """Whether there is no value among them: of thousands of rows, many columns hold none."""
    return not values or (values[0] is None and all(value is None for value in values))
