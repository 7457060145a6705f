"""What rules refuse, told to the caller as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from models.rules.refusals import Refusal
from resolvers.errors import Refused, UserError

T = TypeVar("T")

MOST_REASONS = 20


def refuse(refusals: Iterable[Refusal], field: str | None) -> None:
    """Tell reasons to refuse, as far as there are any."""
    errors = [UserError(each.code, each.message, field, each.missing) for each in refusals]
    if errors:
        raise Refused.because_of(errors[:MOST_REASONS])


def accepted(answer: T | Refusal, field: str | None = None) -> T:
    """What a rule answered; `Refused` where it said no."""
    if isinstance(answer, Refusal):
        raise Refused(answer.code, answer.message, field, answer.missing)
    return answer
