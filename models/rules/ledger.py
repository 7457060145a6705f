"""Points are kept in lots: each lot has its own beginning and end, and remembers what is left of it.

A lot holds from `active_from` until just before `expires_at`. A rule says what is taken from which lot; the
ledger's entry keeps that, so that the same points can go back to the same lots.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO, amount_refusal
from models.rules.refusals import Refusal, Shortfall, in_points

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lot:
    """Points assigned together, with what remains of them."""

    id: int
    amount: Decimal
    remaining: Decimal
    active_from: datetime
    expires_at: datetime | None
    created_at: datetime

    def is_expired(self, at: datetime) -> bool:
        """At the moment of its expiry a lot is expired."""
        return self.expires_at is not None and self.expires_at <= at

    def is_pending(self, at: datetime) -> bool:
        """A lot waits until its points become active; one that expires before that never waits again."""
        return at < self.active_from and not self.is_expired(at)

    def is_active(self, at: datetime) -> bool:
        """Only active points can be spent."""
        return self.active_from <= at and not self.is_expired(at)


@dataclass(frozen=True, slots=True)
class NewLot:
    """A lot about to be made."""

    amount: Decimal
    active_from: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """Points taken from a lot."""

    lot_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Given:
    """Points given back to the lot they were taken from."""

    lot_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Moved:
    """Points that left a lot for another customer, and the lot they make there."""

    taken: Taken
    lot: NewLot


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What could be taken back of points that are no longer justified, and what is owed as it was gone already."""

    takens: list[Taken]
    owed: Decimal

    @property
    def taken(self) -> Decimal:
        """All that was taken."""
        return sum((one.amount for one in self.takens), ZERO)


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that expire together."""

    amount: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer has: active points include the reserved ones, pending points are not active yet.

    Reservations hold no more than there is: what expired or was taken back meanwhile is reserved no longer.
    """

    active: Decimal
    pending: Decimal
    reserved: Decimal
    expiring_next: Expiring | None

    @property
    def spendable(self) -> Decimal:
        """Active points less the reserved ones."""
        return self.active - self.reserved


def balance(lots: Sequence[Lot], reserved: Decimal, at: datetime) -> Balance:
    """The balance is the sum of what remains in the lots that have not expired, swept up or not."""
    active = [lot for lot in lots if lot.is_active(at) and lot.remaining > ZERO]
    pending = [lot for lot in lots if lot.is_pending(at)]
    there = _sum(active)
    return Balance(there, _sum(pending), min(reserved, there), _expiring_next(active))


def assign(
    amount: Decimal, *, at: datetime, active_from: datetime | None = None, expires_at: datetime | None = None
) -> NewLot | Refusal:
    """Assigned points are active at once, or pending until a date; they may not expire before that, or be expired."""
    if refusal := amount_refusal(amount):
        return refusal
    start = active_from or at
    if expires_at is not None and expires_at <= max(start, at):
        return Refusal(ErrorCode.INVALID_PERIOD, "The points would expire before they become active.")
    return NewLot(amount, start, expires_at)


def spend(lots: Sequence[Lot], amount: Decimal, *, reserved: Decimal, at: datetime) -> list[Taken] | Refusal:
    """Points that expire soonest are spent first, then the oldest; pending and reserved ones are not."""
    if refusal := amount_refusal(amount):
        return refusal
    active = [lot for lot in lots if lot.is_active(at)]
    spendable = _sum(active)
    spendable -= min(reserved, spendable)
    if amount > spendable:
        return points_short(amount, spendable)
    return _take(sorted(active, key=_order), amount)


def expire(lots: Sequence[Lot], at: datetime) -> list[Taken]:
    """What remains in an expired lot is taken, oldest expiry first; no reservation keeps it."""
    expired = sorted((lot for lot in lots if lot.is_expired(at)), key=_order)
    return [Taken(lot.id, lot.remaining) for lot in expired if lot.remaining > ZERO]


def transfer(lots: Sequence[Lot], amount: Decimal, *, reserved: Decimal, at: datetime) -> list[Moved] | Refusal:
    """Transferred points leave as if spent, and keep on the other side the expiry they had."""
    takens = spend(lots, amount, reserved=reserved, at=at)
    if isinstance(takens, Refusal):
        return takens
    origin = {lot.id: lot for lot in lots}
    return [Moved(taken, _continued(origin[taken.lot_id], taken.amount)) for taken in takens]


def reverse(takens: Iterable[Taken]) -> list[Given]:
    """Reversed points go back to their own lots, and so keep the expiry they had.

    A lot that has expired since gets its points back as well: the books show that they were returned, and the
    next run of the expiry takes them again.
    """
    given: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for taken in takens:
        given[taken.lot_id] += taken.amount
    return [Given(lot_id, amount) for lot_id, amount in given.items()]


