from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.figure_triggers import KEPT
from tests import factories

DERIVED = {"customer_term", "product_term", "product_group_ancestor"} | KEPT
PAIRS: dict[str, Callable[[], dict[str, models.Base]]] = {
    "product_tag": lambda: {"product": factories.product(), "tag": factories.tag()},
    "campaign_product_store": lambda: {
        "campaign_product": factories.campaign_product(),
        "store": factories.store(),
    },
    "campaign_product_segment": lambda: {
        "campaign_product": factories.campaign_product(),
        "segment": factories.segment(),
    },
    "reward_store": lambda: {"reward": factories.reward(), "store": factories.store()},
    "reward_segment": lambda: {"reward": factories.reward(), "segment": factories.segment()},
    "reward_status": lambda: {"reward": factories.reward(), "status": factories.status()},
    "reward_tag": lambda: {"reward": factories.reward(), "tag": factories.tag()},
}
LINES = {
    "purchase_item": lambda: {"purchase": factories.purchase()},
    "product_reservation_item": lambda: {"reservation": factories.product_reservation()},
}


async def test_every_model_has_a_factory_whose_row_the_database_takes(session: AsyncSession) -> None:
    made: dict[str, type[models.Base]] = {}
    for mapper in models.Base.registry.mappers:
        table = mapper.local_table.name
        factory: Callable[..., models.Base] | None = getattr(factories, table, None)
        if table in DERIVED:
            continue
        assert factory is not None, f"no factory for {table}"
        if table in PAIRS:
            ends = PAIRS[table]()
            await factories.save(session, *ends.values())
            row = factory(**{f"{name}_id": end.id for name, end in ends.items()})
        else:
            arguments: dict[str, Any] = LINES.get(table, dict)()
            row = factory(**arguments)
        assert type(row) is mapper.class_
        await factories.save(session, row)
        made[table] = mapper.class_

    for table, model in made.items():
        assert await session.scalar(select(func.count()).select_from(model)), table


async def test_saving_keeps_search_words_and_the_tree_of_groups(session: AsyncSession) -> None:
    dairy = factories.product_group(name="Dairy")
    butter = factories.product_group(name="Butter", parent=dairy)
    jana = factories.customer(first_name="Jana", last_name="Čapková", email=None, phone="+420601000001")
    await factories.save(
        session,
        factories.product(name="Máslo 82 %", code="M-82", group=butter),
        factories.card(customer=jana, number="99000001"),
    )
    await factories.save(session, factories.card(customer=jana, number="99000002"))

    terms = set(await session.scalars(select(models.CustomerTerm.term)))
    words = set(await session.scalars(select(models.ProductTerm.term)))
    pair = models.ProductGroupAncestor
    pairs = set((await session.execute(select(pair.group_id, pair.ancestor_id, pair.distance))).all())
    phone = {"420601000001", "601000001"}
    assert terms == {"jana", "capkova", "99000001", "99000002", *phone, *(f"tel:{digits}" for digits in phone)}
    assert words == {"maslo", "82", "m", "m-82"}
    assert pairs == {(dairy.id, dairy.id, 0), (butter.id, butter.id, 0), (butter.id, dairy.id, 1)}


async def test_points_have_a_lot_and_an_entry_that_agree(session: AsyncSession) -> None:
    await factories.save(session, factories.points(amount=70))

    entry, lot, both = models.PointEntry, models.PointLot, models.PointEntryLot
    rows = await session.execute(
        select(entry.amount, lot.remaining, both.amount)
        .join(both, both.entry_id == entry.id)
        .join(lot, lot.id == both.lot_id)
    )
    assert rows.all() == [(70, 70, 70)]


@pytest.mark.parametrize("_again", [1, 2])
def test_numbers_begin_at_one_in_every_test(_again: int) -> None:
    assert factories.number() == 1
