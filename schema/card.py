"""Cards and card types."""

from __future__ import annotations

import models
from resolvers.expressions import CARD_STATE, CARD_VALID
from schema.declarations import by, exposes, found_by, leaf, listing, lookup, many, one, query
from schema.shared import Dated, Listed


@exposes(models.Card)
class Card(Dated):
    """A card, barcode or other key that identifies its holder."""

    number = leaf()
    secondary_number = leaf()
    state = leaf(CARD_STATE, description="Where the card is in its life; EXPIRED from the moment its validity is over.")
    is_valid = leaf(CARD_VALID, description="Whether the card identifies its holder now.")
    valid_from = leaf()
    valid_to = leaf()
    blocked_reason = leaf()
    card_type = one()
    customer = one()
    store = one()
    events = many(order=[by("at", descending=True)], description="What happened to the card, newest first.")


@exposes(models.CardType, order=[by("name")])
class CardType(Listed):
    """A kind of card."""

    prefix = leaf()
    number_length = leaf()
    check_digit = leaf()
    valid_months = leaf()
    cards = many(description="The cards of this type.")


@query
class CardQueries:
    """Finding cards."""

    card = lookup("Card", "One card; null when there is none.", number=found_by("Its number.", "number"))
    cards = listing("Card", "All cards.")
    card_type = lookup("CardType", "One card type.", code=found_by("Its code.", "code"))
    card_types = listing("CardType", "All card types.")
