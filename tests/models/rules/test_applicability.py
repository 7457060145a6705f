from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from models.rules import applicability, basket
from models.rules.basket import Bill, Line, ProductRelation, RelatedTo, Reward, RewardKind, Shopper
from models.rules.error_codes import ErrorCode
from models.rules.refusals import Refusal, Shortfall, in_words

MILK, BREAD, DAIRY, FOOD, FARM = 1, 2, 10, 11, 20
# A Wednesday, 17:00 in Prague.
NOW = datetime(2026, 5, 13, 15, tzinfo=UTC)
LINES = (
    Line("milk", Decimal(2), Decimal("3.00"), MILK, frozenset({DAIRY, FOOD}), FARM),
    Line("cheese", Decimal("0.350"), Decimal("7.00"), 3, frozenset({DAIRY, FOOD})),
    Line("bread", Decimal(1), Decimal("2.50"), BREAD, frozenset({FOOD})),
    Line("beer", Decimal(6), Decimal("12.00"), 4, loyalty_off=True),
)
BILL = Bill("EUR", 1, LINES, "Europe/Prague")


def reward(**terms):
    return Reward(**{"id": 1, "code": "R1", "name": "A reward", "kind": RewardKind.PERCENT, **terms})


def refusals(benefit, shopper=None, *, at=NOW):
    return applicability.refusals(benefit, BILL, shopper or Shopper(), at)


def codes(reasons):
    return [reason.code for reason in reasons]


def prague(*parts):
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Prague"))


def test_reward_without_bounds_applies_to_any_bill():
    reasons = refusals(reward())

    assert reasons == []


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "code"),
    [
        (NOW, None, []),
        (datetime(2026, 5, 13, 15, 1, tzinfo=UTC), None, [ErrorCode.NOT_YET_VALID]),
        (None, datetime(2026, 5, 13, 15, 1, tzinfo=UTC), []),
        (None, NOW, [ErrorCode.EXPIRED]),
    ],
)
def test_reward_holds_from_its_beginning_until_just_before_its_end(valid_from, valid_to, code):
    reasons = refusals(reward(valid_from=valid_from, valid_to=valid_to))

    assert codes(reasons) == code


@pytest.mark.parametrize(
    ("start", "end", "at", "code"),
    [
        (time(16), time(18), (16, 0), []),
        (time(16), time(18), (18, 0), [ErrorCode.WRONG_TIME]),
        (time(16), time(18), (15, 59), [ErrorCode.WRONG_TIME]),
        (time(16), None, (23, 59), []),
        (None, time(9), (9, 0), [ErrorCode.WRONG_TIME]),
        (time(22), time(2), (23, 0), []),
        (time(22), time(2), (3, 0), [ErrorCode.WRONG_TIME]),
    ],
)
def test_time_of_day_is_that_of_the_store(start, end, at, code):
    reasons = refusals(reward(time_from=start, time_to=end), at=prague(2026, 5, 13, *at))

    assert codes(reasons) == code


def test_refused_time_tells_the_right_one():
    reasons = refusals(reward(time_from=time(8), time_to=time(10, 30)))

    assert reasons == [Refusal(ErrorCode.WRONG_TIME, "It is for use from 08:00 to 10:30.", "from 08:00 to 10:30")]


def test_hours_over_midnight_belong_to_the_day_they_began():
    friday_night = reward(time_from=time(22), time_to=time(2), weekdays=frozenset({4}))

    reasons = [refusals(friday_night, at=prague(2026, 5, day, 1)) for day in (16, 15)]

    assert [codes(one) for one in reasons] == [[], [ErrorCode.WRONG_DAY]]


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"weekdays": basket.weekdays(0b0000011)}, [ErrorCode.WRONG_DAY]),
        ({"weekdays": basket.weekdays(0b0000100)}, []),
        ({"store_ids": frozenset({2, 3})}, [ErrorCode.WRONG_STORE]),
        ({"store_ids": frozenset({1, 2})}, []),
        ({"currency": "CZK"}, [ErrorCode.WRONG_CURRENCY]),
        ({"currency": "EUR"}, []),
        ({"segment_ids": frozenset({5})}, [ErrorCode.SEGMENT_REQUIRED]),
        ({"segment_ids": frozenset({5, 6})}, []),
        ({"status_ids": frozenset({1})}, [ErrorCode.STATUS_REQUIRED]),
        ({"status_ids": frozenset({1, 2})}, []),
        ({"limit_per_customer": 3}, [ErrorCode.LIMIT_REACHED]),
        ({"limit_per_customer": 4}, []),
        ({"limit_total": 50}, [ErrorCode.LIMIT_REACHED]),
        ({"limit_total": 51}, []),
        ({"points_cost": Decimal(101)}, [ErrorCode.POINTS_SHORT]),
        ({"points_cost": Decimal(100)}, []),
    ],
)
def test_reward_asks_where_and_for_whom_it_is(terms, code):
    shopper = Shopper(7, frozenset({6}), 2, points=Decimal(100), used={1: 3, 9: 9}, used_in_total={1: 50, 9: 99})

    reasons = refusals(reward(**terms), shopper)

    assert codes(reasons) == code


