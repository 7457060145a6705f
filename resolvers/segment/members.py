"""Members of segments by criteria: worked out in SQL, a bounded stretch of customers at a time.

Whoever changes members holds the segment's row locked. Members who stay keep the moment since when they are in it.
Each who comes or goes is noted in the outbox, which so keeps who was in a segment and when.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import cast

from sqlalchemy import ColumnElement, Table, delete, exists, insert, literal, select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert

import models
from models import SegmentKind, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.types import BigKey, Instant
from resolvers.errors import BadFilter, Refused
from resolvers.segment.criteria import matching
from resolvers.storage.patience.frame import CONFLICTS
from resolvers.storage.relative import resolved
from resolvers.storage.sql import SqlColumn
from resolvers.storage.transaction import Transaction, in_transaction
from resolvers.storage.writing import following

MEMBER = models.SegmentMember
TABLE = cast("Table", MEMBER.__table__)
EVENT = cast("Table", models.Event.__table__)
SEGMENT = models.Segment
JOB = "refresh-segments"
Within = Callable[[SqlColumn], list[ColumnElement[bool]]]
"""Which customers are looked at, by the column that holds their key."""
LAST = 2**63 - 1
"""Above all keys, or the last of them."""
AT_ONCE = 5_000
"""How many customers a statement looks at, where an operation works out all members at once."""

log = logging.getLogger("crm360")


@dataclass(frozen=True, slots=True)
class MemberChanges:
    """How many came and went, and the last customer looked at; none when all were."""

    added: int = 0
    removed: int = 0
    last: int | None = None


async def work_out(transaction: Transaction, segment: models.Segment) -> MemberChanges:
    """Work all members of a locked segment out; criteria that can't be applied are refused."""
    added = removed = 0
    last: int | None = 0
    try:
        while last is not None:
            stretch = await _stretch(transaction, segment, last, AT_ONCE)
            added, removed, last = added + stretch.added, removed + stretch.removed, stretch.last
    except (BadFilter, StatementError) as error:
        if isinstance(error, StatementError) and not _is_about_values(error):
            raise
        message = str(error) if isinstance(error, BadFilter) else "A value of the filter can't be compared with."
        raise Refused(ErrorCode.BAD_FILTER, message, "where") from error
    segment.refreshed_at = transaction.now
    segment.touch(transaction.now)
    return MemberChanges(added, removed)


def _is_about_values(error: StatementError) -> bool:
    """Whether a statement failed for what it was given: a number too large, a text that is no moment."""
    state = getattr(error.orig, "sqlstate", None)
    if state in CONFLICTS:
        return False
    return not isinstance(error, DBAPIError) or str(state or "22").startswith("22")


