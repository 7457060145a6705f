from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from models.rules.basket import Bill, Line, Reward, RewardKind, Shopper, Voucher
from models.rules.error_codes import ErrorCode
from models.rules.points_at_till import NO_POINTS, PointsPayment
from models.rules.programme import AutomaticChoice
from models.rules.refusals import in_words
from models.rules.settlement import RequestedBenefits, best_of, settle, settled_offline
from tests.models.rules.programmes import PROGRAMME

NOW = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)
JANA = Shopper(7, points=Decimal(1000))
BILL = Bill("EUR", 1, (Line("a", Decimal(1), Decimal("60.00")), Line("b", Decimal(1), Decimal("40.55"))))


def percent(key: int, value: int, **more: object) -> Reward:
    return Reward(key, f"R{key}", f"Reward {key}", RewardKind.PERCENT, Decimal(value), **more)


def test_a_bill_earns_a_point_for_each_whole_unit_paid_in_money() -> None:
    settled = settle(RequestedBenefits(points=Decimal(100)), BILL, JANA, PROGRAMME, NOW)

    assert settled.payment == PointsPayment(Decimal("100.00"), Decimal("1.00"))
    assert (settled.to_pay, settled.earned, settled.points_spent) == (Decimal("99.55"), Decimal(99), Decimal(100))


def test_nobody_in_particular_earns_nothing() -> None:
    assert settle(RequestedBenefits(), BILL, Shopper(), PROGRAMME, NOW).earned == 0


def test_rewards_that_cost_points_take_theirs_before_the_bill_is_paid() -> None:
    costly = percent(1, 10, points_cost=Decimal(950))

    settled = settle(RequestedBenefits([costly], points=Decimal(60)), BILL, JANA, PROGRAMME, NOW)

    assert settled.payment == NO_POINTS
    assert settled.unpaid is not None
    assert (settled.unpaid.code, in_words(settled.unpaid.missing)) == (ErrorCode.POINTS_SHORT, "10 points")
    assert settled.points_spent == 950


def test_points_never_pay_for_lines_out_of_loyalty() -> None:
    bill = Bill("EUR", 1, (Line("a", Decimal(1), Decimal("0.30")), Line("b", Decimal(1), Decimal(9), loyalty_off=True)))

    settled = settle(RequestedBenefits(points=Decimal(500)), bill, JANA, PROGRAMME, NOW)

    assert settled.payment == PointsPayment(Decimal("30.00"), Decimal("0.30"))
    assert settled.to_pay == Decimal("9.00")


def test_automatic_rewards_come_on_top_of_what_was_asked_for() -> None:
    asked, automatic = percent(1, 10), percent(2, 50)

    settled = settle(RequestedBenefits([asked], [automatic, asked]), BILL, JANA, PROGRAMME, NOW)

    assert [one.benefit.code for one in settled.combination.applied] == ["R1", "R2"]
    assert settled.refused == []


@pytest.mark.parametrize("priority", [1, 9])
def test_an_automatic_reward_never_takes_the_place_of_what_was_asked_for(priority: int) -> None:
    asked, exclusive = percent(1, 10), percent(2, 50, exclusive=True, priority=priority)

    settled = settle(RequestedBenefits([asked], [exclusive]), BILL, JANA, PROGRAMME, NOW)

    assert [one.benefit.code for one in settled.combination.applied] == ["R1"]
    assert settled.refused == []


def test_an_automatic_reward_that_makes_the_bill_dearer_is_left_out() -> None:
    gold = Shopper(7, discount=Decimal(20))
    small = Reward(3, "R3", "Small", RewardKind.AMOUNT, Decimal("0.02"), currency="EUR")

    settled = settle(RequestedBenefits([], [small]), BILL, gold, PROGRAMME, NOW)

    assert settled.combination.applied == ()
    assert settled.to_pay == Decimal("80.44")


def test_what_can_not_be_had_is_told_of_what_was_asked_for_only() -> None:
    elsewhere = percent(1, 10, store_ids=frozenset({2}))

    settled = settle(
        RequestedBenefits([elsewhere], [percent(2, 5, store_ids=frozenset({2}))]), BILL, JANA, PROGRAMME, NOW
    )

    assert [(one.benefit.code, one.refusals[0].code) for one in settled.refused] == [("R1", ErrorCode.WRONG_STORE)]


def test_a_bill_closed_offline_is_as_it_was_paid() -> None:
    voucher = Voucher(5, "V5", percent(1, 10), 7)

    settled = settled_offline([voucher], BILL, JANA, PROGRAMME, NOW)

    assert (settled.to_pay, settled.earned, settled.points_spent) == (Decimal("100.55"), Decimal(100), Decimal(0))
    assert [one.benefit.code for one in settled.combination.applied] == ["V5"]


EXCLUSIVE = [percent(1, 5, exclusive=True, priority=1), percent(2, 20, exclusive=True, priority=5)]
THOUSAND = Bill("EUR", 1, (Line("a", Decimal(1), Decimal(1000)),))


@pytest.mark.parametrize(("choice", "to_pay"), [("BEST_COMBINATION", 800), ("PRIORITY", 950)])
def test_the_programme_says_whether_the_best_or_the_first_of_automatic_rewards_applies(
    choice: str, to_pay: int
) -> None:
    programme = replace(PROGRAMME, automatic=AutomaticChoice(choice))

    settled = settle(RequestedBenefits([], EXCLUSIVE), THOUSAND, JANA, programme, NOW)

    assert settled.to_pay == to_pay


@pytest.mark.parametrize("choice", list(AutomaticChoice))
def test_automatic_rewards_by_priority_give_way_to_what_was_asked_for(choice: AutomaticChoice) -> None:
    programme = replace(PROGRAMME, automatic=choice)

    settled = settle(RequestedBenefits([percent(3, 10)], EXCLUSIVE), THOUSAND, JANA, programme, NOW)

    assert settled.to_pay == 900


@pytest.mark.parametrize("small", [Reward(4, "R4", "Ten", RewardKind.AMOUNT, Decimal(10)), percent(5, 5)])
def test_a_benefit_that_does_less_than_the_basic_discount_is_refused(small: Reward) -> None:
    gold = replace(JANA, discount=Decimal(10))

    settled = settle(RequestedBenefits([small]), THOUSAND, gold, PROGRAMME, NOW)

    assert settled.to_pay == 900
    assert [one.refusals[0].code for one in settled.refused] == [ErrorCode.NO_GAIN]


def test_the_best_of_what_could_be_had_is_told() -> None:
    best = best_of(RequestedBenefits([percent(3, 10)], EXCLUSIVE), THOUSAND, JANA, NOW)

    assert [one.benefit.code for one in best.applied] == ["R2"]
