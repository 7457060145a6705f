"""What a field of an input takes, beyond its type: each check gives the value as operations use it, or refuses it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy.orm import InstrumentedAttribute

from models import Base, State
from models.rules.error_codes import ErrorCode
from models.rules.voucher_code import LONGEST_CODE, LONGEST_KEY, code_key, is_too_short
from models.types import ExactDecimal
from resolvers.code.iso import known_codes
from resolvers.errors import BadId, Refused
from resolvers.ids import key_of
from resolvers.normalise import composed
from resolvers.operation import validation
from resolvers.operation.validation import LARGEST_INTEGER, Read

T = TypeVar("T")

LONGEST_NOTE = 1000
MOST_ITEMS = 1000
LARGEST_JSON = 8192
DEEPEST_JSON = 32


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one value: of a list, of each item unless it takes the list as a whole."""

    read: Read
    shown: str | None = None
    """The type in the graph, where Python's type doesn't say it."""
    takes_null: bool = False
    takes_list: bool = False
    names: type[Base] | None = None
    """The entity whose rows the values name by their keys."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """How many items a list takes, and as what more of them are refused."""

    items: int
    code: ErrorCode = ErrorCode.TOO_MANY


def at_most(items: int, code: ErrorCode = ErrorCode.TOO_MANY) -> AtMost:
    """A list of up to so many items; 1,000 where nothing is said."""
    return AtMost(items, code)


def clean(value: str) -> str:
    """A text as it is kept: without space around it, in Unicode's composed form."""
    return composed(value.strip())


def text(longest: int = LONGEST_NOTE) -> Check:
    """A text of up to so many characters, trimmed. Where null is taken, a blank one counts as null."""
    return Check(lambda value, field: validation.text(clean(value), field, longest))


def code(least: int) -> Check:
    """A new code of a voucher's own, in capitals and without space."""

    def read(value: str, field: str) -> str:
        return coded("".join(validation.text(clean(value), field, LONGEST_CODE).split()).upper(), field, least)

    return Check(read)


def coded(value: str, field: str, least: int) -> str:
    """A code by which something can be told apart, and that nobody types by chance."""
    if is_too_short(value, least):
        message = f"This takes {least} letters and digits at least; hyphens and spaces don't count."
        raise Refused(ErrorCode.TOO_SHORT, message, field)
    if len(value) > LONGEST_CODE or len(code_key(value)) > LONGEST_KEY:
        raise Refused(ErrorCode.TOO_LONG, f"This takes {LONGEST_CODE} characters at most.", field)
    return value


def converted(check: Check, convert: Callable[[Any], object]) -> Check:
    """What a check gives, in another form."""
    return Check(lambda value, field: convert(check.read(value, field)), check.shown, check.takes_null)


def key(entity: type[Base]) -> Check:
    """An id of a record, as its key. The record itself is looked up by the operation."""
    name = entity.__name__

    def read(value: str, field: str) -> int:
        try:
            return key_of(value, name)
        except BadId as error:
            raise Refused(ErrorCode.BAD_ID, str(error), field) from None

    return Check(read, "ID", names=entity)


@dataclass(frozen=True, slots=True)
class By:
    """A record named by one of its keys: the key's name, and its value or values."""

    name: str
    value: Any


def by(entity: type[Base]) -> Check:
    """A record named as the graph's look-ups name it: by id, code or another key."""
    by_id = key(entity)

    def read(value: Mapping[str, str | Mapping[str, str]], field: str) -> By:
        ((name, given),) = value.items()
        path = f"{field}.{name}"
        if name == "id":
            return By("id", by_id.read(given, path))
        if isinstance(given, Mapping):
            parts = {_snake(part): validation.text(clean(each), f"{path}.{part}") for part, each in given.items()}
            return By(_snake(name), parts)
        return By(_snake(name), validation.text(clean(given), path))

    return Check(read, f"{entity.__name__}By", names=entity)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def column(attribute: InstrumentedAttribute[Any]) -> Check:
    """What a column takes, null included."""
    entity: Any = attribute.class_
    name = attribute.key
    is_nullable = bool(entity.__table__.columns[name].nullable)

    def read(value: object, field: str) -> object:
        if isinstance(value, str) and not isinstance(value, Enum):
            value = clean(value) or (None if is_nullable else "")
        return validation.for_column(entity, name, value, field)

    return Check(read, takes_null=True, takes_list=isinstance(attribute.type, sqlalchemy.JSON))


