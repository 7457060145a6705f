"""Issuing vouchers: the reward's limits and the customer's points are asked and used up in one transaction."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import models
from models import PointEntryKind, VoucherChange
from models.rules import ledger, validity, voucher_code
from models.rules.applicability import issue_refusals
from resolvers import point_ledger
from resolvers.bill import refuse
from resolvers.bill_benefits import offers_by_key
from resolvers.bill_case import lock_limited
from resolvers.bill_rows import inside
from resolvers.bill_shopper import read_shopper
from resolvers.bill_writes import Insert
from resolvers.errors import Refused
from resolvers.writing import Writing

LONGEST_BEGINNING = 55
"""Of a reward's code; the random end of the voucher's comes behind it."""

TRIES = 8
MADE = Insert(
    models.Voucher,
    "customer_id reward_id code value currency_code state valid_from valid_to note store_id earned_by_id created_at"
    " updated_at",
    returning="id",
    unless=["code"],
)
HAPPENED = Insert(models.VoucherEvent, "voucher_id customer_id change at note")
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
    await record(writing, key, customer_id, VoucherChange.ISSUED, own.get("note"))
    return key


async def record(writing: Writing, key: int, customer_id: int, change: VoucherChange, note: str | None = None) -> None:
    """Write down what happened to a voucher: in its history, and in the outbox."""
    await HAPPENED.rows(
        writing, [{"voucher_id": key, "customer_id": customer_id, "change": change, "at": writing.now, "note": note}]
    )
    writing.emit(f"VOUCHER_{change}", models.Voucher(id=key), customer_id=customer_id)


async def _insert(writing: Writing, reward: models.Reward, values: dict[str, Any]) -> int:
    given = values.pop("code", None)
    for _ in range(1 if given else TRIES):
        key: int | None = await MADE.one(writing, code=given or _code(reward), **values)
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
