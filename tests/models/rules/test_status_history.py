from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from models.rules.qualification import Holding, Qualification, Status
from models.rules.qualification import StatusChange as Change
from models.rules.status_history import Counted, Record, history

PRAGUE = "Europe/Prague"
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
YEAR_ON = datetime(2027, 3, 1, 9, tzinfo=UTC)

BASE = Status(1, 1, qualification=Qualification.REGISTRATION)
SILVER = Status(2, 2, 1, months=12, turnover={"CZK": Decimal(1000)}, points=Decimal(500), validity="P12M")
GOLD = Status(3, 3, 2, months=12, turnover={"CZK": Decimal(5000)}, validity="P12M")
TIERS = [BASE, SILVER, GOLD]
MEMBER = Holding(1)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def spent(*bills: tuple[datetime, int], currency: str = "CZK") -> list[Counted]:
    return [Counted(at, Decimal(amount), currency) for at, amount in bills]


def run(counted, *, holding=MEMBER, until=START + DAY, statuses=TIERS):
    """Decisions as (status, change, from, until)."""
    moments = sorted(one.at for one in counted)
    record = Record(counted, statuses, PRAGUE)
    found = history(holding, statuses, record.achieved, moments, until=until, zone=PRAGUE)
    return [
        (one.decision.status and one.decision.status.id, one.decision.change, one.decision.valid_from, one.moment)
        for one in found
    ]


def test_bills_lift_a_customer_when_they_are_paid():
    found = run(spent((START, 1100), (START + DAY, 4000)), until=START + DAY)

    assert found == [(2, Change.RISEN, START, 0), (3, Change.RISEN, START + DAY, 1)]


@pytest.mark.parametrize("undone", [1100, 4000])
def test_what_was_undone_never_lifted_anybody(undone):
    bills = [(START, 1100), (START + DAY, 4000)]

    found = run(spent(*(bill for bill in bills if bill[1] != undone)), until=START + DAY)

    assert [status for status, *_ in found] == [2]


def test_a_period_is_judged_by_its_own_end_whenever_that_is_looked_at():
    bills = spent((START, 1000), (START + 5 * MINUTE, 1000))

    early, late = (run(bills, until=YEAR_ON + delay) for delay in (timedelta(0), 8 * MINUTE))

    assert early == late == [(2, Change.RISEN, START, 0), (2, Change.KEPT, YEAR_ON, None)]


def test_the_bill_that_led_to_a_status_does_not_keep_it():
    found = run(spent((START, 1000)), until=YEAR_ON)

    assert found == [(2, Change.RISEN, START, 0), (1, Change.FALLEN, YEAR_ON, None)]


def test_periods_follow_each_other_without_a_gap_however_late():
    bills = spent((START, 1000), (START + DAY, 1000), (YEAR_ON + DAY, 5000))

    found = run(bills, until=YEAR_ON + 800 * DAY)

    assert found == [
        (2, Change.RISEN, START, 0),
        (2, Change.KEPT, YEAR_ON, None),
        (3, Change.RISEN, YEAR_ON + DAY, 2),
        (1, Change.FALLEN, datetime(2028, 3, 2, 9, tzinfo=UTC), None),
    ]


def test_a_status_set_by_hand_holds_until_its_end_and_then_follows_the_rules():
    end = START + 3 * DAY
    bills = spent((START, 4000), (START + DAY, 1000), (START + 4 * DAY, 1))

    found = run(bills, holding=Holding(1, end, by_hand=True), until=START + 5 * DAY)

    assert found == [(3, Change.RISEN, end, None)]


def test_a_status_set_by_hand_without_an_end_holds_for_good():
    found = run(spent((START, 9000)), holding=Holding(1, None, by_hand=True))

    assert found == []


def test_points_count_as_turnover_does():
    found = run([Counted(START, Decimal(499)), Counted(START + DAY, Decimal(1))], until=START + DAY)

    assert found == [(2, Change.RISEN, START + DAY, 1)]


def test_turnover_in_several_currencies_is_not_added_up():
    found = run([*spent((START, 999)), *spent((START, 999), currency="EUR")])

    assert found == []


def test_who_has_no_status_is_registered():
    found = run([], holding=None) + run(spent((START, 1)), holding=None)

    assert found == [(1, Change.REGISTERED, START, 0)]


def test_who_falls_out_of_all_statuses_begins_anew_with_the_next_bill():
    tiers = [replace(SILVER, previous_id=None), GOLD]

    found = run(spent((YEAR_ON + DAY, 5000)), holding=Holding(2, YEAR_ON), until=YEAR_ON + DAY, statuses=tiers)

    assert found == [(None, Change.FALLEN, YEAR_ON, None), (3, Change.REGISTERED, YEAR_ON + DAY, 0)]


def test_a_status_out_of_use_ends_nowhere_where_no_registration_is():
    found = run([], holding=Holding(9, START), until=START + DAY, statuses=[SILVER])

    assert found == []


def test_the_order_in_which_bills_become_known_makes_no_difference():
    bills = [(START, 700), (START + DAY, 700), (START + 2 * DAY, 4000)]

    ways = [run(spent(*order), until=START + 3 * DAY) for order in permutations(bills)]

    assert all(way == ways[0] for way in ways)
    assert [status for status, *_ in ways[0]] == [2, 3]


def test_a_look_back_of_all_time_counts_everything():
    ever = Status(2, 2, 1, turnover={"CZK": Decimal(1000)})

    found = run(spent((START - 5000 * DAY, 999), (START, 1)), statuses=[BASE, ever])

    assert found == [(2, Change.RISEN, START, 1)]
