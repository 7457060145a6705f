"""Who is paying, as far as rules ask: segments, status, points, and what they used of each reward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, case, func, literal_column, or_, select, union_all

from models import (
    PointLot,
    PointReservation,
    PointReservationState,
    Purchase,
    PurchaseDiscount,
    PurchaseItem,
    PurchaseState,
    SegmentMember,
    Status,
    StatusRecord,
    Voucher,
    VoucherState,
)
from models.rules import ledger
from models.rules.basket import Reward, Shopper
from models.rules.point_reservation import PointReservation as Held
from models.rules.point_reservation import reserved
from resolvers.query.columns import NOW
from resolvers.query.compiled_query import CompiledQuery, Found, Together, among
from resolvers.query.expressions import word
from resolvers.storage.context import RequestContext
from resolvers.storage.statement import parameter

CUSTOMER = parameter("customer", BigInteger())


@dataclass(frozen=True, slots=True)
class PointBalance:
    """A shopper's points: the lots with something left, and what reservations hold of them."""

    lots: Sequence[ledger.Lot] = ()
    reserved: Decimal = Decimal(0)


STATUS = CompiledQuery(
    lambda _: (
        select(
            Status.id,
            Status.discount,
            Status.discounts_discounted_items,
            Status.collects_points,
            Status.pays_with_points,
        )
        .join(StatusRecord, StatusRecord.status_id == Status.id)
        .where(StatusRecord.customer_id == CUSTOMER, StatusRecord.ended_at.is_(None))
    )
)
NO_STATUS: tuple[None, Decimal, bool, bool, bool] = (None, Decimal(0), False, True, True)
SEGMENTS = CompiledQuery(lambda _: select(SegmentMember.segment_id).where(SegmentMember.customer_id == CUSTOMER))
LOTS = CompiledQuery(
    lambda _: select(
        PointLot.id,
        PointLot.amount,
        PointLot.remaining,
        PointLot.active_from,
        PointLot.expires_at,
        PointLot.created_at,
    ).where(PointLot.customer_id == CUSTOMER, PointLot.remaining > literal_column("0"))
)
HELD = CompiledQuery(
    lambda _: select(PointReservation.id, PointReservation.amount, PointReservation.expires_at).where(
        PointReservation.customer_id == CUSTOMER,
        PointReservation.state == word(PointReservationState.ACTIVE),
        PointReservation.expires_at > NOW,
    )
)


def _used(backend: str) -> Any:
    """Vouchers issued and rewards applied directly, by reward: how many the customer got, and how many in all.

    One who handed a voucher on was issued it all the same; one who was handed it got it, too.

    A reward goes back with the bill, or with the last of the lines on which it was given.
    """
    theirs = or_(Voucher.customer_id == CUSTOMER, Voucher.issued_to_id == CUSTOMER)
    mine: Any = func.sum(case((theirs, literal_column("1")), else_=literal_column("0")))
    issued: Any = select(Voucher.reward_id, mine, func.count()).where(
        among(Voucher.reward_id, "keys", backend), Voucher.state != word(VoucherState.CANCELLED)
    )
    own = case((Purchase.customer_id == CUSTOMER, Purchase.id))
    applied: Any = (
        select(PurchaseDiscount.reward_id, func.count(own.distinct()), func.count(Purchase.id.distinct()))
        .join(Purchase, Purchase.id == PurchaseDiscount.purchase_id)
        .join(PurchaseItem, PurchaseItem.id == PurchaseDiscount.item_id, isouter=True)
        .where(
            among(PurchaseDiscount.reward_id, "keys", backend),
            PurchaseDiscount.voucher_id.is_(None),
            Purchase.state.not_in([word(PurchaseState.CANCELLED), word(PurchaseState.RETURNED)]),
            or_(PurchaseItem.id.is_(None), PurchaseItem.returned_quantity < PurchaseItem.quantity),
        )
    )
    return union_all(issued.group_by(Voucher.reward_id), applied.group_by(PurchaseDiscount.reward_id))


USED = CompiledQuery(_used)


OF_THE_SHOPPER = {"lots": LOTS, "held": HELD, "status": STATUS, "segments": SEGMENTS}
"""All that is to be known of a customer at the till."""

SHOPPER = Together(**OF_THE_SHOPPER)


async def read_shopper(
    context: RequestContext, customer_id: int | None, rewards: Iterable[Reward]
) -> tuple[Shopper, PointBalance]:
    """The shopper and their point balance; an unknown shopper without a customer."""
    found = {} if customer_id is None else await SHOPPER.read(context, customer=customer_id)
    return await shopper_of(context, customer_id, rewards, found)


async def shopper_of(
    context: RequestContext, customer_id: int | None, rewards: Iterable[Reward], found: Found
) -> tuple[Shopper, PointBalance]:
    """The same where all of the customer was read already; what was used of rewards is asked where there are limits."""
    mine, total = await _used_of(context, customer_id, rewards)
    if customer_id is None:
        return Shopper(used_in_total=total), PointBalance()
    lots = [ledger.Lot(*row) for row in found["lots"]]
    held = [Held(*row) for row in found["held"]]
    purse = PointBalance(lots, reserved(held, context.now))
    status_id, discount, cuts_twice, collects, pays = found["status"][0] if found["status"] else NO_STATUS
    shopper = Shopper(
        customer_id,
        frozenset(key for (key,) in found["segments"]),
        status_id,
        discount,
        cuts_twice,
        collects,
        pays,
        points=ledger.balance(purse.lots, purse.reserved, context.now).spendable,
        used=mine,
        used_in_total=total,
    )
    return shopper, purse


async def _used_of(
    context: RequestContext, customer_id: int | None, rewards: Iterable[Reward]
) -> tuple[dict[int, int], dict[int, int]]:
    """How often the customer, and how often everybody used rewards of which there is only so much."""
    limited = sorted({one.id for one in rewards if one.limit_per_customer is not None or one.limit_total is not None})
    mine: dict[int, int] = {}
    total: dict[int, int] = {}
    for reward, its, all_of_it in await USED.read(context, keys=limited, customer=customer_id or 0) if limited else ():
        mine[reward] = mine.get(reward, 0) + its
        total[reward] = total.get(reward, 0) + all_of_it
    return mine, total
