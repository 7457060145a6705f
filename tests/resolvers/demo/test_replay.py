"""The real bills once more, through the gateway's own import: whatever the order and the crashes, the same totals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.demo import made_up
from resolvers.operation.perform import Payload, perform
from resolvers.purchase import offline
from resolvers.storage.context import RequestContext
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import make_reader
from tests import factories
from tests.resolvers.calling import call_of
from tests.resolvers.demo.importing import import_few

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BILLS_A_CALL = 40
BOUGHT, ITEM, CUSTOMER, STORE, PRODUCT = (
    models.Purchase,
    models.PurchaseItem,
    models.Customer,
    models.Store,
    models.Product,
)


class CrashError(Exception):
    """The process dies before it commits."""


async def rows(engine: AsyncEngine, query: Any) -> list[tuple[Any, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(query)]


@pytest.fixture
async def bulk(database_kind: str, new_database: Any) -> AsyncIterator[AsyncEngine]:
    """A database into which the bills of three households came in bulk."""
    url = new_database(database_kind)
    # Those who are made up altogether didn't come in bulk.
    with patch.object(made_up, "MADE_UP", ()):
        await import_few(url, households=3)
    engine = make_engine(url)
    yield engine
    await engine.dispose()


async def bills_of(engine: AsyncEngine) -> list[dict[str, Any]]:
    """All bills as a till that was offline gives them."""
    lines: dict[int, list[dict[str, Any]]] = {}
    columns = (ITEM.purchase_id, ITEM.line, ITEM.quantity, ITEM.price, PRODUCT.code, ITEM.product_name)
    listed = select(*columns).join(PRODUCT, PRODUCT.id == ITEM.product_id, isouter=True)
    for bill, line, quantity, paid, code, name in await rows(engine, listed.order_by(ITEM.purchase_id, ITEM.line)):
        named = {"codes": [{"code": code}]} if code else {"name": name}
        lines.setdefault(bill, []).append({"bill_item_id": str(line), "quantity": quantity, "paid": paid, **named})
    columns = (BOUGHT.id, BOUGHT.external_id, BOUGHT.paid_at, BOUGHT.total, BOUGHT.card_number, STORE.code)
    return [
        {
            "bill": {
                "store": {"code": store},
                "external_id": external_id,
                "currency": "USD",
                "paid_at": paid_at,
                "total": total,
                "card_number": card,
                "items": lines[key],
            }
        }
        for key, external_id, paid_at, total, card, store in await rows(
            engine, select(*columns).join(STORE, STORE.id == BOUGHT.store_id)
        )
    ]


async def save_all_but_bills(session: AsyncSession, engine: AsyncEngine) -> None:
    """The same programme, stores, products and cards, with nothing bought."""
    for entity in (models.Programme, models.ProgrammeCurrency, models.EarningRule):
        table = entity.__table__
        for row in await rows(engine, select(table)):
            await session.execute(insert(table).values(dict(zip(table.c.keys(), row, strict=True))))
    await session.commit()
    stores = await rows(engine, select(STORE.code, STORE.time_zone).join(BOUGHT).distinct())
    products = await rows(engine, select(PRODUCT.code).join(ITEM).distinct())
    cards = await rows(engine, select(BOUGHT.card_number).distinct())
    await factories.save(
        session,
        *(factories.store(code=code, time_zone=zone) for code, zone in stores),
        *(factories.product(code=code) for (code,) in products),
        *(factories.card(number=number, customer=factories.customer()) for (number,) in cards),
    )


async def totals(engine: AsyncEngine) -> Mapping[str, Any]:
    """What the bills come to: by household, by store, by product; and what they earned."""
    bill = (func.count(), func.sum(BOUGHT.total), func.sum(BOUGHT.items_count), func.sum(BOUGHT.points_earned))
    entry = models.PointEntry
    earned = select(entry.purchase_id, entry.amount).where(entry.kind == models.PointEntryKind.EARN).subquery()
    asked = {
        "households": select(BOUGHT.card_number, *bill).group_by(BOUGHT.card_number),
        "stores": select(STORE.code, *bill).join(STORE, STORE.id == BOUGHT.store_id).group_by(STORE.code),
        "products": select(PRODUCT.code, func.count(), func.sum(ITEM.quantity), func.sum(ITEM.price))
        .select_from(ITEM)
        .join(PRODUCT, PRODUCT.id == ITEM.product_id, isouter=True)
        .group_by(PRODUCT.code),
        "points": select(BOUGHT.external_id, func.sum(earned.c.amount))
        .join(earned, earned.c.purchase_id == BOUGHT.id)
        .group_by(BOUGHT.external_id),
    }
    return {name: sorted(await rows(engine, query), key=repr) for name, query in asked.items()}


def calls(bills: list[Any], random: Random) -> Iterator[tuple[list[Any], bool]]:
    """All bills twice, each time in another order, a crash before every third commit; what crashed comes again."""
    for _ in range(2):
        left = random.sample(bills, len(bills))
        place = 0
        while left:
            chosen, left = left[:BILLS_A_CALL], left[BILLS_A_CALL:]
            crashes = place % 3 == 0
            place += 1
            yield chosen, crashes
            left += chosen if crashes else []


async def test_the_real_bills_in_random_order_twice_with_crashes_come_to_the_same_as_in_bulk(
    bulk: AsyncEngine, engine: AsyncEngine, session: AsyncSession, database_url: str
) -> None:
    bills = await bills_of(bulk)
    await save_all_but_bills(session, bulk)
    reader = make_reader(database_url)
    crashed = imported = 0

    for chosen, crashes in calls(bills, Random(4)):

        async def show(payload: Payload, _reading: RequestContext, crash: bool = crashes) -> Payload:
            if crash:
                raise CrashError
            return payload

        call = call_of(offline.import_bills, {"bills": chosen})
        try:
            answer = await perform(engine, RequestContext(reader, now=NOW), call, show)
        except CrashError:
            crashed += 1
            continue
        assert (answer.user_errors, answer.answer.refused) == ([], [])
        imported += answer.answer.imported

    await reader.close()
    assert (len(bills), imported, crashed) == (91, 91, 4)
    assert await totals(engine) == await totals(bulk)
    assert (await totals(engine))["households"] != []
