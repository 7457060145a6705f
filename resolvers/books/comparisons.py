"""What is kept in one place and follows from rows in another: each comparison is one statement, of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Subquery, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

import models
from models import Base, PointEntryKind, PointReservationState, PurchaseState, VoucherChange, VoucherState
from models.types import MONEY, POINTS, QUANTITY
from resolvers.storage.sql import AnySelect, SqlColumn, SqlType, SqlValue

SHOWN = 20
"""How many differences are told one by one."""
NOTHING = Decimal(0)
UNDONE = (PurchaseState.CANCELLED, PurchaseState.RETURNED)
"""The states of bills that gave their vouchers back."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not what the rows come to; nothing personal."""

    entity: str
    key: int
    what: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure of each row of a table, and what it should be."""

    entity: type[Base]
    what: str
    found: SqlColumn
    expected: SqlColumn
    beside: Subquery | None = None
    """Sums by the key of the row, in `owner`; a row of which there is none has nothing."""
    differs: ColumnElement[bool] | None = None
    """Where it isn't just that the two are not the same."""

    def statement(self) -> AnySelect:
        """The rows where the two differ, with how many there are."""
        key: SqlColumn = self.entity.id
        wrong = self.found.is_distinct_from(self.expected) if self.differs is None else self.differs
        chosen = select(key, self.found, self.expected, func.count().over()).where(wrong)
        if self.beside is not None:
            chosen = chosen.outerjoin_from(self.entity, self.beside, self.beside.c.owner == key)
        return chosen.order_by(key).limit(SHOWN)


def _sums(owner: SqlColumn, value: SqlValue, *where: ColumnElement[bool]) -> Subquery:
    return select(owner.label("owner"), value.label("value")).where(*where).group_by(owner).subquery()


def _or_nothing(sums: Subquery, kind: SqlType | None = None) -> SqlValue:
    return func.coalesce(sums.c.value, literal(0 if kind is None else NOTHING, kind), type_=kind)


def _summed(
    entity: type[Base],
    what: str,
    found: SqlColumn,
    owner: SqlColumn,
    value: SqlColumn,
    kind: SqlType,
    *where: ColumnElement[bool],
) -> Comparison:
    """A figure that is a sum over other rows."""
    sums = _sums(owner, func.sum(value, type_=kind), *where)
    return Comparison(entity, what, found, _or_nothing(sums, kind), sums)


def _counted(
    entity: type[Base], what: str, found: SqlColumn, owner: SqlColumn, *where: ColumnElement[bool]
) -> Comparison:
    sums = _sums(owner, func.count(), *where)
    return Comparison(entity, what, found, _or_nothing(sums), sums)


def points(now: datetime) -> Sequence[Comparison]:
    """The ledger against its lots, what is reserved against what there is, and bills against the ledger."""
    entry, lot, part, held = models.PointEntry, models.PointLot, models.PointEntryLot, models.PointReservation
    bill, kept = models.Purchase, models.CustomerStatistics
    active = held.state == PointReservationState.ACTIVE, held.expires_at > now
    reserved = _sums(held.customer_id, func.sum(held.amount, type_=POINTS), *active)
    promised = _or_nothing(reserved, POINTS)
    return (
        _summed(entry, "amount in lots", entry.amount, part.entry_id, part.amount, POINTS),
        _summed(lot, "remaining points", lot.remaining, part.lot_id, part.amount, POINTS),
        Comparison(kept, "reserved points", promised, kept.points, reserved, promised > kept.points),
        _summed(
            bill,
            "points earned",
            bill.points_earned,
            entry.purchase_id,
            entry.amount,
            POINTS,
            entry.kind == PointEntryKind.EARN,
        ),
        _summed(
            bill,
            "points spent",
            bill.points_spent,
            entry.purchase_id,
            -entry.amount,
            POINTS,
            entry.kind == PointEntryKind.SPEND,
        ),
    )


def vouchers(_now: datetime) -> Sequence[Comparison]:
    """Vouchers against their history and against the bills that they are on."""
    voucher, happened, bill, off = models.Voucher, models.VoucherEvent, models.Purchase, models.PurchaseDiscount
    uses = case((happened.change == VoucherChange.APPLIED, 1), (happened.change == VoucherChange.RESTORED, -1), else_=0)
    sums = _sums(happened.voucher_id, func.sum(uses))
    applied = case((voucher.state == VoucherState.APPLIED, 1), else_=0)
    state = select(bill.state).where(bill.id == voucher.purchase_id).scalar_subquery()
    on = select(voucher.purchase_id).where(voucher.id == off.voucher_id).scalar_subquery()
    its_state = select(bill.state).where(bill.id == off.purchase_id).scalar_subquery()
    stands = off.voucher_id.is_not(None) & off.withdrawn_at.is_(None) & its_state.not_in(UNDONE)
    return (
        Comparison(voucher, "uses", _or_nothing(sums), applied, sums),
        Comparison(
            voucher,
            "state of the bill it is on",
            state,
            literal("CLOSED"),
            differs=(voucher.state == VoucherState.APPLIED) & (state == PurchaseState.CANCELLED),
        ),
        Comparison(
            off,
            "bill of its voucher",
            on,
            off.purchase_id,
            differs=stands & on.is_distinct_from(off.purchase_id),
        ),
    )


def purchases(_now: datetime) -> Sequence[Comparison]:
    """Bills against their lines, where they were told, and lines against what was returned of them."""
    bill, item, back = models.Purchase, models.PurchaseItem, models.PurchaseReturnItem
    prices = _sums(item.purchase_id, func.sum(item.price, type_=MONEY))
    lines = _or_nothing(prices, MONEY)
    return (
        _counted(bill, "lines", bill.items_count, item.purchase_id),
        Comparison(
            bill, "total", bill.total, lines, prices, (bill.items_count > 0) & bill.total.is_distinct_from(lines)
        ),
        _summed(item, "returned quantity", item.returned_quantity, back.item_id, back.quantity, QUANTITY),
    )


def reservations(_now: datetime) -> Sequence[Comparison]:
    """Reservations of products against their steps, by which stock is taken and given back."""
    held, step = models.ProductReservation, models.ProductReservationProgress
    last = (
        select(step.state)
        .where(step.reservation_id == held.id)
        .order_by(step.at.desc(), step.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    ended = [models.ReservationState.CANCELLED, models.ReservationState.NOT_PICKED_UP]
    times = _sums(step.reservation_id, func.count(), step.state.in_(ended))
    returned = case((held.state.in_(ended), 1), else_=0)
    return (
        Comparison(held, "state", held.state, last),
        Comparison(held, "times that its stock went back", _or_nothing(times), returned, times),
    )


async def differences(connection: AsyncConnection, comparison: Comparison) -> tuple[int, list[Finding]]:
    """How many rows differ, and the first of them."""
    rows = (await connection.execute(comparison.statement())).all()
    name = comparison.entity.__name__
    found = [Finding(name, key, comparison.what, _told(kept), _told(right)) for key, kept, right, _ in rows]
    return (rows[0][3] if rows else 0), found


def _told(value: object) -> str:
    return "nothing" if value is None else f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
