"""The status that bills lead to: reached when one is closed, and taken back when it is undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from models.rules import qualification as rules
from models.types import BigKey
from resolvers.query.compiled_query import CompiledQuery
from resolvers.status import operations as status
from resolvers.status.achievements import ZONE, read_programme
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction, in_transaction

MOST_LOOKED_BACK = 20
BATCH = 200


CURRENT = CompiledQuery(
    lambda _: select(models.StatusRecord.status_id, models.StatusRecord.valid_to).where(
        models.StatusRecord.customer_id == parameter("customer", BigKey), models.StatusRecord.ended_at.is_(None)
    )
)


async def promote(transaction: Transaction, customer_id: int, purchase_id: int) -> None:
    """Give a customer, who is locked, the status that a bill led to, and remember the bill. Few bills lead to one."""
    context = await transaction.inside()
    current = await CURRENT.read(context, customer=customer_id)
    holding = rules.Holding(*current[0]) if current else None
    programme = await read_programme(context, [customer_id])
    achieved = programme.achievements(customer_id)
    if rules.qualify(holding, programme.statuses, achieved, at=transaction.now, zone=ZONE) is None:
        return
    record = await status.requalify(transaction, customer_id)
    if record is not None:
        record.purchase_id = purchase_id


async def demote(transaction: Transaction, customer_id: int, since: datetime) -> None:
    """Take back what bills closed since led to, as far as the customer's other bills don't lead there as well.

    Called when one of those bills was undone: its customer gets back the status that they had, with its validity.
    """
    records = await _latest_first(transaction, customer_id)
    reached = _reached_by_bills(records, since)
    if not reached:
        await status.requalify(transaction, customer_id)
        return
    current, base = records[0], records[reached] if reached < len(records) else None
    programme = await read_programme(await transaction.inside(), [customer_id])
    holding = rules.Holding(base.status_id, base.valid_to) if base else None
    achieved = programme.achievements(customer_id)
    decision = rules.qualify(holding, programme.statuses, achieved, at=transaction.now, zone=ZONE)
    if decision is None:
        held = rules.Status(base.status_id, 0) if base else None
        decision = rules.StatusDecision(
            held, rules.StatusChange.FALLEN, transaction.now, base.valid_to if base else None
        )
    if decision.status is not None and decision.status.id == current.status_id:
        return
    back = rules.StatusDecision(decision.status, rules.StatusChange.FALLEN, transaction.now, decision.valid_to)
    await status.replace_record(transaction, customer_id, current, back)


async def requalify_statuses(engine: AsyncEngine, now: datetime, batch: int = BATCH) -> int:
    """Keep or end the statuses whose validity is over, at most `batch` a transaction; how many changed.

    It can be killed at any time: what a transaction did stays, and the next run goes on with what is left.
    """
    changed, last = 0, 0
    while True:
        some, last = await in_transaction(engine, now, partial(_requalify_some, after=last, batch=batch))
        changed += some
        if not last:
            return changed


async def _requalify_some(transaction: Transaction, *, after: int, batch: int) -> tuple[int, int]:
    """Some customers in the order of their records: how many changed, and the last record, none when it was the end."""
    record = models.StatusRecord
    over = select(record.id, record.customer_id).where(record.ended_at.is_(None), record.valid_to <= transaction.now)
    rows = (await transaction.session.execute(over.where(record.id > after).order_by(record.id).limit(batch))).all()
    changed = 0
    for customer_id in sorted(row.customer_id for row in rows):
        changed += await status.requalify(transaction, customer_id) is not None
    return changed, rows[-1].id if len(rows) == batch else 0


async def _latest_first(transaction: Transaction, customer_id: int) -> Sequence[models.StatusRecord]:
    record = models.StatusRecord
    await transaction.session.flush()
    found = await transaction.session.scalars(
        select(record)
        .where(record.customer_id == customer_id)
        .order_by(record.ended_at.is_not(None), record.valid_from.desc(), record.id.desc())
        .limit(MOST_LOOKED_BACK)
    )
    return found.all()


def _reached_by_bills(records: Sequence[models.StatusRecord], since: datetime) -> int:
    """How many of the latest records bills led to, beginning at a moment; none when the current one isn't such."""
    if not records or records[0].ended_at is not None:
        return 0
    count = 0
    for record in records:
        if record.purchase_id is None or record.valid_from < since:
            break
        count += 1
    return count
