"""Random bills with random rewards: what is undone leaves nothing behind, and what is repeated counts once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

import models
from resolvers import purchase
from resolvers.ids import opaque_id
from resolvers.purchase import offline
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.till_books import Crash, TillBooks, opaque

BOUNDED = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
KINDS = list(models.RewardKind)

VOIDED = {"bill_item_id": "voided", "quantity": Decimal(0), "paid": Decimal(0), "codes": [{"code": "P1"}]}

money = st.integers(1, 40_000).map(lambda cents: Decimal(cents) / 100)
quantities = st.integers(1, 4).map(Decimal) | st.integers(100, 2999).map(lambda grams: Decimal(grams) / 1000)


@dataclass(frozen=True)
class Benefit:
    """A reward to be made, and whether the customer has a voucher of it or names it."""

    reward: dict[str, Any]
    voucher: str | None
    named: bool


@st.composite
def lines(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few lines of known and unknown goods."""
    count = draw(st.integers(1, 5))
    return [
        *([VOIDED] if draw(st.integers(0, 3)) == 0 else []),
        *[
            {
                "bill_item_id": str(place),
                "quantity": draw(quantities),
                "paid": draw(money),
                "loyalty_off": draw(st.integers(0, 5)) == 0,
                "codes": [{"code": f"P{draw(st.integers(0, 3))}"}],
            }
            for place in range(count)
        ],
    ]


