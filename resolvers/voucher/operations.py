"""Vouchers: issued, reserved for a bill, used, cancelled, transferred.

Whoever changes a voucher holds its owner's row locked, and then the voucher's own; used up it is by a statement that
changes only what is still usable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

import models
from models import PointEntry, PointEntryKind, VoucherChange, VoucherState
from models.rules import ledger
from models.rules.applicability import affordable, refusals
from models.rules.basket import Bill, Shopper, Voucher
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO
from resolvers.benefit.offers import VOUCHER_COLUMNS, offers_by_key, vouchers_of
from resolvers.benefit.shopper import read_shopper
from resolvers.errors import Refused
from resolvers.operation.perform import Stage, after
from resolvers.operation.references import coded_as
from resolvers.operation.refusal import refuse
from resolvers.point import booking
from resolvers.query.compiled_query import CompiledQuery, among
from resolvers.storage.context import RowRef, is_customer
from resolvers.storage.transaction import Transaction
from resolvers.voucher import issuing
from resolvers.voucher.guessing import refuse_guesses
from resolvers.voucher.inputs import (
    NamedVoucher,
    VoucherAnswer,
    VoucherCancel,
    VoucherExtend,
    VoucherIssue,
    VoucherRedeem,
    VoucherRelease,
    VoucherReserve,
    VoucherTransfer,
)
from resolvers.voucher.terms import own_columns, reward_in_use, store_in_use, zone_of

USABLE = (VoucherState.ACTIVE, VoucherState.RESERVED)

OF_A_BILL = frozenset({ErrorCode.MINIMUM_NOT_MET, ErrorCode.CONDITION_NOT_MET, ErrorCode.WRONG_CURRENCY})
"""What can't be asked of a voucher that is used without a bill."""

BY_KEY = CompiledQuery(lambda backend: select(*VOUCHER_COLUMNS).where(among(models.Voucher.id, "keys", backend)))


async def issue(transaction: Transaction, given: VoucherIssue) -> VoucherAnswer:
    """Issue a voucher to a customer, for the points that it costs, within its limits."""
    reward = await reward_in_use(transaction, given.reward)
    if is_customer(transaction.viewer) and not reward.points_cost:
        raise Refused(ErrorCode.FORBIDDEN, "What costs no points is given, and not taken.", "reward")
    store = await store_in_use(transaction, given.store)
    own = await own_columns(transaction, given, reward)
    await transaction.lock_customer(given.customer, "customer", active=True)
    zone = await zone_of(transaction, store)
    return _answer(await issuing.issue(transaction, reward.id, given.customer, zone=zone, **own))


async def _before(stage: Stage, given: Any) -> None:
    shown_by = given.customer if isinstance(given, VoucherRedeem) else None
    await refuse_guesses(stage, given.code, shown_by)


@after(_before)
async def reserve(transaction: Transaction, given: VoucherReserve, _admitted: None) -> VoucherAnswer:
    """Reserve a voucher for a bill for some time; no other bill can use it until then."""
    voucher = await _locked(transaction, given)
    await transaction.lock_customer(voucher.customer_id, "id", active=True)
    _usable(voucher, transaction.now)
    if _is_held(voucher, transaction.now) and voucher.reserved_for != given.bill:
        raise Refused(ErrorCode.RESERVED_ELSEWHERE, "The voucher is reserved for another bill.", "bill")
    voucher.state = VoucherState.RESERVED
    voucher.reserved_for, voucher.reserved_until = given.bill, transaction.now + timedelta(minutes=given.minutes)
    return await _changed(transaction, voucher, VoucherChange.RESERVED)


@after(_before)
async def release(transaction: Transaction, given: VoucherRelease, _admitted: None) -> VoucherAnswer:
    """Release a voucher that was reserved."""
    voucher = await _locked(transaction, given)
    if voucher.state is not VoucherState.RESERVED:
        raise Refused(ErrorCode.WRONG_STATE, "The voucher is not reserved.", "id")
    held = _is_held(voucher, transaction.now)
    if given.bill is not None and held and voucher.reserved_for != given.bill:
        raise Refused(ErrorCode.RESERVED_ELSEWHERE, "The voucher is reserved for another bill.", "bill")
    voucher.state, voucher.reserved_for, voucher.reserved_until = VoucherState.ACTIVE, None, None
    return await _changed(transaction, voucher, VoucherChange.RELEASED)