def reverse_part(takens: Sequence[Taken], amount: Decimal) -> list[Given] | Refusal:
    """A part goes back last taken first, so that the lots end as if only the rest had been spent."""
    if refusal := amount_refusal(amount):
        return refusal
    whole = sum((taken.amount for taken in takens), ZERO)
    if amount > whole:
        message = "More points can't be given back than were taken."
        return Refusal(ErrorCode.LIMIT_REACHED, message, Shortfall(points=amount - whole))
    last_first = [(taken.lot_id, taken.amount) for taken in reversed(takens)]
    return reverse(_fill(last_first, amount))


def outstanding(takens: Iterable[Taken], givens: Iterable[Given]) -> list[Taken]:
    """What was taken and not yet given back, in the order in which it was taken."""
    back: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for given in givens:
        back[given.lot_id] += given.amount
    # A lot appears once in an entry, so each lot's returns belong to its one taking.
    rest = [Taken(taken.lot_id, taken.amount - back[taken.lot_id]) for taken in takens]
    return [taken for taken in rest if taken.amount > ZERO]


def withdraw(lots: Sequence[Lot], own: Collection[int], amount: Decimal, *, at: datetime) -> Withdrawn:
    """Points earned by a bill that is undone are taken from the lots it made, those that count last first.

    Then they are taken from other lots as if spent, then from those that are pending, and before any reservation. What
    is gone is owed: a customer who owes points has none left.
    """
    made = sorted((lot for lot in lots if lot.id in own), key=lambda lot: (lot.active_from, lot.id), reverse=True)
    others = [lot for lot in lots if lot.id not in own]
    pending = sorted((lot for lot in others if lot.is_pending(at)), key=lambda lot: (lot.active_from, lot.id))
    takens = _take([*made, *_in_spending_order(others, at), *pending], amount)
    return Withdrawn(takens, amount - sum((taken.amount for taken in takens), ZERO))


def repay(incoming: Iterable[Given], owed: Decimal) -> list[Taken]:
    """What is owed comes first out of whatever flows back or is earned, from just the lots that it went to."""
    return _fill(((given.lot_id, given.amount) for given in incoming), owed)


def active_after(lots: Sequence[NewLot], owed: Decimal, at: datetime) -> Decimal:
    """How many points of new lots can be spent at once: what is owed comes out of them first."""
    left = {place: lot.amount for place, lot in enumerate(lots)}
    for taken in repay([Given(place, amount) for place, amount in left.items()], owed):
        left[taken.lot_id] -= taken.amount
    return sum((left[place] for place, lot in enumerate(lots) if lot.active_from <= at), ZERO)


def retract(
    lots: Sequence[Lot], lot_id: int, amount: Decimal, *, reserved: Decimal, at: datetime, repaid: Decimal = ZERO
) -> Withdrawn | Refusal:
    """Points assigned by mistake are taken from the lot they made; what is spent or reserved of it is not.

    What of them had paid for points that were owed is owed again.
    """
    if refusal := amount_refusal(amount):
        return refusal
    own = next(lot for lot in lots if lot.id == lot_id)
    free = min(own.remaining, balance(lots, reserved, at).spendable) if own.is_active(at) else own.remaining
    if amount > free + repaid:
        return points_short(amount, free + repaid)
    return Withdrawn(_fill([(lot_id, free)], amount), max(amount - free, ZERO))


def after(lots: Iterable[Lot], changes: Iterable[Taken | Given]) -> list[Lot]:
    """The lots once points were taken or given back."""
    delta: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for change in changes:
        delta[change.lot_id] += -change.amount if isinstance(change, Taken) else change.amount
    return [replace(lot, remaining=lot.remaining + delta[lot.id]) if lot.id in delta else lot for lot in lots]


def points_short(wanted: Decimal, available: Decimal) -> Refusal:
    """There are not enough points, and this many are missing."""
    message = f"{in_points(wanted)} are needed, {in_points(available)} can be spent."
    return Refusal(ErrorCode.POINTS_SHORT, message, Shortfall(points=wanted - available))


def _in_spending_order(lots: Iterable[Lot], at: datetime) -> list[Lot]:
    return sorted((lot for lot in lots if lot.is_active(at)), key=_order)


def _order(lot: Lot) -> tuple[datetime, datetime, int]:
    return lot.expires_at or NEVER, lot.created_at, lot.id


def _take(lots: Iterable[Lot], amount: Decimal) -> list[Taken]:
    return _fill(((lot.id, lot.remaining) for lot in lots), amount)


def _fill(sources: Iterable[tuple[int, Decimal]], amount: Decimal) -> list[Taken]:
    takens = []
    for lot_id, available in sources:
        part = min(available, amount)
        if part > ZERO:
            takens.append(Taken(lot_id, part))
            amount -= part
    return takens


def _continued(lot: Lot, amount: Decimal) -> NewLot:
    return NewLot(amount, lot.active_from, lot.expires_at)


def _expiring_next(active: Sequence[Lot]) -> Expiring | None:
    moments = [lot.expires_at for lot in active if lot.expires_at is not None]
    if not moments:
        return None
    soonest = min(moments)
    return Expiring(_sum(lot for lot in active if lot.expires_at == soonest), soonest)


def _sum(lots: Iterable[Lot]) -> Decimal:
    return sum((lot.remaining for lot in lots), ZERO)