@st.composite
def benefits(draw: st.DrawFn) -> list[Benefit]:
    """Rewards of all kinds: by voucher, directly, for points, by themselves, or as a voucher after the bill."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        voucher = draw(st.sampled_from([None, "ACTIVE", "RESERVED"]))
        reward = {
            "kind": draw(st.sampled_from(KINDS)),
            "value": draw(st.integers(0, 60).map(Decimal)),
            "group": draw(st.sampled_from(["SIMPLE", "CATALOGUE", "CAMPAIGN"])),
            "priority": draw(st.integers(1, 9)),
            "is_exclusive": draw(st.integers(0, 6)) == 0,
            "is_automated": draw(st.integers(0, 2)) == 0,
            "points_cost": draw(st.sampled_from([Decimal(0), Decimal(0), Decimal("12.5")])),
            "maximum_discount": draw(st.none() | money),
            "minimum_purchase": draw(st.none() | st.integers(1, 100).map(Decimal)),
            "limit_per_customer": draw(st.none() | st.integers(1, 3)),
        }
        found.append(Benefit(reward, voucher, draw(st.booleans())))
    return found


@pytest.fixture
def shop(database_url: str) -> Iterator[TillBooks]:
    """A shop on each kind of database in turn."""
    opened = TillBooks(database_url)
    yield opened
    opened.close()


def prepare(
    shop: TillBooks, wanted: list[Benefit], amounts: list[Decimal]
) -> tuple[models.Customer, list[str], list[int]]:
    """A customer with lots and vouchers; the codes they name, and the keys of the rewards."""
    (person,) = shop.customers(1)
    rewards = [factories.reward(currency_code="CZK", **each.reward) for each in wanted]
    vouchers = []
    for each, reward in zip(wanted, rewards, strict=True):
        if each.voucher:
            held = {"reserved_for": f"b{person.id}", "reserved_until": NOW + timedelta(hours=1)}
            its = held if each.voucher == "RESERVED" else {}
            vouchers.append(factories.voucher(customer=person, reward=reward, state=each.voucher, **its))
    ends = [None, NOW + timedelta(days=3), NOW + timedelta(days=30)]
    lots = [
        factories.points(customer=person, amount=amount, expires_at=ends[place % 3])
        for place, amount in enumerate(amounts)
    ]
    shop.save(*rewards, *vouchers, *lots)
    codes = [reward.code for each, reward in zip(wanted, rewards, strict=True) if each.named]
    return person, codes, [reward.id for reward in rewards]


def what_can_be_had(shop: TillBooks, given: dict[str, Any]) -> dict[str, Any]:
    """The same, without what a preview refuses, and with what it says is to pay."""
    while (shown := shop.preview(given)).refused:
        refused = {one.benefit_code for one in shown.refused}
        wanted = [code for code in given["benefit_codes"] if code not in refused]
        points = None if None in refused else given["spend_points"]
        codes = shop.execute(select(models.Voucher.code, models.Reward.code).join(models.Reward))
        over = {reward for voucher, reward in codes if voucher in refused}
        given = {**given, "benefit_codes": [code for code in wanted if code not in over], "spend_points": points}
    return {**given, "to_pay": shown.to_pay.amount, "shown": shown}


COVERED: Counter[str] = Counter()


@BOUNDED
@given(
    lines=lines(),
    wanted=benefits(),
    amounts=st.lists(st.integers(1, 9000).map(lambda cents: Decimal(cents) / 100), max_size=4),
    points=st.none() | st.integers(1, 15000).map(lambda cents: Decimal(cents) / 100),
    shares=st.lists(st.integers(0, 4), min_size=0, max_size=6),
)
def undo_random_bills(
    shop: TillBooks,
    lines: list[dict[str, Any]],
    wanted: list[Benefit],
    amounts: list[Decimal],
    points: Decimal | None,
    shares: list[int],
) -> None:
    person, codes, rewards = prepare(shop, wanted, amounts)
    bill = {"store": {"code": "shop"}, "external_id": f"b{person.id}", "currency": "CZK", "items": lines}
    before = shop.usable(person, rewards)
    by = {"id": opaque_id("Customer", person.id)}
    asked = what_can_be_had(shop, {"customer": by, "bill": bill, "benefit_codes": codes, "spend_points": points})
    shown = asked.pop("shown")

    sent = shop.do(purchase.send, asked)

    assert sent.user_errors == []
    assert shop.balanced(person)
    after = shop.usable(person, rewards)
    assert sum(left for _, left in after["lots"]) == shown.points_after
    key = opaque(sent.answer.purchase)
    undo_bit_by_bit(shop, key, lines, shares)
    assert shop.balanced(person)
    assert shop.usable(person, rewards) == before
    count_covered(before, after, shown)


def undo_bit_by_bit(shop: TillBooks, key: str, lines: list[dict[str, Any]], shares: list[int]) -> None:
    """Return some of it in steps, then cancel what is left, if anything is."""
    state = models.PurchaseState.CLOSED
    for place, share in enumerate(shares):
        line = lines[place % len(lines)]
        quantity = (line["quantity"] * share / 4).quantize(Decimal("0.001"))
        item = {"bill_item_id": line["bill_item_id"], **({"quantity": quantity} if share < 4 else {})}
        back = shop.do(purchase.give_back, {"id": key, "items": [item]})
        codes = {error.code for error in back.user_errors}
        assert codes <= {"LIMIT_REACHED", "NEGATIVE_AMOUNT", "WRONG_STATE"}
    (state,) = shop.execute(select(models.Purchase.state).order_by(models.Purchase.id.desc()).limit(1))[0]
    COVERED[f"left {state}"] += 1
    if state is not models.PurchaseState.RETURNED:
        assert shop.do(purchase.cancel, {"id": key}).user_errors == []


def count_covered(before: dict[str, Any], after: dict[str, Any], shown: Any) -> None:
    """What the examples came across, so that a test that tries nothing is noticed."""
    COVERED["status"] += before["status"] != after["status"]
    COVERED["vouchers used"] += len(before["vouchers"]) > len([v for v in after["vouchers"] if v in before["vouchers"]])
    COVERED["vouchers earned"] += any(v not in before["vouchers"] for v in after["vouchers"])
    COVERED["points paid"] += shown.points_spent > 0
    COVERED["used"] += before["used"] != after["used"]


def test_a_bill_that_was_undone_leaves_the_customer_as_before(shop: TillBooks) -> None:
    wanted = ("status", "vouchers used", "points paid", "used", "left RETURNED", "left CLOSED")
    COVERED.clear()

    undo_random_bills(shop)

    # What the examples came across, so that a test that tries nothing is noticed.
    assert [name for name in wanted if not COVERED[name]] == []


Offline = tuple[int | None, int, list[dict[str, Any]], bool]
"""A bill closed offline: whose, how many hours ago, its lines, whether a voucher was used."""


@st.composite
def offline_bills(draw: st.DrawFn) -> list[Offline]:
    """A few of them, for two customers and for nobody in particular."""
    return [
        (draw(st.none() | st.integers(0, 1)), draw(st.integers(0, 9000)), draw(lines()), draw(st.booleans()))
        for _ in range(draw(st.integers(1, 6)))
    ]


@st.composite
def orders(draw: st.DrawFn) -> list[tuple[list[int], bool]]:
    """Calls of an import: the places of its bills, and whether it crashes."""
    calls = draw(st.lists(st.tuples(st.lists(st.integers(0, 5), min_size=1, max_size=4), st.booleans()), max_size=6))
    return [*calls, ([5, 3, 1, 0, 2, 4], True), ([4, 2, 0, 1, 3, 5], False), ([0, 1, 2, 3, 4, 5], False)]


def bring_in(shop: TillBooks, bills: list[Offline], calls: list[tuple[list[int], bool]]) -> Any:
    """Import bills by these calls, for customers of their own; what it all came to."""
    people = shop.customers(2)
    auto = factories.reward(is_automated=True, group="CAMPAIGN", minimum_purchase=Decimal(100), limit_per_customer=2)
    coupon = factories.reward(group="CAMPAIGN")
    vouchers = [
        factories.voucher(customer=people[who], reward=coupon) if used and who is not None else None
        for who, _, _, used in bills
    ]
    shop.save(auto, *(voucher for voucher in vouchers if voucher is not None))
    given = [
        {
            "bill": {
                "store": {"code": "shop"},
                "external_id": f"{people[0].id}/{place}",
                "currency": "CZK",
                "items": its,
                "paid_at": NOW - timedelta(hours=ago),
            },
            "customer": None if who is None else {"id": opaque_id("Customer", people[who].id)},
            "voucher_codes": [voucher.code] if voucher is not None else [],
        }
        for place, ((who, ago, its, _), voucher) in enumerate(zip(bills, vouchers, strict=True))
    ]
    new = 0
    for places, crash in calls:
        chosen = {"bills": [given[place] for place in places if place < len(given)]}
        try:
            payload = shop.do(offline.import_bills, chosen, crash=crash)
        except Crash:
            continue
        assert payload.answer.refused == []
        assert payload.answer.imported + payload.answer.repeated == len(chosen["bills"])
        new += payload.answer.imported
    assert new == len(bills)
    return [totals(shop, person) for person in people]


def totals(shop: TillBooks, person: models.Customer) -> Any:
    """What a customer's bills came to."""
    bought, lot, voucher = models.Purchase, models.PointLot, models.Voucher
    assert shop.balanced(person)
    return (
        shop.execute(
            select(func.count(), func.sum(bought.total), func.sum(bought.points_earned)).where(
                bought.customer_id == person.id
            )
        ),
        shop.execute(
            select(lot.remaining, lot.expires_at, lot.active_from)
            .where(lot.customer_id == person.id)
            .order_by(lot.expires_at, lot.remaining)
        ),
        Counter(shop.execute(select(voucher.state).where(voucher.customer_id == person.id))),
        shop.execute(
            select(models.StatusRecord.status_id).where(
                models.StatusRecord.customer_id == person.id, models.StatusRecord.ended_at.is_(None)
            )
        ),
    )


@BOUNDED
@given(bills=offline_bills(), calls=orders())
def test_bills_imported_in_any_order_again_and_after_crashes_come_to_the_same(
    shop: TillBooks,
    bills: list[Offline],
    calls: list[tuple[list[int], bool]],
) -> None:
    straight = bring_in(shop, bills, [([0, 1, 2, 3, 4, 5], False)])

    assert bring_in(shop, bills, calls) == straight
