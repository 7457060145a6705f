"""Errors that a caller can act on. Each has a code that programs know and a message that says what to do.

CrmError
├── BadInput          BAD_INPUT          an argument that can't be used
│   ├── BadCursor     BAD_CURSOR         a cursor that isn't one, or belongs to another list or order
│   ├── BadPage       BAD_PAGE           page sizes that contradict each other or are out of range
│   ├── BadFilter     BAD_FILTER         a filter that can't be applied
│   └── BadId         BAD_ID             an id that isn't one, or names another type
├── Forbidden         FORBIDDEN          what the token's scopes don't allow
├── TooLarge          ANSWER_TOO_LARGE   an answer of more bytes than one may have
└── Unavailable       UNAVAILABLE        the database can't be reached; try again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.rules.error_codes import ErrorCode
from models.rules.refusals import Shortfall
from resolvers.request_codes import RequestCode


class CrmError(Exception):
    """Something a caller can act on."""

    code: str = "ERROR"


class BadInput(CrmError):
    """An argument that can't be used."""

    code = RequestCode.BAD_INPUT


class BadCursor(BadInput):
    """A cursor that isn't one, or belongs to another list or order."""

    code = RequestCode.BAD_CURSOR


class BadPage(BadInput):
    """Page sizes that contradict each other or are out of range."""

    code = RequestCode.BAD_PAGE


class BadFilter(BadInput):
    """A filter that can't be applied."""

    code = RequestCode.BAD_FILTER


class BadId(BadInput):
    """An id that isn't one, or names another type."""

    code = RequestCode.BAD_ID


class Forbidden(CrmError):
    """Something that the token's scopes don't allow."""

    code = RequestCode.FORBIDDEN


class TooLarge(CrmError):
    """An answer of more bytes than one may have."""

    code = RequestCode.ANSWER_TOO_LARGE

    def __init__(self) -> None:
        super().__init__("The answer is too large: ask for smaller pages, or for less in several documents.")


class Unavailable(CrmError):
    """The database can't be reached; try again."""

    code = RequestCode.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class UserError:
    """Why an operation was refused."""

    code: ErrorCode
    message: str
    field: str | None = None
    missing: Shortfall | str | None = None


class Refused(CrmError):
    """A rule of the business says no. `missing` tells what would be needed."""

    code: ErrorCode

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        field: str | None = None,
        missing: Shortfall | str | None = None,
        more: Sequence[UserError] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.missing = missing
        self.more = more

    @property
    def errors(self) -> list[UserError]:
        """All reasons, as they are told to the caller."""
        return [UserError(self.code, str(self), self.field, self.missing), *self.more]

    @classmethod
    def because_of(cls, errors: Sequence[UserError]) -> Refused:
        """A refusal for several reasons, at least one."""
        first, *more = errors
        return cls(first.code, first.message, first.field, first.missing, more)


def below(path: str, errors: Sequence[UserError]) -> list[UserError]:
    """Errors of a part of an input, seen from the whole: `path` leads to the part, such as `items[3]`."""
    return [replace(error, field=f"{path}.{error.field}" if error.field else path) for error in errors]
