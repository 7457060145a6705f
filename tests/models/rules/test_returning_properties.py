"""Returns by brute force: small bills, priced by the rules of the till, returned piece by piece in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.basket import Bill, Line, ProductRelation, RelatedTo, Reward, RewardKind, Shopper
from models.rules.combination import Combination, best_combination
from models.rules.money import unit_of
from models.rules.returning import Given, Sale, Sold, going_back
from models.rules.sharing import shares

NOW = datetime(2026, 5, 13, 15, tzinfo=UTC)
deterministic = settings(derandomize=True, deadline=None, max_examples=150)

prices = st.sampled_from([Decimal(text) for text in ("0", "1", "5", "10", "10", "33", "100")])
lines = st.builds(
    Line,
    id=st.just(""),
    quantity=st.sampled_from([Decimal(1), Decimal(2), Decimal(3)]),
    paid=prices,
    product_id=st.sampled_from([1, 2]),
    loyalty_off=st.sampled_from([False, False, False, True]),
)
goods = st.sampled_from([(), (ProductRelation(RelatedTo.PRODUCT, frozenset({1}), Decimal(2)),)])
kinds = st.sampled_from(
    [(RewardKind.PERCENT, "10"), (RewardKind.PERCENT, "50"), (RewardKind.AMOUNT, "7"), (RewardKind.FREE_PRODUCT, "1")]
)
rewards = st.lists(
    st.builds(lambda kind, **terms: Reward(0, "", "", kind[0], Decimal(kind[1]), **terms), kinds, conditions=goods),
    max_size=3,
)
shoppers = st.builds(Shopper, customer_id=st.just(7), discount=st.sampled_from([Decimal(0), Decimal(5)]))


@st.composite
def bills(draw: Any) -> Bill:
    drawn = draw(st.lists(lines, min_size=1, max_size=3))
    currency = draw(st.sampled_from(["EUR", "JPY"]))
    return Bill(currency, 1, tuple(replace(line, id=str(place)) for place, line in enumerate(drawn)))


def combined(bill: Bill, drawn: list[Reward], shopper: Shopper) -> Combination:
    named = [replace(reward, id=place, code=f"R{place}") for place, reward in enumerate(drawn)]
    return best_combination(named, bill, shopper, NOW)


def benefits(found: Combination, bill: Bill) -> list[Given]:
    unit = bill.goods.unit
    given = [
        Given(
            (None, one.benefit.terms.id),
            {int(line): amount for line, amount in one.discounts.items()},
            {place: share * unit for place, share in its.items()},
        )
        for one, its in zip(found.applied, shares(found.applied, found.lines, bill), strict=True)
    ]
    basic = {int(line): amount for line, amount in found.basic.items()}
    return [*given, Given((None, None), basic, basic)]


@st.composite
def sales(draw: Any) -> Sale:
    """A bill as it was closed, a part of it paid with points."""
    bill = draw(bills())
    found = combined(bill, draw(rewards), draw(shoppers))
    sold = [
        Sold(place, one.line.quantity, one.left, loyalty_off=one.line.loyalty_off)
        for place, one in enumerate(found.lines)
    ]
    in_loyalty = sum((line.price for line in sold if not line.loyalty_off), Decimal(0))
    unit = unit_of(bill.currency)
    with_points = min(in_loyalty, draw(st.integers(0, 30)) * unit)
    points = {"points_paid": with_points * draw(st.integers(1, 150)), "points_earned": Decimal(draw(st.integers(0, 9)))}
    return Sale(sold, benefits(found, bill), unit, paid_with_points=with_points, **points)


@st.composite
def returns(draw: Any) -> tuple[Sale, list[tuple[int, set[tuple[None, int]]]]]:
    """A bill, the order in which its pieces go back, and which benefits what is left doesn't justify by then."""
    sale = draw(sales())
    pieces = [line.id for line in sale.lines for _ in range(int(line.quantity))]
    order = draw(st.permutations(pieces))
    withdrawn = draw(st.sets(st.sampled_from([(None, place) for place in range(3)])))
    since = draw(st.integers(0, len(order)))
    return sale, [(piece, withdrawn if step >= since else set()) for step, piece in enumerate(order)]


@deterministic
@given(returns())
def test_all_parts_together_give_back_exactly_what_was_paid(case: tuple[Sale, Any]) -> None:
    sale, order = case
    paid = sum(line.price for line in sale.lines)
    back = []
    for piece, unjustified in order:
        lines = [replace(line, returned=line.returned + (line.id == piece)) for line in sale.lines]
        after = sale.after(lines, unjustified)
        back.append(going_back(sale, after))
        sale = after

    assert all(one.refund >= 0 and one.with_points >= 0 and one.unspent >= 0 and one.unearned >= 0 for one in back)
    assert all(one.refund % sale.unit == 0 for one in back)
    assert sum(one.refund for one in back) == paid - sale.paid_with_points
    assert sum(one.with_points for one in back) == sale.paid_with_points
    assert sum(one.unspent for one in back) == (sale.points_paid if sale.paid_with_points else 0)
    assert sum(one.unearned for one in back) in {sale.points_earned, 0}


@deterministic
@given(sales())
def test_shares_add_up_to_the_discounts_and_leave_no_line_below_zero(sale: Sale) -> None:
    for benefit in sale.benefits:
        assert sum(benefit.shares.values()) == sum(benefit.amounts.values())

    assert sale.kept == sum(line.price for line in sale.lines)
    assert all(sale.worth_kept(line) >= 0 for line in sale.lines)


@deterministic
@given(sales(), st.data())
def test_what_is_kept_never_costs_more_than_without_any_benefit(sale: Sale, data: st.DataObject) -> None:
    returned = [Decimal(data.draw(st.integers(0, int(line.quantity)))) for line in sale.lines]
    lines = [replace(line, returned=back) for line, back in zip(sale.lines, returned, strict=True)]
    full = replace(sale, lines=lines, benefits=[replace(one, withdrawn=True) for one in sale.benefits])

    after = sale.after(lines, [one.key for one in sale.benefits])

    assert after.kept <= min(sale.kept, full.kept)
