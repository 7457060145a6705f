"""How a rule says no: a code that programs know, a sentence that people read, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.rules.error_codes import ErrorCode


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What would have made the difference: an amount of money, a number of points, or of pieces of something.

    Below zero it is what is too much.
    """

    amount: Decimal | None = None
    currency: str | None = None
    """Of the amount."""
    points: Decimal | None = None
    quantity: Decimal | None = None
    of: str | None = None
    """What the pieces are of, in words; none where it isn't known."""
    product_id: int | None = None
    """The product that they are pieces of."""

    def __str__(self) -> str:
        """As a cashier reads it: `4.50 EUR`, `12 points`, `2 more of coffee`."""
        if self.amount is not None and self.currency is not None:
            return in_money(self.amount, self.currency)
        if self.points is not None:
            return in_points(self.points)
        return f"{plain(self.quantity or Decimal(0))} more{f' of {self.of}' if self.of else ''}"


def in_words(missing: Shortfall | str | None) -> str | None:
    """What is missing as a cashier reads it."""
    return None if missing is None else str(missing)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason to refuse, and what would have made the difference, where something would.

    It is told in words where it is no amount: the hours when a reward can be used.
    """

    code: ErrorCode
    message: str
    missing: Shortfall | str | None = None


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