@after(_before)
async def redeem(transaction: Transaction, given: VoucherRedeem, _admitted: None) -> VoucherAnswer:
    """Use a voucher without a bill, as for a gift that is handed over."""
    store = await store_in_use(transaction, given.store)
    shown_by = {} if given.customer is None else {"customer": given.customer}
    voucher = await _locked(transaction, given, *shown_by.values())
    await transaction.lock_named({"id": voucher.customer_id, **shown_by}, active=True)
    context = await transaction.inside()
    rule = (await vouchers_of(context, await BY_KEY.read(context, keys=[voucher.id])))[0]
    holder = voucher.customer_id if given.customer is None else given.customer
    shopper, _ = await read_shopper(context, holder, [])
    refuse(redemption_refusals(rule, shopper, store, given.bill, transaction.now), "id")
    voucher.state, voucher.redeemed_at = VoucherState.APPLIED, transaction.now
    voucher.store_id = store.id if store else None
    return await _changed(transaction, voucher, VoucherChange.APPLIED, given.note)


@after(_before)
async def cancel(transaction: Transaction, given: VoucherCancel, _admitted: None) -> VoucherAnswer:
    """Cancel a voucher that was not used; the points that it cost go back to where they came from."""
    paid = await _payment(transaction, _named(given))
    voucher = await _locked(transaction, given, *([paid.customer_id] if paid else []))
    if voucher.state is VoucherState.CANCELLED:
        return _answer(voucher.id, repeated=True)
    if voucher.state not in USABLE:
        raise Refused(ErrorCode.WRONG_STATE, f"The voucher is {voucher.state.lower()}.", "id")
    voucher.state, voucher.reserved_for, voucher.reserved_until = VoucherState.CANCELLED, None, None
    if paid is not None and not given.keep_points:
        givens = ledger.reverse(await booking.outstanding(transaction, paid.id))
        await booking.give_back(transaction, paid.customer_id, givens, paid.id, voucher_id=voucher.id)
    return await _changed(transaction, voucher, VoucherChange.CANCELLED, given.reason)


@after(_before)
async def transfer(transaction: Transaction, given: VoucherTransfer, _admitted: None) -> VoucherAnswer:
    """Transfer a portable voucher to another customer, who has not had as many of the reward as they may."""
    receiver = given.customer
    voucher = await _locked(transaction, given, receiver)
    await transaction.lock_named({"id": voucher.customer_id, "customer": receiver}, active=True)
    _usable(voucher, transaction.now)
    if _is_held(voucher, transaction.now):
        raise Refused(ErrorCode.RESERVED_ELSEWHERE, "The voucher is reserved for a bill.", "id")
    context = await transaction.inside()
    offer = (await offers_by_key(context, [voucher.reward_id]))[voucher.reward_id]
    if not offer.is_portable:
        raise Refused(ErrorCode.NOT_PORTABLE, "Vouchers of this reward can't be transferred.", "id")
    if receiver == voucher.customer_id:
        raise Refused(ErrorCode.SAME_CUSTOMER, "The voucher is this customer's already.", "customer")
    shopper, _ = await read_shopper(context, receiver, [offer.terms])
    issued_to = voucher.issued_to_id or voucher.customer_id
    # There is no voucher more than before, and it is paid for; one that comes back counts already.
    their_own = replace(offer.terms, limit_total=None, points_cost=ZERO)
    if receiver != issued_to:
        refuse(affordable(their_own, shopper), "customer")
    voucher.issued_to_id = None if issued_to == receiver else issued_to
    voucher.customer_id, voucher.state = receiver, VoucherState.ACTIVE
    voucher.reserved_for = voucher.reserved_until = None
    return await _changed(transaction, voucher, VoucherChange.TRANSFERRED)


