"""The codes that refusals and errors carry: what each means, what to do about it, and which operations give it."""

from __future__ import annotations

from dataclasses import dataclass

from models.error_advice import ADVICE
from models.rules.error_codes import ErrorCode
from resolvers.request_codes import ADVICE as REQUEST_ADVICE
from resolvers.request_codes import RequestCode
from schema.declaring.operations.refusals import REFUSALS, mutations_of

from .outline import Operation

EVERY = "every"


@dataclass(frozen=True)
class CodeEntry:
    """A code as the reference tells it."""

    type: str
    code: str
    meaning: str
    advice: str
    given_by: tuple[str, ...] = ()
    always: bool = False
    """Whether any mutation may give it."""

    @property
    def full_name(self) -> str:
        """The name that links to it use."""
        return f"{self.type}.{self.code}"


def catalogue() -> tuple[tuple[CodeEntry, ...], tuple[CodeEntry, ...]]:
    """The codes of `userErrors`, and those of `errors`."""
    refusals = tuple(_refusal(code) for code in ErrorCode)
    requests = (CodeEntry("RequestCode", code.name, code.description, REQUEST_ADVICE[code]) for code in RequestCode)
    return refusals, tuple(requests)


def codes_of(operation: Operation) -> tuple[tuple[CodeEntry, ...], tuple[CodeEntry, ...]]:
    """What a mutation is refused with: for reasons of its own, and for those of every one."""
    if operation.name not in REFUSALS:
        return (), ()
    own, every = (tuple(_refusal(ErrorCode[code]) for code in REFUSALS[name]) for name in (operation.name, EVERY))
    return own, every


def _refusal(code: ErrorCode) -> CodeEntry:
    givers = mutations_of(code)
    always = EVERY in givers
    return CodeEntry("ErrorCode", code.name, code.description, ADVICE[code], () if always else tuple(givers), always)
