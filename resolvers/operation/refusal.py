"""What rules refuse, told to the caller as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from models.rules.refusals import Refusal
from resolvers.errors import Refused

T = TypeVar("T")

MOST_REASONS = 20


@dataclass(slots=True)
class UserError:
    """Why an operation was refused."""

    code: str
    message: str
    field: str | None = None
    missing: str | None = None


def refuse(refusals: Iterable[Refusal], field: str | None) -> None:
    """Tell reasons to refuse, as far as there are any."""
    errors = [UserError(each.code, each.message, field, each.missing) for each in refusals]
    if errors:
        first = errors[0]
        raise Refused(first.code, first.message, field, first.missing, errors[1:MOST_REASONS])


def accepted(answer: T | Refusal, field: str | None = None) -> T:
    """What a rule answered; `Refused` where it said no."""
    if isinstance(answer, Refusal):
        raise Refused(answer.code, answer.message, field, answer.missing)
    return answer
