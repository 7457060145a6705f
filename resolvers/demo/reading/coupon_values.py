"""What a coupon takes off, read from its number.

The source doesn't say it. But the numbers of manufacturers' coupons in the United States (those that begin with 5)
used to end with a two-digit value code, and those of the source still do: of the 1,086 discounts found on lines that
a redeemed coupon with such a code was for, 1,012 are exactly what the code says.
"""

from __future__ import annotations

from dataclasses import dataclass

SINGLE = {
    10: 10, 12: 12, 15: 15, 20: 20, 25: 25, 29: 29, 30: 30, 35: 35, 39: 39, 40: 40, 45: 45, 49: 49, 50: 50,
    55: 55, 59: 59, 60: 60, 65: 65, 69: 69, 70: 70, 75: 75, 76: 100, 77: 125, 78: 150, 79: 79, 80: 80, 81: 175,
    82: 200, 83: 225, 84: 250, 85: 85, 86: 275, 87: 300, 88: 325, 89: 89, 90: 90, 91: 350, 92: 375, 93: 400,
    94: 425, 95: 95, 96: 450, 97: 475, 99: 99, 3: 110, 4: 135, 5: 140, 6: 160, 11: 185, 18: 260, 26: 285,
    61: 1000, 62: 950, 63: 900, 64: 850, 66: 800, 67: 750, 68: 700, 71: 650, 72: 600, 73: 550, 74: 500,
}  # fmt: skip
"""Value code to cents off one product."""

SEVERAL = {
    7: (3, 150), 8: (2, 300), 9: (3, 200), 13: (4, 100), 21: (2, 35), 22: (2, 40), 23: (2, 45), 24: (2, 50),
    28: (2, 55), 31: (2, 60), 32: (2, 75), 33: (2, 100), 34: (2, 125), 36: (2, 150), 37: (3, 25), 38: (3, 30),
    41: (3, 50), 42: (3, 100), 43: (2, 110), 44: (2, 135), 46: (2, 160), 47: (2, 175), 48: (2, 185), 51: (2, 200),
    52: (3, 55), 53: (2, 10), 54: (2, 15), 56: (2, 20), 57: (2, 25), 58: (2, 30), 98: (2, 65),
}  # fmt: skip
"""Value code to how many products must be bought, and cents off all of them."""


FREE = {1: 1, 2: 5, 14: 2, 16: 3, 19: 4}
"""Value code to how many products must be taken, one of them free."""


@dataclass(frozen=True)
class CouponValue:
    """So many cents off when so many products are bought, or one of them free where there are no cents."""

    cents: int | None
    count: int = 1


def coupon_value(upc: int) -> CouponValue | None:
    """The value in a manufacturer's coupon number; none where it has none that can be read."""
    if upc // 10**10 != 5:
        return None
    code = upc % 100
    if code in SEVERAL:
        count, cents = SEVERAL[code]
        return CouponValue(cents, count)
    if code in FREE:
        return CouponValue(None, FREE[code])
    return CouponValue(SINGLE[code]) if code in SINGLE else None
