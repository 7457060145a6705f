"""Durations, periods split into months, and birthdays that come round."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.relative_time import BEGINNING, MOMENT, Duration, Span, birthdays, duration_of, span

NOON = datetime(2024, 5, 15, 12, tzinfo=UTC)
moments = st.datetimes(datetime(2019, 12, 1), datetime(2024, 4, 2), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("P30D", Duration(0, timedelta(days=30))),
        ("P2W", Duration(0, timedelta(days=14))),
        ("P1Y6M", Duration(18, timedelta())),
        ("P1M1D", Duration(1, timedelta(days=1))),
        ("PT36H5M1S", Duration(0, timedelta(hours=36, minutes=5, seconds=1))),
        ("P1DT12H", Duration(0, timedelta(hours=36))),
        ("P0D", Duration(0, timedelta())),
        ("P100Y", Duration(1200, timedelta())),
    ],
)
def test_a_duration_is_months_and_exact_time(text: str, duration: Duration) -> None:
    assert duration_of(text) == duration


@pytest.mark.parametrize("text", ["", "P", "PT", "30D", "P30", "P-1D", "P1.5D", "P1DT", "P1H", "P٣D", "p1d", "P30D "])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="give an ISO 8601 duration such as P30D, P12M or PT12H"):
        duration_of(text)


@pytest.mark.parametrize("text", ["P101Y", "P1201M", "P36526D", "PT876601H"])
def test_a_duration_of_more_than_a_hundred_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="longer than a hundred years"):
        duration_of(text)


def test_a_month_ends_with_its_last_day() -> None:
    duration = duration_of("P1MT12H")

    assert duration.before(datetime(2024, 3, 31, 12, tzinfo=UTC)) == datetime(2024, 2, 29, tzinfo=UTC)
    assert duration.after(datetime(2023, 1, 31, 12, tzinfo=UTC)) == datetime(2023, 3, 1, tzinfo=UTC)


def test_a_period_is_whole_months_and_what_is_left_at_both_ends() -> None:
    assert span(datetime(2024, 1, 15, tzinfo=UTC), NOON) == Span(
        since=datetime(2024, 1, 15, tzinfo=UTC),
        head_end=datetime(2024, 2, 1, tzinfo=UTC),
        first_month=date(2024, 2, 1),
        end_month=date(2024, 5, 1),
        tail=datetime(2024, 5, 1, tzinfo=UTC),
        until=NOON,
    )


@pytest.mark.parametrize(
    "since", [datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 4, 15, tzinfo=UTC), NOON, NOON + timedelta(days=90)]
)
def test_a_period_without_a_whole_month_is_one_piece(since: datetime) -> None:
    found = span(since, NOON)

    assert (found.first_month, found.tail) == (found.end_month, found.until)
    assert (found.since, found.head_end, found.until) == (since, found.until, max(since, NOON))


def test_all_time_has_only_months_and_a_tail() -> None:
    found = span(BEGINNING, NOON + MOMENT)

    assert (found.head_end, found.first_month, found.end_month) == (BEGINNING, date(1, 1, 1), date(2024, 5, 1))


def test_the_last_month_that_there_is_has_no_next_one() -> None:
    late = datetime(9999, 12, 2, tzinfo=UTC)

    assert span(late, late + timedelta(days=1)).head_end == late + timedelta(days=1)


@given(moments, moments, moments)
def test_each_moment_of_a_period_is_in_one_part_of_it(since: datetime, until: datetime, at: datetime) -> None:
    found = span(since, until)
    parts = [
        found.since <= at < found.head_end,
        found.first_month <= at.date().replace(day=1) < found.end_month,
        found.tail <= at < found.until,
    ]

    assert sum(parts) == (since <= at < until)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2024, 5, 15), date(2024, 5, 16), [515, 516]),
        (date(2023, 12, 31), date(2024, 1, 1), [101, 1231]),
        (date(2023, 2, 28), date(2023, 2, 28), [228, 229]),
        (date(2023, 3, 1), date(2023, 3, 1), [301]),
        (date(2024, 2, 28), date(2024, 2, 28), [228]),
        (date(2024, 2, 29), date(2024, 2, 29), [229]),
        (date(2023, 2, 27), date(2023, 2, 27), [227]),
    ],
)
def test_birthdays_are_kept_on_their_day(first: date, last: date, expected: list[int]) -> None:
    assert birthdays(first, last) == expected


def test_a_year_and_more_has_every_birthday() -> None:
    assert len(birthdays(date(2023, 5, 1), date(2033, 5, 1))) == 366
