"""Vouchers: a reward in one customer's hands."""

from __future__ import annotations

import models
from models.rules.voucher_code import code_key
from models.scope import Scope
from resolvers import voucher
from resolvers.query.expressions import VOUCHER_STATE, VOUCHER_VALID, VOUCHER_WORTH
from resolvers.voucher import counts
from schema.declaring.base import own
from schema.declaring.declarations import (
    by,
    exposes,
    found_by,
    leaf,
    listing,
    lookup,
    many,
    money,
    one,
    query,
)
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Dated


@exposes(models.Voucher)
class Voucher(Dated):
    """One use of a reward by one customer; it is applied at most once."""

    code = leaf(compared="code_key", normalise=code_key)
    value = money("value", when=VOUCHER_WORTH)
    state = leaf(
        VOUCHER_STATE, description="Where the voucher is in its life; EXPIRED from the moment its validity is over."
    )
    is_valid = leaf(VOUCHER_VALID, description="Whether it can be used now.")
    valid_from = leaf()
    valid_to = leaf()
    note = leaf()
    redeemed_at = leaf()
    reserved_for = leaf()
    reserved_until = leaf()
    customer = one()
    reward = one()
    store = one()
    purchase = one()
    earned_by = one()
    batch = one()
    events = many(order=[by("at", descending=True)], description="What happened to it, newest first.")


@exposes(models.VoucherBatch, order=[by("created_at", descending=True)])
class VoucherBatch(Dated):
    """Vouchers of a reward that were issued together, and what became of them."""

    code = leaf()
    name = leaf()
    note = leaf()
    issued = leaf(counts.ISSUED, description="How many vouchers it is: those below together.")
    active = leaf(counts.ACTIVE, description="How many of them can still be used, now or later.")
    reserved = leaf(counts.RESERVED, description="How many are reserved for a bill.")
    used = leaf(counts.USED, description="How many were used.")
    expired = leaf(counts.EXPIRED, description="Of how many the validity is over.")
    cancelled = leaf(counts.CANCELLED, description="How many were cancelled.")
    reward = one()
    store = one()
    vouchers = many(order=[by("id")], description="Its vouchers, in the order in which they were issued.")


@query
class VoucherQueries:
    """Finding vouchers."""

    voucher = lookup(
        "Voucher",
        "One voucher; null when there is none.",
        code=found_by("Its code; case, spaces and hyphens don't matter.", "code"),
    )
    vouchers = listing("Voucher", "All vouchers.")
    voucher_batch = lookup("VoucherBatch", "One batch of vouchers.", code=found_by("Its code.", "code"))
    voucher_batches = listing("VoucherBatch", "All batches of vouchers, newest first.")


@mutation
class VoucherMutations:
    """The life of a voucher."""

    voucher_issue = mutation_field(
        voucher.issue,
        "Issue a voucher of a reward to a customer. The points that it costs are spent at the same moment; its limits "
        "for a customer and in all hold, however many ask at the same time.",
        scope=Scope.VOUCHERS_WRITE,
        own=own("customer", "customer_by", "reward", "reward_by", "store", "store_by"),
    )
    voucher_issue_batch = mutation_field(
        voucher.issue_batch,
        "Issue a voucher of a reward to each of up to 1,000 customers, or vouchers with codes, values and dates of "
        "their own. One who can't have it does not stop the others. The batch tells later what became of them.",
        scope=Scope.VOUCHERS_WRITE,
    )
    voucher_reserve = mutation_field(
        voucher.reserve,
        "Reserve a voucher for a bill; until the time is over, only that bill can use it. Asked again for the same "
        "bill, the time begins anew.",
        scope=Scope.VOUCHERS_WRITE,
    )
    voucher_release = mutation_field(
        voucher.release,
        "Release a reserved voucher.",
        scope=Scope.VOUCHERS_WRITE,
    )
    voucher_redeem = mutation_field(
        voucher.redeem,
        "Use a voucher without a bill, as for a gift handed over. It is applied at most once; what it asks of a "
        "bill's goods and amount is not asked here. On a bill, give its code to `purchaseSend`.",
        scope=Scope.VOUCHERS_WRITE,
    )
    voucher_cancel = mutation_field(
        voucher.cancel,
        "Cancel a voucher that was not used. The points that it cost are given back.",
        scope=Scope.VOUCHERS_WRITE,
    )
    voucher_extend = mutation_field(
        voucher.extend,
        "Extend a voucher's validity. One that has expired can be used again; one that was used or cancelled stays so.",
        scope=Scope.VOUCHERS_WRITE,
    )
    voucher_transfer = mutation_field(
        voucher.transfer,
        "Transfer a portable voucher to another customer.",
        scope=Scope.VOUCHERS_WRITE,
    )
