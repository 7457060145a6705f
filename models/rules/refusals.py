"""How a rule says no: a code that programs know, a sentence that people read, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.rules.error_codes import ErrorCode


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason to refuse; `missing` is what would have made the difference, where something would."""

    code: ErrorCode
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
