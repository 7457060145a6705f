"""The steps of a reservation: from which state it may come to which, and when its stock goes back.

A reservation is entered, and ends delivered, cancelled or not picked up. In between the store accepts it, orders what
it lacks, gets it ready, and may set it aside to solve something. Only what was ready can have been left behind.
"""

from __future__ import annotations

from enum import StrEnum

from models.rules.error_codes import ErrorCode
from models.rules.refusals import Refusal


class ReservationState(StrEnum):
    """How far a reservation has come."""

    CANCELLED = "CANCELLED"
    ENTERED = "ENTERED"
    ACCEPTED = "ACCEPTED"
    READY = "READY"
    DELIVERED = "DELIVERED"
    IN_PROGRESS = "IN_PROGRESS"
    NOT_PICKED_UP = "NOT_PICKED_UP"
    ORDERED = "ORDERED"
    BEING_SOLVED = "BEING_SOLVED"


S = ReservationState

STEPS: dict[ReservationState, tuple[ReservationState, ...]] = {
    S.ENTERED: (S.ACCEPTED, S.ORDERED, S.IN_PROGRESS, S.READY, S.BEING_SOLVED, S.CANCELLED),
    S.ACCEPTED: (S.ORDERED, S.IN_PROGRESS, S.READY, S.BEING_SOLVED, S.CANCELLED),
    S.ORDERED: (S.IN_PROGRESS, S.READY, S.BEING_SOLVED, S.CANCELLED),
    S.IN_PROGRESS: (S.ORDERED, S.READY, S.BEING_SOLVED, S.CANCELLED),
    S.BEING_SOLVED: (S.ACCEPTED, S.ORDERED, S.IN_PROGRESS, S.READY, S.CANCELLED),
    S.READY: (S.DELIVERED, S.NOT_PICKED_UP, S.BEING_SOLVED, S.CANCELLED),
    S.DELIVERED: (),
    S.CANCELLED: (),
    S.NOT_PICKED_UP: (),
}

GIVING_BACK = frozenset({S.CANCELLED, S.NOT_PICKED_UP})
"""Coming to one of these gives the reserved stock back. Nothing leads on from them, so that happens once."""


OPEN = tuple(state for state, steps in STEPS.items() if steps)
"""The states in which a reservation holds stock, and something may still become of it."""


def when_overdue(state: ReservationState) -> ReservationState:
    """What becomes of an open reservation whose day is over: its stock is for others, ready or not."""
    return S.NOT_PICKED_UP if state is S.READY else S.CANCELLED


def step_refusal(now: ReservationState, wanted: ReservationState) -> Refusal | None:
    """A reservation moves only along a step that its state allows."""
    allowed = STEPS[now]
    if wanted in allowed:
        return None
    if not allowed:
        return Refusal(ErrorCode.WRONG_STATE, f"A reservation that is {now} has ended; nothing follows it.")
    return Refusal(
        ErrorCode.WRONG_STATE,
        f"A reservation that is {now} can't become {wanted}.",
        f"one of {', '.join(sorted(allowed))}",
    )


def gives_back(state: ReservationState) -> bool:
    """Whether the stock goes back to the store in this state."""
    return state in GIVING_BACK
