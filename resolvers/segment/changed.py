"""Members of segments worked out anew for those customers of whom something changed, and for all only where it must be.

What hangs on the moment, such as what was bought within 30 days, changes without an event: such segments are worked
out for all once an hour, all others once a day. So are those by what isn't customers' own, a product's brand for
instance, as soon as any of that changes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased

import models
from models import Base, SegmentKind, State
from models.ownership import Kind, ownership_of
from resolvers.errors import BadFilter
from resolvers.segment.criteria import matching
from resolvers.segment.members import JOB, SEGMENT, refresh_members, refresh_segment, refresh_segments
from resolvers.storage.relative import Relative
from resolvers.storage.statement import FOLLOWING, compiled_for
from resolvers.storage.transaction import in_transaction
from resolvers.storage.writing import following

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORD = re.compile(r"\w+")
SCORES = frozenset({"recency_score", "frequency_score", "monetary_score"})
"""What a job works out, without an event of it."""

OWN_EVENTS = ("Segment", "Token")
"""Entities whose events change no criteria's meaning."""

log = logging.getLogger("crm360")


@dataclass(frozen=True, slots=True)
class Dependence:
    """What a segment's members hang on beside their own records."""

    on_moment: bool
    on_others: bool
    bounded: bool
    """Whether the criteria sum over a stretch of customers, so that customers are looked at one by one."""

    @property
    def all_every(self) -> timedelta:
        """How often all members are worked out."""
        return HOUR if self.on_moment else DAY


async def refresh_changed_segments(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Work out the members who may have changed since the last run; how many came or went."""
    place = await following.place_of(engine, JOB)
    if place is None:
        return await refresh_segments(engine, now, batch)
    moved = 0
    others = await following.others_changed(engine, place, OWN_EVENTS)
    kept: dict[int, Dependence] = {}
    for key, refreshed, dependence in await _segments(engine):
        is_fresh = refreshed is not None and now - dependence.all_every < refreshed <= now
        if is_fresh and not (others and dependence.on_others):
            kept[key] = dependence
        else:
            moved += await refresh_segment(engine, now, batch, key)
    async for customers in following.changed(engine, JOB, place, now):
        for key, dependence in kept.items():
            moved += await _follow(engine, now, key, customers, 1 if dependence.bounded else batch)
    return moved


async def _follow(engine: AsyncEngine, now: datetime, key: int, customers: Sequence[int], batch: int) -> int:
    moved = 0
    for first in range(0, len(customers), batch):
        some = customers[first : first + batch]
        moved += await in_transaction(engine, now, partial(refresh_members, key=key, customers=some))
    return moved


async def _segments(engine: AsyncEngine) -> list[tuple[int, datetime | None, Dependence]]:
    """All segments by criteria that can be worked out: when they were for all, and what they hang on."""
    wanted = select(SEGMENT.id, SEGMENT.refreshed_at, SEGMENT.criteria).where(
        SEGMENT.kind == SegmentKind.CRITERIA, SEGMENT.state == State.ACTIVE
    )
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        rows = (await connection.execute(wanted.order_by(SEGMENT.id))).all()
    found = []
    for key, refreshed, criteria in rows:
        try:
            found.append((key, refreshed, dependence_of(criteria or {}, engine.dialect.name)))
        except BadFilter as error:
            log.warning("Segment %s can't be worked out: %s", key, error)
    return found


def dependence_of(criteria: Mapping[str, object], backend: str) -> Dependence:
    """What criteria hang on, read off their statement."""
    customer = aliased(models.Customer)
    met, values = matching(criteria, customer, backend)
    compiled = compiled_for(select(customer.id).where(met), backend)
    words, given = set(WORD.findall(str(compiled))), set(compiled.params)
    relative = any(type(value) is Relative for value in values.values())
    on_moment = relative or not given.isdisjoint({"now", *FOLLOWING}) or not words.isdisjoint(SCORES)
    return Dependence(on_moment, not words.isdisjoint(_of_others()), "upto" in given)


@cache
def _of_others() -> frozenset[str]:
    """The tables whose rows aren't one customer's: what changes in them is no customer's event."""
    entities: list[type[Base]] = [mapper.class_ for mapper in Base.registry.mappers]
    return frozenset(each.__tablename__ for each in entities if ownership_of(each).kind is not Kind.OWNED)
