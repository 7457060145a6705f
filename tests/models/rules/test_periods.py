from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules import periods
from models.rules.periods import TimeUnit

PRAGUE = "Europe/Prague"
deterministic = settings(derandomize=True, deadline=None, max_examples=100)


def prague(*parts):
    return datetime(*parts, tzinfo=ZoneInfo(PRAGUE)).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ((2026, 1, 31, 9), 1, (2026, 2, 28, 9)),
        ((2024, 1, 31, 9), 1, (2024, 2, 29, 9)),
        ((2024, 2, 29, 9), 12, (2025, 2, 28, 9)),
        ((2026, 11, 30, 9), 3, (2027, 2, 28, 9)),
        ((2026, 12, 15, 9), 1, (2027, 1, 15, 9)),
        ((2026, 3, 31, 9), -1, (2026, 2, 28, 9)),
        ((2026, 1, 15, 9), -12, (2025, 1, 15, 9)),
    ],
)
def test_month_without_such_a_day_ends_the_count_on_its_last_day(start, months, end):
    moment = periods.add_months(prague(*start), months, PRAGUE)

    assert moment == prague(*end)


def test_month_begins_at_midnight_of_the_zone():
    may_begins = datetime(2026, 4, 30, 22, tzinfo=UTC)

    june_begins = periods.add_months(may_begins, 1, PRAGUE)

    assert june_begins == datetime(2026, 5, 31, 22, tzinfo=UTC)


def test_day_on_which_clocks_go_forward_counts_as_one():
    moment = periods.add_days(prague(2026, 3, 28, 12), 1, PRAGUE)

    assert moment == datetime(2026, 3, 29, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("P30D", (2026, 3, 2, 9)),
        ("P2W", (2026, 2, 14, 9)),
        ("P1M", (2026, 2, 28, 9)),
        ("P1Y", (2027, 1, 31, 9)),
    ],
)
def test_period_counts_days_weeks_months_or_years(period, end):
    moment = periods.add_period(prague(2026, 1, 31, 9), period, PRAGUE)

    assert moment == prague(*end)


@pytest.mark.parametrize("text", ["", "P0D", "30D", "PT5H", "P1M2D", "P12345D", "P\u0661D"])
def test_other_text_is_no_period(text):
    with pytest.raises(ValueError, match="is not a period such as P30D or P12M"):
        periods.add_period(prague(2026, 1, 1), text, PRAGUE)

    assert periods.is_period(text) is False
    assert periods.is_period("P12M") is True


@pytest.mark.parametrize(
    ("unit", "end"),
    [
        (TimeUnit.DAY, (2026, 5, 14)),
        (TimeUnit.WEEK, (2026, 5, 18)),
        (TimeUnit.MONTH, (2026, 6, 1)),
        (TimeUnit.QUARTER, (2026, 7, 1)),
        (TimeUnit.YEAR, (2027, 1, 1)),
    ],
)
def test_unit_ends_at_the_zones_midnight(unit, end):
    wednesday = datetime(2026, 5, 12, 22, 30, tzinfo=UTC)

    moment = periods.end_of(unit, wednesday, PRAGUE)

    assert moment == prague(*end)


@pytest.mark.parametrize("unit", [TimeUnit.MONTH, TimeUnit.QUARTER, TimeUnit.YEAR])
def test_december_ends_with_the_year(unit):
    moment = periods.end_of(unit, prague(2026, 12, 31, 23, 59), PRAGUE)

    assert moment == prague(2027, 1, 1)


moments = st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))


@deterministic
@given(moments, st.sampled_from(TimeUnit))
def test_every_moment_lies_before_the_end_of_its_unit_and_the_end_begins_the_next(at, unit):
    end = periods.end_of(unit, at, PRAGUE)

    assert at < end
    assert periods.end_of(unit, end - timedelta(microseconds=1), PRAGUE) == end
    assert periods.end_of(unit, end, PRAGUE) > end


@deterministic
@given(moments, st.integers(-240, 240))
def test_adding_months_lands_in_the_right_month(at, months):
    local = at.astimezone(ZoneInfo(PRAGUE))

    landed = periods.add_months(at, months, PRAGUE).astimezone(ZoneInfo(PRAGUE))

    assert landed.year * 12 + landed.month == local.year * 12 + local.month + months
    assert landed.day == local.day or (landed.day < local.day and (landed + timedelta(days=1)).day == 1)
