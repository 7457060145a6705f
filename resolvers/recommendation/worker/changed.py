"""The lists of customers of whom the outbox tells something new, and of no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import models
from models.rules.recommending import ListRules
from resolvers.recommendation.numbers.history import Catalogue
from resolvers.recommendation.numbers.lists import About, ListedRecommendation, Model, lists
from resolvers.recommendation.outbox import ChangedCustomers, advance, changed_customers
from resolvers.recommendation.worker import reading
from resolvers.recommendation.worker.stored import unpack, with_products
from resolvers.recommendation.worker.writing import write_lists
from resolvers.storage.transaction import in_transaction

EVENTS_AT_ONCE = 1_000


async def work_out_changed(engine: AsyncEngine, now: datetime) -> int:
    """Make anew what the events ask for, oldest first, until there are none; how many customers that were."""
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        found = await _model(connection)
    if found is None:
        return 0
    customers = 0
    while True:
        async with engine.connect() as connection:
            await connection.execution_options(reading=True)
            changed = await changed_customers(connection, now, EVENTS_AT_ONCE)
            made = await _lists(connection, *found, now, changed)
        if not changed.customers:
            return customers
        await write_lists(engine, now, made)
        await in_transaction(engine, now, partial(advance, place=changed.place))
        customers += len(made)


async def _model(connection: AsyncConnection) -> tuple[Catalogue, Model] | None:
    row = await connection.execute(select(models.RecommendationModel.__table__).limit(1))
    kept = row.mappings().first()
    if kept is None:
        return None
    return unpack(kept["arrays"], replace(ListRules(), count=kept["count"], per_group=kept["per_group"]))


async def _lists(
    connection: AsyncConnection, catalogue: Catalogue, model: Model, now: datetime, changed: ChangedCustomers
) -> dict[int, list[ListedRecommendation]]:
    customers = changed.customers
    bought = await reading.read_bought(connection, now, customers)
    new = np.setdiff1d(bought.line_product, catalogue.keys)
    if len(new):
        further = await reading.read_catalogue(connection, new)
        catalogue, model = with_products(catalogue, model, further.keys, further.groups)
    history = await reading.history_of(connection, catalogue, now, bought, customers)
    members = await reading.read_members(connection, customers)
    about = About(members.of_customers(), await reading.read_dismissed(connection, customers))
    return {key: listed for part in lists(history, model, about) for key, listed in part.items()}
