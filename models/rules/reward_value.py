"""What a reward's value may be, or that of a voucher in its place: as the kind says, in a currency's own units."""

from __future__ import annotations

from decimal import Decimal

from models.rules.basket import RewardKind
from models.rules.error_codes import ErrorCode
from models.rules.money import digits, too_precise
from models.rules.refusals import Refusal

ALL = Decimal(100)
IN_MONEY = frozenset({RewardKind.AMOUNT, RewardKind.FINAL_PRICE})
OF_GOODS = frozenset({RewardKind.FREE_PRODUCT, RewardKind.GIFT})


def value_refusal(kind: RewardKind, value: Decimal, currency: str | None) -> Refusal | None:
    """Why a reward can't have this value: no more than all is taken off, and no half of a yen."""
    if kind is RewardKind.PERCENT:
        over = Refusal(ErrorCode.OUT_OF_RANGE, "More than a hundred per cent can't be taken off.")
        return over if value > ALL else None
    if kind in IN_MONEY and currency is not None and too_precise(value, digits(currency)):
        return Refusal(ErrorCode.TOO_PRECISE, f"An amount in {currency} has {digits(currency)} decimal places.")
    return None


def own_value_refusal(
    kind: RewardKind, of_reward: str | None, value: Decimal, currency: str | None
) -> tuple[str, Refusal] | None:
    """Why a voucher of a reward can't have a value of its own, and whether the value or its currency is to blame."""
    if kind in OF_GOODS:
        return "value", Refusal(ErrorCode.WRONG_KIND, "A reward that gives goods has no value to be replaced.")
    if kind is RewardKind.PERCENT and currency is not None:
        return "currency", Refusal(ErrorCode.WRONG_KIND, "A percentage has no currency.")
    if kind in IN_MONEY and currency is None:
        return "currency", Refusal(ErrorCode.REQUIRED, "An amount needs its currency.")
    if kind in IN_MONEY and of_reward is not None and currency != of_reward:
        return "currency", Refusal(ErrorCode.WRONG_CURRENCY, f"The reward is in {of_reward}.")
    refused = value_refusal(kind, value, currency)
    return None if refused is None else ("value", refused)
