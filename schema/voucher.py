"""Vouchers: a reward in one customer's hands."""

from __future__ import annotations

import models
from resolvers import voucher
from resolvers.query.expressions import VOUCHER_STATE, VOUCHER_VALID, VOUCHER_WORTH
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
    shown,
    structure,
)
from schema.declaring.mutations import input_field, mutation, mutation_field
from schema.shared import Dated


@exposes(models.Voucher)
class Voucher(Dated):
    """One use of a reward by one customer; it is applied at most once."""

    code = leaf()
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
    events = many(order=[by("at", descending=True)], description="What happened to it, newest first.")


@query
class VoucherQueries:
    """Finding vouchers."""

    voucher = lookup("Voucher", "One voucher; null when there is none.", code=found_by("Its code.", "code"))
    vouchers = listing("Voucher", "All vouchers.")


@structure
class RefusedCustomer:
    """A customer to whom no voucher was issued. The others got theirs."""

    customer = shown("Customer | None", "The customer; null where there is no such customer.")
    code = shown("str", "Why, for programs.")
    message = shown("str", "Why, for people.")
    missing = shown("str | None", "What is missing.")


VOUCHER = {"voucher": ("Voucher", "The voucher.")}
NAMED = {
    "id": input_field("ID", "The voucher; give this or its code."),
    "code": input_field("String", "The voucher's code, as the customer shows it; case and spaces don't matter."),
}


@mutation
class VoucherMutations:
    """The life of a voucher."""

    voucher_issue = mutation_field(
        voucher.issue,
        "Issue a voucher of a reward to a customer. The points that it costs are spent at the same moment; its limits "
        "for a customer and in all hold, whoever asks at the same time.",
        input={
            "customer": input_field("ID!", "Whose voucher it will be."),
            "reward": input_field("ID!", "What it gives."),
            "store": input_field(
                "ID", "The store that issues it, whose calendar counts for its end; UTC's without one."
            ),
            "code": input_field("String", "A code of one's own; made as the reward says where it is left out."),
            "value": input_field("Decimal", "A value of its own in place of the reward's, with its currency."),
            "currency": input_field("String", "Currency of the value, ISO 4217."),
            "valid_from": input_field("DateTime", "From when it can be used; now where it is left out."),
            "valid_to": input_field(
                "DateTime", "Until when, itself not included; as the reward says where it is left out."
            ),
            "note": input_field("String", "What a person reads beside it."),
        },
        payload=VOUCHER,
    )
    voucher_issue_batch = mutation_field(
        voucher.issue_batch,
        "Issue a voucher of a reward to each of up to 1,000 customers. One who can't have it does not stop the others.",
        input={
            "reward": input_field("ID!", "What they give."),
            "customers": input_field("[ID!]", "Customers to whom one is issued."),
            "segment": input_field("ID", "A segment to each of whose members one is issued."),
            "note": input_field("String", "What a person reads beside them."),
        },
        payload={
            "issued": ("int", "How many vouchers were issued."),
            "vouchers": ("list[Voucher]", "The vouchers issued."),
            "refused": ("list[RefusedCustomer]", "Who got none, and why."),
        },
    )
    voucher_reserve = mutation_field(
        voucher.reserve,
        "Put a voucher aside for a bill; until the time is over, only that bill can use it. Asked again for the same "
        "bill, the time begins anew.",
        input={
            **NAMED,
            "bill": input_field("String!", "The bill's id at the till."),
            "minutes": input_field("Int", "For how long: 15 minutes where it is left out, a week at most."),
        },
        payload=VOUCHER,
    )
    voucher_release = mutation_field(
        voucher.release,
        "Let go of a voucher that was put aside.",
        input={
            **NAMED,
            "bill": input_field("String", "The bill it was put aside for; where given, it must be that one."),
        },
        payload=VOUCHER,
    )
    voucher_redeem = mutation_field(
        voucher.redeem,
        "Use a voucher without a bill, as for a gift handed over. It is applied at most once; what it asks of a "
        "bill's goods and amount is not asked here. On a bill, give its code to `purchaseSend`.",
        input={
            **NAMED,
            "store": input_field("ID", "Where it is used."),
            "customer": input_field(
                "ID", "Who shows it; its owner where it is left out. A portable one may be anyone's."
            ),
            "bill": input_field("String", "The bill that it was put aside for, if it was."),
            "note": input_field("String", "What a person reads beside it."),
        },
        payload=VOUCHER,
    )
    voucher_cancel = mutation_field(
        voucher.cancel,
        "Call a voucher off that was not used. The points that it cost are given back.",
        input={
            **NAMED,
            "reason": input_field("String", "Why."),
            "keep_points": input_field("Boolean", "Whether the points that it cost are not given back."),
        },
        payload=VOUCHER,
    )
    voucher_transfer = mutation_field(
        voucher.transfer,
        "Hand a portable voucher on to another customer.",
        input={**NAMED, "customer": input_field("ID!", "Whose voucher it will be.")},
        payload=VOUCHER,
    )
