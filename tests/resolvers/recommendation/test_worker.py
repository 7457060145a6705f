"""Lists worked out from a database and kept in it, on both kinds."""

import asyncio
import signal
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models import State
from models.event_kinds import EventKind
from models.rules.recommending import RecommendationBasis
from resolvers.ids import opaque_id
from resolvers.recommendation import schedule
from resolvers.recommendation.outbox import is_waiting
from resolvers.recommendation.schedule import ALL, WORKER, refresh_recommendations, update_recommendations, work
from resolvers.recommendation.worker import all_customers
from resolvers.recommendation.worker.all_customers import work_out_all
from resolvers.recommendation.worker.changed import work_out_changed
from resolvers.storage.alone import alone
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import bill, item
from tests.resolvers.running_operations import Operations

NAMES = ("Bread", "Butter", "Milk", "Tea", "Coffee")
REC = models.Recommendation


class Retailer:
    """Some customers with their habits."""

    def __init__(self) -> None:
        self.store = factories.store(code="shop", currency_code="CZK")
        self.groups = [factories.product_group(name=name) for name in ("Bakery", "Dairy", "Drinks")]
        of = (0, 1, 1, 2, 2)
        self.products = [
            factories.product(name=name, code=name.lower(), group=self.groups[group])
            for name, group in zip(NAMES, of, strict=True)
        ]
        self.customers = [factories.customer() for _ in range(30)]

    async def save(self, session: AsyncSession) -> None:
        """Each but the last buys every week: half of them bread and butter, half milk and tea."""
        purchases = [
            self.bill(customer, days=7 * week + 1, products=(0, 1) if place % 2 else (2, 3))
            for place, customer in enumerate(self.customers[:-1])
            for week in range(10)
        ]
        await factories.save(
            session, self.store, *self.products, *self.customers, *purchases, factories.usual_programme()
        )

    def bill(self, customer: models.Customer, *, days: int, products: Sequence[int]) -> models.Purchase:
        items = [factories.purchase_item(product=self.products[place]) for place in products]
        return factories.purchase(customer=customer, store=self.store, items=items, paid_at=NOW - timedelta(days=days))


async def read(engine: AsyncEngine, statement: Any) -> list[tuple[Any, ...]]:
    """Rows, on a connection that is let go."""
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(statement)]


async def listed(engine: AsyncEngine, customer: models.Customer) -> list[tuple[Any, ...]]:
    """A customer's list: name, basis, times bought, and whether it ended."""
    return await read(
        engine,
        select(REC.name, REC.basis, REC.times_bought)
        .where(REC.customer_id == customer.id, REC.valid_to.is_(None))
        .order_by(REC.priority, REC.score.desc(), REC.id),
    )


async def made(session: AsyncSession, engine: AsyncEngine) -> Retailer:
    retailer = Retailer()
    await retailer.save(session)
    await work_out_all(engine, NOW)
    return retailer


async def settled(engine: AsyncEngine) -> None:
    """Wait until an event is shown: other tests' transactions on the same server hold it back for a moment."""
    for _ in range(200):
        if await is_waiting(engine, NOW):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the event is not shown")


async def test_each_customer_gets_a_list_with_its_reasons(session: AsyncSession, engine: AsyncEngine) -> None:
    retailer = await made(session, engine)

    first = await session.scalar(select(REC).where(REC.customer_id == retailer.customers[1].id).order_by(REC.id))
    await session.commit()
    nobody = await listed(engine, retailer.customers[-1])

    assert first is not None
    assert first.name in ("Bread", "Butter")
    assert (first.basis, first.times_bought) == (RecommendationBasis.BOUGHT_AGAIN, 10)
    assert first.last_bought_at == NOW - timedelta(days=1)
    assert first.reason == "Bought 10 times, last on May 14."
    assert Decimal(0) < first.score <= Decimal(1)
    assert {(name, basis) for name, basis, _ in nobody} == {
        (name, RecommendationBasis.POPULAR) for name in ("Bread", "Butter", "Milk", "Tea")
    }


async def test_working_out_the_same_again_changes_nothing(session: AsyncSession, engine: AsyncEngine) -> None:
    await made(session, engine)
    before = await read(engine, select(REC.__table__).order_by(REC.id))

    again = await work_out_all(engine, NOW)

    assert again.changed == 0
    assert await read(engine, select(REC.__table__).order_by(REC.id)) == before


async def test_what_goes_together_and_what_is_popular_is_kept_for_the_till(
    session: AsyncSession, engine: AsyncEngine
) -> None:
    retailer = await made(session, engine)
    bread, butter, milk, tea, _ = (product.id for product in retailer.products)

    pairs = await read(engine, select(models.ProductAffinity.product_id, models.ProductAffinity.other_id))
    shares = await read(engine, select(models.ProductPopularity.product_id, models.ProductPopularity.share))

    assert sorted(pairs) == sorted([(bread, butter), (butter, bread), (milk, tea), (tea, milk)])
    assert {key: round(share, 2) for key, share in shares} == {bread: 0.48, butter: 0.48, milk: 0.52, tea: 0.52}


async def test_products_that_are_inactive_or_blocked_are_not_worked_out(
    session: AsyncSession, engine: AsyncEngine
) -> None:
    retailer, above = Retailer(), factories.product_group(name="Chilled")
    await factories.save(session, above)
    retailer.groups[1].parent = above
    retailer.products[0].state = State.INACTIVE
    await retailer.save(session)
    await factories.save(session, factories.recommendation_block(group=above))

    await work_out_all(engine, NOW)

    assert set(await read(engine, select(REC.name))) == {("Tea",)}


