"""What a field's values look like in a file, and in the database."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import orjson

from models.types import ExactDecimal
from resolvers.files.format import local_values
from resolvers.files.format.conventions import Conventions
from resolvers.normalise import composed

WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
LARGEST_INTEGER = 2**31 - 1
LARGEST_EXACT = 2**53


def same(value: Any) -> Any:
    """The value as it is."""
    return value


@dataclass(frozen=True, slots=True)
class ValueFormat:
    """How values of one kind are read from a file (`ValueError` when they can't be), and written to one.

    A `local` form, in which people write such a value in their own way, is first put into its one form.
    """

    label: str
    parse: Callable[[object], Any]
    show: Callable[[Any], Any] = same
    cell: Callable[[str], Any] = lambda cell: cell
    local: Callable[[str, Conventions], object] | None = None

    def by(self, conventions: Conventions) -> ValueFormat:
        """The same kind, as it is written by some conventions."""
        if self.local is None:
            return self
        local, parse = self.local, self.parse
        return replace(self, parse=lambda value: parse(local(value, conventions) if isinstance(value, str) else value))


def text(length: int | None = None) -> ValueFormat:
    """Any text that fits."""

    def parse(value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            # Programs write ids and codes as numbers.
            value = str(value)
        if not isinstance(value, str):
            raise ValueError("must be text")
        if "\0" in value:
            raise ValueError("holds a null character")
        value = composed(value)
        if length is not None and len(value) > length:
            raise ValueError(f"is longer than {length} characters")
        return value

    return ValueFormat(f"text of up to {length} characters" if length else "text", parse)


def decimals(kind: ExactDecimal) -> ValueFormat:
    """Exact decimals that need no more places and digits than the column has."""

    def parse(value: object) -> Decimal:
        number = _decimal(value)
        kind.scaled(number)
        return number

    return ValueFormat(f"decimal with up to {kind.scale} places", parse, plain, local=local_values.number)


def _decimal(value: object) -> Decimal:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float):
        number = Decimal(repr(value))
        if len(number.as_tuple().digits) > 15:
            raise ValueError("has more digits than a JSON number keeps; write it as text")
        return number
    raise ValueError("must be a decimal number")


def plain(number: Decimal) -> str:
    """A decimal without idle zeros or an exponent."""
    shown = f"{number:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def names(allowed: tuple[str, ...]) -> ValueFormat:
    """One of an enum's names."""

    def parse(value: object) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return str(value)

    return ValueFormat(", ".join(allowed), parse, lambda value: getattr(value, "value", value), local=local_values.code)


def _instant(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("must be a moment such as 2024-05-15T12:00:00+02:00") from None
    if moment.tzinfo is None:
        raise ValueError("needs an offset, as in 2024-05-15T12:00:00+02:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("must be a day such as 2024-05-15") from None


def _yes_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("must be a whole number")
    if abs(value) > LARGEST_INTEGER:
        raise ValueError("is too large")
    return value


def document(value: object) -> Any:
    """A JSON value in the one form that both databases give back; what they would change is refused."""
    if isinstance(value, dict):
        return {document(key): document(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [document(item) for item in value]
    if isinstance(value, str) and "\0" in value:
        raise ValueError("holds a null character")
    if isinstance(value, float | int) and abs(value) >= LARGEST_EXACT:
        raise ValueError("holds a number too large to be exact; write it as text")
    if isinstance(value, float) and (value == 0 or not math.isfinite(value)):
        return 0.0
    return value


def json_object(value: object) -> dict[str, Any]:
    """A JSON object in that form."""
    if not isinstance(value, dict):
        raise ValueError("must be a JSON object")
    found: dict[str, object] = document(value)
    return found


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("must be a list of texts")
    found: list[str] = document(value)
    return found


def json_cell(cell: str) -> object:
    """The JSON document in a cell."""
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"must be JSON: {error}") from None


def _value(value: object) -> object:
    if value is None or isinstance(value, dict | list):
        raise ValueError("must be text, a number, true or false")
    return document(value)


def _whole_cell(cell: str) -> object:
    return int(cell) if WHOLE.fullmatch(cell) else cell


DOCUMENT = ValueFormat("JSON object", json_object, document, json_cell)
TEXTS = ValueFormat("list of texts", _texts, cell=json_cell)
ANY_VALUE = ValueFormat("text, number, true or false", _value, cell=json_cell)
INSTANT = ValueFormat("moment", _instant, lambda moment: moment.isoformat(), local=local_values.moment)
END = replace(INSTANT, label="moment; a day alone is the last one", local=partial(local_values.moment, ends=True))
DAY = ValueFormat("day", _day, lambda day: day.isoformat(), local=local_values.day)
YES_NO = ValueFormat("true or false", _yes_no, local=local_values.yes_no)
INTEGER = ValueFormat("whole number", _integer, cell=_whole_cell)
