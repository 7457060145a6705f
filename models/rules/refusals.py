"""How a rule says no: a code that programs know, a sentence that people read, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class RefusalCode(StrEnum):
    """Why a rule refused."""

    # Amounts and periods
    NEGATIVE_AMOUNT = "NEGATIVE_AMOUNT"
    TOO_LARGE = "TOO_LARGE"
    TOO_PRECISE = "TOO_PRECISE"
    INVALID_PERIOD = "INVALID_PERIOD"
    # Points
    POINTS_SHORT = "POINTS_SHORT"
    POINTS_OFF = "POINTS_OFF"
    # When and where a benefit holds
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    WRONG_DAY = "WRONG_DAY"
    WRONG_TIME = "WRONG_TIME"
    WRONG_STORE = "WRONG_STORE"
    WRONG_CURRENCY = "WRONG_CURRENCY"
    # Whom it is for
    CUSTOMER_REQUIRED = "CUSTOMER_REQUIRED"
    WRONG_CUSTOMER = "WRONG_CUSTOMER"
    SEGMENT_REQUIRED = "SEGMENT_REQUIRED"
    STATUS_REQUIRED = "STATUS_REQUIRED"
    # What state it is in
    WRONG_STATE = "WRONG_STATE"
    ALREADY_APPLIED = "ALREADY_APPLIED"
    RESERVED_ELSEWHERE = "RESERVED_ELSEWHERE"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    VOUCHER_REQUIRED = "VOUCHER_REQUIRED"
    DUPLICATE_CODE = "DUPLICATE_CODE"
    # What it asks of the bill
    MINIMUM_NOT_MET = "MINIMUM_NOT_MET"
    CONDITION_NOT_MET = "CONDITION_NOT_MET"
    LIMIT_REACHED = "LIMIT_REACHED"
    # How it goes with others
    EXCLUSIVE = "EXCLUSIVE"
    NO_GAIN = "NO_GAIN"
    # The bill itself
    EMPTY_BILL = "EMPTY_BILL"
    TOO_MANY_ITEMS = "TOO_MANY_ITEMS"
    DUPLICATE_ITEM = "DUPLICATE_ITEM"
    ITEM_NOT_FOUND = "ITEM_NOT_FOUND"
    TOTALS_DIFFER = "TOTALS_DIFFER"
    # Card numbers
    WRONG_PREFIX = "WRONG_PREFIX"
    WRONG_LENGTH = "WRONG_LENGTH"
    WRONG_CHECK_DIGIT = "WRONG_CHECK_DIGIT"
    WRONG_CHARACTER = "WRONG_CHARACTER"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason to refuse; `missing` is what would have made the difference, where something would."""

    code: RefusalCode
    message: str
    missing: str | None = None


def in_money(amount: Decimal, currency: str) -> str:
    """An amount as a cashier reads it: `4.50 EUR`."""
    return f"{amount:.2f} {currency}"


def in_points(amount: Decimal) -> str:
    """Points without idle zeros: `120 points`."""
    return "1 point" if amount == 1 else f"{plain(amount)} points"


def plain(number: Decimal) -> str:
    """A number without idle zeros or an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
