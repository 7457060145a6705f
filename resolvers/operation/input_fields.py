"""What an input may leave out: texts, moments, codes, JSON and references, each checked where it is given.

A text is trimmed, and a blank one counts as none. What the checks refuse, they refuse with a code and the field.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from models import Base, State
from models.rules.error_codes import ErrorCode
from resolvers.code.iso import known_codes
from resolvers.errors import Refused
from resolvers.operation import validation
from resolvers.operation.perform import Values
from resolvers.operation.references import References
from resolvers.operation.structs import camel
from resolvers.storage.transaction import Transaction

LONGEST_NOTE = 1000
LARGEST_JSON = 8192


def text(given: Values, name: str, longest: int = LONGEST_NOTE, field: str | None = None) -> str | None:
    """A text that may be missing."""
    value = given.get(name)
    if value is None:
        return None
    return validation.text(value.strip(), field or camel(name), longest, required=False) or None


def required_text(given: Values, name: str, longest: int = LONGEST_NOTE, field: str | None = None) -> str:
    """A text that must say something."""
    return validation.text((given.get(name) or "").strip(), field or camel(name), longest)


def moment(given: Values, name: str) -> datetime | None:
    """An instant that may be missing."""
    value = given.get(name)
    return None if value is None else validation.instant(value, camel(name)).astimezone(UTC)


def code(given: Values, name: str, type_name: str, field: str | None = None) -> str | None:
    """The code of a country or language, in any case; it must be on the ISO list."""
    value = text(given, name, 8, field)
    if value is None:
        return None
    known = value.lower() if type_name == "Language" else value.upper()
    if known not in known_codes(type_name):
        raise Refused(
            ErrorCode[f"UNKNOWN_{type_name.upper()}"], f"No {type_name.lower()} has this code.", field or camel(name)
        )
    return known


def json_object(given: Values, name: str) -> dict[str, Any] | None:
    """A JSON object of the caller's own that may be missing."""
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Refused(ErrorCode.BAD_JSON, "A JSON object is kept here.", camel(name))
    return dict(checked_json(value, camel(name)))


def checked_json(value: Any, field: str) -> Any:
    """JSON of the caller's own that both databases can hold."""
    try:
        written = json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused(ErrorCode.BAD_JSON, "This is not JSON that can be kept.", field) from error
    if len(written) > LARGEST_JSON:
        raise Refused(ErrorCode.TOO_LONG, f"This takes {LARGEST_JSON} characters of JSON at most.", field)
    if _holds_nul(value):
        raise Refused(ErrorCode.BAD_TEXT, "Text can't hold the character U+0000.", field)
    return value


def _holds_nul(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any("\x00" in name or _holds_nul(each) for name, each in value.items())
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\x00" in value


async def reference(transaction: Transaction, entity: type[Base], given: Values, name: str) -> int | None:
    """The key of a row that the input refers to by its opaque id, and that is in use; none where it refers to none."""
    if given.get(name) is None:
        return None
    row = await References(transaction).find(entity, given[name], camel(name))
    if getattr(row, "state", None) == State.INACTIVE:
        raise Refused(ErrorCode.INACTIVE, f"This {entity.__name__} is not in use.", camel(name))
    return row.id


def optional(given: Values, name: str, length: int, prefix: str = "bill.") -> str | None:
    """A text that may be left out."""
    value = given.get(name)
    return None if value is None else validation.text(value, prefix + camel(name), length)
