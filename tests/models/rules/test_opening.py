from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules import opening

PRAGUE = "Europe/Prague"
HALF_HOUR = timedelta(minutes=30)
WEEKDAYS = {day: [(time(8), time(12)), (time(13), time(18))] for day in range(5)}
BAR = {4: [(time(20), time(2, 30))], 5: [(time(20), time(2, 30))]}
deterministic = settings(derandomize=True, deadline=None, max_examples=100)


def prague(*parts, fold=0):
    return datetime(*parts, tzinfo=ZoneInfo(PRAGUE), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ((2026, 5, 13, 7, 59), False),
        ((2026, 5, 13, 8), True),
        ((2026, 5, 13, 12), False),
        ((2026, 5, 13, 17, 59), True),
        ((2026, 5, 16, 10), False),
    ],
)
def test_store_is_open_from_the_first_moment_until_just_before_the_last(at, is_open):
    verdict = opening.is_open(WEEKDAYS, prague(*at), PRAGUE)

    assert verdict is is_open


@pytest.mark.parametrize(
    ("at", "next_one"),
    [
        ((2026, 5, 13, 7), (2026, 5, 13, 8)),
        ((2026, 5, 13, 8), (2026, 5, 13, 13)),
        ((2026, 5, 13, 12, 30), (2026, 5, 13, 13)),
        ((2026, 5, 15, 14), (2026, 5, 18, 8)),
        ((2026, 5, 16, 10), (2026, 5, 18, 8)),
    ],
)
def test_next_opening_is_the_next_moment_at_which_the_store_opens(at, next_one):
    moment = opening.next_opening(WEEKDAYS, prague(*at), PRAGUE)

    assert moment == prague(*next_one)


def test_hours_over_midnight_belong_to_the_day_they_began():
    saturday_night, monday_night = prague(2026, 5, 17, 2), prague(2026, 5, 18, 2)

    verdicts = (opening.is_open(BAR, saturday_night, PRAGUE), opening.is_open(BAR, monday_night, PRAGUE))

    assert verdicts == (True, False)


def test_hours_that_touch_are_one_stretch():
    hours = {0: [(time(0), time(0))], 1: [(time(0), time(9)), (time(8), time(8, 30))]}

    moment = opening.next_opening(hours, prague(2026, 5, 18, 9), PRAGUE)

    assert moment == prague(2026, 5, 25)


@pytest.mark.parametrize("hours", [{}, {0: []}, {day: [(time(0), time(0))] for day in range(7)}])
def test_store_that_never_closes_or_never_opens_has_no_next_opening(hours):
    moment = opening.next_opening(hours, prague(2026, 5, 18, 9), PRAGUE)

    assert moment is None


def test_hour_that_clocks_repeat_is_open_both_times():
    first, second = prague(2026, 10, 25, 2, 15), prague(2026, 10, 25, 2, 15, fold=1)

    verdicts = (opening.is_open(BAR, first, PRAGUE), opening.is_open(BAR, second, PRAGUE))

    assert second - first == timedelta(hours=1)
    assert verdicts == (True, True)


def test_closing_time_that_clocks_skip_moves_on_by_as_much():
    skipped, after_it = prague(2026, 3, 29, 3, 29), prague(2026, 3, 29, 3, 30)

    verdicts = (opening.is_open(BAR, skipped, PRAGUE), opening.is_open(BAR, after_it, PRAGUE))

    assert verdicts == (True, False)


def test_hours_that_clocks_swallow_are_left_out():
    hours = {6: [(time(2, 30), time(3, 10))]}

    moment = opening.next_opening(hours, prague(2026, 3, 23), PRAGUE)

    assert moment == prague(2026, 4, 5, 2, 30)


def test_kept_hours_are_read_by_day_name():
    hours = opening.parsed({"MONDAY": [["08:00", "20:00"]], "SUNDAY": [["09:30", "24:00"]]})

    assert hours == {0: [(time(8), time(20))], 6: [(time(9, 30), time(0))]}


times = st.sampled_from([time(0), time(6), time(9, 30), time(12), time(18)])
weeks = st.dictionaries(st.integers(0, 6), st.lists(st.tuples(times, times), max_size=2), min_size=1)
moments = st.integers(0, 364 * 8).map(lambda step: datetime(2026, 1, 1, tzinfo=UTC) + step * 6 * HALF_HOUR)


def is_open_by_the_clock(hours, at):
    """The rule as a person reads the sign on the door, in a zone whose clocks never change."""
    now, today = at.time(), at.weekday()
    return any(start <= now and (now < end or end <= start) for start, end in hours.get(today, [])) or any(
        end <= start and now < end for start, end in hours.get((today - 1) % 7, [])
    )


@deterministic
@given(weeks, moments)
def test_store_is_open_when_the_sign_on_its_door_says_so(hours, at):
    verdict = opening.is_open(hours, at, "UTC")

    assert verdict is is_open_by_the_clock(hours, at)


@deterministic
@given(weeks, moments)
def test_store_opens_at_its_next_opening_and_never_before(hours, at):
    moment = opening.next_opening(hours, at, "UTC")

    half_hours = [at.replace(minute=0, second=0, microsecond=0) + step * HALF_HOUR for step in range(1, 340)]
    signs = [(one, is_open_by_the_clock(hours, one - HALF_HOUR)) for one in half_hours if one > at]
    opened = [one for one, before in signs if not before and is_open_by_the_clock(hours, one)]
    assert moment == (opened[0] if opened else None)


@deterministic
@given(weeks, moments)
def test_store_is_closed_just_before_its_next_opening_also_where_clocks_change(hours, at):
    moment = opening.next_opening(hours, at, PRAGUE)

    if moment is not None:
        assert moment > at
        assert opening.is_open(hours, moment, PRAGUE)
        assert not opening.is_open(hours, moment - timedelta(microseconds=1), PRAGUE)
