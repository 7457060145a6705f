from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.basket import Bill, Line, Shopper, standings
from models.rules.earning import earn
from models.rules.programme import EarnedByRule, PointRounding, Programme
from tests.models.rules.programmes import by_amount, times, visit

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JANA = Shopper(7, segment_ids=frozenset({3}), status_id=2)
deterministic = settings(derandomize=True, deadline=None, max_examples=80)

BREAD = {"product_id": 1, "group_ids": frozenset({10, 100}), "brand_id": 5}
WINE = {"product_id": 2, "group_ids": frozenset({20, 100}), "brand_id": 6}


def line(paid: str, of: dict[str, Any] = BREAD, key: str = "1", **more: Any) -> Line:
    return Line(key, Decimal(1), Decimal(paid), **of, **more)


def bill(*lines: Line, currency: str = "EUR") -> Bill:
    return Bill(currency, 4, lines or (line("100"),))


def earned(
    *rules: Any, of: Bill | None = None, shopper: Shopper = JANA, paid: str = "0", **terms: Any
) -> dict[str, Any]:
    """Points by the code of the rule."""
    its = of or bill()
    programme = Programme(rules=rules, **terms)
    found = earn(programme, its, standings(its), shopper, NOW, paid_with_points=Decimal(paid))
    assert found.points == sum((one.points for one in found.by_rule), Decimal(0))
    return {one.code: one.points for one in found.by_rule}


@pytest.mark.parametrize(("currency", "points"), [("CZK", 4), ("EUR", 100), ("JPY", 0), ("HUF", 0), ("BHD", 1000)])
def test_each_currency_earns_at_its_own_rate_and_nothing_without_one(currency, points):
    rates = [by_amount("czk", "1", "25", "CZK"), by_amount("eur"), by_amount("bhd", "10", "1", "BHD")]

    found = earned(*rates, of=bill(currency=currency))

    assert sum(found.values()) == points


def test_rules_of_goods_add_to_the_general_one():
    rules = [
        by_amount(),
        by_amount("product", "2", product_ids=frozenset({2})),
        by_amount("group", "3", group_ids=frozenset({10})),
        by_amount("brand", "4", brand_ids=frozenset({6})),
    ]

    found = earned(*rules, of=bill(line("10"), line("5", WINE, "2")))

    assert found == {"base": 15, "product": 10, "group": 30, "brand": 20}


def test_an_exclusive_rule_takes_the_place_of_those_that_come_after_it():
    fuel = by_amount("fuel", "1", "2", product_ids=frozenset({1}), exclusive=True, priority=1)

    found = earned(fuel, by_amount(), visit(), times("2"), of=bill(line("10"), line("5", WINE, "2")))

    assert found == {"fuel": 5, "base": 5, "times": 10, "visit": 50}


@pytest.mark.parametrize(
    ("bounds", "holds"),
    [
        ({"store_ids": frozenset({4})}, True),
        ({"store_ids": frozenset({5})}, False),
        ({"status_ids": frozenset({2})}, True),
        ({"status_ids": frozenset({1})}, False),
        ({"segment_ids": frozenset({3, 9})}, True),
        ({"segment_ids": frozenset({9})}, False),
        ({"minimum": Decimal(100)}, True),
        ({"minimum": Decimal("100.01")}, False),
        ({"valid_from": NOW, "valid_to": datetime(2026, 3, 2, tzinfo=UTC)}, True),
        ({"valid_from": datetime(2026, 3, 2, tzinfo=UTC)}, False),
        ({"valid_to": NOW}, False),
    ],
)
def test_a_rule_holds_where_for_whom_and_when_it_says(bounds, holds):
    found = earned(by_amount(**bounds))

    assert bool(found) is holds


def test_multipliers_multiply_each_other_and_one_below_one_lowers_what_others_give():
    rules = [by_amount(), times("2", "double", brand_ids=frozenset({5})), times("1.5", "gold"), times("0.5", "half")]

    found = earned(*rules, of=bill(line("100"), line("100", WINE, "2")))

    # 100 bread: 50 halved, doubled to 100, times 1.5 is 150; 100 wine: 50 halved, times 1.5 is 75.
    assert found == {"base": 100, "double": 50, "gold": 75}


def test_a_factor_of_zero_takes_goods_out():
    found = earned(by_amount(), times("0", group_ids=frozenset({20})), of=bill(line("10"), line("90", WINE, "2")))

    assert found == {"base": 10}


