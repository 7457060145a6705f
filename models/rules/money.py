"""Exact arithmetic with hundredths: money and points are never rounded but where a rule says how."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from models.rules.refusals import Refusal, RefusalCode

ZERO = Decimal(0)
CENT = Decimal("0.01")
PLACES = 2
MOST = Decimal(10) ** 12
"""No single amount is larger: sums of a great many still fit what databases keep."""


def half_up(amount: Decimal) -> Decimal:
    """To the cent, half a cent upwards."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def down(amount: Decimal) -> Decimal:
    """To the whole hundredth below."""
    return amount.quantize(CENT, ROUND_FLOOR)


def up(amount: Decimal) -> Decimal:
    """To the whole hundredth above."""
    return amount.quantize(CENT, ROUND_CEILING)


def too_precise(amount: Decimal, places: int = PLACES) -> bool:
    """Whether an amount says more than its unit can hold."""
    # Not `normalize`, which rounds what has more than 28 digits.
    _, digits, exponent = amount.as_tuple()
    if not isinstance(exponent, int):
        return True
    return any(digits[exponent + places :]) if exponent + places < 0 else False


def amount_refusal(amount: Decimal) -> Refusal | None:
    """An amount is above zero, not beyond what can be kept, and has at most two decimals."""
    if not amount.is_finite() or amount <= ZERO:
        return Refusal(RefusalCode.NEGATIVE_AMOUNT, "The amount must be above zero.")
    if amount > MOST:
        return Refusal(RefusalCode.TOO_LARGE, f"The amount must not be above {MOST:,}.")
    if too_precise(amount):
        return Refusal(RefusalCode.TOO_PRECISE, "The amount must have at most two decimals.")
    return None


def apportion(total: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """An amount spread in proportion, to the cent, so that the shares add up to it exactly.

    Each share is cut to the cent, and the cents left over go to the largest remainders (ties to the heavier,
    then in the order given). While the amount is not above the weights' sum, no share is above its weight.
    """
    whole = sum(weights.values(), ZERO)
    if whole <= ZERO:
        return {}
    cents = int(total / CENT)
    parts = {key: divmod(cents * _cents(weight), _cents(whole)) for key, weight in weights.items()}
    left = cents - sum(share for share, _ in parts.values())
    favoured = set(sorted(parts, key=lambda key: (parts[key][1], weights[key]), reverse=True)[:left])
    return {key: (share + (key in favoured)) * CENT for key, (share, _) in parts.items()}


def _cents(amount: Decimal) -> int:
    return int(amount / CENT)
