"""What a bill must be before any rule looks at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from models.rules.basket import Bill, Line
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO, digits, too_precise
from models.rules.refusals import Refusal, Shortfall, in_money

MAX_ITEMS = 1000
QUANTITY_PLACES = 3


def bill_refusals(bill: Bill) -> list[Refusal]:
    """A bill has items, not too many, each once, with sensible numbers that add up to the total it names."""
    if not bill.lines:
        return [Refusal(ErrorCode.EMPTY_BILL, "The bill has no items.")]
    if len(bill.lines) > MAX_ITEMS:
        message = f"The bill has {len(bill.lines)} items; at most {MAX_ITEMS} are taken."
        return [Refusal(ErrorCode.TOO_MANY_ITEMS, message)]
    return [
        *_duplicates(bill),
        *(refusal for line in bill.lines for refusal in _line_refusals(line, bill.currency)),
        *_total(bill),
    ]


def _duplicates(bill: Bill) -> Iterator[Refusal]:
    for item, times in Counter(line.id for line in bill.lines).items():
        if times > 1:
            yield Refusal(ErrorCode.DUPLICATE_ITEM, f"Item {item} is on the bill {times} times.")


def _line_refusals(line: Line, currency: str) -> Iterator[Refusal]:
    """Only a line that is out of loyalty, such as a returned deposit, may be below zero; one may be voided."""
    voided = line.quantity == line.paid == ZERO
    if not line.quantity.is_finite() or (line.quantity <= ZERO and not voided):
        yield Refusal(ErrorCode.NEGATIVE_AMOUNT, f"The quantity of item {line.id} must be above zero.")
    elif too_precise(line.quantity, QUANTITY_PLACES):
        yield Refusal(ErrorCode.TOO_PRECISE, f"The quantity of item {line.id} has more than three decimals.")
    if not line.paid.is_finite() or (line.paid < ZERO and not line.loyalty_off):
        yield Refusal(ErrorCode.NEGATIVE_AMOUNT, f"The amount paid for item {line.id} is below zero.")
    elif too_precise(line.paid, places := digits(currency)):
        message = f"The amount paid for item {line.id} has more than the {places} decimals of {currency}."
        yield Refusal(ErrorCode.TOO_PRECISE, message)


def _total(bill: Bill) -> Iterator[Refusal]:
    items = sum((line.paid for line in bill.lines), Decimal(0))
    if bill.total is not None and bill.total != items:
        wanted, found = in_money(bill.total, bill.currency), in_money(items, bill.currency)
        message = f"The bill's total is {wanted}, its items add up to {found}."
        yield Refusal(ErrorCode.TOTALS_DIFFER, message, Shortfall(bill.total - items, bill.currency))
