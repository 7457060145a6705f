"""Kept figures are what the rows come to, whatever is done to bills and points, and are put right where they aren't."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers import customer, merging, point, purchase
from resolvers.customer.figures.checking import Difference, prove_figures
from resolvers.customer.figures.scores import refresh_scores
from resolvers.customer.figures.years import keep_years
from resolvers.files import importer
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.books.proved import findings
from tests.resolvers.purchase.till_books import TillBooks, opaque
from tests.resolvers.running_operations import Operations
from tests.state_machines import run_until_met

PEOPLE = 3
ages = st.sampled_from([0, 1, 14, 15, 16, 44, 45, 46, 380, 400])
"""Days since a bill was paid; 15 days before the present of tests a month began."""
amounts = st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100)
currencies = st.sampled_from(["CZK", "CZK", "EUR"])
people = st.integers(0, PEOPLE - 1)
which = st.integers(0, 99)


class Till(RuleBasedStateMachine):
    """Three customers, and whatever may happen to their bills."""

    shop: ClassVar[TillBooks]
    url: ClassVar[str]
    folder: ClassVar[Path]
    done: ClassVar[Counter[str]]

    @initialize()
    def open(self) -> None:
        self.people = self.shop.customers(PEOPLE)
        self.erased: set[int] = set()
        self.bills: list[str] = []

    def bill(self, days: int, amount: Decimal, currency: str) -> dict[str, Any]:
        self.done["bills"] += 1
        return {
            "store": {"code": "shop"},
            "external_id": f"{self.people[0].id}/{self.done['bills']}",
            "currency": currency,
            "paid_at": NOW - timedelta(days=days),
            "items": [
                {"bill_item_id": "1", "quantity": Decimal(4), "price": amount, "codes": [{"code": f"P{days % 3}"}]},
                {"bill_item_id": "2", "quantity": Decimal(1), "price": Decimal(1)},
            ],
        }

    def by(self, person: int) -> dict[str, Any]:
        return {"id": opaque_id("Customer", self.people[person].id)}

    def noted(self, what: str, answer: Any) -> Any:
        self.done[what] += not answer.user_errors
        return answer.answer

    @rule(person=st.none() | people, days=ages, amount=amounts, currency=currencies)
    def send(self, person: int | None, days: int, amount: Decimal, currency: str) -> None:
        whose = {} if person is None else {"customer": self.by(person)}
        answer = self.shop.do(purchase.send, {**whose, "bill": self.bill(days, amount, currency)})
        sent = self.noted("sent", answer)
        if sent is not None:
            self.bills.append(opaque(sent.purchase))

    @rule(person=people, days=ages, amount=amounts, currency=currencies)
    def bring(self, person: int, days: int, amount: Decimal, currency: str) -> None:
        one = {"customer": self.by(person), "bill": self.bill(days, amount, currency)}
        self.noted("brought", self.shop.do(purchase.import_bills, {"bills": [one, one]}))

    @rule(bill=which, quantity=st.integers(1, 4).map(Decimal))
    def give_back(self, bill: int, quantity: Decimal) -> None:
        if self.bills:
            items = [{"bill_item_id": "1", "quantity": quantity}]
            given = {"id": self.bills[bill % len(self.bills)], "items": items}
            self.noted("returned", self.shop.do(purchase.give_back, given))

    @rule(bill=which)
    def cancel(self, bill: int) -> None:
        if self.bills:
            self.noted("cancelled", self.shop.do(purchase.cancel, {"id": self.bills[bill % len(self.bills)]}))

    @rule(bill=which, person=people)
    def assign(self, bill: int, person: int) -> None:
        if self.bills:
            given = {"id": self.bills[bill % len(self.bills)], "customer": self.by(person)}
            self.noted("assigned", self.shop.do(purchase.assign_customer, given))

    @rule(person=people, amount=amounts)
    def give_points(self, person: int, amount: Decimal) -> None:
        self.noted("points", self.shop.do(point.assign, {"customer": self.by(person)["id"], "amount": amount}))

    @rule(person=people)
    def merge(self, person: int) -> None:
        """Another customer, who has bills and points of their own, goes on."""
        self.people += self.shop.customers(1)
        self.send(PEOPLE, 15, Decimal(3), "EUR")
        self.give_points(PEOPLE, Decimal(7))
        given = {"from": self.by(person)["id"], "into": self.by(PEOPLE)["id"]}
        self.noted("merged", self.shop.do(merging.merge, given))
        self.people[person] = self.people.pop()

    @rule(days=ages, hours=st.integers(-30, 30))
    def move(self, days: int, hours: int) -> None:
        """Bills move in time and between currencies, which nothing in the gateway does."""
        bill, moment = models.Purchase, NOW - timedelta(days=days)
        values = {"paid_at": moment + timedelta(hours=hours), "currency_code": "EUR"}
        self.shop.execute(update(bill).where(bill.paid_at == moment).values(values))

    @rule(person=people)
    def erase(self, person: int) -> None:
        self.noted("erased", self.shop.do(customer.erase, {"id": self.by(person)["id"]}))

    @rule(amounts=st.lists(amounts, min_size=1, max_size=4), days=ages, person=people)
    def read_files(self, amounts: list[Decimal], days: int, person: int) -> None:
        bill = self.bill(days, Decimal(1), "CZK")
        rows = [
            {
                "store": "shop",
                "externalId": f"{bill['external_id']}/{place % 2}",
                "paidAt": bill["paid_at"].isoformat(),
                "currencyCode": "EUR" if place else "CZK",
                "total": str(amount),
                "customer": {"source": "till", "externalId": "nobody"} if person else None,
            }
            for place, amount in enumerate(amounts)
        ]
        path = self.folder / "purchases.jsonl"
        path.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
        report = self.shop.run(importer.import_files(self.url, [path], skip_bad=True))
        self.done["files"] += report.written
        bills = select(models.Purchase.id).where(models.Purchase.external_id.like(f"{bill['external_id']}/%"))
        self.shop.execute(
            update(models.Purchase).where(models.Purchase.id.in_(bills)).values(customer_id=self.people[person].id)
        )

    @rule(days=st.sampled_from([0, 0, 1, 40]))
    def keep_years(self, days: int) -> None:
        self.done["years"] += self.shop.run(keep_years(self.shop.engine, NOW - timedelta(days=days), 2))

    @rule(place=st.integers(0, 2), brand=st.none() | st.integers(0, 1))
    def regroup(self, place: int, brand: int | None) -> None:
        """A product gets another brand and another group."""
        changed = update(models.Product).where(models.Product.id == self.shop.products[place].id)
        brand_id = None if brand is None else self.shop.brands[brand].id
        self.shop.execute(changed.values(brand_id=brand_id, group_id=None if brand else self.shop.group.id))

    @rule()
    def delete(self) -> None:
        """A bill goes altogether, which nothing in the gateway does."""
        kept = models.Purchase
        bare = select(func.min(kept.id)).where(kept.external_id.like(f"{self.people[0].id}/%/%"))
        self.shop.execute(delete(kept).where(kept.id == bare.scalar_subquery()))

    @invariant()
    def figures_are_what_the_rows_come_to(self) -> None:
        if hasattr(self, "people"):
            proof = self.shop.run(prove_figures(self.shop.engine, NOW))
            assert proof.differences == []
            assert proof.customers > 0


@pytest.fixture
def shop(database_url: str) -> Iterator[TillBooks]:
    """A shop on each kind of database in turn."""
    opened = TillBooks(database_url)
    yield opened
    opened.close()


def test_figures_agree_with_the_rows_whatever_is_done(shop: TillBooks, database_url: str, tmp_path: Path) -> None:
    known = {"shop": shop, "url": database_url, "folder": tmp_path, "done": Counter()}
    machine: Any = type("TillHere", (Till,), known)

    def met() -> set[str]:
        return {name for name, times in machine.done.items() if times}

    every = {
        "bills",
        "sent",
        "brought",
        "returned",
        "cancelled",
        "assigned",
        "points",
        "erased",
        "files",
        "merged",
        "years",
    }
    run_until_met(machine, met, every, examples=int(os.environ.get("TESTS_EXAMPLES", "10")), steps=20)

    assert shop.run(findings(shop.engine)) == []


async def test_what_differs_is_told_and_mended(crm: Operations, session: AsyncSession) -> None:
    jana, petr, eva = (factories.customer() for _ in range(3))
    await factories.save(
        session,
        factories.purchase(customer=jana, total=Decimal(100), paid_at=NOW),
        factories.purchase(customer=petr, total=Decimal(50), paid_at=NOW),
        factories.points(customer=eva),
    )
    for change in (
        "UPDATE customer_month SET purchase_count = 7 WHERE customer_id = 1",
        "UPDATE customer_statistics SET points = points + points, turnover = 0 WHERE id = 3",
        "DELETE FROM customer_statistics WHERE id = 2",
    ):
        await session.execute(text(change))
    await session.commit()

    told = await prove_figures(crm.engine, NOW, at_once=1)
    mended = await prove_figures(crm.engine, NOW, mend=True)
    after = await prove_figures(crm.engine, NOW, at_once=2)

    assert told.differences == [
        Difference(1, "2024-05 CZK", "7 bills, 100.0000", "nothing"),
        Difference(1, "2024-05 CZK", "nothing", "1 bills, 100.0000"),
        Difference(2, "statistics", "none", "a row"),
        Difference(3, "points", "200.00", "100.00"),
    ]
    assert (told.customers, told.count, told.mended, told.holds) == (3, 4, 0, False)
    assert (mended.customers, mended.count, mended.mended, mended.holds) == (3, 4, 3, True)
    assert (after.customers, after.count, after.holds) == (3, 0, True)


async def test_a_year_that_is_wrong_is_told_and_worked_out_anew(crm: Operations, session: AsyncSession) -> None:
    jana, bread = factories.customer(), factories.product(brand=factories.product_brand())
    await factories.save(session, factories.purchase(customer=jana, items=[factories.purchase_item(product=bread)]))
    await keep_years(crm.engine, NOW, 20)
    await session.execute(update(models.CustomerYear).values(brands=[[1, 7]]))
    await session.commit()

    told = await prove_figures(crm.engine, NOW)
    mended = await prove_figures(crm.engine, NOW, mend=True)

    assert told.differences == [Difference(1, "brands of the year", "[[1, 7]]", "[[1, 1]]")]
    assert (told.holds, mended.mended, mended.holds) == (False, 1, True)
    assert await keep_years(crm.engine, NOW, 20) == 1
    assert await crm.rows(models.CustomerYear, "brands") == [([[1, 1]],)]


async def test_a_balance_that_is_not_in_lots_is_told_and_can_not_be_mended(
    crm: Operations, session: AsyncSession
) -> None:
    await factories.save(session, factories.points())
    await session.execute(text("UPDATE point_lot SET remaining = 0"))
    await session.commit()

    proof = await prove_figures(crm.engine, NOW, mend=True)

    assert proof.differences == [Difference(1, "points in lots", "0.00", "100.00")]
    assert (proof.mended, proof.holds) == (0, False)


async def test_scores_are_kept_as_insights_tell_them(crm: Operations, session: AsyncSession) -> None:
    bills = []
    for number in range(1, 11):
        who = factories.customer()
        paid_at = NOW - timedelta(days=number)
        bills += [factories.purchase(customer=who, paid_at=paid_at, total=Decimal(number)) for _ in range(number)]
    await factories.save(session, *bills, factories.customer())

    moved = await refresh_scores(crm.engine, NOW, 3)
    again = await refresh_scores(crm.engine, NOW, 4)

    asked = """{ customers(first: 20) { nodes {
      statistics { recencyScore frequencyScore monetaryScore }
      insights { recencyScore frequencyScore monetaryScore }
    } } }"""
    rows = (await crm.answer(asked))["customers"]["nodes"]
    assert (moved, again) == (25, 0)
    assert [row["statistics"] for row in rows] == [row["insights"] for row in rows]
    assert [row["statistics"]["recencyScore"] for row in rows] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1, None]


async def test_many_bills_in_one_statement_are_kept_as_one_by_one(crm: Operations, session: AsyncSession) -> None:
    jana, shop = factories.customer(), factories.store()
    await factories.save(session, jana, shop, factories.purchase(customer=jana, store=shop, total=Decimal(1)))
    columns = [column.name for column in models.Purchase.__table__.columns if column.name not in ("id", "external_id")]
    for doubled in range(5):
        copied = select(
            (func.coalesce(models.Purchase.external_id, "") + f"/{doubled}").label("external_id"),
            *(getattr(models.Purchase, name) for name in columns),
        )
        await session.execute(insert(models.Purchase).from_select(["external_id", *columns], copied))
    await session.execute(update(models.Purchase).values(returned=Decimal("0.25")))
    await session.commit()

    proof = await prove_figures(crm.engine, NOW)

    assert proof.holds
    kept = await crm.rows(models.CustomerStatistics, "purchase_count", "turnover", "average_basket")
    assert kept == [(32, Decimal(24), Decimal("0.75"))]
