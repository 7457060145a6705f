"""Runs the steps of the import that have not been done yet, each in a transaction of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any

import models
from models import Base
from resolvers.demo import made_up
from resolvers.demo.journey import Journey
from resolvers.demo.mapping.people import (
    bought,
    cards,
    customers,
    insights,
    points,
    purchases,
    recommendations,
    reservations,
    statuses,
    vouchers,
)
from resolvers.demo.mapping.people.notable import notable
from resolvers.demo.mapping.retailer import campaigns, catalogue, lists, products, promotions, stores
from resolvers.demo.reading.dates import Calendar, weeks_until
from resolvers.demo.reading.source import Source
from resolvers.demo.report import BEGIN, FINISH, RUN, JourneyError
from resolvers.demo.writing.batch import InsertSelect, Mapped, RowBatch, records
from resolvers.demo.writing.writer import DatabaseWriter, writer_for
from resolvers.files.progress import ProgressListener


@dataclass(frozen=True)
class LoadStep:
    """A part of the import: what it maps, about how many rows of all, and tables loaded without indexes."""

    name: str
    mapping: Callable[[Journey], Mapped]
    rows: int
    bulk: Sequence[type[Base]] = ()


@dataclass(frozen=True)
class ImportPlan:
    """What was asked for; kept with the first step, so that a later run goes on with the same."""

    weeks: int
    today: date
    households: int | None


MUST_BE_EMPTY: tuple[type[Base], ...] = (
    models.Customer,
    models.Store,
    models.Product,
    models.ProductGroup,
    models.ProductBrand,
    models.Purchase,
    models.Campaign,
    models.Segment,
    models.Reward,
    models.Voucher,
    models.Card,
    models.PointEntry,
    *lists.LISTS,
    models.CardType,
    models.Consent,
    models.Status,
    models.Programme,
    models.Property,
)
"""The import gives its rows keys from 1 on, so that these tables must not have any."""
STEPS = (
    LoadStep("code lists", lists.lists, 100),
    LoadStep("stores", stores.stores, 457),
    LoadStep("product groups", products.groups, 15_000),
    LoadStep("products", products.products, 305_000, (models.Product, models.ProductCode, models.ProductTag)),
    LoadStep("search words of products", products.product_terms, 450_000, (models.ProductTerm,)),
    LoadStep("customers", customers.customers, 40_000),
    LoadStep("cards", cards.cards, 10_000),
    LoadStep("purchases", purchases.purchases, 1_625_155, (models.Purchase, models.PurchaseItem)),
    LoadStep("campaigns", campaigns.campaigns, 6_700),
    LoadStep("coupons", campaigns.coupon_rewards, 115_000, (models.RewardConditionTarget,)),
    LoadStep("vouchers", vouchers.vouchers, 310_000, (models.Voucher, models.VoucherEvent)),
    LoadStep("catalogue", catalogue.catalogue, 50),
    LoadStep("vouchers for points", bought.bought_vouchers, 800),
    LoadStep("points", points.points, 460_000, (models.PointLot, models.PointEntry, models.PointEntryLot)),
    LoadStep("statuses", statuses.statuses, 7_000),
    LoadStep("score bands", insights.score_bands, 15),
    LoadStep("segments", insights.criteria_segments, 2_500),
    LoadStep("recommendations", recommendations.recommendations, 380_000, (models.ProductAffinity,)),
    LoadStep("reservations", reservations.reservations, 2_500),
)


def steps(promotion_weeks: int) -> list[LoadStep]:
    """All steps; of the promotions the source's last weeks, the last one first."""
    bulk = (models.CampaignProduct, models.CampaignProductStore)
    last = promotions.LAST_WEEK
    weeks = range(last, max(last - promotion_weeks, 0), -1)
    return [*STEPS, *(LoadStep(f"promotions of week {week}", promotions.week(week), 425_000, bulk) for week in weeks)]


async def run(url: str, asked: ImportPlan, promotion_weeks: int, progress: ProgressListener) -> None:
    """Do what is left to do."""
    async with writer_for(url, progress) as writer:
        done = await _done(writer)
        plan = _agreed(asked, done[BEGIN]) if BEGIN in done else await _begin(writer, asked)
        journey = Journey(Source(plan.households), Calendar(plan.weeks, plan.today))
        left = [step for step in steps(promotion_weeks) if step.name not in done]
        for step in left:
            await _run_step(writer, journey, step)
        if made_up.STEP not in done and FINISH not in done:
            await _make_up(url, writer, journey)
        if left or FINISH not in done:
            progress.step(FINISH, 1)
            await _finish(writer, journey, known=FINISH in done)


