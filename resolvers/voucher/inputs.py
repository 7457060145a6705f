"""What the operations on vouchers take, and what they answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import models
from models.rules.error_codes import ErrorCode
from models.rules.voucher_code import LONGEST_CODE, SHORTEST_VOUCHER_CODE
from models.types import MONEY
from resolvers.errors import Refused
from resolvers.operation.answers import TEXT, WORDED, Answer, RepeatableAnswer, row
from resolvers.operation.checks import CURRENCY, By, at_most, by, code, exact, key, text, whole
from resolvers.operation.inputs import Input
from resolvers.operation.structs import BY_ANOTHER_KEY, named_by
from resolvers.storage.context import RowRef

MOST_CUSTOMERS = 1000
MOST_MINUTES = 7 * 24 * 60


VALUE = (
    "A value of its own in place of the reward's, which must go with its kind: a percentage, 100 at most; an amount or "
    "a price with its currency. Rewards that give goods take none."
)
CURRENCY_OF_VALUE = "Currency of the value, ISO 4217: the reward's, where that has one. None of a percentage."


def check_currency(value: Decimal | None, currency: str | None) -> None:
    """A currency says of what the value is."""
    if value is None and currency is not None:
        raise Refused(ErrorCode.REQUIRED, "A currency needs the value that it is of.", "value")


class VoucherAnswer(RepeatableAnswer):
    """A voucher, as it is now."""

    voucher: Annotated[RowRef, row("Voucher"), "The voucher."]


class VoucherIssue(Input):
    """A voucher to be issued."""

    customer: Annotated[int, key(models.Customer), "Whose voucher it will be.", named_by("customer_by")] = (
        BY_ANOTHER_KEY
    )
    customer_by: Annotated[By | None, by(models.Customer), "Whose voucher it will be, by any key; needed."] = None
    reward: Annotated[int, key(models.Reward), "What it gives.", named_by("reward_by")] = BY_ANOTHER_KEY
    reward_by: Annotated[By | None, by(models.Reward), "What it gives, by any key of the reward; needed."] = None
    store: Annotated[
        int | None,
        key(models.Store),
        "The store that issues it, whose calendar counts for its end; the programme's without one.",
        named_by("store_by"),
    ] = None
    store_by: Annotated[By | None, by(models.Store), "The store that issues it, by any key."] = None
    code: Annotated[
        str | None,
        code(SHORTEST_VOUCHER_CODE),
        f"A code of one's own, of {SHORTEST_VOUCHER_CODE} letters and digits at least, which no voucher and no reward "
        "has; case, spaces and hyphens don't tell codes apart. Made as the reward says where it is left out: with "
        "60 random bits at least.",
    ] = None
    value: Annotated[Decimal | None, exact(MONEY), VALUE] = None
    currency: Annotated[str | None, CURRENCY, CURRENCY_OF_VALUE] = None
    valid_from: Annotated[datetime | None, "From when it can be used; now where it is left out."] = None
    valid_to: Annotated[
        datetime | None, "Until when, itself not included; as the reward says where it is left out."
    ] = None
    note: Annotated[str | None, "What a person reads beside it."] = None

    def check(self) -> None:
        """A currency says of what the value is."""
        check_currency(self.value, self.currency)


class BatchVoucherInput(Input):
    """A voucher of a batch with terms of its own; what is left out is as of the batch."""

    customer: Annotated[int, key(models.Customer), "Whose voucher it will be; one customer may be given several."]
    code: Annotated[
        str | None,
        code(SHORTEST_VOUCHER_CODE),
        "A code of its own, as `voucherIssue` takes it; made as the reward says where it is left out.",
    ] = None
    value: Annotated[Decimal | None, exact(MONEY), VALUE] = None
    currency: Annotated[str | None, CURRENCY, CURRENCY_OF_VALUE] = None
    valid_from: Annotated[datetime | None, "From when it can be used."] = None
    valid_to: Annotated[datetime | None, "Until when, itself not included."] = None
    note: Annotated[str | None, "What a person reads beside it."] = None

    def check(self) -> None:
        """A currency says of what the value is."""
        check_currency(self.value, self.currency)


class VoucherIssueBatch(Input):
    """Vouchers to be issued to many; 1,000 at most."""

    reward: Annotated[int, key(models.Reward), "What they give.", named_by("reward_by")] = BY_ANOTHER_KEY
    reward_by: Annotated[By | None, by(models.Reward), "What they give, by any key of the reward; needed."] = None
    customers: Annotated[
        tuple[int, ...] | None, key(models.Customer), at_most(MOST_CUSTOMERS), "Customers to whom one is issued."
    ] = None
    segment: Annotated[
        int | None, key(models.Segment), "A segment to each of whose members one is issued.", named_by("segment_by")
    ] = None
    segment_by: Annotated[
        By | None, by(models.Segment), "A segment to each of whose members one is issued, by any key."
    ] = None
    vouchers: Annotated[
        tuple[BatchVoucherInput, ...] | None,
        at_most(MOST_CUSTOMERS),
        "Vouchers with codes, values or dates of their own, beside those for `customers` and `segment`.",
    ] = None
    store: Annotated[
        int | None,
        key(models.Store),
        "The store that issues them, whose calendar counts for their end; the programme's without one.",
        named_by("store_by"),
    ] = None
    store_by: Annotated[By | None, by(models.Store), "The store that issues them, by any key."] = None
    note: Annotated[str | None, "What a person reads beside them."] = None
    code: Annotated[
        str | None, text(64), "Code of the batch, by which it is found again; made where it is left out."
    ] = None
    name: Annotated[str | None, text(255), "What people call the batch; as the reward where it is left out."] = None
    value: Annotated[Decimal | None, exact(MONEY), VALUE] = None
    currency: Annotated[str | None, CURRENCY, CURRENCY_OF_VALUE] = None
    valid_from: Annotated[datetime | None, "From when they can be used; now where it is left out."] = None
    valid_to: Annotated[
        datetime | None, "Until when, itself not included; as the reward says where it is left out."
    ] = None

    def check(self) -> None:
        """A currency says of what the value is."""
        check_currency(self.value, self.currency)


class RefusedCustomer(Answer):
    """A customer to whom no voucher was issued. The others got theirs."""

    customer: Annotated[RowRef | None, row("Customer"), "The customer; null where there is no such customer."]
    index: Annotated[int | None, "The voucher's place among `vouchers`, from 0; null where it has no own terms."] = None
    code: Annotated[ErrorCode, TEXT, "Why, for programs."]
    message: Annotated[str, WORDED, "Why, for people."]
    missing: Annotated[str | None, "What is missing."]


class VoucherBatchAnswer(Answer):
    """What became of a batch."""

    batch: Annotated[RowRef | None, row("VoucherBatch"), "The batch."] = None
    issued: Annotated[int, "How many vouchers were issued."]
    vouchers: Annotated[list[RowRef], row("Voucher"), "The vouchers issued."]
    refused: Annotated[list[RefusedCustomer], "Who got none, and why."]


class NamedVoucher(Input):
    """A voucher named by its id or its code."""

    id: Annotated[int | None, key(models.Voucher), "The voucher; give this or its code."] = None
    code: Annotated[
        str | None,
        text(LONGEST_CODE),
        "The voucher's code, as the customer shows it; case, spaces and hyphens don't matter.",
    ] = None

    def check(self) -> None:
        """One of the two names it."""
        if (self.id is None) == (self.code is None):
            raise Refused(ErrorCode.REQUIRED, "Name the voucher by its id, or by its code.", "id")


class VoucherReserve(NamedVoucher):
    """A voucher to be reserved for a bill."""

    bill: Annotated[str, text(128), "The bill's id at the till."]
    minutes: Annotated[
        int, whole(1, MOST_MINUTES), "For how long: 15 minutes where it is left out, a week at most."
    ] = 15


class VoucherRelease(NamedVoucher):
    """A voucher to be released."""

    bill: Annotated[str | None, text(128), "The bill it is reserved for; where given, it must be that one."] = None


class VoucherRedeem(NamedVoucher):
    """A voucher to be used without a bill."""

    store: Annotated[int | None, key(models.Store), "Where it is used.", named_by("store_by")] = None
    store_by: Annotated[By | None, by(models.Store), "Where it is used, by any key of the store."] = None
    customer: Annotated[
        int | None,
        key(models.Customer),
        "Who shows it; its owner where it is left out. A portable one may be anyone's.",
    ] = None
    bill: Annotated[str | None, text(128), "The bill that it was reserved for, if it was."] = None
    note: Annotated[str | None, "What a person reads beside it."] = None


class VoucherCancel(NamedVoucher):
    """A voucher to be cancelled."""

    reason: Annotated[str | None, "Why."] = None
    keep_points: Annotated[bool, "Whether the points that it cost are not given back."] = False


class VoucherExtend(NamedVoucher):
    """A voucher that is to be used longer."""

    valid_to: Annotated[
        datetime, "Until when, itself not included: later than now, and than it could be used without this."
    ]
    reason: Annotated[str | None, "Why; kept in the voucher's history."] = None


class VoucherTransfer(NamedVoucher):
    """A voucher to be transferred."""

    customer: Annotated[int, key(models.Customer), "Whose voucher it will be.", named_by("customer_by")] = (
        BY_ANOTHER_KEY
    )
    customer_by: Annotated[By | None, by(models.Customer), "Whose voucher it will be, by any key; needed."] = None
