from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from models.rules.ledger import NewLot
from models.rules.programme import NO_PROGRAMME, EarnedByRule, Earnings, PointsEnd, Programme

PRAGUE = "Europe/Prague"
EVENING = datetime(2026, 3, 1, 19, 14, tzinfo=UTC)
"""20:14 in Prague."""


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (PointsEnd.MOMENT, datetime(2027, 3, 1, 19, 14, tzinfo=UTC)),
        (PointsEnd.DAY, datetime(2027, 3, 1, 23, tzinfo=UTC)),
        (PointsEnd.MONTH, datetime(2027, 3, 31, 22, tzinfo=UTC)),
        (PointsEnd.QUARTER, datetime(2027, 3, 31, 22, tzinfo=UTC)),
        (PointsEnd.YEAR, datetime(2027, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_points_last_until_the_end_that_the_programme_names_on_its_own_calendar(end, expected):
    programme = Programme(zone=PRAGUE, points_last="P12M", points_end=end)

    expires_at = programme.expires_at(EVENING)

    assert expires_at == expected


def test_points_that_last_for_ever_never_expire():
    expires_at = Programme(zone=PRAGUE).expires_at(EVENING)

    assert expires_at is None


def test_points_of_rules_with_one_delay_make_one_lot_that_lasts_from_when_it_counts():
    programme = Programme(zone=PRAGUE, points_last="P1M")
    earnings = Earnings(
        (
            EarnedByRule("late", "", Decimal(5), "P14D"),
            EarnedByRule("base", "", Decimal(100)),
            EarnedByRule("wine", "", Decimal(20)),
        )
    )

    lots = programme.lots(earnings, EVENING)

    assert (earnings.points, earnings.at_once) == (Decimal(125), Decimal(120))
    assert lots == [
        NewLot(Decimal(120), EVENING, datetime(2026, 4, 1, 22, tzinfo=UTC)),
        NewLot(Decimal(5), datetime(2026, 3, 15, 19, 14, tzinfo=UTC), datetime(2026, 4, 15, 22, tzinfo=UTC)),
    ]


def test_a_bill_that_earns_nothing_makes_no_lot():
    lots = NO_PROGRAMME.lots(Earnings(), EVENING)

    assert lots == []
