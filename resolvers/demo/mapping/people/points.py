"""Points: a lot for every bill that comes to a dollar, spent on catalogue rewards, gone after twelve months.

The source has no points. The earning rule, a point for each whole dollar, is made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

import models
from resolvers.demo.journey import Journey
from resolvers.demo.mapping.people.bought import bought
from resolvers.demo.mapping.retailer.lists import key_of
from resolvers.demo.reading.dates import Instants, instant
from resolvers.demo.writing.batch import Mapped, Note, RowBatch

POINTS = 100
"""Whole points to units of points' last place."""


@dataclass(frozen=True)
class Lots:
    """A lot for each bill that earned points; a lot's place, from 1, is its key."""

    bill: np.ndarray
    customer: np.ndarray
    amount: np.ndarray
    at: Instants
    expires: Instants

    @classmethod
    def of(cls, journey: Journey) -> Lots:
        """The lots, in the order of the bills."""
        bills = journey.source.bills
        bill = np.flatnonzero(bills.points)
        times = journey.paid_at[bill], journey.points_expire_at[bill]
        return cls(bill, bills.customer[bill], bills.points[bill], *times)


@dataclass
class Movements:
    """Entries other than earnings, each on one or more lots; amounts are negative."""

    customer: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    amount: list[int] = field(default_factory=list)
    at: list[np.datetime64] = field(default_factory=list)
    voucher: list[int | None] = field(default_factory=list)
    parts: list[tuple[int, int, int]] = field(default_factory=list)

    def add(
        self, customer: int, kind: str, at: np.datetime64, taken: list[tuple[int, int]], voucher: int | None
    ) -> None:
        """An entry that takes something from some lots."""
        self.customer.append(customer)
        self.kind.append(kind)
        self.amount.append(-sum(amount for _, amount in taken))
        self.at.append(at)
        self.voucher.append(voucher)
        self.parts.extend((len(self.kind) - 1, lot, -amount) for lot, amount in taken)


def points(journey: Journey) -> Mapped:
    """The ledger: what bills earned, what vouchers cost, what expired; and what is left in the lots."""
    lots = Lots.of(journey)
    left = lots.amount.copy()
    moves = Movements()
    _spend(journey, lots, left, moves)
    _expire(lots, left, moves, journey.calendar.now)
    yield from _earned(journey, lots, left)
    yield from _moved(moves, len(lots.bill))
    earned, spent = int(lots.amount.sum()), int(lots.amount.sum() - left.sum())
    yield Note(f"Bills earned {earned:,} points, a made-up rule; {spent:,} of them were spent or have expired.")


def _spend(journey: Journey, lots: Lots, left: np.ndarray, moves: Movements) -> None:
    """Take each voucher's price from its customer's lots, those first that expire first: the oldest."""
    order = np.argsort(lots.customer, kind="stable")
    starts = np.searchsorted(lots.customer[order], np.arange(1, len(journey.source.households) + 2))
    for one in bought(journey):
        at = instant(one.at)
        own = order[starts[one.customer - 1] : starts[one.customer]]
        usable = own[(lots.at[own] <= at) & (lots.expires[own] > at)]
        moves.add(one.customer, "SPEND", at, _taken(usable, left, one.cost), one.voucher)


def _taken(usable: np.ndarray, left: np.ndarray, cost: int) -> list[tuple[int, int]]:
    taken = []
    for lot in usable.tolist():
        part = min(int(left[lot]), cost)
        if part:
            taken.append((lot + 1, part))
            left[lot] -= part
            cost -= part
    return taken


def _expire(lots: Lots, left: np.ndarray, moves: Movements, now: datetime) -> None:
    for lot in np.flatnonzero((lots.expires <= instant(now)) & (left > 0)).tolist():
        moves.add(int(lots.customer[lot]), "EXPIRE", lots.expires[lot], [(lot + 1, int(left[lot]))], None)
        left[lot] = 0


def _earned(journey: Journey, lots: Lots, left: np.ndarray) -> Iterator[RowBatch]:
    keys = np.arange(1, len(lots.bill) + 1)
    kind = key_of(models.PointType, "purchase")
    owner = {"customer_id": lots.customer, "point_type_id": kind, "amount": lots.amount * POINTS}
    times = {"active_from": lots.at, "expires_at": lots.expires, "created_at": lots.at}
    yield RowBatch(models.PointLot, {"id": keys, **owner, "remaining": left * POINTS, **times})
    origin = {"store_id": journey.source.bills.store[lots.bill], "purchase_id": lots.bill + 1}
    yield RowBatch(models.PointEntry, {"id": keys, **owner, "kind": "EARN", "at": lots.at, **origin})
    yield RowBatch(models.PointEntryLot, {"id": keys, "entry_id": keys, "lot_id": keys, "amount": lots.amount * POINTS})


def _moved(moves: Movements, earned: int) -> Iterator[RowBatch]:
    if not moves.kind:
        return
    yield RowBatch(
        models.PointEntry,
        {
            "id": np.arange(earned + 1, earned + len(moves.kind) + 1),
            "customer_id": moves.customer,
            "kind": moves.kind,
            "amount": np.array(moves.amount) * POINTS,
            "at": np.array(moves.at),
            "voucher_id": moves.voucher,
        },
    )
    entry, lot, amount = map(np.array, zip(*moves.parts, strict=True))
    keys = np.arange(earned + 1, earned + len(lot) + 1)
    columns = {"id": keys, "entry_id": entry + earned + 1, "lot_id": lot, "amount": amount * POINTS}
    yield RowBatch(models.PointEntryLot, columns)
