"""Batches: vouchers of one reward issued together, to a segment, to a list, or each with terms of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

import models
from models import SegmentMember
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.refusals import in_words
from resolvers.errors import Refused
from resolvers.operation.references import References
from resolvers.query.compiled_writes import Insert
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction
from resolvers.voucher import issuing
from resolvers.voucher.inputs import (
    MOST_CUSTOMERS,
    BatchVoucherInput,
    RefusedCustomer,
    VoucherBatchAnswer,
    VoucherIssueBatch,
)
from resolvers.voucher.terms import own_columns, reward_in_use, store_in_use, zone_of

BATCH = Insert(
    models.VoucherBatch,
    "code name note reward_id store_id created_at updated_at",
    returning="id",
    unless=["code"],
)
LONGEST_BEGINNING = 48
"""Of a reward's code, in that of a batch that is given none."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a voucher of a batch has of its own."""

    code: str | None
    value: Decimal | None
    currency: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A voucher that is to be issued; with its place among those that have their own terms."""

    customer_id: int
    index: int | None = None
    given: BatchVoucherInput | None = None


async def issue_batch(transaction: Transaction, given: VoucherIssueBatch) -> VoucherBatchAnswer:
    """Issue vouchers to many customers; one who can't have it stops no other."""
    reward = await reward_in_use(transaction, given.reward)
    store = await store_in_use(transaction, given.store)
    zone = await zone_of(transaction, store)
    shared = await own_columns(transaction, _terms(given), reward)
    wanted = await _wanted(transaction, given)
    batch_id = await _batch(transaction, given, reward)
    made: list[RowRef] = []
    refused: list[RefusedCustomer] = []
    for one in wanted:
        try:
            async with transaction.attempt():
                await transaction.lock_customer(one.customer_id, "customers", active=True)
                own = shared
                if one.given is not None:
                    own = await own_columns(transaction, _terms(given, one.given), reward)
                about = own | {"batch_id": batch_id}
                made.append(
                    RowRef("Voucher", await issuing.issue(transaction, reward.id, one.customer_id, zone=zone, **about))
                )
        except Refused as error:
            refused.append(_refused(one, error))
    transaction.emit(EventKind.VOUCHER_BATCH_ISSUED, models.VoucherBatch(id=batch_id), data={"issued": len(made)})
    batch = RowRef("VoucherBatch", batch_id)
    return VoucherBatchAnswer(batch=batch, issued=len(made), vouchers=made, refused=refused)


async def _batch(transaction: Transaction, given: VoucherIssueBatch, reward: models.Reward) -> int:
    values: dict[str, Any] = {
        "code": given.code or f"{reward.code[:LONGEST_BEGINNING]}-{secrets.token_hex(4)}",
        "name": given.name or reward.name,
        "note": given.note,
        "reward_id": reward.id,
        "store_id": given.store,
        "created_at": transaction.now,
        "updated_at": transaction.now,
    }
    key: int | None = await BATCH.one(transaction, **values)
    if key is None:
        raise Refused(ErrorCode.TAKEN, "There is a batch of this code.", "code")
    return key


def _terms(given: VoucherIssueBatch, own: BatchVoucherInput | None = None) -> _Terms:
    """Those of the batch, and of a voucher what it has of its own instead."""
    if own is None:
        return _Terms(None, given.value, given.currency, given.valid_from, given.valid_to, given.note)
    worth = own if own.value is not None else given
    return _Terms(
        own.code,
        worth.value,
        worth.currency,
        own.valid_from or given.valid_from,
        own.valid_to or given.valid_to,
        own.note or given.note,
    )


def _refused(one: _Wanted, error: Refused) -> RefusedCustomer:
    there = None if error.code is ErrorCode.NOT_FOUND else RowRef("Customer", one.customer_id)
    missing = in_words(error.missing)
    return RefusedCustomer(customer=there, index=one.index, code=error.code, message=str(error), missing=missing)


async def _wanted(transaction: Transaction, given: VoucherIssueBatch) -> list[_Wanted]:
    """The vouchers of a batch in the order in which their customers are locked."""
    keys = set(given.customers or ())
    if given.segment is not None:
        segment = await References(transaction).find(models.Segment, given.segment, "segment")
        members = select(SegmentMember.customer_id).where(SegmentMember.segment_id == segment.id)
        keys |= set(await transaction.session.scalars(members.limit(MOST_CUSTOMERS + 1)))
    wanted = [*(_Wanted(key) for key in keys), *_with_own(given)]
    if not wanted:
        raise Refused(ErrorCode.REQUIRED, "Name the customers, or a segment that has members.", "customers")
    if len(wanted) > MOST_CUSTOMERS:
        raise Refused(ErrorCode.TOO_MANY, f"A batch takes {MOST_CUSTOMERS} vouchers at most.", "customers")
    return sorted(wanted, key=lambda one: (one.customer_id, -1 if one.index is None else one.index))


def _with_own(given: VoucherIssueBatch) -> Iterator[_Wanted]:
    for index, one in enumerate(given.vouchers or ()):
        yield _Wanted(one.customer, index, one)
