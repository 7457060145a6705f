from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from models.rules import ledger
from models.rules.error_codes import ErrorCode
from models.rules.ledger import Balance, Expiring, Given, Lot, Moved, NewLot, Taken, Withdrawn
from models.rules.refusals import Refusal, Shortfall, in_words

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NONE = Decimal(0)


def lot(id=1, remaining="100", *, amount=None, active=-10, expires=None, created=-10):
    return Lot(
        id=id,
        amount=Decimal(amount or remaining),
        remaining=Decimal(remaining),
        active_from=NOW + active * DAY,
        expires_at=None if expires is None else NOW + expires * DAY,
        created_at=NOW + created * DAY,
    )


def points(amount):
    return Decimal(amount)


def test_balance_tells_active_pending_and_reserved_points_apart():
    lots = [
        lot(1, "100", expires=30),
        lot(2, "50", expires=5),
        lot(3, "7", expires=5),
        lot(4, "20", active=2),
    ]

    balance = ledger.balance(lots, points("30"), NOW)

    assert balance == Balance(points("157"), points("20"), points("30"), Expiring(points("57"), NOW + 5 * DAY))
    assert balance.spendable == points("127")


def test_expired_points_are_in_no_balance():
    lots = [lot(1, "100", expires=0), lot(2, "50", active=2, expires=-1)]

    balance = ledger.balance(lots, NONE, NOW)

    assert balance == Balance(NONE, NONE, NONE, None)


def test_empty_lot_is_not_announced_as_expiring():
    lots = [lot(1, "0", amount="10", expires=1), lot(2, "5")]

    balance = ledger.balance(lots, NONE, NOW)

    assert balance == Balance(points("5"), NONE, NONE, None)


def test_nothing_is_spendable_once_expiry_leaves_less_than_is_reserved():
    balance = ledger.balance([lot(1, "10")], points("25"), NOW)

    assert (balance.active, balance.reserved, balance.spendable) == (points("10"), points("10"), NONE)


def test_assigned_points_are_active_at_once():
    new = ledger.assign(points("10"), at=NOW)

    assert new == NewLot(points("10"), NOW, None)


def test_assigned_points_can_wait_until_a_date():
    new = ledger.assign(points("10"), at=NOW, active_from=NOW + DAY, expires_at=NOW + 2 * DAY)

    assert new == NewLot(points("10"), NOW + DAY, NOW + 2 * DAY)


def test_points_that_expire_before_they_are_active_are_refused():
    new = ledger.assign(points("10"), at=NOW, active_from=NOW + DAY, expires_at=NOW + DAY)

    assert new == Refusal(ErrorCode.INVALID_PERIOD, "The points would expire before they become active.")


def test_no_points_can_be_assigned_below_zero():
    new = ledger.assign(points("-1"), at=NOW)

    assert new == Refusal(ErrorCode.NEGATIVE_AMOUNT, "The amount must be above zero.")


def test_points_that_expire_soonest_are_spent_first():
    lots = [lot(1, "10"), lot(2, "10", expires=30), lot(3, "10", expires=5)]

    takens = ledger.spend(lots, points("25"), reserved=NONE, at=NOW)

    assert takens == [Taken(3, points("10")), Taken(2, points("10")), Taken(1, points("5"))]


def test_older_lot_is_spent_first_among_equal_expiries():
    lots = [lot(3, "10", created=-1), lot(2, "10", created=-2), lot(1, "10", created=-1)]

    takens = ledger.spend(lots, points("25"), reserved=NONE, at=NOW)

    assert takens == [Taken(2, points("10")), Taken(1, points("10")), Taken(3, points("5"))]


def test_pending_expired_and_reserved_points_are_not_spent():
    lots = [lot(1, "10"), lot(2, "99", active=1), lot(3, "99", expires=-1)]

    refusal = ledger.spend(lots, points("8"), reserved=points("4.5"), at=NOW)

    assert refusal == Refusal(
        ErrorCode.POINTS_SHORT, "8 points are needed, 5.5 points can be spent.", Shortfall(points=Decimal("2.5"))
    )


