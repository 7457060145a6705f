"""Exact arithmetic with a currency's smallest unit: amounts are never rounded but where a rule says how."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import cache
from typing import TypeVar

from iso4217 import Currency

from models.rules.error_codes import ErrorCode
from models.rules.refusals import Refusal

K = TypeVar("K")

ZERO = Decimal(0)
CENT = Decimal("0.01")
PLACES = 2
MOST = Decimal(10) ** 12
"""No single amount is larger: sums of a great many still fit what databases keep."""

EXPONENTS = {each.code: each.exponent for each in Currency}


@cache
def digits(currency: str) -> int:
    """Decimal places of a currency's smallest unit by ISO 4217: none of a yen, three of a dinar.

    Two where the standard gives none, as for gold.
    """
    exponent = EXPONENTS.get(currency)
    return PLACES if exponent is None else exponent


@cache
def unit_of(currency: str) -> Decimal:
    """A currency's smallest unit: 1 yen, 0.01 euro, 0.001 dinar."""
    return Decimal(1).scaleb(-digits(currency))


def half_up(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """To the unit, half a unit upwards."""
    return amount.quantize(unit, ROUND_HALF_UP)


def down(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """To the whole unit below."""
    return amount.quantize(unit, ROUND_FLOOR)


def up(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """To the whole unit above."""
    return amount.quantize(unit, ROUND_CEILING)


def too_precise(amount: Decimal, places: int = PLACES) -> bool:
    """Whether an amount says more than its unit can hold."""
    # Not `normalize`, which rounds what has more than 28 digits.
    _, numerals, exponent = amount.as_tuple()
    if not isinstance(exponent, int):
        return True
    return any(numerals[exponent + places :]) if exponent + places < 0 else False


def amount_refusal(amount: Decimal) -> Refusal | None:
    """An amount is above zero, not beyond what can be kept, and has at most two decimals."""
    if not amount.is_finite() or amount <= ZERO:
        return Refusal(ErrorCode.NEGATIVE_AMOUNT, "The amount must be above zero.")
    if amount > MOST:
        return Refusal(ErrorCode.TOO_LARGE, f"The amount must not be above {MOST:,}.")
    if too_precise(amount):
        return Refusal(ErrorCode.TOO_PRECISE, "The amount must have at most two decimals.")
    return None


def spread(total: int, weights: Mapping[K, int]) -> dict[K, int]:
    """Whole units spread in proportion, so that the shares add up to the total exactly.

    Each share is cut to the unit, and the units left over go to the largest remainders (ties to the heavier, then in
    the order given). While the total is not above the weights' sum, no share is above its weight.
    """
    whole = sum(weights.values())
    if whole <= 0:
        return {}
    parts = [total * weight for weight in weights.values()]
    shares = [part // whole for part in parts]
    if left := total - sum(shares):
        # One number for all that decides: the remainder, then the weight, which is never above the whole, and the turn.
        count = len(parts)
        ranks = [
            (part % whole * (whole + 1) + weight) * count - turn
            for turn, (part, weight) in enumerate(zip(parts, weights.values(), strict=True))
        ]
        for rank in sorted(ranks, reverse=True)[:left]:
            shares[-rank % count] += 1
    return dict(zip(weights, shares, strict=True))
