"""Issuing vouchers: the reward's limits and the customer's points are asked and used up in one transaction."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

import models
from models import PointEntryKind, Voucher, VoucherChange
from models.rules import ledger, validity, voucher_code
from models.rules.applicability import issue_refusals
from resolvers import point_ledger
from resolvers.bill import refuse
from resolvers.bill_benefits import offers_by_key
from resolvers.bill_case import lock_limited
from resolvers.bill_rows import inside
from resolvers.bill_shopper import read_shopper
from resolvers.errors import Refused
from resolvers.writing import Writing

LONGEST_BEGINNING = 55
"""Of a reward's code; the random end of the voucher's comes behind it."""

TRIES = 8
ZONE = "UTC"
"""The calendar of vouchers that no store issues."""


async def issue(
    writing: Writing, reward_id: int, customer_id: int, *, zone: str = ZONE, field: str = "reward", **own: Any
) -> int:
    """Issue a voucher to a customer who is locked, for the points it costs; its key. `own` are its own columns."""
    reading = await inside(writing)
    offers = await offers_by_key(reading, [reward_id])
    terms = offers[reward_id].terms
    await lock_limited(reading, [terms])
    shopper, purse = await read_shopper(reading, customer_id, [terms])
    refuse(issue_refusals(terms, shopper, writing.now), field)
    key = await make(writing, reward_id, customer_id, zone=zone, **own)
    if terms.points_cost:
        spent = ledger.spend(purse.lots, terms.points_cost, reserved=purse.reserved, at=writing.now)
        takens = point_ledger.accepted(spent, field)
        store_id = own.get("store_id")
        await point_ledger.take(writing, customer_id, takens, PointEntryKind.SPEND, voucher_id=key, store_id=store_id)
    return key


async def make(writing: Writing, reward_id: int, customer_id: int, *, zone: str, **own: Any) -> int:
    """A voucher with a code of its own, whoever may have it having been asked before; its key."""
    reward = await writing.session.get_one(models.Reward, reward_id)
    values = {
        "customer_id": customer_id,
        "reward_id": reward_id,
        "state": models.VoucherState.ACTIVE,
        "valid_from": writing.now,
        "valid_to": _end(reward, writing.now, zone),
        "created_at": writing.now,
        "updated_at": writing.now,
    } | own
    key = await _insert(writing, reward, values)
    record(writing, key, customer_id, VoucherChange.ISSUED, own.get("note"))
    return key


def record(
    writing: Writing, key: int, customer_id: int, change: VoucherChange, note: str | None = None, **data: Any
) -> None:
    """Write down what happened to a voucher: in its history, and in the outbox."""
    event = models.VoucherEvent(voucher_id=key, customer_id=customer_id, change=change, at=writing.now, note=note)
    writing.session.add(event)
    writing.emit(f"VOUCHER_{change}", models.Voucher(id=key), customer_id=customer_id, data=data or None)


async def _insert(writing: Writing, reward: models.Reward, values: dict[str, Any]) -> int:
    given = values.pop("code", None)
    insert: Any = insert_on_postgresql if writing.backend == "postgresql" else insert_on_sqlite
    for _ in range(1 if given else TRIES):
        code = given or _code(reward)
        made = insert(Voucher).values(code=code, **values).on_conflict_do_nothing(index_elements=["code"])
        key: int | None = await writing.session.scalar(made.returning(Voucher.id))
        if key is not None:
            return key
    raise Refused("CODE_TAKEN", "There is a voucher of this code.", "code")


def _code(reward: models.Reward) -> str:
    beginning = voucher_code.normalised(reward.code)[:LONGEST_BEGINNING]
    return voucher_code.voucher_code(reward.code_generation, secrets.choice, beginning)


def _end(reward: models.Reward, at: datetime, zone: str) -> datetime | None:
    return validity.voucher_end(
        reward.voucher_validity,
        reward.voucher_validity_value,
        issued_at=at,
        zone=zone,
        reward_ends_at=reward.valid_to,
    )
