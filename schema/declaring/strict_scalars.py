"""Scalars read strictly, in variables and in documents alike.

Numbers are in ASCII, moments of a sane length, JSON of a depth that can be kept and answered again.
A literal is read from its text, so that an exact number stays exact, and what is wrong with it is told with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from graphql import (
    FloatValueNode,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    IntValueNode,
    StringValueNode,
    ValueNode,
)
from graphql.utilities import value_from_ast_untyped

DEEPEST_JSON = 64
LONGEST = 64
"""How many characters an amount or a moment may be written with."""
AMOUNT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
MOMENT = re.compile(r"[0-9TtZzW:.,+-]+")

Read = Callable[[Any], Any]


def _amount(value: object) -> Decimal:
    text = value if isinstance(value, str) else str(value) if _is_number(value) else ""
    if len(text) > LONGEST or not AMOUNT.fullmatch(text):
        raise ValueError("Decimal takes a number, such as 12.50, with digits from 0 to 9.")
    return Decimal(text)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _moment_of(parse: Callable[[str], Any], wanted: str) -> Read:
    def read(value: object) -> object:
        if isinstance(value, str) and len(value) <= LONGEST and MOMENT.fullmatch(value):
            try:
                return parse(value)
            except (ValueError, OverflowError):
                pass
        raise ValueError(wanted)

    return read


def _json(value: object) -> object:
    level, depth = [value], 0
    while level := [each for each in level if isinstance(each, Mapping | list)]:
        depth += 1
        if depth > DEEPEST_JSON:
            raise ValueError(f"JSON may be nested {DEEPEST_JSON} levels deep at most.")
        level = [below for each in level for below in (each.values() if isinstance(each, Mapping) else each)]
    return value


READERS: dict[str, Read] = {
    "Decimal": _amount,
    "Date": _moment_of(date.fromisoformat, "Date takes a day in ISO 8601, such as 2026-01-31."),
    "DateTime": _moment_of(datetime.fromisoformat, "DateTime takes a moment in ISO 8601, as 2026-01-31T12:00:00Z."),
    "JSON": _json,
}


SPECIFIED: Mapping[str, tuple[str, str]] = {
    "Decimal": (
        'An exact decimal number. It travels as text, such as "12.50", so that no client makes a binary fraction of '
        "it; numbers of JSON are taken, too.",
        "https://speleotrove.com/decimal/daconvs.html",
    ),
    "Date": ('A day in ISO 8601, such as "2026-01-31".', "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"),
    "DateTime": (
        'A moment in ISO 8601 with its offset from UTC, such as "2026-01-31T12:00:00+00:00". Answers are in UTC.',
        "https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    ),
    "JSON": (
        f"Any JSON, nested {DEEPEST_JSON} levels deep at most. It travels as it is, not as text.",
        "https://www.rfc-editor.org/rfc/rfc8259",
    ),
}
"""How each scalar travels, and who specifies it."""


def read_strictly(schema: GraphQLSchema) -> None:
    """Have a schema's scalars read so, and say how they travel."""
    for name, read in READERS.items():
        scalar = schema.type_map.get(name)
        if isinstance(scalar, GraphQLScalarType):
            scalar.description, scalar.specified_by_url = SPECIFIED[name]
            scalar.coerce_input_value = _told(read)
            scalar.coerce_input_literal = _of_literal(read, exact=name == "Decimal")


def _told(read: Read) -> Read:
    def coerce(value: object) -> object:
        try:
            return read(value)
        except ValueError as error:
            raise GraphQLError(str(error)) from None

    return coerce


def _of_literal(read: Read, *, exact: bool) -> Callable[[ValueNode], Any]:
    def coerce(node: ValueNode) -> object:
        is_text = exact and isinstance(node, IntValueNode | FloatValueNode | StringValueNode)
        try:
            return read(node.value if is_text else value_from_ast_untyped(node))  # type: ignore[attr-defined]
        except ValueError as error:
            raise GraphQLError(str(error), node) from None

    return coerce
