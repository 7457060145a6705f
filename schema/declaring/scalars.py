"""How a column's value becomes a Python value, and how it becomes JSON.

Statements give: exact decimals as integers in units of the last place, days and SQLite's instants as ISO 8601 text,
PostgreSQL's as text of its own in UTC, JSON as text. `python` is what ordinary resolvers see; `wire` goes straight
into the answer and must come to the same as serialising the Python value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

import orjson
import strawberry
import strawberry.scalars
from sqlalchemy import JSON, Boolean, Date, Enum, Integer

from models.types import MONEY, ExactDecimal, Instant
from resolvers.storage.sql import SqlType
from resolvers.values import decimal_text

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Value:
    """The API's type of a column's values, and their conversions; a wire is None where nothing needs doing."""

    annotation: object
    python: Convert
    postgresql: Convert | None
    sqlite: Convert | None
    filter: str | None
    sortable: bool = True
    ready: str | None = None
    """An expression for generated code, over a driver's value `{}`, that holds where it needs no conversion."""

    def wire(self, backend: str) -> Convert | None:
        """What brings a driver's value into the answer."""
        return self.sqlite if backend == "sqlite" else self.postgresql


@lru_cache(maxsize=16)
def _decimal_wire(scale: int, places: int) -> Convert:
    @lru_cache(maxsize=65536)
    def wire(units: int) -> str:
        return decimal_text(units, scale, places)

    return wire


def _decimal(kind: ExactDecimal) -> Value:
    wire = _decimal_wire(kind.scale, 2 if kind is MONEY else 0)
    return Value(Decimal, lambda units: Decimal(wire(units)), wire, wire, "Decimal")


WHOLE_SECONDS = len("2026-01-31 12:00:00+00")
WRITTEN_IN_JSON = "{}[19:] == '+00:00'"
"""Whether PostgreSQL wrote a moment of a whole second in JSON: 2026-01-31T12:00:00+00:00."""


def _moment(value: Any) -> datetime:
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


def _postgresql_moment(text: str) -> str:
    """PostgreSQL's text as ISO 8601, which it writes by itself in JSON. It leaves idle zeros off a fraction."""
    if len(text) == WHOLE_SECONDS:
        return text.replace(" ", "T") + ":00"
    return datetime.fromisoformat(text).isoformat()


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _json(value: object) -> object:
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def _same(value: object) -> object:
    return value


ENUMS: dict[type, Any] = {}


def graphql_enum(kind: type) -> object:
    """The API's enum made from a domain enum, once."""
    if kind not in ENUMS:
        ENUMS[kind] = strawberry.enum(kind, description=(kind.__doc__ or "").strip())  # type: ignore[call-overload]
    return ENUMS[kind]


def enum_value(kind: type[StrEnum]) -> Value:
    """The conversions of a value of an enum."""
    return Value(graphql_enum(kind), kind, None, None, kind.__name__, sortable=False)


def value_of(kind: SqlType) -> Value:
    """The conversions for a column's type."""
    if isinstance(kind, ExactDecimal):
        return _decimal(kind)
    if isinstance(kind, Instant):
        return Value(datetime, _moment, _postgresql_moment, None, "DateTime", ready=WRITTEN_IN_JSON)
    if isinstance(kind, Date):
        return Value(date, _day, None, None, "Date")
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return enum_value(cast("type[StrEnum]", kind.enum_class))
    if isinstance(kind, Boolean):
        return Value(bool, bool, None, bool, "Boolean", sortable=False)
    if isinstance(kind, JSON):
        return Value(strawberry.scalars.JSON, _json, _json, _json, "Json", sortable=False)
    if isinstance(kind, Integer):
        return Value(int, _same, None, None, "Int")
    return Value(str, _same, None, None, "String")


def text_list() -> Value:
    """A JSON column that holds a list of text."""
    return Value(list[str], _json, _json, _json, "List", sortable=False)
