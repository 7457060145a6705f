from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.rules.periods import add_months
from resolvers.demo.reading.dates import ZONE, Calendar, instant, moment, to_local, to_utc, weeks_until, year_after

NEW_YORK = ZoneInfo(ZONE)


@pytest.mark.parametrize("day", range(1, 29))
def test_the_last_day_becomes_the_sunday_before_today(day):
    today = date(2026, 11, day)

    last = date(2017, 12, 31) + timedelta(weeks=weeks_until(today))

    assert last.isoweekday() == 7
    assert timedelta(0) < today - last <= timedelta(days=7)


def test_without_weeks_nothing_moves():
    times = np.array(["2017-01-01T11:53:26", "2017-07-01T00:00:00"], dtype="M8[s]")

    assert Calendar(0, date(2026, 11, 23)).moved(times).tolist() == times.tolist()


def test_a_time_keeps_its_weekday_and_its_wall_clock():
    # In 2017 clocks went back on 5 November, in 2026 on the 1st.
    noon = np.array([instant(datetime(2017, 11, 3, 12, tzinfo=NEW_YORK))])

    moved = moment(Calendar(weeks=470, today=date(2027, 1, 11)).moved(noon)[0]).astimezone(NEW_YORK)

    assert (moved.hour, moved.isoweekday()) == (12, 5)
    assert moved.utcoffset() != datetime(2017, 11, 3, 12, tzinfo=NEW_YORK).utcoffset()


def test_an_hour_that_a_wall_clock_skips_is_the_hour_after():
    skipped = np.array(["2026-03-08T02:30:00"], dtype="M8[s]")

    assert to_local(to_utc(skipped)).tolist() == [datetime(2026, 3, 8, 3, 30)]


def test_a_year_later_is_what_the_rules_call_twelve_months():
    starts = [datetime(2024, 2, 29, 17, 30, 5, tzinfo=UTC), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)]
    starts += [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=37 * step) for step in range(300)]

    later = year_after(np.array([instant(start) for start in starts]))

    assert [moment(time) for time in later] == [add_months(start, 12, ZONE) for start in starts]
