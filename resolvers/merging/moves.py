"""What becomes of each table that names customers, when two of them are merged.

Every column that names a customer is found in the models. Most rows simply follow; where no two rows of a customer may
be alike, a rule says what becomes of the second one. A table that has such a constraint and no rule is an error when
the program begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import (
    Column,
    CursorResult,
    Delete,
    Index,
    Table,
    UniqueConstraint,
    Update,
    and_,
    delete,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

import models
from models import Base
from resolvers.storage.sql import column_of
from resolvers.storage.transaction import Transaction

OWNER = "customer_id"
Row = TypeVar("Row", bound=Base)

STAYS: Mapping[type[Base], str] = {
    models.AuditEntry: "Sealed; it tells of the account as it was.",
    models.CustomerTerm: "Worked out anew.",
    models.CustomerMonth: "Kept by the database, from the bills that follow.",
}
"""Tables whose rows don't follow, each with the reason."""

FORGOTTEN: Mapping[type[Base], str] = {
    models.OneTimeCode: "A secret that holds for minutes, sent to an address that may not be the customer's any more.",
    models.CodeMessage: "Such a secret on its way.",
}
"""Tables whose rows go, each with the reason."""

LEADS: Mapping[type[Base], str] = {models.CustomerMerge: "merged_id"}
"""Columns that name customers, and stay as they are: whom a row leads from."""


ISSUED: Mapping[type[Base], str] = {models.Voucher: "issued_to_id"}
"""Columns that name whom a row was issued to, where it is another's since: what came back to them names nobody."""


@dataclass(frozen=True, slots=True)
class Alike(Generic[Row]):
    """No two rows of a customer have the same `key`; of two, the first takes what it wants from the second.

    The second goes, unless `combine` says that it can stay beside the first.
    """

    key: tuple[str, ...]
    combine: Callable[[Row, Row], bool | None] = lambda _mine, _theirs: None


def _newest_answer(mine: models.CustomerConsent, theirs: models.CustomerConsent) -> None:
    """What was answered last holds."""
    if theirs.changed_at > mine.changed_at:
        mine.value, mine.changed_at = theirs.value, theirs.changed_at


def _longest_member(mine: models.SegmentMember, theirs: models.SegmentMember) -> None:
    mine.since = min(mine.since, theirs.since)


def _both_responses(mine: models.RecommendationResponse, theirs: models.RecommendationResponse) -> None:
    """What either of them dismissed is dismissed."""
    mine.shown, mine.clicked = mine.shown + theirs.shown, mine.clicked + theirs.clicked
    for name in ("shown_at", "clicked_at", "dismissed_at"):
        at = [each for each in (getattr(mine, name), getattr(theirs, name)) if each is not None]
        setattr(mine, name, max(at, default=None))


def _anonymous_reservation(_mine: models.PointReservation, theirs: models.PointReservation) -> bool:
    """Both hold points; the outside system's id is that of the first one's."""
    theirs.external_id = None
    return True


RULES: Mapping[type[Base], Alike[Any]] = {
    models.CustomerConsent: Alike(("consent_id",), _newest_answer),
    models.CustomerPassword: Alike(()),
    models.PointReservation: Alike(("external_id",), _anonymous_reservation),
    models.PropertyRecord: Alike(("property_id",)),
    models.RecommendationResponse: Alike(("recommendation_id",), _both_responses),
    models.SegmentMember: Alike(("segment_id",), _longest_member),
    # Of one customer, one record has not ended: that of the customer who is merged ends before it follows.
    models.StatusRecord: Alike(("id",)),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows of a table followed, and how many went."""

    entity: type[Base]
    moved: int
    dropped: int


@cache
def entities() -> Sequence[type[Base]]:
    """Every entity whose rows name customers, by name; `LookupError` where nothing says what becomes of them."""
    found = [
        mapper.class_
        for mapper in models.Base.registry.mappers
        if any(_names_customer(column) for column in cast("Table", mapper.local_table).columns)
    ]
    for entity in found:
        _check(entity)
    return sorted((each for each in found if each is not models.Customer), key=lambda each: each.__name__)


def _names_customer(column: Column[object]) -> bool:
    if column.primary_key:
        # A part of the customer's own row.
        return False
    return column.name == OWNER or any(key.column.table.name == "customer" for key in column.foreign_keys)


def columns_of(entity: type[Base]) -> list[str]:
    """The columns of an entity that name customers and follow them; the one that says whose a row is comes first."""
    columns = [each for each in cast("Table", entity.__table__).columns if _names_customer(each)]
    names = [column.name for column in columns if column.name != LEADS.get(entity)]
    return sorted(names, key=lambda name: name != OWNER)


def _check(entity: type[Base]) -> None:
    table = cast("Table", entity.__table__)
    named = columns_of(entity)
    unique: list[UniqueConstraint | Index] = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    unique += [each for each in table.indexes if each.unique]
    bound = any(name in each.columns for each in unique for name in named)
    if bound and not any(entity in known for known in (RULES, STAYS, FORGOTTEN)):
        raise LookupError(f"Nothing says what becomes of two rows of {table.name} that are alike.")


async def move_all(transaction: Transaction, merged: int, customer: int) -> list[Moved]:
    """Let all that belongs to one customer, who is locked, belong to the other."""
    await _lock_segments(transaction, merged)
    moved = [await _move(transaction, entity, merged, customer) for entity in entities() if entity not in STAYS]
    for entity, column in ISSUED.items():
        table = cast("Table", entity.__table__)
        back = update(table).where(table.c[column] == customer, table.c[OWNER] == customer)
        await transaction.session.execute(back.values({column: None}))
    return [each for each in moved if each.moved or each.dropped]


async def _lock_segments(transaction: Transaction, merged: int) -> None:
    """Whoever changes the members of segments holds them locked."""
    segment, member = models.Segment, models.SegmentMember
    theirs = select(member.segment_id).where(member.customer_id == merged)
    await transaction.session.execute(
        select(segment.id).where(segment.id.in_(theirs)).order_by(segment.id).with_for_update(key_share=True)
    )


async def _move(transaction: Transaction, entity: type[Base], merged: int, customer: int) -> Moved:
    table = cast("Table", entity.__table__)
    if entity in FORGOTTEN:
        return Moved(entity, 0, await _changed(transaction, delete(table).where(table.c[OWNER] == merged)))
    dropped = await _combine(transaction, entity, RULES[entity], merged, customer) if entity in RULES else 0
    followed = [
        await _changed(transaction, update(table).where(table.c[name] == merged).values({name: customer}))
        for name in columns_of(entity)
    ]
    return Moved(entity, followed[0], dropped)


async def _combine(transaction: Transaction, entity: type[Row], rule: Alike[Row], merged: int, customer: int) -> int:
    session = transaction.session
    mine, theirs = aliased(entity), aliased(entity)
    alike = and_(true(), *(column_of(mine, name) == column_of(theirs, name) for name in rule.key))
    pairs = (
        select(mine, theirs)
        .join_from(mine, theirs, alike)
        .where(column_of(mine, OWNER) == customer, column_of(theirs, OWNER) == merged)
    )
    dropped = 0
    for first, second in (await session.execute(pairs.order_by(theirs.id))).all():
        if not rule.combine(first, second):
            await session.delete(second)
            dropped += 1
    await session.flush()
    return dropped


async def _changed(transaction: Transaction, statement: Update | Delete) -> int:
    result = cast("CursorResult[object]", await transaction.session.execute(statement))
    return result.rowcount
