"""Cards, their types and their history."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import NOW, build, coded, number, stamped


def card_type(**overrides: Any) -> models.CardType:
    """A type whose numbers begin with 99, have eight digits and no check digit."""
    return coded(models.CardType, overrides, "card-type", "Loyalty card", prefix="99", number_length=8)


def card(**overrides: Any) -> models.Card:
    """A card: free, or assigned where a holder is given."""
    holder = overrides.get("customer") or overrides.get("customer_id")
    return stamped(
        models.Card,
        overrides,
        card_type=card_type,
        number=lambda: f"99{number():06d}",
        state=models.CardState.ASSIGNED if holder else models.CardState.FREE,
    )


def card_event(**overrides: Any) -> models.CardEvent:
    return build(models.CardEvent, overrides, card=card, change=models.CardChange.ISSUED, at=NOW)
