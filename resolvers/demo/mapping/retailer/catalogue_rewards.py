"""The made-up rewards of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

SATURDAY_AND_SUNDAY = 32 + 64


@dataclass(frozen=True)
class Reward:
    """A reward of the catalogue; of `groups` or own brands it is given on `count` articles, or on all of them."""

    code: str
    name: str
    kind: str
    value: str | None = None
    points: int = 0
    groups: tuple[str, ...] = ()
    own_brand: bool = False
    role: str = "CONDITION"
    status: str | None = None
    tag: str = "for-points"
    more: dict[str, object] = field(default_factory=dict)


CATALOGUE = (
    Reward(
        "WELCOME",
        "10 % off to welcome you",
        "PERCENT",
        "10",
        tag="welcome",
        more={
            "group": "SIMPLE",
            "minimum_purchase": Decimal(20),
            "maximum_discount": Decimal(15),
            "limit_per_customer": 1,
            "code_generation": "REWARD_CODE",
            "priority": 2,
        },
    ),
    Reward("FIVE-OFF", "$5 off your shopping", "AMOUNT", "5", 500, more={"minimum_purchase": Decimal(25)}),
    Reward("FIFTEEN-OFF", "$15 off your shopping", "AMOUNT", "15", 1200, more={"minimum_purchase": Decimal(60)}),
    Reward(
        "FRESH-20",
        "20 % off fruit and vegetables",
        "PERCENT",
        "20",
        300,
        ("PRODUCE",),
        more={"maximum_discount": Decimal(10)},
    ),
    Reward("OWN-BRAND-15", "15 % off our own brands", "PERCENT", "15", 250, own_brand=True),
    Reward("COFFEE-FREE", "A coffee for nothing", "FREE_PRODUCT", None, 400, ("COFFEE",), role="BONUS"),
    Reward(
        "ICE-CREAM-99", "Ice cream for 99 cents", "FINAL_PRICE", "0.99", 100, ("ICE CREAM/MILK/SHERBTS",), role="BONUS"
    ),
    Reward("TOTE-BAG", "Shopping bag of canvas", "GIFT", None, 350, more={"group": "GIFT"}),
    Reward(
        "PLATINUM-THANKS",
        "5 % off, with our thanks",
        "PERCENT",
        "5",
        status="platinum",
        tag="welcome",
        more={"group": "SIMPLE", "maximum_discount": Decimal(25), "limit_per_customer": 4},
    ),
    Reward(
        "WEEKEND-FLOWERS",
        "Flowers a quarter cheaper at the weekend",
        "PERCENT",
        "25",
        groups=("FLORAL",),
        tag="weekend",
        more={
            "group": "SIMPLE",
            "weekdays": SATURDAY_AND_SUNDAY,
            "time_from": "08:00",
            "time_to": "20:00",
            "is_automated": True,
            "priority": 6,
        },
    ),
)
OPTIONAL = {
    "group": "CATALOGUE",
    "minimum_purchase": None,
    "maximum_discount": None,
    "limit_per_customer": None,
    "code_generation": "RANDOM",
    "priority": 5,
    "weekdays": 127,
    "time_from": None,
    "time_to": None,
    "is_automated": False,
}
"""What rewards may leave out."""