def plan(*, shift: bool, today: date, households: int | None) -> ImportPlan:
    """A new import's plan."""
    if households is not None and households < 1:
        raise JourneyError("An import has one household at least.")
    return ImportPlan(weeks_until(today) if shift else 0, today, households)


def _agreed(asked: ImportPlan, begun: dict[str, Any]) -> ImportPlan:
    """The plan of the run that began it; one that asks for something else needs another database."""
    plan = ImportPlan(begun["weeks"], date.fromisoformat(begun["today"]), begun["households"])
    if plan.households != asked.households or bool(plan.weeks) != bool(asked.weeks):
        kept = f"{plan.households or 'all'} households, moved by {plan.weeks} weeks"
        raise JourneyError(f"This database holds another import ({kept}). Start with an empty one.")
    return plan


async def _begin(writer: DatabaseWriter, plan: ImportPlan) -> ImportPlan:
    for model in MUST_BE_EMPTY:
        if await writer.fetch(f"SELECT 1 FROM {model.__tablename__} LIMIT 1"):  # noqa: S608 - a table of ours
            raise JourneyError(f"The table {model.__tablename__} is not empty. The import needs an empty database.")
    report = {"weeks": plan.weeks, "today": plan.today.isoformat(), "households": plan.households}
    async with writer.transaction():
        await _record(writer, BEGIN, report)
    return plan


async def _run_step(writer: DatabaseWriter, journey: Journey, step: LoadStep) -> None:
    share = len(journey.source.households) / len(journey.source.all_households)
    expected, start = max(round(step.rows * share), 1), perf_counter()
    writer.progress.step(step.name, expected)
    async with writer.transaction():
        async with writer.loading(step.bulk):
            notes = [note async for note in _written(writer, step.mapping(journey), journey.calendar.opened)]
        rows = dict(writer.counts)
        await _record(writer, step.name, {"seconds": _since(start), "rows": rows, "notes": notes})
    # The number of rows expected was a guess; the bar is full all the same.
    writer.progress.advance(max(expected - sum(rows.values()), 0))


async def _written(writer: DatabaseWriter, parts: Mapped, opened: datetime) -> AsyncIterator[str]:
    """Write what a mapping yields; its notes are left."""
    for part in parts:
        if isinstance(part, RowBatch):
            await writer.write(part, opened)
        elif isinstance(part, InsertSelect):
            await writer.work_out(part)
        else:
            yield part.text


async def _make_up(url: str, writer: DatabaseWriter, journey: Journey) -> None:
    """Each of its operations is done once; the step is finished when all of them are."""
    start = perf_counter()
    writer.progress.step(made_up.STEP, made_up.DONE)
    customers = [list(one) for one in await made_up.make_up(url, journey, writer.progress)]
    async with writer.transaction():
        notes = [made_up.NOTE.format(len(customers))]
        report = {"seconds": _since(start), "rows": {}, "notes": notes, "customers": customers}
        await _record(writer, made_up.STEP, report)


async def _finish(writer: DatabaseWriter, journey: Journey, *, known: bool) -> None:
    start = perf_counter()
    await writer.analyze()
    if not known:
        customers = [list(one) for one in notable(journey)]
        async with writer.transaction():
            report = {"seconds": _since(start), "rows": {}, "notes": [], "customers": customers}
            await _record(writer, FINISH, report)


async def _done(writer: DatabaseWriter) -> dict[str, dict[str, object]]:
    found = await writer.fetch(f"SELECT step, report FROM import_step WHERE run = '{RUN}' ORDER BY id")  # noqa: S608
    return {step: json.loads(report) if isinstance(report, str) else report for step, report in found}


async def _record(writer: DatabaseWriter, step: str, report: dict[str, object]) -> None:
    now = datetime.now(UTC)
    await writer.insert(records(models.ImportStep, "run step finished_at report", [(RUN, step, now, report)]))


def _since(start: float) -> float:
    return round(perf_counter() - start, 2)