def test_limit_per_customer_needs_a_customer():
    reasons = refusals(reward(limit_per_customer=1))

    assert codes(reasons) == [ErrorCode.CUSTOMER_REQUIRED]


def test_reward_that_costs_points_needs_a_status_that_may_pay_with_them():
    shopper = Shopper(7, points=Decimal(100), pays=False)

    reasons = [refusals(reward(points_cost=Decimal(cost)), shopper) for cost in (10, 0)]

    assert [codes(one) for one in reasons] == [[ErrorCode.POINTS_OFF], []]


def test_missing_points_are_told():
    reasons = refusals(reward(points_cost=Decimal(120)), Shopper(7))

    assert reasons == [
        Refusal(ErrorCode.POINTS_SHORT, "120 points are needed, 0 points can be spent.", Shortfall(points=Decimal(120)))
    ]


def test_minimum_purchase_counts_only_lines_in_loyalty():
    reasons = refusals(reward(minimum_purchase=Decimal("17.00")))

    assert reasons == [
        Refusal(ErrorCode.MINIMUM_NOT_MET, "The bill must come to 17.00 EUR.", Shortfall(Decimal("4.50"), "EUR"))
    ]


def test_minimum_purchase_may_just_be_met():
    reasons = refusals(reward(minimum_purchase=Decimal("12.50")))

    assert reasons == []


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        (ProductRelation(RelatedTo.PRODUCT, frozenset({MILK}), Decimal(2)), None),
        (ProductRelation(RelatedTo.PRODUCT, frozenset({MILK}), Decimal(4), name="MILK"), "2 more of MILK"),
        (ProductRelation(RelatedTo.PRODUCT, frozenset({4})), "1 more"),
        (ProductRelation(RelatedTo.PRODUCT_GROUP, frozenset({DAIRY}), Decimal(3)), None),
        (ProductRelation(RelatedTo.PRODUCT_GROUP, frozenset({FOOD}), Decimal(5)), "1 more"),
        (ProductRelation(RelatedTo.PRODUCT_GROUP, frozenset({99})), "1 more"),
        (ProductRelation(RelatedTo.PRODUCT_BRAND, frozenset({FARM}), Decimal(2)), None),
        (ProductRelation(RelatedTo.PRODUCT_BRAND, frozenset({99})), "1 more"),
        (ProductRelation(count=Decimal(4)), None),
        (ProductRelation(count=Decimal("3.5")), "0.15 more"),
        (ProductRelation(min_price=Decimal("20.00")), None),
        (ProductRelation(min_price=Decimal("20.01")), "1 more"),
        (ProductRelation(count=Decimal(2), max_price=Decimal("1.50")), None),
        (ProductRelation(max_price=Decimal("1.49")), "1 more"),
    ],
)
def test_condition_asks_for_goods_by_product_group_brand_and_price(condition, missing):
    reasons = refusals(reward(conditions=(condition,)))

    assert [in_words(reason.missing) for reason in reasons] == ([] if missing is None else [missing])
    assert set(codes(reasons)) <= {ErrorCode.CONDITION_NOT_MET}


def test_every_condition_must_be_met():
    milk = ProductRelation(RelatedTo.PRODUCT, frozenset({MILK}))
    wine = ProductRelation(RelatedTo.PRODUCT, frozenset({99}), Decimal(2), name="WINE")

    reasons = refusals(reward(conditions=(milk, wine)))

    assert reasons == [
        Refusal(
            ErrorCode.CONDITION_NOT_MET,
            "The bill lacks goods that it asks for.",
            Shortfall(quantity=Decimal(2), of="WINE"),
        )
    ]


def test_all_reasons_are_told_at_once():
    reasons = refusals(reward(valid_to=NOW, store_ids=frozenset({2}), minimum_purchase=Decimal(100)))

    assert codes(reasons) == [ErrorCode.EXPIRED, ErrorCode.WRONG_STORE, ErrorCode.MINIMUM_NOT_MET]