async def test_a_bill_changes_the_list_of_its_customer_alone_and_as_working_out_all_would(
    session: AsyncSession, engine: AsyncEngine, crm: Operations
) -> None:
    retailer = await made(session, engine)
    customer, other = retailer.customers[1], retailer.customers[3]
    untouched = await listed(engine, other)
    await send_coffee(crm, customer)
    await settled(engine)

    assert await work_out_changed(engine, NOW) == 1

    changed = await listed(engine, customer)
    assert ("Coffee", RecommendationBasis.BOUGHT_AGAIN, 1) in changed
    assert await listed(engine, other) == untouched
    assert not await is_waiting(engine, NOW)
    assert await work_out_changed(engine, NOW) == 0
    await work_out_all(engine, NOW)
    assert {row[:2] for row in await listed(engine, customer)} == {row[:2] for row in changed}


async def send_coffee(crm: Operations, customer: models.Customer) -> None:
    await crm.do(
        "purchaseSend",
        "purchase { id }",
        customer={"id": opaque_id("Customer", customer.id)},
        bill=bill(item("100", codes=[{"code": "coffee"}]), external_id="new"),
    )


async def test_a_bill_closed_while_all_lists_are_worked_out_does_not_wait_and_is_not_lost(
    session: AsyncSession, engine: AsyncEngine, crm: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    retailer, write_model = await made(session, engine), all_customers._write_model
    customer = retailer.customers[1]
    meanwhile: list[int] = []

    async def interrupted(*given: Any) -> None:
        await write_model(*given)
        await send_coffee(crm, customer)
        await settled(engine)
        meanwhile.append(await update_recommendations(engine, NOW))

    monkeypatch.setattr(all_customers, "_write_model", interrupted)
    async with alone(engine, WORKER):
        await work_out_all(engine, NOW)

    assert meanwhile == [1]
    assert ("Coffee", RecommendationBasis.BOUGHT_AGAIN, 1) in await listed(engine, customer)


async def test_a_bill_from_after_the_moment_of_the_work_is_left_for_the_next_time(
    session: AsyncSession, engine: AsyncEngine, crm: Operations
) -> None:
    retailer = await made(session, engine)
    customer, before = retailer.customers[1], NOW - timedelta(seconds=1)
    await send_coffee(crm, customer)
    await settled(engine)

    await work_out_all(engine, before)
    assert await work_out_changed(engine, before) == 0
    assert "Coffee" not in {name for name, basis, _ in await listed(engine, customer) if basis == "BOUGHT_AGAIN"}

    assert await is_waiting(engine, NOW)
    assert await work_out_changed(engine, NOW) == 1
    assert ("Coffee", RecommendationBasis.BOUGHT_AGAIN, 1) in await listed(engine, customer)


async def test_before_lists_were_ever_made_nothing_is_waiting(
    session: AsyncSession, engine: AsyncEngine, crm: Operations
) -> None:
    retailer = Retailer()
    await retailer.save(session)
    await crm.inside(_created(retailer.customers[0]))

    assert not await is_waiting(engine, NOW)
    assert await work_out_changed(engine, NOW) == 0


def _created(customer: models.Customer) -> Any:
    async def note(transaction: Any) -> None:
        transaction.emit(EventKind.CUSTOMER_CREATED, customer, customer_id=customer.id)

    return note


async def test_what_drops_off_a_list_goes_unless_somebody_was_shown_it(
    session: AsyncSession, engine: AsyncEngine
) -> None:
    retailer = await made(session, engine)
    customer = retailer.customers[1]
    found = await session.scalars(select(REC).where(REC.customer_id == customer.id))
    rows = {row.name: row for row in found}
    await session.commit()
    await factories.save(session, factories.recommendation_response(recommendation=rows["Bread"], customer=customer))
    for product in retailer.products[:2]:
        product.state = State.INACTIVE
    await factories.save(session, *retailer.products)

    await work_out_all(engine, NOW)

    keys = [row.id for row in rows.values()]
    left = await read(engine, select(REC.name, REC.valid_to).where(REC.id.in_(keys)).order_by(REC.name))
    assert ("Bread", NOW) in left
    assert "Butter" not in {name for name, _ in left}
    assert "Butter" not in {name for name, *_ in await listed(engine, customer)}


async def test_an_erased_customer_gets_no_list(session: AsyncSession, engine: AsyncEngine) -> None:
    retailer = Retailer()
    await retailer.save(session)
    gone = retailer.customers[0]
    await session.execute(update(models.Customer).where(models.Customer.id == gone.id).values(state=State.DELETED))
    await session.commit()

    await work_out_all(engine, NOW)

    assert await listed(engine, gone) == []
    assert await listed(engine, retailer.customers[1]) != []


async def test_a_server_that_stops_takes_the_process_with_it(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[asyncio.subprocess.Process] = []
    begin = asyncio.create_subprocess_exec

    async def noted(*command: Any, **options: Any) -> asyncio.subprocess.Process:
        begun.append(await begin(*command, **options))
        return begun[0]

    monkeypatch.setattr(schedule, "WORKER", "tests.resolvers.recommendation.endless")
    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    working = asyncio.create_task(work(engine, ALL, NOW))
    while not begun:
        await asyncio.sleep(0.01)

    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

    assert begun[0].returncode == -signal.SIGKILL


async def test_the_jobs_have_it_done_by_a_process_of_its_own(
    session: AsyncSession, engine: AsyncEngine, crm: Operations
) -> None:
    retailer = Retailer()
    await retailer.save(session)

    assert await update_recommendations(engine, NOW) == 0
    assert await refresh_recommendations(engine, NOW) > 100
    await crm.inside(_created(retailer.customers[0]))
    await settled(engine)
    assert await update_recommendations(engine, NOW) == 1
    assert await update_recommendations(engine, NOW) == 0
