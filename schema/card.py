"""Cards and card types."""

from __future__ import annotations

import models
from resolvers import card, card_number
from resolvers.expressions import CARD_STATE, CARD_VALID
from schema.declarations import by, exposes, found_by, leaf, listing, lookup, many, one, query
from schema.mutations import changes, given, mutation
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


NEW = {
    "card_type": given("ID!", "What kind of card it is."),
    "secondary_number": given("String", "A second number of the same card, such as the chip's."),
    "store": given("ID", "The store that issues it."),
    "valid_from": given("DateTime", "From when it is valid; always unless said otherwise."),
    "valid_to": given("DateTime", "Until when it is valid; by its type where nothing is said."),
}


@mutation
class CardMutations:
    """Making cards, and giving them to customers."""

    card_generate = changes(
        card_number.generate,
        "Make a free card of a type, with a number drawn at random.",
        input=NEW,
        payload={"card": ("Card", "The card, free to be assigned.")},
    )
    card_create = changes(
        card_number.create,
        "Make a free card with a given number, which must have its type's prefix, length and check digit.",
        input={"number": given("String!", "Its number; unique."), **NEW},
        payload={"card": ("Card", "The card, free to be assigned.")},
    )
    card_assign = changes(
        card.assign,
        "Give a free card to a customer: the one of this `id` or `number`, or any free one of a `cardType`. Of two who "
        "want the same card at the same moment, one gets it.",
        input={
            "customer": given("ID!", "Who gets it."),
            "id": given("ID", "The card; or give its number, or a type."),
            "number": given("String", "The card's number."),
            "card_type": given("ID", "A type, any free card of which will do."),
            "store": given("ID", "Where it is given away."),
        },
        payload={"card": ("Card", "The card, assigned.")},
    )
    card_release = changes(
        card.release,
        "Take a card back from its holder. It is free again, for somebody else.",
        input={"id": given("ID!", "The card."), "reason": given("String", "Why.")},
        payload={"card": ("Card", "The card, free.")},
    )
    card_block = changes(
        card.block,
        "Block a card: from now on it identifies nobody.",
        input={"id": given("ID!", "The card."), "reason": given("String!", "Why; kept in the card's history.")},
        payload={"card": ("Card", "The card, blocked.")},
    )
    card_unblock = changes(
        card.unblock,
        "Let a blocked card be used again.",
        input={"id": given("ID!", "The card."), "reason": given("String", "Why; kept in the card's history.")},
        payload={"card": ("Card", "The card, as it was before it was blocked.")},
    )
    card_type_upsert = changes(
        card_number.upsert_type,
        "Make a type of cards, or change the one of this `id` or `code`. What is left out stays, null clears.",
        input={
            "id": given("ID", "The type, where its code is to change."),
            "code": given("String", "Short name that programs use; unique."),
            "name": given("String", "Name that people read; a new type needs one."),
            "prefix": given("String", "First characters of every number; a new type needs it."),
            "number_length": given("Int", "Length of a number, prefix and check digit included; 16 for a new type."),
            "check_digit": given("CheckDigit", "How the last digit is made; NONE for a new type."),
            "valid_months": given("Int", "Months a card is valid from its assignment; none means no end."),
            "state": given("State", "Whether the type is in use."),
        },
        payload={"card_type": ("CardType", "The type.")},
    )
