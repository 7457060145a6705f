"""Points in circulation never exceed what standing bills and grants justify, whatever is done in whatever order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)
from sqlalchemy import case, func, select

import models
from models.rules import ledger
from resolvers import merging, point, purchase, voucher
from resolvers.ids import opaque_id
from resolvers.merging import moves
from resolvers.operation.perform import Payload
from resolvers.voucher.inputs import VoucherCancel, VoucherIssue
from tests import factories
from tests.resolvers.books.proved import findings
from tests.resolvers.purchase.till_books import TillBooks, opaque
from tests.state_machines import run_until_met

ENTRY, LOT, BILL, VOUCHER = models.PointEntry, models.PointLot, models.Purchase, models.Voucher
paid = st.integers(1, 200).map(Decimal)
few = st.integers(1, 9).map(Decimal)
some_or_all = st.sampled_from([Decimal(10), None, None])
"""Often all that there is: what is taken back then is not there any more."""
people = st.integers(0, 1)


class Circulation(RuleBasedStateMachine):
    """Two customers who earn, spend, buy vouchers, hand points on, undo all of it in any order, and are merged.

    One who was merged is asked by their old id where somebody new goes on, whose place is theirs then.
    """

    shop: ClassVar[TillBooks]
    done: ClassVar[Counter[str]]
    bills: Bundle[str] = Bundle("bills")
    vouchers: Bundle[str] = Bundle("vouchers")
    entries: Bundle[str] = Bundle("entries")

    @initialize()
    def open(self) -> None:
        self.people: list[models.Customer] = []
        self.ids: list[str] = []
        self.reward = factories.reward(points_cost=Decimal(5))
        self.shop.save(self.reward)
        self.keys = [self.join() for _ in range(2)]
        self.count = 0

    def join(self) -> int:
        """One more customer."""
        person = factories.customer()
        self.shop.save(person)
        self.people.append(person)
        self.ids.append(opaque_id("Customer", person.id))
        return person.id

    def do(self, name: str, operation: Any, given: Any) -> Payload:
        answer = self.shop.do(operation, given)
        self.done[f"{name} {answer.user_errors[0].code if answer.user_errors else 'done'}"] += 1
        return answer

    def has(self, who: int) -> Decimal:
        """All points of a customer."""
        lots = select(func.sum(LOT.remaining)).where(LOT.customer_id == self.people[who].id)
        return self.shop.execute(lots)[0][0] or Decimal(1)

    @rule(target=bills, who=people, amount=paid, points=st.none() | paid)
    def send(self, who: int, amount: Decimal, points: Decimal | None) -> Any:
        self.count += 1
        line = {"bill_item_id": "1", "quantity": Decimal(2), "paid": amount}
        given = {"store": {"code": "shop"}, "external_id": f"{self.keys[0]}/{self.count}", "currency": "CZK"}
        asked = {"customer": {"id": self.ids[who]}, "bill": given | {"items": [line]}, "spend_points": points}
        answer = self.do("send", purchase.send, asked)
        return opaque(answer.answer.purchase) if not answer.user_errors else None

    @rule(bill=consumes(bills))
    def cancel(self, bill: str | None) -> None:
        if bill is not None:
            self.do("cancel", purchase.cancel, {"id": bill})
            (owed,) = self.sums(func.sum(ENTRY.owed))
            self.done["owe done"] += owed > 0

    @rule(bill=bills)
    def give_back(self, bill: str | None) -> None:
        if bill is not None:
            self.do(
                "return", purchase.give_back, {"id": bill, "items": [{"bill_item_id": "1", "quantity": Decimal(1)}]}
            )

    @rule(target=entries, who=people, amount=few)
    def assign(self, who: int, amount: Decimal) -> Any:
        answer = self.do("assign", point.assign, {"customer": self.ids[who], "amount": amount})
        return opaque(answer.answer.entry)

    @rule(target=entries, who=people, amount=some_or_all)
    def spend(self, who: int, amount: Decimal | None) -> Any:
        answer = self.do("spend", point.spend, {"customer": self.ids[who], "amount": amount or self.has(who)})
        return opaque(answer.answer.entry) if not answer.user_errors else None

    @rule(entry=consumes(entries))
    def reverse(self, entry: str | None) -> None:
        if entry is not None:
            self.do("reverse", point.reverse, {"entry": entry})

    @rule(giver=people, amount=some_or_all)
    def transfer(self, giver: int, amount: Decimal | None) -> None:
        both = {"from": self.ids[giver], "to": self.ids[1 - giver]}
        self.do("transfer", point.transfer, {**both, "amount": amount or self.has(giver)})

    @rule(target=vouchers, who=people)
    def issue(self, who: int) -> Any:
        given = VoucherIssue(customer=self.people[who].id, reward=self.reward.id)
        answer = self.do("issue", voucher.issue, given)
        return answer.answer.voucher.key if not answer.user_errors else None

    @rule(called_off=consumes(vouchers))
    def call_off(self, called_off: int | None) -> None:
        if called_off is not None:
            self.do("call off", voucher.cancel, VoucherCancel(id=called_off))

    @rule(target=bills, gone=people, amount=paid, owes=st.booleans(), is_new=st.booleans())
    def merge(self, gone: int, amount: Decimal, *, owes: bool, is_new: bool) -> Any:
        """Somebody new has a bill, a voucher and maybe debts; one of the two becomes them, or the other of the two."""
        self.keys.append(self.join())
        bill = self.send(2, amount, None)
        self.issue(2)
        if owes:
            used_up = self.send(2, Decimal(200), None)
            self.spend(2, None)
            self.do("cancel", purchase.cancel, {"id": used_up})
        stays = 2 if is_new else 1 - gone
        keys = self.people[gone].id, self.people[stays].id
        before, repaid = self.holdings(*keys), self.repaid()
        answer = self.do("merge", merging.merge, {"from": opaque_id("Customer", keys[0]), "into": self.ids[stays]})
        assert not answer.user_errors
        assert self.holdings(*keys) == before
        assert not any(self.holdings(keys[0]).values())
        self.done["repay done"] += self.repaid() > repaid
        self.people[gone] = self.people.pop()
        newcomer = self.ids.pop()
        self.ids[gone] = self.ids[gone] if is_new else newcomer
        return bill

    def holdings(self, *keys: int) -> dict[str, set[Any]]:
        """What customers have: each row, as far as a merge doesn't change it."""
        repaid = ENTRY.kind == "REPAY"
        kept = {
            "entries": select(ENTRY.id, ENTRY.amount, ENTRY.owed).where(~repaid, ENTRY.customer_id.in_(keys)),
            "lots": select(LOT.id, LOT.amount).where(LOT.customer_id.in_(keys)),
            "bills": select(BILL.id, BILL.points_earned, BILL.state).where(BILL.customer_id.in_(keys)),
            "vouchers": select(VOUCHER.id, VOUCHER.state).where(VOUCHER.customer_id.in_(keys)),
        }
        return {name: set(self.shop.execute(rows)) for name, rows in kept.items()}

    def repaid(self) -> int:
        """How often a debt was paid by what flowed in."""
        repaid = ENTRY.kind == "REPAY", ENTRY.customer_id.in_(self.keys)
        return int(self.shop.execute(select(func.count()).where(*repaid))[0][0])

    def sums(self, *columns: Any) -> tuple[Decimal, ...]:
        (row,) = self.shop.execute(select(*columns).where(ENTRY.customer_id.in_(self.keys)))
        return tuple(value or Decimal(0) for value in row)

    @invariant()
    def circulation_is_what_is_justified_and_not_spent(self) -> None:
        """Lots less debts are what standing bills earned and standing grants gave, less what is spent and stands."""
        if not hasattr(self, "people"):
            return
        (left,) = self.shop.execute(select(func.sum(LOT.remaining)).where(LOT.customer_id.in_(self.keys)))[0]
        booked, owed = self.sums(func.sum(ENTRY.amount), func.sum(ENTRY.owed))
        assert (left or 0) == booked
        assert owed >= 0
        assert (left or 0) - owed == self.justified() - self.spent()

    def justified(self) -> Decimal:
        standing = [models.PurchaseState.CLOSED, models.PurchaseState.PARTLY_RETURNED]
        half = self.shop.execute(
            select(BILL.points_earned, BILL.state).where(BILL.customer_id.in_(self.keys), BILL.state.in_(standing))
        )
        earned = sum((points if state == "CLOSED" else points / 2 for points, state in half), Decimal(0))
        granted = self.shop.execute(
            select(ENTRY.id, ENTRY.amount).where(ENTRY.customer_id.in_(self.keys), ENTRY.kind == "ASSIGN")
        )
        back = dict(
            self.shop.execute(
                select(ENTRY.reverses_id, func.sum(ENTRY.amount - ENTRY.owed))
                .where(ENTRY.reverses_id.in_([key for key, _ in granted]))
                .group_by(ENTRY.reverses_id)
            )
        )
        return earned + sum((amount + back.get(key, 0) for key, amount in granted), Decimal(0))

    def spent(self) -> Decimal:
        """What was spent and not given back."""
        spent = select(ENTRY.id).where(ENTRY.customer_id.in_(self.keys), ENTRY.kind == "SPEND")
        (out,) = self.sums(func.sum(case((ENTRY.id.in_(spent), ENTRY.amount), else_=0)))
        (back,) = self.sums(func.sum(case((ENTRY.reverses_id.in_(spent), ENTRY.amount), else_=0)))
        return -out - back

    @invariant()
    def whoever_owes_points_has_none(self) -> None:
        for person in getattr(self, "people", ()):
            (owed,) = self.shop.execute(select(func.sum(ENTRY.owed)).where(ENTRY.customer_id == person.id))[0]
            (left,) = self.shop.execute(select(func.sum(LOT.remaining)).where(LOT.customer_id == person.id))[0]
            assert not (owed and left), (owed, left)


