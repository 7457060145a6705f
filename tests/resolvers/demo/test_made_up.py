"""What the source has nothing of, and the customers who are made up for it: by the gateway's own operations, once."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import models
from resolvers import demo
from resolvers.customer.figures.checking import prove_figures
from resolvers.demo import made_up
from resolvers.storage.engine import make_engine
from tests import databases
from tests.resolvers.demo import dumps
from tests.resolvers.demo.importing import HOUSEHOLDS, TODAY, import_few

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADA, BEN, CLEO, DORA = range(HOUSEHOLDS + 1, HOUSEHOLDS + 5)
PURCHASE, ENTRY, LOT = models.Purchase, models.PointEntry, models.PointLot


@pytest.fixture(scope="module", params=databases.KINDS)
def imported(request, all_databases):
    """A database with some households and those who are made up."""
    with all_databases.database(request.param) as url:
        yield url, asyncio.run(import_few(url, promotion_weeks=0))


@pytest.fixture
async def rows(imported):
    engine = create_async_engine(imported[0], poolclass=NullPool)
    async with engine.connect() as connection:

        async def read(query):
            return [tuple(row) for row in await connection.execute(query)]

        yield read
    await engine.dispose()


async def test_they_are_told_apart_by_name_and_reached_by_nobody(rows):
    customer = models.Customer
    query = select(customer.id, customer.full_name, customer.email).where(customer.id > HOUSEHOLDS)

    assert await rows(query.order_by(customer.id)) == [
        (ADA, "Ada Example", "ada@example.com"),
        (BEN, "Ben Example", "ben@example.com"),
        (CLEO, "Cleo Example", "cleo@example.com"),
        (DORA, "Dora Example", "dora@example.com"),
    ]


async def test_a_reward_took_a_tenth_off_a_bill(rows):
    discount, reward = models.PurchaseDiscount, models.Reward
    query = (
        select(PURCHASE.customer_id, reward.code, PURCHASE.total, func.sum(discount.amount))
        .join(discount, discount.purchase_id == PURCHASE.id)
        .join(reward, reward.id == discount.reward_id)
        .group_by(PURCHASE.customer_id, reward.code, PURCHASE.total)
    )

    assert await rows(query) == [(ADA, "WELCOME", Decimal("28.65"), Decimal("3.18"))]


async def test_points_paid_a_part_of_bills(rows):
    query = select(PURCHASE.customer_id, PURCHASE.points_spent, PURCHASE.points_earned).where(PURCHASE.points_spent > 0)

    assert await rows(query.order_by(PURCHASE.id)) == [(ADA, 100, 13), (CLEO, 100, 30), (DORA, 50, 45)]


async def test_points_of_a_visit_are_pending_for_a_month(rows):
    query = select(LOT.customer_id, LOT.remaining, LOT.active_from).where(LOT.active_from > NOW)

    assert await rows(query) == [(BEN, 20, datetime(2026, 12, 21, 2, tzinfo=UTC))]


async def test_points_that_were_spent_before_their_bill_was_cancelled_are_owed(rows):
    owed = select(ENTRY.customer_id, func.sum(ENTRY.owed)).group_by(ENTRY.customer_id).having(func.sum(ENTRY.owed) != 0)
    left = select(func.sum(LOT.remaining)).where(LOT.customer_id == CLEO)
    cancelled = select(PURCHASE.customer_id).where(PURCHASE.state == models.PurchaseState.CANCELLED)

    assert (await rows(owed), await rows(left), await rows(cancelled)) == ([(CLEO, 70)], [(0,)], [(CLEO,)])


async def test_bills_are_in_two_currencies_that_both_have_a_rate(rows):
    bills = select(PURCHASE.currency_code).where(PURCHASE.customer_id == BEN).order_by(PURCHASE.id)
    worth = models.ProgrammeCurrency

    assert await rows(bills) == [("USD",), ("CAD",)]
    assert set(await rows(select(worth.currency_code))) == {("USD",), ("CAD",)}


async def test_a_return_gave_back_money_and_the_points_that_had_paid(rows):
    back = models.PurchaseReturn
    query = select(PURCHASE.customer_id, PURCHASE.state, back.refund, back.paid_with_points, back.points_back).join(
        back, back.purchase_id == PURCHASE.id
    )

    assert await rows(query) == [(DORA, "PARTLY_RETURNED", Decimal("7.90"), Decimal("0.08"), Decimal("8.69"))]


async def test_the_books_balance(imported):
    engine = make_engine(imported[0], poolclass=NullPool)

    proof = await prove_figures(engine, NOW, mend=False)

    await engine.dispose()
    assert (proof.customers, proof.count, proof.differences) == (HOUSEHOLDS + 4, 0, [])


async def test_bills_of_the_source_earn_nothing_by_the_rule_that_was_made_up(rows):
    rule = models.EarningRule
    of_source = select(func.count()).where(PURCHASE.customer_id <= HOUSEHOLDS, PURCHASE.currency_code != "USD")

    assert await rows(select(rule.currency_code, rule.points).where(rule.kind == "VISIT")) == [("CAD", 20)]
    assert await rows(of_source) == [(0,)]


async def test_the_report_says_that_they_are_made_up_and_whom_to_look_at(imported):
    url, report = imported

    [note] = [note for note in report.notes if "Example" in note]
    assert "4 customers called Example are made up altogether" in note
    assert [(one.id, one.name) for one in report.customers][-4:] == [
        (ADA, "Ada Example"),
        (BEN, "Ben Example"),
        (CLEO, "Cleo Example"),
        (DORA, "Dora Example"),
    ]
    assert all(one.why.startswith("is made up: ") for one in report.customers[-4:])
    assert await demo.notable_customers(url) == report.customers


async def test_a_finished_import_does_none_of_it_again(imported, rows, monkeypatch):
    before = await rows(select(PURCHASE.id, PURCHASE.updated_at))
    monkeypatch.setattr(made_up, "make_up", None)

    await import_few(imported[0], promotion_weeks=0, today=TODAY.replace(year=2027))

    assert await rows(select(PURCHASE.id, PURCHASE.updated_at)) == before


class StoppedError(Exception):
    """The import was stopped from outside."""


class StopsAfter(demo.Silent):
    """Stops the import when so many of the operations are done."""

    def __init__(self, operations):
        self.left = operations

    def step(self, name, total):
        self.counts = name == made_up.STEP

    def advance(self, rows):
        if self.counts:
            self.left -= rows
            if not self.left:
                raise StoppedError


async def test_what_was_done_before_an_import_was_stopped_is_not_done_again(database_kind, new_database):
    whole, stopped = new_database(database_kind), new_database(database_kind)
    await import_few(whole, households=1, promotion_weeks=0)

    for operations in (1, 7, made_up.DONE):
        with pytest.raises(StoppedError):
            await import_few(stopped, households=1, promotion_weeks=0, progress=StopsAfter(operations))
    await import_few(stopped, households=1, promotion_weeks=0)

    assert await dumps.rows(stopped) == await dumps.rows(whole)
