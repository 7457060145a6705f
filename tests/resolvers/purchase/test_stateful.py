"""Bills on bills: whatever was sent, undone from the last to the first leaves all as it was, to the last digit."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select

import models
from resolvers import purchase, reservation
from resolvers.ids import key_of, opaque_id
from tests import factories
from tests.resolvers.books.proved import findings
from tests.resolvers.purchase.test_properties import Benefit, benefits, lines, money, prepare, what_can_be_had
from tests.resolvers.purchase.till_books import TillBooks, opaque
from tests.state_machines import run_until_met

purses = st.integers(1, 9000).map(lambda cents: Decimal(cents) / 100)
"""Points that don't lift the customer by themselves: the status before the first bill must be theirs by right."""


@dataclass(frozen=True)
class Sent:
    """A bill that was closed, and all that the customer could use before."""

    key: str
    lines: list[dict[str, Any]]
    before: dict[str, Any]


class Till(RuleBasedStateMachine):
    """One customer at one till, who reserves goods meanwhile."""

    shop: ClassVar[TillBooks]
    done: ClassVar[Counter[str]]

    @initialize(wanted=benefits(), amounts=st.lists(purses, max_size=3), stock=st.integers(3, 9).map(Decimal))
    def open(self, wanted: list[Benefit], amounts: list[Decimal], stock: Decimal) -> None:
        self.person, self.codes, self.rewards = prepare(self.shop, wanted, amounts)
        self.by = opaque_id("Customer", self.person.id)
        self.goods = factories.reservable_product()
        self.shop.save(factories.reservable_offer(reservable_product=self.goods, store=self.shop.store, stock=stock))
        self.stock = stock
        self.sent: list[Sent] = []
        self.reserved: list[tuple[str, Decimal]] = []
        self.count = 0
        self.first = self.usable()

    def usable(self) -> dict[str, Any]:
        return self.shop.usable(self.person, self.rewards)

    @rule(lines=lines(), points=st.none() | money, named=st.booleans())
    def send(self, lines: list[dict[str, Any]], points: Decimal | None, named: bool) -> None:
        self.count += 1
        bill = {"store": {"code": "shop"}, "external_id": f"{self.person.id}/{self.count}", "currency": "CZK"}
        wanted = {"benefit_codes": self.codes if named else [], "spend_points": points}
        asked = what_can_be_had(self.shop, {"customer": {"id": self.by}, "bill": bill | {"items": lines}, **wanted})
        asked.pop("shown")
        before = self.usable()
        answer = self.shop.do(purchase.send, asked)
        assert answer.user_errors == []
        self.sent.append(Sent(opaque(answer.answer.purchase), lines, before))
        self.note("send", before, self.usable())

    @precondition(lambda self: self.sent)
    @rule(shares=st.lists(st.integers(1, 4), max_size=3))
    def undo_the_last(self, shares: list[int]) -> None:
        bill = self.sent.pop()
        for place, share in enumerate(shares):
            line = bill.lines[place % len(bill.lines)]
            quantity = (line["quantity"] * share / 4).quantize(Decimal("0.001"))
            item = {"bill_item_id": line["bill_item_id"], **({"quantity": quantity} if share < 4 else {})}
            refused = self.shop.do(purchase.give_back, {"id": bill.key, "items": [item]}).user_errors
            assert {error.code for error in refused} <= {"LIMIT_REACHED", "NEGATIVE_AMOUNT", "WRONG_STATE"}
            self.done["returned in part"] += not refused
        query = select(models.Purchase.state).where(models.Purchase.id == key_of(bill.key, "Purchase"))
        if self.shop.execute(query) != [(models.PurchaseState.RETURNED,)]:
            assert self.shop.do(purchase.cancel, {"id": bill.key}).user_errors == []
        assert self.usable() == bill.before

    @rule(amount=st.integers(1, 4).map(Decimal))
    def reserve(self, amount: Decimal) -> None:
        items = [{"reservable_product": opaque_id("ReservableProduct", self.goods.id), "quantity": amount}]
        store = opaque_id("Store", self.shop.store.id)
        answer = self.shop.do(reservation.create, {"customer": self.by, "store": store, "items": items})
        if amount > self.stock:
            assert [error.code for error in answer.user_errors] == ["OUT_OF_STOCK"]
            self.done["sold out"] += 1
        else:
            self.reserved.append((opaque(answer.answer.reservation), amount))
            self.stock -= amount

    @precondition(lambda self: self.reserved)
    @rule()
    def let_go(self) -> None:
        key, amount = self.reserved.pop()
        assert self.shop.do(reservation.advance, {"id": key, "state": "CANCELLED"}).user_errors == []
        self.stock += amount

    @invariant()
    def the_ledger_and_the_lots_say_the_same(self) -> None:
        assert self.shop.balanced(self.person)

    @invariant()
    def stock_is_what_nobody_reserved(self) -> None:
        offer = models.ReservableOffer
        query = select(offer.stock).where(offer.reservable_product_id == self.goods.id)
        assert self.shop.execute(query) == [(self.stock,)]

    def note(self, what: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        for name, had in before.items():
            self.done[f"{what} {name}"] += had != after[name]

    def teardown(self) -> None:
        while getattr(self, "sent", None):
            self.undo_the_last([])
        while getattr(self, "reserved", None):
            self.let_go()
        if hasattr(self, "first"):
            assert self.usable() == self.first


@pytest.fixture
def shop(database_url: str) -> Iterator[TillBooks]:
    """A shop on each kind of database in turn."""
    opened = TillBooks(database_url)
    yield opened
    opened.close()


def test_bills_undone_from_the_last_to_the_first_leave_all_as_it_was(shop: TillBooks) -> None:
    machine: Any = type("TillHere", (Till,), {"shop": shop, "done": Counter()})

    def met() -> set[str]:
        return {name for name, times in machine.done.items() if times}

    every = {"send lots", "send vouchers", "send status", "send used", "returned in part", "sold out"}
    run_until_met(machine, met, every, examples=int(os.environ.get("TESTS_EXAMPLES", "12")), steps=10)

    assert shop.run(findings(shop.engine)) == []