async def refresh_segments(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Work out the members of all segments by criteria; how many came or went.

    Each stretch is a transaction of its own. Stopped in the middle, the rest is as it was, and the next run does all.
    """
    place = await following.newest(engine)
    moved = 0
    listed = select(SEGMENT.id).where(SEGMENT.kind == SegmentKind.CRITERIA, SEGMENT.state == State.ACTIVE)
    async with engine.connect() as connection:
        keys = list(await connection.scalars(listed.order_by(SEGMENT.id)))
    for key in keys:
        moved += await refresh_segment(engine, now, batch, key)
    await following.note(engine, JOB, place, now)
    return moved


async def refresh_segment(engine: AsyncEngine, now: datetime, batch: int, key: int) -> int:
    """Work out all members of one segment; how many came or went."""
    moved = 0
    last: int | None = 0
    while last is not None:
        stretch = await in_transaction(engine, now, partial(_refresh, key=key, after=last, batch=batch))
        moved, last = moved + stretch.added + stretch.removed, stretch.last
    return moved


async def refresh_members(transaction: Transaction, *, key: int, customers: Sequence[int]) -> int:
    """Let some customers join or leave a segment; how many did. The segment says when all were last looked at."""
    segment = await _locked(transaction, key)
    if segment is None or not customers:
        return 0
    try:
        changes = await _move(transaction, segment, among(customers), customers[0] - 1, customers[-1])
    except BadFilter as error:
        log.warning("Segment %s can't be worked out: %s", key, error)
        return 0
    return changes.added + changes.removed


def among(customers: Sequence[int]) -> Within:
    """Some customers, and no others."""
    return lambda key: [key.in_(customers)]


async def _locked(transaction: Transaction, key: int) -> models.Segment | None:
    wanted = select(SEGMENT).where(
        SEGMENT.id == key, SEGMENT.kind == SegmentKind.CRITERIA, SEGMENT.state == State.ACTIVE
    )
    found: models.Segment | None = await transaction.session.scalar(wanted.with_for_update())
    return found


async def _refresh(transaction: Transaction, *, key: int, after: int, batch: int) -> MemberChanges:
    """One stretch of one segment; its criteria are read anew, as somebody may have changed them since."""
    segment = await _locked(transaction, key)
    if segment is None:
        return MemberChanges()
    try:
        stretch = await _stretch(transaction, segment, after, batch)
    except BadFilter as error:
        log.warning("Segment %s can't be worked out: %s", key, error)
        return MemberChanges()
    if stretch.last is None:
        segment.refreshed_at = transaction.now
        segment.touch(transaction.now)
    return stretch


async def empty(transaction: Transaction, segment: models.Segment) -> None:
    """Let all members of a locked segment leave it."""
    left = await transaction.session.scalars(
        delete(TABLE).where(MEMBER.segment_id == segment.id).returning(TABLE.c.customer_id)
    )
    await _note(transaction, segment, EventKind.SEGMENT_LEFT, list(left))


async def _stretch(transaction: Transaction, segment: models.Segment, after: int, size: int) -> MemberChanges:
    """Let the customers of a stretch of keys leave or join."""
    key = models.Customer.id
    last = await transaction.session.scalar(select(key).where(key > after).order_by(key).offset(size - 1).limit(1))
    moved = await _move(transaction, segment, partial(_within, after=after, last=last), after, last or LAST)
    return replace(moved, last=last)


async def _move(
    transaction: Transaction, segment: models.Segment, within: Within, after: int, upto: int
) -> MemberChanges:
    """Let customers leave or join, who have keys above the one and at most the other."""
    session, customer = transaction.session, aliased(models.Customer)
    met, values = matching(segment.criteria or {}, customer, transaction.backend)
    bound = {**resolved(values, transaction.now), "after": after, "upto": upto, "now": transaction.now}
    removed = list(await session.scalars(_leaving(segment.id, within, customer, met), bound))
    added = list(await session.scalars(_joining(segment.id, within, customer, met, transaction.now), bound))
    await _note(transaction, segment, EventKind.SEGMENT_LEFT, removed)
    await _note(transaction, segment, EventKind.SEGMENT_JOINED, added)
    return MemberChanges(len(added), len(removed))


async def _note(transaction: Transaction, segment: models.Segment, kind: EventKind, customers: list[int]) -> None:
    """An event for each customer: written as rows, since there may be many."""
    event = {
        "change": transaction.change,
        "kind": kind,
        "entity": "Segment",
        "entity_key": segment.id,
        "at": transaction.now,
    }
    customers.sort()
    for first in range(0, len(customers), AT_ONCE):
        some = customers[first : first + AT_ONCE]
        await transaction.session.execute(insert(EVENT), [event | {"customer_id": customer} for customer in some])


def _within(key: SqlColumn, after: int, last: int | None) -> list[ColumnElement[bool]]:
    return [key > after] if last is None else [key > after, key <= last]


def _leaving(
    segment: int, within: Within, customer: type[models.Customer], met: ColumnElement[bool]
) -> ReturningDelete[int]:
    stays = exists(select(customer.id).where(customer.id == MEMBER.customer_id, met))
    gone = delete(TABLE).where(MEMBER.segment_id == segment, *within(MEMBER.customer_id), ~stays)
    return gone.returning(TABLE.c.customer_id)


def _joining(
    segment: int, within: Within, customer: type[models.Customer], met: ColumnElement[bool], now: datetime
) -> ReturningInsert[int]:
    there = aliased(MEMBER)
    is_member = exists(select(there.id).where(there.segment_id == segment, there.customer_id == customer.id))
    chosen = (
        select(literal(segment, BigKey), customer.id, literal(now, Instant()))
        .where(*within(customer.id), met, ~is_member)
        .order_by(customer.id)
    )
    return insert(TABLE).from_select(["segment_id", "customer_id", "since"], chosen).returning(TABLE.c.customer_id)
