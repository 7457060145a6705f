"""Discounts that a till gave by itself, before loyalty: on a line, or on the whole bill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from models.described import DescribedEnum
from models.rules.basket import Line
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO, digits, spread, too_precise, unit_of
from models.rules.refusals import Refusal, Shortfall, in_money


class TillDiscountKind(DescribedEnum):
    """Why a till took something off by itself."""

    PROMOTION = "PROMOTION", "A price for everybody for a time, such as a leaflet's."
    MARKDOWN = "MARKDOWN", "Goods that are damaged, or near their end."
    COUPON = "COUPON", "A manufacturer's coupon, which the manufacturer pays for."
    STAFF = "STAFF", "For who works for the retailer."
    MANUAL = "MANUAL", "By the cashier, by hand."
    OTHER = "OTHER", "For another reason."


@dataclass(frozen=True, slots=True)
class TillDiscount:
    """So much was taken off; `code` is what the till knows it by, and `description` what the bill says beside it."""

    kind: TillDiscountKind
    amount: Decimal
    code: str | None = None
    description: str | None = None


def off(discounts: Iterable[TillDiscount], kind: TillDiscountKind | None = None) -> Decimal:
    """What discounts come to, or those of one kind."""
    return sum((one.amount for one in discounts if kind is None or one.kind is kind), ZERO)


def in_order(discounts: Iterable[TillDiscount], currency: str) -> Iterator[Refusal]:
    """Each is an amount that the currency has."""
    places = digits(currency)
    for one in discounts:
        if too_precise(one.amount, places):
            message = f"A discount by {one.kind} has more than the {places} decimals of {currency}."
            yield Refusal(ErrorCode.TOO_PRECISE, message)


def without(lines: Sequence[Line], discounts: Sequence[TillDiscount], currency: str) -> list[Line] | Refusal:
    """Lines less what was taken off the whole bill, shared in proportion to what is to pay for each.

    Lines for which nothing is to pay, and those below zero, such as a returned deposit, have no share in it.
    """
    unit, whole = unit_of(currency), off(discounts)
    weights = {place: int(line.paid / unit) for place, line in enumerate(lines) if line.paid > ZERO}
    worth = sum(weights.values()) * unit
    if whole > worth:
        message = f"Of the whole bill, {in_money(whole, currency)} are taken off, of {in_money(worth, currency)}."
        return Refusal(ErrorCode.OUT_OF_RANGE, message, Shortfall(whole - worth, currency))
    shares = spread(int(whole / unit), weights)
    return [
        replace(line, paid=line.paid - shares[place] * unit) if shares.get(place) else line
        for place, line in enumerate(lines)
    ]
