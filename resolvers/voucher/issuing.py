"""Issuing vouchers: the reward's limits and the customer's points are asked and used up in one transaction."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import models
from models import PointEntryKind, VoucherChange
from models.event_kinds import EventKind
from models.rules import ledger, validity, voucher_code
from models.rules.applicability import issue_refusals
from models.rules.error_codes import ErrorCode
from resolvers.benefit.limits import lock_limited
from resolvers.benefit.offers import offers_by_key
from resolvers.benefit.shopper import read_shopper
from resolvers.errors import Refused
from resolvers.operation.refusal import accepted, refuse
from resolvers.point import booking
from resolvers.query.compiled_writes import Insert
from resolvers.storage.transaction import Transaction

TRIES = 8
MADE = Insert(
    models.Voucher,
    "customer_id reward_id code code_key value currency_code state valid_from valid_to note store_id earned_by_id"
    " batch_id created_at updated_at",
    returning="id",
    unless=["code_key"],
)
HAPPENED = Insert(models.VoucherEvent, "voucher_id customer_id change at note")


async def issue(
    transaction: Transaction, reward_id: int, customer_id: int, *, zone: str, field: str = "reward", **own: Any
) -> int:
    """Issue a voucher to a customer who is locked, for the points it costs; its key. `own` are its own columns."""
    context = await transaction.inside()
    offers = await offers_by_key(context, [reward_id])
    terms = offers[reward_id].terms
    await lock_limited(context, [terms])
    shopper, purse = await read_shopper(context, customer_id, [terms])
    refuse(issue_refusals(terms, shopper, transaction.now), field)
    key = await make(transaction, reward_id, customer_id, zone=zone, **own)
    if terms.points_cost:
        spent = ledger.spend(purse.lots, terms.points_cost, reserved=purse.reserved, at=transaction.now)
        takens = accepted(spent, field)
        store_id = own.get("store_id")
        await booking.debit(transaction, customer_id, takens, PointEntryKind.SPEND, voucher_id=key, store_id=store_id)
    return key


async def make(transaction: Transaction, reward_id: int, customer_id: int, *, zone: str, **own: Any) -> int:
    """A voucher with a code of its own, whoever may have it having been asked before; its key."""
    reward = await transaction.session.get_one(models.Reward, reward_id)
    values = {
        "customer_id": customer_id,
        "reward_id": reward_id,
        "state": models.VoucherState.ACTIVE,
        "valid_from": transaction.now,
        "valid_to": _end(reward, transaction.now, zone),
        "created_at": transaction.now,
        "updated_at": transaction.now,
    } | own
    key = await _insert(transaction, reward, values)
    await record(transaction, key, customer_id, VoucherChange.ISSUED, own.get("note"))
    return key


async def record(
    transaction: Transaction,
    key: int,
    customer_id: int,
    change: VoucherChange,
    note: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Write down what happened to a voucher: in its history, and with `data` in the outbox."""
    await HAPPENED.rows(
        transaction,
        [{"voucher_id": key, "customer_id": customer_id, "change": change, "at": transaction.now, "note": note}],
    )
    transaction.emit(EventKind[f"VOUCHER_{change}"], models.Voucher(id=key), customer_id=customer_id, data=data)


async def _insert(transaction: Transaction, reward: models.Reward, values: dict[str, Any]) -> int:
    given = values.pop("code", None)
    for _ in range(1 if given else TRIES):
        code = given or voucher_code.voucher_code(reward.code_generation, secrets.choice, reward.code)
        key: int | None = await MADE.one(transaction, code=code, code_key=voucher_code.code_key(code), **values)
        if key is not None:
            return key
    raise Refused(ErrorCode.CODE_TAKEN, "There is a voucher of this code.", "code")


def _end(reward: models.Reward, at: datetime, zone: str) -> datetime | None:
    return validity.voucher_end(
        reward.voucher_validity,
        reward.voucher_validity_value,
        issued_at=at,
        zone=zone,
        reward_ends_at=reward.valid_to,
    )