@after(_before)
async def extend(transaction: Transaction, given: VoucherExtend, _admitted: None) -> VoucherAnswer:
    """Let a voucher be used until later; one that has expired can be used again."""
    voucher = await _locked(transaction, given)
    await transaction.lock_customer(voucher.customer_id, "id", active=True)
    if voucher.state not in (*USABLE, VoucherState.EXPIRED):
        _usable(voucher, transaction.now)
    if voucher.valid_to == given.valid_to:
        return _answer(voucher.id, repeated=True)
    if voucher.valid_to is None or given.valid_to < voucher.valid_to:
        raise Refused(ErrorCode.BAD_VALIDITY, "The voucher can be used until later already.", "validTo")
    if given.valid_to <= transaction.now:
        raise Refused(ErrorCode.DATE_PASSED, "This end is over already.", "validTo")
    if voucher.state is VoucherState.EXPIRED:
        voucher.state, voucher.reserved_for, voucher.reserved_until = VoucherState.ACTIVE, None, None
    voucher.valid_to = given.valid_to
    until = {"validTo": given.valid_to.isoformat()}
    return await _changed(transaction, voucher, VoucherChange.EXTENDED, given.reason, until)


def _named(given: NamedVoucher) -> ColumnElement[bool]:
    """The voucher that an input names, by its id or its code."""
    if given.id is not None:
        return models.Voucher.id == given.id
    return coded_as(models.Voucher, given.code or "")


async def _locked(transaction: Transaction, given: NamedVoucher, *others: int) -> models.Voucher:
    """The voucher, locked after its owner and after other customers concerned, all in the order of their keys."""
    condition = _named(given)
    owner = select(models.Voucher.customer_id).where(condition)
    if await transaction.lock_owner(owner, *others) is None:
        field = "id" if given.id is not None else "code"
        raise Refused(ErrorCode.NOT_FOUND, "There is no such voucher.", field)
    found = select(models.Voucher).where(condition).with_for_update(key_share=True)
    voucher = await transaction.session.scalar(found, execution_options={"populate_existing": True})
    assert voucher is not None
    return voucher


async def _payment(transaction: Transaction, condition: ColumnElement[bool]) -> PointEntry | None:
    """The entry by which a voucher was paid for."""
    paid = select(PointEntry).join(models.Voucher, models.Voucher.id == PointEntry.voucher_id)
    spent = paid.where(condition, PointEntry.kind == PointEntryKind.SPEND).order_by(PointEntry.id)
    found: PointEntry | None = (await transaction.session.scalars(spent.limit(1))).first()
    return found


def _is_held(voucher: models.Voucher, at: datetime) -> bool:
    until = voucher.reserved_until
    return voucher.state is VoucherState.RESERVED and until is not None and at < until


def _usable(voucher: models.Voucher, at: datetime) -> None:
    if voucher.state is VoucherState.APPLIED:
        raise Refused(ErrorCode.ALREADY_APPLIED, "The voucher has been used.", "id")
    if voucher.state is VoucherState.EXPIRED or (voucher.valid_to is not None and voucher.valid_to <= at):
        raise Refused(ErrorCode.EXPIRED, "The voucher has expired.", "id")
    if voucher.state is VoucherState.CANCELLED:
        raise Refused(ErrorCode.WRONG_STATE, "The voucher has been cancelled.", "id")


def redemption_refusals(
    voucher: Voucher, shopper: Shopper, store: models.Store | None, bill: str | None, at: datetime
) -> Sequence[Any]:
    """Why a voucher can't be used now, by this customer, in this store."""
    anywhere = store is None
    here = Bill("", store.id if store else 0, (), store.time_zone if store else "UTC", bill)
    reasons = refusals(voucher, here, shopper, at)
    ignored = OF_A_BILL | ({ErrorCode.WRONG_STORE} if anywhere and not voucher.reward.store_ids else set())
    return [reason for reason in reasons if reason.code not in ignored]


async def _changed(
    transaction: Transaction,
    voucher: models.Voucher,
    change: VoucherChange,
    note: str | None = None,
    data: dict[str, Any] | None = None,
) -> VoucherAnswer:
    voucher.updated_at = transaction.now
    await transaction.session.flush()
    await issuing.record(transaction, voucher.id, voucher.customer_id, change, note, data)
    return _answer(voucher.id)


def _answer(key: int, *, repeated: bool = False) -> VoucherAnswer:
    return VoucherAnswer(voucher=RowRef("Voucher", key), repeated=repeated)
