"""Which status a customer should hold: by what was just bought, by the end of a period, or by all that stands.

Whoever asks holds the customer's row locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

import models
from models import PointEntry, Purchase, PurchaseState, StatusChange, StatusRecord
from models.rules import qualification as rules
from models.rules.money import ZERO
from models.rules.status_history import Counted, Decided, Record, history
from models.types import BigKey, Instant
from resolvers.query.compiled_query import CompiledQuery, Found
from resolvers.query.expressions import word
from resolvers.status.achievements import COLLECTED, read_achievements, turnover_of
from resolvers.status.records import current_record, replace_record
from resolvers.status.standing import STANDING, Standing, read_standing, standing_of
from resolvers.storage.context import RequestContext
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction

LATER = CompiledQuery(
    lambda _: (
        select(Purchase.id)
        .where(
            Purchase.customer_id == parameter("customer", BigKey),
            Purchase.paid_at > parameter("at", Instant()),
            Purchase.state != word(PurchaseState.CANCELLED),
        )
        .limit(1)
    )
)
GIVEN = frozenset({StatusChange.REGISTERED, StatusChange.RISEN})


BEFORE_A_BILL = {"standing": STANDING, "later": LATER}
"""What decides about a customer's status before a bill: to be read together with what else is to be known of it."""


@dataclass(frozen=True, slots=True)
class Before:
    """The statuses and which one a customer holds before a bill, and whether bills are there that were paid later."""

    standing: Standing
    is_late: bool


def before_of(found: Found) -> Before:
    """What was read of `BEFORE_A_BILL`."""
    return Before(standing_of(found["standing"]), bool(found["later"]))


async def promote(transaction: Transaction, customer_id: int, purchase_id: int, at: datetime, before: Before) -> None:
    """Give a customer the status that a bill led to, and remember the bill. Few bills lead to one.

    A bill that comes after later ones is taken into account as if it had come in time. Nothing is added up for a
    customer who can't rise, and only what the statuses above look back at.
    """
    held = before.standing.of(customer_id)
    if before.is_late or (held is not None and at < held.valid_from):
        await restore(transaction, customer_id)
        return
    await transaction.inside()
    await _go_on(transaction, customer_id, before.standing, [at], purchase_id)


async def count_points(transaction: Transaction, customer_id: int, undone: datetime | None = None) -> None:
    """Give a customer who is locked the status that assigned points lead to.

    Once points that were assigned at a moment are taken back, it is the status that they have without these. Nothing
    happens where no status counts points.
    """
    standing = await read_standing(await transaction.inside(), [customer_id])
    if all(status.points is None for status in standing.statuses):
        return
    if undone is not None:
        await restore(transaction, customer_id, undone=undone)
    else:
        await _go_on(transaction, customer_id, standing, [transaction.now])


async def requalify(transaction: Transaction, customer_id: int, *, rises: bool = True) -> StatusRecord | None:
    """Judge the periods that are over by their own ends; then a customer may rise, too. The last record that began.

    Somebody who is gone has no status to decide on.
    """
    if not await transaction.lock_customers([customer_id]):
        return None
    standing = await read_standing(await transaction.inside(), [customer_id])
    return await _go_on(transaction, customer_id, standing, [transaction.now] if rises else [])


async def restore(
    transaction: Transaction,
    customer_id: int,
    anchors: Sequence[StatusRecord] = (),
    undone: datetime | None = None,
) -> None:
    """Give a customer the status that their standing bills and points justify, in whatever order others were undone.

    They begin with what they were given: of several `anchors`, as when customers were merged, with the strongest one.
    One that they rose to at the moment of something that was `undone` was not given.
    """
    context = await transaction.inside()
    standing = await read_standing(context, [customer_id])
    records = await _records(transaction, customer_id)
    given = [record for record in records if record.valid_from != undone]
    anchor = _strongest(anchors, standing, transaction.now) if anchors else _last_given(given)
    since = anchor.valid_from if anchor else min((one.valid_from for one in records), default=transaction.now)
    bills = await _bills(transaction, customer_id, standing)
    points = await _points(transaction, customer_id)
    record = Record([*(one for _, one in bills), *points], standing.statuses, standing.zone)
    holding = _holding(anchor) if anchor else None
    moments: list[tuple[datetime, int | None]] = [(max(one.at, since), key) for key, one in bills]
    moments += [(max(one.at, since), None) for one in points if one.amount > ZERO]
    if anchor is None:
        moments = [(since, None), *moments]
    ordered = sorted(moments, key=lambda moment: moment[0])
    decided = history(
        holding,
        standing.statuses,
        record.achieved,
        [at for at, _ in ordered],
        until=transaction.now,
        zone=standing.zone,
    )
    await _make_so(transaction, customer_id, standing, anchor, decided, [key for _, key in ordered])


async def given_record(transaction: Transaction, customer_id: int) -> StatusRecord | None:
    """The last record that a customer was given, not reached by bills."""
    return _last_given(await _records(transaction, customer_id))


def _last_given(records: Sequence[StatusRecord]) -> StatusRecord | None:
    return next((one for one in reversed(records) if _is_given(one)), None)


def _strongest(anchors: Sequence[StatusRecord], standing: Standing, at: datetime) -> StatusRecord:
    """A status set by hand that is not over comes first, the one set last; then the higher one, and the longer."""
    ranks = {one.id: one.rank for one in standing.statuses}

    def strength(record: StatusRecord) -> tuple[bool, bool, float, float]:
        holds = record.valid_to is None or record.valid_to > at
        by_hand = holds and record.change is StatusChange.SET
        until = float("inf") if record.valid_to is None else record.valid_to.timestamp()
        return by_hand, holds, record.valid_from.timestamp() if by_hand else ranks.get(record.status_id, 0), until

    return max(anchors, key=strength)