@pytest.fixture
def shop(database_url: str) -> Iterator[TillBooks]:
    """A shop on each kind of database in turn."""
    opened = TillBooks(database_url)
    yield opened
    opened.close()


def test_points_in_circulation_are_justified_whatever_is_done(shop: TillBooks) -> None:
    machine: Any = type("CirculationHere", (Circulation,), {"shop": shop, "done": Counter()})

    def met() -> set[str]:
        return {name.removesuffix(" done") for name in machine.done if name.endswith(" done")}

    every = {"send", "cancel", "return", "assign", "spend", "reverse", "transfer", "issue", "call off", "owe"} | {
        "merge",
        "repay",
    }
    run_until_met(machine, met, every, examples=int(os.environ.get("TESTS_EXAMPLES", "6")), steps=30)

    assert shop.run(findings(shop.engine)) == []


def test_writing_off_what_was_used_is_noticed(shop: TillBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    justly = ledger.withdraw
    monkeypatch.setattr(ledger, "withdraw", lambda *given, **rest: replace(justly(*given, **rest), owed=Decimal(0)))
    books: Any = type("WrittenOff", (Circulation,), {"shop": shop, "done": Counter()})()
    books.open()
    bill = books.send(0, Decimal(100), None)
    books.spend(0, None)
    books.circulation_is_what_is_justified_and_not_spent()

    books.cancel(bill)

    with pytest.raises(AssertionError):
        books.circulation_is_what_is_justified_and_not_spent()


def test_a_merge_that_leaves_lots_behind_is_noticed(shop: TillBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "STAYS", {**moves.STAYS, LOT: "Forgotten."})
    books: Any = type("LeftBehind", (Circulation,), {"shop": shop, "done": Counter()})()
    books.open()
    books.send(0, Decimal(100), None)

    with pytest.raises(AssertionError):
        books.merge(0, Decimal(100), owes=False, is_new=True)