def exact(kind: ExactDecimal, lowest: int | None = 0, highest: int | None = None) -> Check:
    """A decimal that a column of a kind holds without rounding it."""
    return Check(lambda value, field: validation.exact(kind, value, field, lowest=lowest, highest=highest))


def above_zero(kind: ExactDecimal) -> Check:
    """An amount of something: more than nothing."""
    return Check(lambda value, field: validation.above_zero(kind, value, field))


def whole(lowest: int = -LARGEST_INTEGER, highest: int = LARGEST_INTEGER) -> Check:
    """A whole number within bounds."""
    return Check(lambda value, field: validation.whole(value, field, lowest, highest))


def listed_code(type_name: str) -> Check:
    """The code of a country, a currency or a language, in any case; it must be on the ISO list."""
    code = ErrorCode[f"UNKNOWN_{type_name.upper()}"]

    def read(value: str, field: str) -> str:
        text_ = validation.text(clean(value), field, 8)
        known = text_.lower() if type_name == "Language" else text_.upper()
        if known not in known_codes(type_name):
            raise Refused(code, f"No {type_name.lower()} has this code.", field)
        return known

    return Check(read)


COUNTRY, CURRENCY, LANGUAGE = listed_code("Country"), listed_code("Currency"), listed_code("Language")


def shown_as(type_name: str) -> Check:
    """A value of a type of the graph that is taken as it is, such as conditions."""
    return Check(lambda value, _field: value, type_name)


def _in_use_or_not(value: State, field: str) -> State:
    if value == State.DELETED:
        raise Refused(ErrorCode.WRONG_STATE, "This is switched on or off here, not deleted.", field)
    return State(value)


IN_USE_OR_NOT = Check(_in_use_or_not)
"""The state of a record that is switched on and off."""


def _json(value: T, field: str) -> T:
    if _depth(value) > DEEPEST_JSON:
        raise Refused(ErrorCode.BAD_JSON, f"This takes {DEEPEST_JSON} levels of JSON at most.", field)
    try:
        written = json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused(ErrorCode.BAD_JSON, "This is not JSON that can be kept.", field) from error
    if len(written) > LARGEST_JSON:
        raise Refused(ErrorCode.TOO_LONG, f"This takes {LARGEST_JSON} characters of JSON at most.", field)
    if "\\u0000" in written or "\\ud" in written:
        _refuse_half_texts(value, field)
    return value


def _refuse_half_texts(value: object, field: str) -> None:
    """Look closely at JSON that may hold what no text holds."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            validation.text(name, field, required=False)
            _refuse_half_texts(each, field)
    elif isinstance(value, list):
        for each in value:
            _refuse_half_texts(each, field)
    elif isinstance(value, str):
        validation.text(value, field, required=False)


def _depth(value: object) -> int:
    """How many levels JSON has; those beyond what is taken are not counted."""
    deepest, level = 0, [value]
    while level and deepest <= DEEPEST_JSON:
        deepest += 1
        level = [
            inner
            for each in level
            if isinstance(each, Mapping | list)
            for inner in (each.values() if isinstance(each, Mapping) else each)
        ]
    return deepest


def _json_object(value: object, field: str) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise Refused(ErrorCode.BAD_JSON, "A JSON object is kept here.", field)
    return dict(_json(value, field))


JSON_VALUE = Check(_json, "JSON")
JSON_OBJECT = Check(_json_object, "JSON")
"""JSON of the caller's own, of a depth and size that can be kept."""


def moment(value: datetime, field: str) -> datetime:
    """An instant, in UTC."""
    return validation.instant(value, field).astimezone(UTC)


def number(value: Decimal, field: str) -> Decimal:
    """A decimal number of a reasonable length."""
    if not value.is_finite() or len(value.as_tuple().digits) > validation.MOST_DIGITS:
        raise Refused(ErrorCode.NOT_A_NUMBER, "This must be a decimal number of a reasonable length.", field)
    return value
