from itertools import pairwise

import pytest

from models.rules.refusals import Refusal
from models.rules.reservation_steps import OPEN, STEPS, ReservationState, gives_back, step_refusal, when_overdue


def test_a_reservation_takes_the_usual_way() -> None:
    way = ["ENTERED", "ACCEPTED", "ORDERED", "IN_PROGRESS", "READY", "DELIVERED"]

    steps = [step_refusal(ReservationState(now), ReservationState(then)) for now, then in pairwise(way)]

    assert steps == [None] * 5


def test_a_step_that_is_not_allowed_tells_which_are() -> None:
    assert step_refusal(ReservationState.READY, ReservationState.ENTERED) == Refusal(
        "WRONG_STATE",
        "A reservation that is READY can't become ENTERED.",
        "one of BEING_SOLVED, CANCELLED, DELIVERED, NOT_PICKED_UP",
    )


@pytest.mark.parametrize("ended", ["DELIVERED", "CANCELLED", "NOT_PICKED_UP"])
@pytest.mark.parametrize("wanted", list(ReservationState))
def test_nothing_follows_an_end(ended: str, wanted: ReservationState) -> None:
    refusal = step_refusal(ReservationState(ended), wanted)

    assert refusal == Refusal("WRONG_STATE", f"A reservation that is {ended} has ended; nothing follows it.")


def test_only_what_was_ready_is_left_behind_or_delivered() -> None:
    assert [now for now, then in STEPS.items() if "NOT_PICKED_UP" in then] == ["READY"]
    assert [now for now, then in STEPS.items() if "DELIVERED" in then] == ["READY"]


def test_stock_goes_back_only_at_ends_other_than_delivery() -> None:
    assert [state for state in ReservationState if gives_back(state)] == ["CANCELLED", "NOT_PICKED_UP"]
    assert all(STEPS[state] == () for state in ReservationState if gives_back(state))


def test_every_open_reservation_can_be_cancelled_and_none_returns_to_the_start() -> None:
    assert all("CANCELLED" in then for then in STEPS.values() if then)
    assert all("ENTERED" not in then for then in STEPS.values())


@pytest.mark.parametrize("state", OPEN)
def test_an_open_reservation_whose_day_is_over_gives_its_stock_back(state):
    end = when_overdue(state)

    assert step_refusal(state, end) is None
    assert gives_back(end)
    assert (end is ReservationState.NOT_PICKED_UP) is (state is ReservationState.READY)
