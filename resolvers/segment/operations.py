"""Segments: lists of customers kept by hand, and criteria from which members are worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

import models
from models import SegmentKind, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import BadFilter, Forbidden, Refused, UserError
from resolvers.ids import key_of
from resolvers.operation import validation
from resolvers.operation.references import References
from resolvers.operation.upsert import UpsertSpec, alone, refuse_cycle, set_values, settle, upsert
from resolvers.operation.validation import Values
from resolvers.query.visibility import EVERYTHING, access_of, listed, seen_with
from resolvers.segment.criteria import kept
from resolvers.segment.members import empty, work_out
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

SEGMENT = models.Segment
MEMBER = models.SegmentMember
MOST_CUSTOMERS = 1_000
TEXTS = {"name": "name", "note": "note", "picture_url": "pictureUrl"}


async def create(transaction: Transaction, given: Values) -> Values:
    """Make a segment: a list with its first members, or criteria whose members are worked out at once."""
    kind = SegmentKind(given.get("kind") or ("CRITERIA" if given.get("where") is not None else "LIST"))
    _check_kind(kind, given)
    await alone(transaction, SEGMENT)
    values = await _values(transaction, given)
    await _refuse_taken(transaction, given)
    criteria = _criteria(transaction, given["where"]) if kind is SegmentKind.CRITERIA else None
    segment = SEGMENT(
        kind=kind,
        criteria=criteria,
        source=given.get("source"),
        external_id=given.get("external_id"),
        created_at=transaction.now,
        updated_at=transaction.now,
        **values,
    )
    transaction.session.add(segment)
    await settle(transaction)
    transaction.emit(EventKind.SEGMENT_CREATED, segment)
    if kind is SegmentKind.CRITERIA:
        await work_out(transaction, segment)
    else:
        await _add(transaction, segment, given.get("customers") or [])
    return {"segment": RowRef("Segment", segment.id)}


async def update(transaction: Transaction, given: Values) -> Values:
    """Change what a segment is called, or its criteria; then its members are worked out anew."""
    segment = await transaction.find(SEGMENT, given["id"], "id")
    changed = set_values(segment, await _values(transaction, given))
    if given.get("where") is not None:
        _refuse_kind(segment, SegmentKind.CRITERIA, "where")
        if set_values(segment, {"criteria": _criteria(transaction, given["where"])}):
            changed = True
            await work_out(transaction, segment)
    if changed:
        segment.updated_at = transaction.now
        transaction.emit(EventKind.SEGMENT_UPDATED, segment)
    return {"segment": RowRef("Segment", segment.id)}


async def add_customers(transaction: Transaction, given: Values) -> Values:
    """Put customers on a list; those who are on it stay."""
    segment = await transaction.find(SEGMENT, given["segment"], "segment")
    _refuse_kind(segment, SegmentKind.LIST, "segment")
    return {"segment": RowRef("Segment", segment.id), "added": await _add(transaction, segment, given["customers"])}


async def remove_customers(transaction: Transaction, given: Values) -> Values:
    """Take customers off a list; those who aren't on it don't count."""
    segment = await transaction.find(SEGMENT, given["segment"], "segment")
    _refuse_kind(segment, SegmentKind.LIST, "segment")
    keys = _keys(given["customers"])
    there = select(MEMBER).where(MEMBER.segment_id == segment.id, MEMBER.customer_id.in_(keys)).order_by(MEMBER.id)
    members = list(await transaction.session.scalars(there))
    for member in members:
        await transaction.session.delete(member)
        transaction.emit(EventKind.SEGMENT_LEFT, segment, customer_id=member.customer_id)
    return {"segment": RowRef("Segment", segment.id), "removed": len(members)}


async def refresh(transaction: Transaction, given: Values) -> Values:
    """Work the members of a segment out from its criteria now."""
    segment = await transaction.find(SEGMENT, given["id"], "id")
    _refuse_kind(segment, SegmentKind.CRITERIA, "id")
    changed = await work_out(transaction, segment)
    counts = {"added": changed.added, "removed": changed.removed}
    transaction.emit(EventKind.SEGMENT_REFRESHED, segment, data=counts)
    return {"segment": RowRef("Segment", segment.id), **counts}


async def remove(transaction: Transaction, given: Values) -> Values:
    """Delete a segment: its customers leave it, each by an event of their own; what was for it alone is for nobody."""
    segment = await transaction.find(SEGMENT, given["id"], "id")
    segment.state, segment.updated_at = State.DELETED, transaction.now
    await empty(transaction, segment)
    transaction.emit(EventKind.SEGMENT_DELETED, segment)
    return {"deleted_id": given["id"]}


async def upsert_group(transaction: Transaction, given: Values) -> Values:
    """Put a folder of segments in its place."""
    return {"segment_group": RowRef("SegmentGroup", (await upsert(GROUP, transaction, given)).id)}


GROUP = UpsertSpec(
    models.SegmentGroup,
    columns={"code": "code", "name": "name", "note": "note"},
    references={"parent": ("parent_id", models.SegmentGroup)},
    required=("code", "name"),
    known_by="code",
    check=refuse_cycle("parent"),
)


async def _values(transaction: Transaction, given: Values) -> dict[str, Any]:
    """What the input says of a segment beside its members."""
    values = {
        name: validation.for_column(SEGMENT, name, given[name], field) for name, field in TEXTS.items() if name in given
    }
    if "group" in given:
        by = given["group"]
        group = await References(transaction).find(models.SegmentGroup, by, "group") if by is not None else None
        values["group_id"] = group.id if group else None
    return values


def _criteria(transaction: Transaction, where: Any) -> dict[str, Any]:
    """The filter to keep; who may not read personal data may not find it out by who becomes a member, either."""
    masked = access_of(transaction.viewer).masked
    try:
        with seen_with(replace(EVERYTHING, masked=masked)):
            return kept(where, transaction.backend)
    except BadFilter as error:
        raise Refused(ErrorCode.BAD_FILTER, str(error), "where") from error
    except Forbidden as error:
        raise Refused(ErrorCode.FORBIDDEN, str(error), "where") from error


def _check_kind(kind: SegmentKind, given: Values) -> None:
    if kind is SegmentKind.CRITERIA and given.get("where") is None:
        raise Refused(ErrorCode.REQUIRED, "A segment by criteria needs its filter.", "where")
    if kind is SegmentKind.CRITERIA and given.get("customers"):
        raise Refused(ErrorCode.WRONG_KIND, "Members of a segment by criteria are worked out, not given.", "customers")
    if kind is SegmentKind.LIST and given.get("where") is not None:
        raise Refused(ErrorCode.WRONG_KIND, "A list is kept by hand; only CRITERIA takes a filter.", "where")


def _refuse_kind(segment: models.Segment, kind: SegmentKind, field: str) -> None:
    if segment.kind is not kind:
        how = "kept by hand" if segment.kind is SegmentKind.LIST else "worked out from criteria"
        raise Refused(ErrorCode.WRONG_KIND, f"The members of this segment are {how}.", field)


async def _refuse_taken(transaction: Transaction, given: Values) -> None:
    source, external_id = given.get("source"), given.get("external_id")
    if (source is None) != (external_id is None):
        raise Refused(ErrorCode.REQUIRED, "`source` and `externalId` belong together.", "externalId")
    if source is None or external_id is None:
        return
    named = {
        "source": validation.text(source, "source", 64),
        "external_id": validation.text(external_id, "externalId", 128),
    }
    if await transaction.session.scalar(select(SEGMENT.id).filter_by(**named)) is not None:
        raise Refused(ErrorCode.TAKEN, "Another segment has this external id.", "externalId")


def _keys(customers: Sequence[str]) -> list[int]:
    if len(customers) > MOST_CUSTOMERS:
        raise Refused(ErrorCode.TOO_MANY, f"One call takes {MOST_CUSTOMERS} customers at most.", "customers")
    return list(dict.fromkeys(key_of(opaque, "Customer") for opaque in customers))


async def _add(transaction: Transaction, segment: models.Segment, customers: Sequence[str]) -> int:
    keys = _keys(customers)
    entity = models.Customer
    known = set(
        await transaction.session.scalars(select(entity.id).where(entity.id.in_(keys), *listed(entity, entity)))
    )
    gone = [
        UserError(ErrorCode.NOT_FOUND, "There is no such Customer.", f"customers[{place}]")
        for place, opaque in enumerate(customers)
        if key_of(opaque, "Customer") not in known
    ]
    if gone:
        raise Refused.because_of(gone)
    there = select(MEMBER.customer_id).where(MEMBER.segment_id == segment.id, MEMBER.customer_id.in_(keys))
    members = set(await transaction.session.scalars(there))
    new = [key for key in keys if key not in members]
    transaction.session.add_all(MEMBER(segment_id=segment.id, customer_id=key, since=transaction.now) for key in new)
    for key in new:
        transaction.emit(EventKind.SEGMENT_JOINED, segment, customer_id=key)
    await settle(transaction)
    return len(new)
