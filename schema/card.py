"""Cards and card types."""

from __future__ import annotations

import models
from models.rules.card_number import normalised
from models.scope import Scope
from resolvers import card
from resolvers.query.expressions import CARD_STATE, CARD_VALID
from resolvers.query.relations import BILLS_OF_CARD
from schema.declaring.base import own
from schema.declaring.declarations import by, exposes, found_by, leaf, listing, lookup, many, one, query
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Dated, Listed


@exposes(models.Card)
class Card(Dated):
    """A card, barcode or other key that identifies its holder."""

    number = leaf(normalise=normalised)
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
    purchases = many(
        link=BILLS_OF_CARD,
        type_name="Purchase",
        order=[by("paid_at", descending=True)],
        description="The bills at which it was shown, newest first.",
    )


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

    card = lookup(
        "Card",
        "One card; null when there is none.",
        number=found_by("Its number, with or without spaces and hyphens.", "number"),
    )
    cards = listing("Card", "All cards.")
    card_type = lookup("CardType", "One card type.", code=found_by("Its code.", "code"))
    card_types = listing("CardType", "All card types.")


@mutation
class CardMutations:
    """Making cards, and giving them to customers."""

    card_generate = mutation_field(
        card.generate,
        "Create a free card of a type, with a number drawn at random.",
        scope=Scope.CARDS_WRITE,
    )
    card_create = mutation_field(
        card.create,
        "Create a free card with a given number, which must have its type's prefix, length and check digit.",
        scope=Scope.CARDS_WRITE,
    )
    card_assign = mutation_field(
        card.assign,
        "Give a free card to a customer: the one of this `id` or `number`, or any free one of a `cardType`. Of two who "
        "want the same card at the same moment, one gets it.",
        scope=Scope.CARDS_WRITE,
    )
    card_release = mutation_field(
        card.release,
        "Release a card from its holder. It is free again, for another customer.",
        scope=Scope.CARDS_WRITE,
    )
    card_block = mutation_field(
        card.block,
        "Block a card: from now on it identifies no customer.",
        scope=Scope.CARDS_WRITE,
        own=own(),
    )
    card_unblock = mutation_field(
        card.unblock,
        "Unblock a card: it can be used again.",
        scope=Scope.CARDS_WRITE,
    )
    card_type_upsert = mutation_field(
        card.upsert_type,
        "Create or update a type of cards, found by its code or its id. What is left out stays, null clears.",
        scope=Scope.CARDS_WRITE,
    )
