"""What the database says of the calls that were made: each that was acknowledged is there, each is there once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

import models
from models import PointEntry, PointLot, Purchase, Voucher, VoucherEvent
from resolvers.ids import opaque_id
from resolvers.storage.engine import make_engine
from tests.faults.shop import CUSTOMERS, OPENING, Call

IS_NAMED = PointEntry.note.is_not(None) & (PointEntry.kind != models.PointEntryKind.TRANSFER_IN)
MADE: Mapping[str, Select[Any]] = {
    "PointEntry": select(PointEntry.note, PointEntry.id).where(IS_NAMED),
    "Purchase": select(Purchase.external_id, Purchase.id),
    "Voucher": select(Voucher.code, Voucher.id),
}
"""The names and keys of the rows that calls made."""

APPLIED = select(VoucherEvent.voucher_id).where(VoucherEvent.change == models.VoucherChange.APPLIED)
LEDGER = select(PointEntry.customer_id, func.sum(PointEntry.amount)).group_by(PointEntry.customer_id)
LOTS = select(PointLot.customer_id, func.sum(PointLot.remaining)).group_by(PointLot.customer_id)
CHANGES = select(models.Event.change).distinct()
KEYS = select(models.IdempotencyKey.key)


async def faults(url: str, calls: Sequence[Call], acknowledged: Mapping[str, str]) -> list[str]:
    """What is wrong; `acknowledged` tells the id of the row that each client was told of, by the name of its call."""
    engine = make_engine(url)
    async with engine.connect() as connection:
        found = [fault async for fault in _faults(connection, calls, acknowledged)]
    await engine.dispose()
    return found


async def _faults(connection: AsyncConnection, calls: Sequence[Call], acknowledged: Mapping[str, str]) -> Any:
    made = [
        (name, opaque_id(entity, key))
        for entity, chosen in MADE.items()
        for name, key in await connection.execute(chosen)
    ]
    for fault in _effects(made, acknowledged):
        yield fault
    names = {name for name, _ in made}
    done = [call for call in calls if call.name in names]
    if len(done) < len(names):
        yield "invented: something that nobody asked for"
    applied = Counter(await connection.scalars(APPLIED))
    if set(applied.values()) - {1} or len(applied) != sum(call.mutation == "purchaseSend" for call in done):
        yield "vouchers: not each was applied once, with its bill"
    ledger, lots = [dict((await connection.execute(sums)).all()) for sums in (LEDGER, LOTS)]
    if ledger != lots:
        yield f"balances: the ledger says {ledger}, the lots {lots}"
    expected = CUSTOMERS * OPENING + sum(call.points for call in done)
    if sum(ledger.values(), Decimal(0)) != expected:
        yield f"points: there are {sum(ledger.values())}, there should be {expected}"
    if set(await connection.scalars(KEYS)) != names:
        yield "keys: they are not those of what was done"
    if len((await connection.scalars(CHANGES)).all()) != len(names):
        yield "events: they are not those of what was done"


def _effects(made: Sequence[tuple[str, str]], acknowledged: Mapping[str, str]) -> Iterator[str]:
    known = dict(made)
    for name, times in Counter(name for name, _ in made).items():
        if times > 1:
            yield f"doubled: {name}"
    for name, row in acknowledged.items():
        if name not in known:
            yield f"lost: {name}"
        elif known[name] != row:
            yield f"changed: {name}"