def _is_given(record: StatusRecord) -> bool:
    """Whether a record stands by itself: set by hand, or brought along, not reached by bills that are here."""
    return record.change is StatusChange.SET or (record.change in GIVEN and record.purchase_id is None)


def _holding(record: StatusRecord) -> rules.Holding:
    return rules.Holding(record.status_id, record.valid_to, by_hand=record.change is StatusChange.SET)


async def _make_so(
    transaction: Transaction,
    customer_id: int,
    standing: Standing,
    anchor: StatusRecord | None,
    decided: Sequence[Decided],
    bills: Sequence[int | None],
) -> None:
    """Let the record that holds be what was decided last, unless it is so already."""
    current = await current_record(transaction, customer_id)
    last = decided[-1] if decided else None
    status, valid_to = (last.decision.status, last.decision.valid_to) if last else _as_given(anchor)
    has = (current.status_id, current.valid_to) if current else None
    if has == ((status.id, valid_to) if status else None):
        return
    decision = rules.StatusDecision(status, _change(standing, current, status), transaction.now, valid_to)
    record = await replace_record(transaction, customer_id, current, decision)
    if record is not None and last is not None and last.moment is not None:
        record.purchase_id = bills[last.moment]


def _as_given(anchor: StatusRecord | None) -> tuple[rules.Status | None, datetime | None]:
    return (rules.Status(anchor.status_id, 0), anchor.valid_to) if anchor else (None, None)


def _change(standing: Standing, current: StatusRecord | None, status: rules.Status | None) -> StatusChange:
    if current is None:
        return StatusChange.REGISTERED
    ranks = {one.id: one.rank for one in standing.statuses}
    before, after = ranks.get(current.status_id, 0), status.rank if status else 0
    if after == before:
        return StatusChange.KEPT
    return StatusChange.RISEN if after > before else StatusChange.FALLEN


async def _go_on(
    transaction: Transaction,
    customer_id: int,
    standing: Standing,
    moments: Sequence[datetime],
    purchase_id: int | None = None,
) -> StatusRecord | None:
    """Go on from the record that holds, to the ends of its periods and to the moments at which it may rise."""
    context = transaction.context
    held = standing.of(customer_id)
    holding, made = held.holding if held else None, None
    for at in dict.fromkeys([*moments, transaction.now]):
        while holding is not None and holding.valid_to is not None and holding.is_over(at):
            decision = await _decided(context, standing, customer_id, holding, holding.valid_to)
            if decision is None:
                break
            made = await _replace(transaction, customer_id, decision)
            holding = _after(decision)
        above = _above(holding, standing)
        # Who has no status yet gets that of newcomers, also where it leads to no other.
        if at in moments and (above or holding is None):
            decision = await _decided(context, standing, customer_id, holding, at, above)
            if decision is not None:
                made = await _replace(transaction, customer_id, decision)
                holding = _after(decision)
                if made is not None:
                    made.purchase_id = purchase_id
    return made


def _above(holding: rules.Holding | None, standing: Standing) -> Sequence[rules.Status]:
    """The statuses to which anything that is bought could lead: where there is none, nothing is added up."""
    if holding is not None and holding.by_hand:
        return ()
    return rules.above(holding, standing.statuses)


async def _decided(
    context: RequestContext,
    standing: Standing,
    customer_id: int,
    holding: rules.Holding | None,
    at: datetime,
    looked_at: Sequence[rules.Status] | None = None,
) -> rules.StatusDecision | None:
    achieved = await read_achievements(context, standing, [customer_id], at, looked_at)
    return rules.qualify(holding, standing.statuses, achieved[customer_id], at=at, zone=standing.zone)


def _after(decision: rules.StatusDecision) -> rules.Holding | None:
    return rules.Holding(decision.status.id, decision.valid_to) if decision.status else None


async def _replace(transaction: Transaction, customer_id: int, decision: rules.StatusDecision) -> StatusRecord | None:
    return await replace_record(transaction, customer_id, await current_record(transaction, customer_id), decision)


async def _records(transaction: Transaction, customer_id: int) -> Sequence[StatusRecord]:
    """All that a customer held, from the first to the one that holds."""
    await transaction.session.flush()
    found = await transaction.session.scalars(
        select(StatusRecord)
        .where(StatusRecord.customer_id == customer_id)
        .order_by(StatusRecord.valid_from, StatusRecord.id)
    )
    return found.all()


async def _bills(transaction: Transaction, customer_id: int, standing: Standing) -> list[tuple[int, Counted]]:
    counts = turnover_of(Purchase, standing.basis)
    rows = await transaction.session.execute(
        select(Purchase.id, Purchase.paid_at, counts, Purchase.currency_code)
        .where(Purchase.customer_id == customer_id, Purchase.state != PurchaseState.CANCELLED)
        .where(Purchase.paid_at <= transaction.now)
        .order_by(Purchase.paid_at, Purchase.id)
    )
    return [(key, Counted(at, worth, currency)) for key, at, worth, currency in rows]


async def _points(transaction: Transaction, customer_id: int) -> list[Counted]:
    """Points collected, less what was taken back of them, at the moment at which they had been collected."""
    back = models.PointEntry.__table__.alias("back")
    collected = PointEntry.kind.in_(COLLECTED)
    gained = await transaction.session.execute(
        select(PointEntry.at, PointEntry.amount).where(PointEntry.customer_id == customer_id, collected)
    )
    lost = await transaction.session.execute(
        select(PointEntry.at, back.c.amount - back.c.owed)
        .join(back, (back.c.reverses_id == PointEntry.id) & (back.c.customer_id == customer_id))
        .where(PointEntry.customer_id == customer_id, collected)
    )
    return [Counted(*row) for row in [*gained, *lost]]
