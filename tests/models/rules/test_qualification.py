from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules import qualification
from models.rules.qualification import Achievement, Holding, Missing, Progress, Qualification, Status
from models.rules.qualification import StatusChange as Change
from models.rules.qualification import StatusDecision as Decision

PRAGUE = "Europe/Prague"
NOW = datetime(2026, 5, 31, 10, tzinfo=UTC)
PAST = datetime(2026, 5, 31, 9, tzinfo=UTC)
LATER = datetime(2026, 5, 31, 11, tzinfo=UTC)

BASIC = Status(1, 1, qualification=Qualification.REGISTRATION)
SILVER = Status(
    2, 2, 1, months=12, turnover={"EUR": Decimal(500), "CZK": Decimal(12000)}, points=Decimal(1000), validity="P12M"
)
GOLD = Status(3, 3, 2, months=12, turnover={"EUR": Decimal(2000)}, validity="END_OF_YEAR")
PLATINUM = Status(4, 4, 3, months=6, points=Decimal(9000), validity="P6M")
VIP = Status(5, 5, 4, qualification=Qualification.MANUAL, validity="P1Y")
TIERS = [VIP, GOLD, BASIC, PLATINUM, SILVER]
deterministic = settings(derandomize=True, deadline=None, max_examples=120)


def achieved(eur="0", points="0", *, czk="0", recent="0"):
    turnover = {"EUR": Decimal(eur), "CZK": Decimal(czk)}
    return {12: Achievement(turnover, Decimal(points)), 6: Achievement({}, Decimal(recent))}


def qualify(holding, achievements, statuses=TIERS):
    return qualification.qualify(holding, statuses, achievements, at=NOW, zone=PRAGUE)


