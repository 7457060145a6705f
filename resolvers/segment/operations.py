"""Segments: lists of customers kept by hand, and criteria from which members are worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from msgspec import UNSET
from sqlalchemy import select

import models
from models import SegmentKind, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import BadFilter, Forbidden, Refused, UserError
from resolvers.ids import opaque_id
from resolvers.operation.references import References
from resolvers.operation.upsert import UpsertSpec, alone, refuse_cycle, set_values, settle, upsert
from resolvers.query.visibility import EVERYTHING, access_of, listed, seen_with
from resolvers.segment.criteria import kept
from resolvers.segment.inputs import (
    AddedAnswer,
    DeletedSegmentAnswer,
    RefreshedAnswer,
    RemovedAnswer,
    SegmentAnswer,
    SegmentCreate,
    SegmentCustomers,
    SegmentGroupAnswer,
    SegmentGroupUpsert,
    SegmentId,
    SegmentRefresh,
    SegmentUpdate,
)
from resolvers.segment.members import empty, work_out
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

SEGMENT = models.Segment
MEMBER = models.SegmentMember


async def create(transaction: Transaction, given: SegmentCreate) -> SegmentAnswer:
    """Create a segment: a list with its first members, or criteria whose members are worked out at once."""
    await alone(transaction, SEGMENT)
    values = await _values(transaction, given)
    await _refuse_taken(transaction, given)
    segment = SEGMENT(
        kind=given.will_be(),
        criteria=None if given.where is None else _criteria(transaction, given.where),
        source=given.source,
        external_id=given.external_id,
        created_at=transaction.now,
        updated_at=transaction.now,
        **values,
    )
    transaction.session.add(segment)
    await settle(transaction)
    transaction.emit(EventKind.SEGMENT_CREATED, segment)
    if segment.kind is SegmentKind.CRITERIA:
        await work_out(transaction, segment)
    else:
        await _add(transaction, segment, given.customers or ())
    return _shown(segment)


async def update(transaction: Transaction, given: SegmentUpdate) -> SegmentAnswer:
    """Change what a segment is called, or its criteria; then its members are worked out anew."""
    segment = await transaction.locked(SEGMENT, given.id, "id")
    changed = set_values(segment, await _values(transaction, given))
    if isinstance(given.where, Mapping):
        _refuse_kind(segment, SegmentKind.CRITERIA, "where")
        if set_values(segment, {"criteria": _criteria(transaction, given.where)}):
            changed = True
            await work_out(transaction, segment)
    if changed:
        segment.updated_at = transaction.now
        transaction.emit(EventKind.SEGMENT_UPDATED, segment)
    return _shown(segment)


async def add_customers(transaction: Transaction, given: SegmentCustomers) -> AddedAnswer:
    """Put customers on a list; those who are on it stay."""
    segment = await transaction.locked(SEGMENT, given.segment, "segment")
    _refuse_kind(segment, SegmentKind.LIST, "segment")
    added = await _add(transaction, segment, given.customers)
    return AddedAnswer(segment=RowRef("Segment", segment.id), added=added)


async def remove_customers(transaction: Transaction, given: SegmentCustomers) -> RemovedAnswer:
    """Take customers off a list; those who aren't on it don't count."""
    segment = await transaction.locked(SEGMENT, given.segment, "segment")
    _refuse_kind(segment, SegmentKind.LIST, "segment")
    chosen = MEMBER.customer_id.in_(set(given.customers))
    there = select(MEMBER).where(MEMBER.segment_id == segment.id, chosen).order_by(MEMBER.id)
    members = list(await transaction.session.scalars(there))
    await transaction.raise_if_merged(set(given.customers) - {member.customer_id for member in members})
    for member in members:
        await transaction.session.delete(member)
        transaction.emit(EventKind.SEGMENT_LEFT, segment, customer_id=member.customer_id)
    return RemovedAnswer(segment=RowRef("Segment", segment.id), removed=len(members))


async def refresh(transaction: Transaction, given: SegmentRefresh) -> RefreshedAnswer:
    """Work the members of a segment out from its criteria now."""
    segment = await transaction.locked(SEGMENT, given.id, "id")
    _refuse_kind(segment, SegmentKind.CRITERIA, "id")
    changed = await work_out(transaction, segment)
    counts = {"added": changed.added, "removed": changed.removed}
    transaction.emit(EventKind.SEGMENT_REFRESHED, segment, data=counts)
    return RefreshedAnswer(segment=RowRef("Segment", segment.id), **counts)


async def remove(transaction: Transaction, given: SegmentId) -> DeletedSegmentAnswer:
    """Delete a segment: its customers leave it, each by an event; what was for it alone is for no customer."""
    segment = await transaction.locked(SEGMENT, given.id, "id")
    segment.state, segment.updated_at = State.DELETED, transaction.now
    await empty(transaction, segment)
    transaction.emit(EventKind.SEGMENT_DELETED, segment)
    return DeletedSegmentAnswer(deleted_id=opaque_id("Segment", segment.id))


async def upsert_group(transaction: Transaction, given: SegmentGroupUpsert) -> SegmentGroupAnswer:
    """Create or update a folder of segments."""
    return SegmentGroupAnswer(segment_group=RowRef("SegmentGroup", (await upsert(GROUP, transaction, given)).id))


GROUP = UpsertSpec[SegmentGroupUpsert](
    models.SegmentGroup,
    columns={"code": "code", "name": "name", "note": "note"},
    references={"parent": ("parent_id", models.SegmentGroup)},
    required=("code", "name"),
    known_by="code",
    check=refuse_cycle(models.SegmentGroup.parent_id),
)


def _shown(segment: models.Segment) -> SegmentAnswer:
    return SegmentAnswer(segment=RowRef("Segment", segment.id))


async def _values(transaction: Transaction, given: SegmentCreate | SegmentUpdate) -> dict[str, object]:
    """What the input says of a segment beside its members."""
    told = {"name": given.name, "note": given.note, "picture_url": given.picture_url}
    values: dict[str, object] = {name: value for name, value in told.items() if value is not UNSET}
    if given.group is None:
        values["group_id"] = None
    elif given.group is not UNSET:
        values["group_id"] = (await References(transaction).find(models.SegmentGroup, given.group, "group")).id
    return values


def _criteria(transaction: Transaction, where: Mapping[str, object]) -> dict[str, object]:
    """The filter to keep; who may not read personal data may not find it out by who becomes a member, either."""
    masked = access_of(transaction.viewer).masked
    try:
        with seen_with(replace(EVERYTHING, masked=masked)):
            return kept(where, transaction.backend)
    except BadFilter as error:
        raise Refused(ErrorCode.BAD_FILTER, str(error), "where") from error
    except Forbidden as error:
        raise Refused(ErrorCode.FORBIDDEN, str(error), "where") from error


def _refuse_kind(segment: models.Segment, kind: SegmentKind, field: str) -> None:
    if segment.kind is not kind:
        how = "kept by hand" if segment.kind is SegmentKind.LIST else "worked out from criteria"
        raise Refused(ErrorCode.WRONG_KIND, f"The members of this segment are {how}.", field)


async def _refuse_taken(transaction: Transaction, given: SegmentCreate) -> None:
    if given.source is None:
        return
    same = SEGMENT.source == given.source, SEGMENT.external_id == given.external_id
    if await transaction.session.scalar(select(SEGMENT.id).where(*same)) is not None:
        raise Refused(ErrorCode.TAKEN, "Another segment has this external id.", "externalId")


async def _add(transaction: Transaction, segment: models.Segment, customers: Sequence[int]) -> int:
    keys = list(dict.fromkeys(customers))
    entity = models.Customer
    known = set(
        await transaction.session.scalars(select(entity.id).where(entity.id.in_(keys), *listed(entity, entity)))
    )
    gone = [
        UserError(ErrorCode.NOT_FOUND, "There is no such Customer.", f"customers[{place}]")
        for place, key in enumerate(customers)
        if key not in known
    ]
    if gone:
        await transaction.raise_if_merged(set(keys) - known)
        raise Refused.because_of(gone)
    there = select(MEMBER.customer_id).where(MEMBER.segment_id == segment.id, MEMBER.customer_id.in_(keys))
    members = set(await transaction.session.scalars(there))
    new = [key for key in keys if key not in members]
    transaction.session.add_all(MEMBER(segment_id=segment.id, customer_id=key, since=transaction.now) for key in new)
    for key in new:
        transaction.emit(EventKind.SEGMENT_JOINED, segment, customer_id=key)
    await settle(transaction)
    return len(new)
