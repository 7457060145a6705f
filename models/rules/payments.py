"""With what a bill was paid: by kind of payment, all together the bill's total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.described import DescribedEnum
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO, digits, too_precise
from models.rules.refusals import Refusal, Shortfall, in_money


class PaymentKind(DescribedEnum):
    """With what a part of a bill was paid."""

    CASH = "CASH", "In cash, change taken off."
    CARD = "CARD", "By a bank's card, or a phone that stands for one."
    ACCOUNT = "ACCOUNT", "On account, to be paid later."
    TRANSFER = "TRANSFER", "By bank transfer, or a service that stands for one."
    GIFT_CARD = "GIFT_CARD", "From a gift card, which was paid for before."
    VOUCHER = "VOUCHER", "By a voucher that is money, such as a meal voucher; the programme's own are discounts."
    ON_DELIVERY = "ON_DELIVERY", "To who delivers."
    POINTS = "POINTS", "By points of the programme."
    OTHER = "OTHER", "In another way."


@dataclass(frozen=True, slots=True)
class Payment:
    """So much of a bill was paid in one way; `name` is what the till calls it, such as an issuer of cards."""

    kind: PaymentKind
    amount: Decimal
    name: str | None = None


def in_order(payments: Sequence[Payment], currency: str) -> list[Refusal]:
    """Each payment is some amount that the currency has."""
    places = digits(currency)
    refusals = []
    for one in payments:
        if one.amount == ZERO:
            refusals.append(Refusal(ErrorCode.OUT_OF_RANGE, f"A payment by {one.kind} is of nothing."))
        elif too_precise(one.amount, places):
            message = f"A payment by {one.kind} has more than the {places} decimals of {currency}."
            refusals.append(Refusal(ErrorCode.TOO_PRECISE, message))
    return refusals


def differences(payments: Sequence[Payment], total: Decimal, by_points: Decimal, currency: str) -> Iterator[Refusal]:
    """What doesn't add up: money pays what points leave of the total, and points what they pay, where that is told."""
    if not payments:
        return
    points = _sum(one for one in payments if one.kind is PaymentKind.POINTS)
    if any(one.kind is PaymentKind.POINTS for one in payments) and points != by_points:
        yield _differs("Points pay", by_points, points, currency)
    money = _sum(one for one in payments if one.kind is not PaymentKind.POINTS)
    if money != total - by_points:
        yield _differs("In money, the bill comes to", total - by_points, money, currency)


def all_told(payments: Sequence[Payment], by_points: Decimal) -> list[Payment]:
    """Payments that come to the total: what points paid is among them, also where the till left it out."""
    told = any(one.kind is PaymentKind.POINTS for one in payments)
    if not payments or told or by_points == ZERO:
        return list(payments)
    return [*payments, Payment(PaymentKind.POINTS, by_points)]


def _differs(what: str, is_: Decimal, told: Decimal, currency: str) -> Refusal:
    message = f"{what} {in_money(is_, currency)}; the payments say {in_money(told, currency)}."
    return Refusal(ErrorCode.PAYMENTS_DIFFER, message, Shortfall(is_ - told, currency))


def _sum(payments: Iterator[Payment]) -> Decimal:
    return sum((one.amount for one in payments), ZERO)