def test_spending_nothing_is_refused():
    refusal = ledger.spend([lot()], NONE, reserved=NONE, at=NOW)

    assert refusal == Refusal(ErrorCode.NEGATIVE_AMOUNT, "The amount must be above zero.")


def test_expiry_takes_what_remains_of_expired_lots():
    lots = [
        lot(1, "10", expires=0),
        lot(2, "20", expires=-3),
        lot(3, "0", expires=-2),
        lot(4, "40", expires=1),
    ]

    takens = ledger.expire(lots, NOW)

    assert takens == [Taken(2, points("20")), Taken(1, points("10"))]


def test_transferred_points_keep_their_expiry():
    lots = [lot(1, "10", expires=5), lot(2, "10")]

    moved = ledger.transfer(lots, points("15"), reserved=NONE, at=NOW)

    assert moved == [
        Moved(Taken(1, points("10")), NewLot(points("10"), NOW - 10 * DAY, NOW + 5 * DAY)),
        Moved(Taken(2, points("5")), NewLot(points("5"), NOW - 10 * DAY, None)),
    ]


def test_more_points_than_there_are_cannot_be_transferred():
    refusal = ledger.transfer([lot(1, "10")], points("15"), reserved=NONE, at=NOW)

    assert refusal == Refusal(
        ErrorCode.POINTS_SHORT, "15 points are needed, 10 points can be spent.", Shortfall(points=Decimal(5))
    )


def test_reversed_points_go_back_to_their_lots():
    takens = [Taken(2, points("10")), Taken(1, points("5")), Taken(2, points("1"))]

    givens = ledger.reverse(takens)

    assert givens == [Given(2, points("11")), Given(1, points("5"))]


def test_points_given_back_to_an_expired_lot_expire_again():
    expired = [lot(1, "0", amount="10", expires=-1)]

    restored = ledger.after(expired, ledger.reverse([Taken(1, points("10"))]))

    assert ledger.expire(restored, NOW) == [Taken(1, points("10"))]


def test_part_of_a_spending_goes_back_last_taken_first():
    takens = [Taken(1, points("10")), Taken(2, points("5"))]

    givens = ledger.reverse_part(takens, points("7"))

    assert givens == [Given(2, points("5")), Given(1, points("2"))]


def test_more_than_was_taken_cannot_be_given_back():
    refusal = ledger.reverse_part([Taken(1, points("10"))], points("12"))

    assert refusal == Refusal(
        ErrorCode.LIMIT_REACHED, "More points can't be given back than were taken.", Shortfall(points=Decimal(2))
    )


def test_giving_nothing_back_is_refused():
    refusal = ledger.reverse_part([Taken(1, points("10"))], NONE)

    assert refusal == Refusal(ErrorCode.NEGATIVE_AMOUNT, "The amount must be above zero.")


def test_what_was_given_back_is_not_outstanding():
    takens = [Taken(1, points("10")), Taken(2, points("5")), Taken(3, points("1"))]

    rest = ledger.outstanding(takens, [Given(2, points("5")), Given(1, points("3")), Given(1, points("1"))])

    assert rest == [Taken(1, points("6")), Taken(3, points("1"))]


def test_earned_points_are_withdrawn_from_their_own_lots_first_those_that_count_last_before_the_others():
    lots = [lot(1, "10", expires=1), lot(2, "8", amount="20"), lot(3, "5", active=3)]

    withdrawn = ledger.withdraw(lots, {2, 3}, points("17"), at=NOW)

    assert withdrawn == Withdrawn([Taken(3, points("5")), Taken(2, points("8")), Taken(1, points("4"))], NONE)
    assert withdrawn.taken == points("17")


def test_what_expired_of_the_lot_itself_is_not_taken_from_others():
    lots = [lot(1, "10"), lot(2, "20", expires=-1)]

    withdrawn = ledger.withdraw(lots, {2}, points("20"), at=NOW)

    assert withdrawn == Withdrawn([Taken(2, points("20"))], NONE)


