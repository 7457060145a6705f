"""What a customer who is locked has: lots with something left, what reservations hold of them, what is owed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, literal_column, or_, select

import models
from models.rules import ledger
from models.rules import point_reservation as holding
from models.rules.ledger import Given, Taken
from models.rules.money import ZERO
from models.types import POINTS, BigKey
from resolvers.query.compiled_query import CompiledQuery
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction

OWED = CompiledQuery(
    lambda _: select(func.sum(models.PointEntry.owed, type_=POINTS)).where(
        models.PointEntry.customer_id == parameter("customer", BigKey), models.PointEntry.owed != literal_column("0")
    )
)


@dataclass(frozen=True, slots=True)
class PointAccount:
    """A customer's lots and what reservations hold of them, while nobody else can change them."""

    lots: Sequence[ledger.Lot]
    reserved: Decimal


async def account(transaction: Transaction, customer_id: int, *, also: Iterable[int] = ()) -> PointAccount:
    """The account of a customer who is locked: the lots with something left in them, and those named in `also`."""
    lot, kept = models.PointLot, models.PointReservation
    columns = (lot.id, lot.amount, lot.remaining, lot.active_from, lot.expires_at, lot.created_at)
    named = list(also)
    left = or_(lot.remaining > ZERO, lot.id.in_(named)) if named else lot.remaining > ZERO
    lots = await transaction.session.execute(select(*columns).where(lot.customer_id == customer_id, left))
    active = kept.state == models.PointReservationState.ACTIVE
    held = await transaction.session.execute(
        select(kept.id, kept.amount, kept.expires_at).where(kept.customer_id == customer_id, active)
    )
    reserved = holding.reserved((holding.PointReservation(*row) for row in held), transaction.now)
    return PointAccount([ledger.Lot(*row) for row in lots], reserved)


async def owed(transaction: Transaction, customer_id: int) -> Decimal:
    """What a customer owes: the sum of what entries say."""
    ((found,),) = await OWED.read(await transaction.inside(), customer=customer_id)
    return found or ZERO


async def outstanding(transaction: Transaction, entry_id: int) -> list[Taken]:
    """What an entry took and what was not given back since, in the order in which it was taken."""
    part, entry = models.PointEntryLot, models.PointEntry
    taken = await transaction.session.execute(
        select(part.lot_id, -part.amount).where(part.entry_id == entry_id).order_by(part.id)
    )
    given = await transaction.session.execute(
        select(part.lot_id, part.amount).join(entry, entry.id == part.entry_id).where(entry.reverses_id == entry_id)
    )
    return ledger.outstanding([Taken(*row) for row in taken], [Given(*row) for row in given])