def test_each_look_back_begins_its_months_ago():
    starts = qualification.starts(TIERS, NOW, PRAGUE)

    assert starts == {
        None: None,
        12: datetime(2025, 5, 31, 10, tzinfo=UTC),
        6: datetime(2025, 11, 30, 11, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("done", "met"),
    [
        (achieved("499.99"), False),
        (achieved("500"), True),
        (achieved(czk="12000"), True),
        (achieved(points="1000"), True),
        (achieved("499.99", "999.99", czk="11999.99"), False),
        ({}, False),
    ],
)
def test_any_one_currency_or_the_points_meet_a_condition(done, met):
    verdict = qualification.holds(SILVER, done)

    assert verdict is met


def test_condition_that_asks_for_nothing_is_never_met():
    verdict = qualification.holds(Status(9, 9), achieved("1000000", "1000000"))

    assert verdict is False


def test_progress_tells_what_is_missing_to_keep_and_to_rise():
    progress = qualification.progress(SILVER, TIERS, achieved("450.50", "400"))

    assert progress == Progress(
        keeps_with=Missing([("EUR", Decimal("49.50")), ("CZK", Decimal(12000))], Decimal(600)),
        next=GOLD,
        rises_with=Missing([("EUR", Decimal("1549.50"))], None),
    )


def test_what_keeps_a_status_is_what_counts_at_its_end() -> None:
    keeping = qualification.Achievement({"EUR": Decimal(400)})

    progress = qualification.progress(SILVER, TIERS, achieved("500"), keeping)

    assert progress.keeps_with.turnover == [("EUR", Decimal(100)), ("CZK", Decimal(12000))]
    assert progress.rises_with == Missing([("EUR", Decimal(1500))], None)


def test_nothing_is_missing_once_a_condition_is_met():
    progress = qualification.progress(SILVER, TIERS, achieved("500"))

    assert progress.keeps_with == Missing([], None)


def test_status_held_without_end_cannot_be_lost():
    forever = Status(2, 2, 1, turnover={"EUR": Decimal(500)})

    progress = qualification.progress(forever, [BASIC, forever], {})

    assert progress == Progress(Missing(), None, Missing())


def test_status_given_by_hand_is_no_goal():
    progress = qualification.progress(PLATINUM, TIERS, achieved(recent="9000"))

    assert progress == Progress(Missing(), None, Missing())


def test_customer_without_a_status_may_be_heading_for_the_first():
    first = Status(7, 1, points=Decimal(10))

    progress = qualification.progress(None, [first], {})

    assert progress == Progress(Missing(), first, Missing([], Decimal(10)))


def test_new_customer_gets_the_status_of_registration():
    decision = qualify(None, {})

    assert decision == Decision(BASIC, Change.REGISTERED, NOW, None)


def test_new_customer_who_already_meets_a_condition_starts_higher():
    decision = qualify(None, achieved("600"))

    assert decision == Decision(SILVER, Change.REGISTERED, NOW, datetime(2027, 5, 31, 10, tzinfo=UTC))


def test_programme_without_a_first_status_gives_none():
    decision = qualify(None, {}, [SILVER])

    assert decision is None


def test_customer_whose_status_is_gone_registers_anew():
    decision = qualify(Holding(99), {})

    assert decision == Decision(BASIC, Change.REGISTERED, NOW, None)


def test_customer_rises_through_as_many_statuses_as_conditions_allow():
    decision = qualify(Holding(1), achieved("2000"))

    assert decision == Decision(GOLD, Change.RISEN, NOW, datetime(2026, 12, 31, 23, tzinfo=UTC))


def test_no_status_on_the_way_is_skipped():
    decision = qualify(Holding(2, LATER), achieved("1999", recent="9000"))

    assert decision is None


def test_status_above_that_is_given_by_hand_is_not_reached_by_shopping():
    decision = qualify(Holding(4, LATER), achieved("99999", "99999", recent="99999"))

    assert decision is None


@pytest.mark.parametrize("valid_to", [None, LATER])
def test_status_is_held_until_its_end_whatever_was_spent(valid_to):
    decision = qualify(Holding(3, valid_to), {})

    assert decision is None


@pytest.mark.parametrize("valid_to", [PAST, NOW])
def test_status_whose_condition_still_holds_is_kept_at_its_end(valid_to):
    decision = qualify(Holding(2, valid_to), achieved("500"))

    assert decision == Decision(SILVER, Change.KEPT, NOW, datetime(2027, 5, 31, 10, tzinfo=UTC))


def test_customer_falls_to_the_highest_status_whose_condition_holds():
    decision = qualify(Holding(4, PAST), achieved("700"))

    assert decision == Decision(SILVER, Change.FALLEN, NOW, datetime(2027, 5, 31, 10, tzinfo=UTC))


def test_customer_falls_to_registration_at_worst():
    decision = qualify(Holding(5, PAST), {})

    assert decision == Decision(BASIC, Change.FALLEN, NOW, None)


def test_status_given_by_hand_is_never_fallen_into():
    by_hand = Status(6, 3, qualification=Qualification.MANUAL, points=Decimal(0))

    decision = qualify(Holding(4, PAST), {}, [BASIC, by_hand, PLATINUM])

    assert decision == Decision(BASIC, Change.FALLEN, NOW, None)


def test_customer_with_nowhere_to_fall_ends_without_a_status():
    decision = qualify(Holding(2, PAST), {}, [SILVER, GOLD])

    assert decision == Decision(None, Change.FALLEN, NOW, None)


def test_statuses_in_a_circle_end_the_climb():
    one = Status(1, 1, 2, points=Decimal(0))
    two = Status(2, 2, 1, points=Decimal(0), validity="P1M")

    decision = qualify(Holding(1), {None: Achievement()}, [one, two])

    assert decision == Decision(two, Change.RISEN, NOW, datetime(2026, 6, 30, 10, tzinfo=UTC))


@pytest.mark.parametrize(("text", "valid"), [(None, True), ("END_OF_YEAR", True), ("P12M", True), ("12", False)])
def test_validity_is_a_period_the_end_of_the_year_or_none(text, valid):
    verdict = qualification.is_validity(text)

    assert verdict is valid


amounts = st.sampled_from([Decimal(amount) for amount in (0, 0, 400, 1000, 2000, 2250)])
achievements = st.builds(
    lambda eur, czk, points, recent: achieved(eur, points, czk=czk * 6, recent=recent),
    *(amounts, amounts, amounts, amounts.map(lambda amount: amount * 4)),
)
holdings = st.none() | st.builds(Holding, st.integers(1, 5), st.sampled_from([None, PAST, LATER]))


def rank(decision, holding):
    held = {status.id: status.rank for status in TIERS}
    return decision.status.rank if decision else held[holding.status_id]


@deterministic
@given(holdings, achievements, amounts, amounts)
def test_who_spends_or_collects_more_never_ends_lower(holding, done, more_spent, more_points):
    more = {
        months: Achievement(
            {currency: amount + more_spent for currency, amount in one.turnover.items()}, one.points + more_points
        )
        for months, one in done.items()
    }

    lower, higher = qualify(holding, done), qualify(holding, more)

    assert rank(lower, holding) <= rank(higher, holding)


@deterministic
@given(st.sampled_from([SILVER, GOLD, PLATINUM]), achievements)
def test_adding_any_one_missing_part_meets_the_condition(status, done):
    missing = qualification.missing(status, done)

    base = done[status.months]
    ways = [
        Achievement({**base.turnover, currency: base.turnover.get(currency, 0) + lack}, base.points)
        for currency, lack in missing.turnover
    ]
    ways += [] if missing.points is None else [Achievement(base.turnover, base.points + missing.points)]
    assert bool(ways) is not qualification.holds(status, done)
    assert all(lack > 0 for _, lack in missing.turnover)
    assert all(qualification.holds(status, {status.months: way}) for way in ways)


def test_shopping_leads_to_the_statuses_above_one_after_the_other():
    base = Status(1, 1, qualification=Qualification.REGISTRATION)
    silver, gold = Status(2, 2, 1), Status(3, 3, 2)
    vip = Status(4, 4, 3, qualification=Qualification.MANUAL)
    statuses = [base, silver, gold, vip]

    found = [qualification.above(holding, statuses) for holding in (None, Holding(1), Holding(2), Holding(4))]

    assert found == [[silver, gold], [silver, gold], [gold], []]