def test_a_visit_earns_once_and_only_where_its_goods_are_bought():
    of_wine = visit("wine", "7", product_ids=frozenset({2}))

    found = earned(visit(), of_wine, of=bill(line("1"), line("1", key="2")))

    assert found == {"visit": 50}


def test_only_whole_steps_earn_where_the_rule_says_so():
    steps = by_amount("steps", "5", "10", whole_steps=True)

    found = [earned(steps, of=bill(line(paid))) for paid in ("9.99", "10", "29.99")]

    assert found == [{}, {"steps": 5}, {"steps": 10}]


def test_what_points_pay_earns_nothing():
    of = bill(line("60"), line("40", WINE, "2"), line("50", key="3", loyalty_off=True))

    found = [
        earned(by_amount(), by_amount("wine", product_ids=frozenset({2})), of=of, paid=paid) for paid in ("50", "200")
    ]

    assert found == [{"base": 50, "wine": 20}, {}]


@pytest.mark.parametrize(
    "shopper", [Shopper(), replace(JANA, collects=False)], ids=["unknown", "a status that doesn't collect"]
)
def test_who_does_not_collect_earns_nothing(shopper):
    found = earned(by_amount(), visit(), shopper=shopper)

    assert found == {}


def test_lines_out_of_loyalty_earn_nothing():
    found = earned(by_amount(), visit(), of=bill(line("10", loyalty_off=True)))

    assert found == {}


def test_goods_that_are_free_make_a_visit():
    found = earned(by_amount(whole_steps=True), visit(), of=bill(line("0")))

    assert found == {"visit": 50}


@pytest.mark.parametrize(
    ("rounding", "decimals", "points"),
    [
        (PointRounding.DOWN, 0, "1"),
        (PointRounding.HALF_UP, 0, "2"),
        (PointRounding.UP, 0, "2"),
        (PointRounding.DOWN, 2, "1.66"),
        (PointRounding.UP, 2, "1.67"),
        (PointRounding.HALF_UP, 1, "1.7"),
    ],
)
def test_a_bill_is_rounded_once_as_the_programme_says(rounding, decimals, points):
    found = earned(by_amount("third", "1", "3"), of=bill(line("5")), rounding=rounding, decimals=decimals)

    assert found == {"third": Decimal(points)}


def test_rounding_is_spread_over_the_rules_by_what_each_gave():
    found = earned(by_amount("a", "0.6"), by_amount("b", "0.9"), of=bill(line("1")))

    assert found == {"b": 1}


def test_each_rule_tells_its_name_and_its_delay():
    its = bill()

    found = earn(Programme(rules=(by_amount(name="Base", delay="P14D"),)), its, standings(its), JANA, NOW)

    assert found.by_rule == (EarnedByRule("base", "Base", Decimal(100), "P14D"),)


cents = st.integers(0, 20_000).map(lambda value: Decimal(value) / 100)
kinds = st.sampled_from([BREAD, WINE])
baskets = st.lists(st.tuples(cents, kinds, st.booleans()), min_size=1, max_size=6).map(
    lambda drawn: bill(*(line(str(paid), of, str(key), loyalty_off=off) for key, (paid, of, off) in enumerate(drawn)))
)
rates = st.integers(0, 300).map(lambda value: str(Decimal(value) / 100))


@deterministic
@given(baskets, cents, rates, rates, st.sampled_from(PointRounding), st.integers(0, 2))
def test_points_are_the_sum_over_lines_rounded_once(its, paid, base, factor, rounding, decimals):
    rules = [by_amount(points=base), times(factor, product_ids=frozenset({1}))]
    meant = [one for one in its.lines if not one.loyalty_off]
    whole = sum((one.paid for one in meant), Decimal(0))
    assume_part = min(paid, whole)

    found = sum(
        earned(*rules, of=its, paid=str(assume_part), rounding=rounding, decimals=decimals).values(), Decimal(0)
    )

    share = (whole - assume_part) / whole if whole else Decimal(0)
    exact = sum(
        (one.paid * share * Decimal(base) * (Decimal(factor) if one.product_id == 1 else 1) for one in meant),
        Decimal(0),
    )
    unit = Decimal(1).scaleb(-decimals)
    assert abs(found - exact) < unit + Decimal("1e-9")
    assert found % unit == 0


@deterministic
@given(baskets, cents)
def test_paying_more_with_points_never_earns_more(its, paid):
    rules = [by_amount(), by_amount("steps", "3", "7", whole_steps=True), times("1.5")]

    less, more = earned(*rules, of=its, paid=str(paid)), earned(*rules, of=its, paid=str(paid + 10))

    assert sum(more.values()) <= sum(less.values())
