"""All lists at once, and the model by which each of them is made anew when its customer has bought something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from time import perf_counter

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import models
from models.rules.recommending import ListRules
from resolvers.recommendation.numbers.history import History
from resolvers.recommendation.numbers.lists import About, Model, lists
from resolvers.recommendation.numbers.model import know, learn
from resolvers.recommendation.numbers.popular import ALL, Members, favourites
from resolvers.recommendation.outbox import advance, newest_place
from resolvers.recommendation.worker import reading
from resolvers.recommendation.worker.stored import pack
from resolvers.recommendation.worker.writing import write_affinities, write_lists, write_model, write_popular
from resolvers.storage.transaction import in_transaction


@dataclass(frozen=True, slots=True)
class Done:
    """What was worked out, from how much, and how long each part took, in seconds."""

    customers: int
    lines: int
    changed: int
    reading: float
    thinking: float
    writing: float


async def work_out_all(engine: AsyncEngine, now: datetime, per_group: int | None = None) -> Done:
    """Work everything out, and store it in small transactions; `per_group` stays as it was where none is given."""
    start = perf_counter()
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        rules = await _rules(connection, per_group)
        place = await newest_place(connection, now)
        catalogue = await reading.read_catalogue(connection)
        history = await reading.read_history(connection, catalogue, now)
        members = await reading.read_members(connection)
        about = About(members.of_customers(), await reading.read_dismissed(connection))
    read = perf_counter()
    model = make_model(history, members, rules)
    thought = perf_counter()
    await _write_model(engine, now, history, model)
    changed, writing = 0, perf_counter() - thought
    thinking = thought - read
    before = perf_counter()
    for part in lists(history, model, about):
        listed = perf_counter()
        changed += await write_lists(engine, now, part, place)
        thinking, writing, before = thinking + listed - before, writing + perf_counter() - listed, perf_counter()
    await in_transaction(engine, now, partial(advance, place=place))
    return Done(len(history.customers), len(history.line_bill), changed, read - start, thinking, writing)


def make_model(history: History, members: Members, rules: ListRules) -> Model:
    """What all bills say, and what each signal counts for."""
    weights = learn(history)
    return Model(know(history), weights, favourites(history, members), rules)


async def _rules(connection: AsyncConnection, per_group: int | None) -> ListRules:
    model = models.RecommendationModel
    rules = ListRules()
    if per_group is None:
        per_group = await connection.scalar(select(model.per_group).limit(1))
    return rules if per_group is None else replace(rules, per_group=per_group)


def model_row(history: History, model: Model, now: datetime) -> dict[str, object]:
    """The model as it is kept."""
    return {
        "made_at": now,
        "customers": len(history.customers),
        "bill_lines": len(history.line_bill),
        "count": model.rules.count,
        "per_group": model.rules.per_group,
        "arrays": pack(history.catalogue, model),
    }


async def _write_model(engine: AsyncEngine, now: datetime, history: History, model: Model) -> None:
    catalogue, made = history.catalogue, models.RecommendationModel(**model_row(history, model, now))
    await write_affinities(engine, now, catalogue, model.known.together)
    await write_popular(engine, now, catalogue, model.favourites[ALL])
    await in_transaction(engine, now, partial(write_model, made=made))
