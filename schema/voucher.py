"""Vouchers: a reward in one customer's hands."""

from __future__ import annotations

import models
from resolvers.expressions import VOUCHER_STATE, VOUCHER_VALID
from schema.declarations import by, exposes, found_by, leaf, listing, lookup, many, money, one, query
from schema.shared import Dated


@exposes(models.Voucher)
class Voucher(Dated):
    """One use of a reward by one customer; it is applied at most once."""

    code = leaf()
    value = money("value", when="currency_code")
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
    events = many(order=[by("at", descending=True)], description="What happened to it, newest first.")


@query
class VoucherQueries:
    """Finding vouchers."""

    voucher = lookup("Voucher", "One voucher; null when there is none.", code=found_by("Its code.", "code"))
    vouchers = listing("Voucher", "All vouchers.")