def test_earned_points_already_spent_are_owed_once_nothing_is_left_not_even_what_is_pending():
    lots = [
        lot(1, "3"),
        lot(2, "0", amount="20"),
        lot(3, "5", active=2),
        lot(4, "4", active=1),
        lot(5, "9", expires=-1),
    ]

    withdrawn = ledger.withdraw(lots, {2}, points("20"), at=NOW)

    assert withdrawn == Withdrawn([Taken(1, points("3")), Taken(4, points("4")), Taken(3, points("5"))], points("8"))


@pytest.mark.parametrize(
    ("owed", "takens"),
    [
        ("0", []),
        ("12", [Taken(2, points("10")), Taken(1, points("2"))]),
        ("99", [Taken(2, points("10")), Taken(1, points("5"))]),
    ],
)
def test_what_is_owed_comes_out_of_what_flows_back(owed, takens):
    paid = ledger.repay([Given(2, points("10")), Given(1, points("5"))], points(owed))

    assert paid == takens


@pytest.mark.parametrize(
    ("days", "pending", "active", "expired"),
    [
        (-11, True, False, False),
        (-10, False, True, False),
        (4, False, True, False),
        (5, False, False, True),
    ],
)
def test_lot_holds_from_its_beginning_until_just_before_its_end(days, pending, active, expired):
    one, at = lot(expires=5), NOW + days * DAY

    states = (one.is_pending(at), one.is_active(at), one.is_expired(at))

    assert states == (pending, active, expired)


def test_points_assigned_by_mistake_leave_the_lot_they_made():
    lots = [lot(1, "100", expires=1), lot(2, "50")]

    takens = ledger.retract(lots, 2, points("50"), reserved=points("100"), at=NOW)

    assert takens == Withdrawn([Taken(2, points("50"))], NONE)


def test_points_assigned_by_mistake_that_paid_what_was_owed_are_owed_again():
    lots = [lot(2, "10", amount="50")]

    answers = [
        ledger.retract(lots, 2, points(wanted), reserved=NONE, at=NOW, repaid=points("30"))
        for wanted in ("5", "40", "41")
    ]

    assert answers == [
        Withdrawn([Taken(2, points("5"))], NONE),
        Withdrawn([Taken(2, points("10"))], points("30")),
        Refusal(ErrorCode.POINTS_SHORT, "41 points are needed, 40 points can be spent.", Shortfall(points=Decimal(1))),
    ]


@pytest.mark.parametrize(
    ("lots", "reserved", "missing"),
    [
        ([lot(1, "100"), lot(2, "30", amount="50")], "0", "20 points"),
        ([lot(2, "50")], "10", "10 points"),
        ([lot(2, "30", amount="50", active=1)], "0", "20 points"),
    ],
)
def test_what_is_spent_or_reserved_of_a_lot_is_not_taken_back(lots, reserved, missing):
    refusal = ledger.retract(lots, 2, points("50"), reserved=points(reserved), at=NOW)

    assert (refusal.code, in_words(refusal.missing)) == (ErrorCode.POINTS_SHORT, missing)


def test_pending_and_expired_points_are_taken_back_whatever_is_reserved():
    lots = [lot(1, "5", active=1), lot(2, "5", expires=-1), lot(3, "5")]

    takens = [ledger.retract(lots, key, points("5"), reserved=points("5"), at=NOW) for key in (1, 2)]

    assert [one.takens for one in takens] == [[Taken(1, points("5"))], [Taken(2, points("5"))]]


def test_nothing_is_not_taken_back():
    refusal = ledger.retract([lot(1)], 1, NONE, reserved=NONE, at=NOW)

    assert refusal.code is ErrorCode.NEGATIVE_AMOUNT


def test_points_that_would_be_expired_from_the_beginning_are_not_assigned():
    refusal = ledger.assign(points("5"), at=NOW, active_from=NOW - 9 * DAY, expires_at=NOW)

    assert refusal.code is ErrorCode.INVALID_PERIOD


@pytest.mark.parametrize(("owed", "left"), [(0, 30), (10, 20), (30, 0), (45, 0)])
def test_what_is_owed_comes_out_of_new_points_before_they_can_be_spent(owed, left):
    later = NOW + timedelta(days=14)
    lots = [ledger.NewLot(Decimal(30), NOW, None), ledger.NewLot(Decimal(20), later, None)]

    assert ledger.active_after(lots, Decimal(owed), NOW) == left
