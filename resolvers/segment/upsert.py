"""Segments of outside systems, created and updated by the ids that they have there."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET
from sqlalchemy import select

import models
from models import SegmentKind, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.upsert import alone
from resolvers.segment.inputs import SegmentAnswer, SegmentCustomers, SegmentUpsert
from resolvers.segment.members import work_out
from resolvers.segment.operations import add_customers, create, remove_customers, update
from resolvers.storage.transaction import Transaction

SEGMENT, MEMBER = models.Segment, models.SegmentMember


async def upsert_segment(transaction: Transaction, given: SegmentUpsert) -> SegmentAnswer:
    """Create or update a segment, found by its id in an outside system."""
    await alone(transaction, SEGMENT)
    named = select(SEGMENT).where(SEGMENT.source == given.source, SEGMENT.external_id == given.external_id)
    segment = await transaction.session.scalar(named.with_for_update(key_share=True))
    if segment is None:
        return await create(transaction, given.new())
    await _bring_back(transaction, segment)
    answer = await update(transaction, given.changes(segment.id))
    if given.customers is not UNSET:
        await _set_members(transaction, segment, given.customers or ())
    return answer


async def _bring_back(transaction: Transaction, segment: models.Segment) -> None:
    """One that was deleted lost its members; those that criteria find come back."""
    if segment.state is not State.DELETED:
        return
    segment.state = State.ACTIVE
    segment.touch(transaction.now)
    await transaction.session.flush()
    transaction.emit(EventKind.SEGMENT_UPDATED, segment)
    if segment.kind is SegmentKind.CRITERIA:
        await work_out(transaction, segment)


async def _set_members(transaction: Transaction, segment: models.Segment, customers: Iterable[int]) -> None:
    if segment.kind is not SegmentKind.LIST:
        message = "Members of a segment by criteria are worked out, not given."
        raise Refused(ErrorCode.WRONG_KIND, message, "customers")
    there = set(await transaction.session.scalars(select(MEMBER.customer_id).where(MEMBER.segment_id == segment.id)))
    wanted = tuple(dict.fromkeys(customers))
    await add_customers(transaction, SegmentCustomers(segment=segment.id, customers=wanted))
    gone = tuple(sorted(there.difference(wanted)))
    if gone:
        await remove_customers(transaction, SegmentCustomers(segment=segment.id, customers=gone))
