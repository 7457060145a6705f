"""Cards and card types."""

from __future__ import annotations

import models
from resolvers import card
from resolvers.query.expressions import CARD_STATE, CARD_VALID
from schema.declaring.declarations import by, exposes, found_by, leaf, listing, lookup, many, one, query
from schema.declaring.mutations import input_field, mutation, mutation_field
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
    "card_type": input_field("ID!", "What kind of card it is."),
    "secondary_number": input_field("String", "A second number of the same card, such as the chip's."),
    "store": input_field("ID", "The store that issues it."),
    "valid_from": input_field("DateTime", "From when it is valid; always unless said otherwise."),
    "valid_to": input_field("DateTime", "Until when it is valid; by its type where nothing is said."),
}


@mutation
class CardMutations:
    """Making cards, and giving them to customers."""

    card_generate = mutation_field(
        card.generate,
        "Make a free card of a type, with a number drawn at random.",
        input=NEW,
        payload={"card": ("Card", "The card, free to be assigned.")},
    )
    card_create = mutation_field(
        card.create,
        "Make a free card with a given number, which must have its type's prefix, length and check digit.",
        input={"number": input_field("String!", "Its number; unique."), **NEW},
        payload={"card": ("Card", "The card, free to be assigned.")},
    )
    card_assign = mutation_field(
        card.assign,
        "Give a free card to a customer: the one of this `id` or `number`, or any free one of a `cardType`. Of two who "
        "want the same card at the same moment, one gets it.",
        input={
            "customer": input_field("ID!", "Who gets it."),
            "id": input_field("ID", "The card; or give its number, or a type."),
            "number": input_field("String", "The card's number."),
            "card_type": input_field("ID", "A type, any free card of which will do."),
            "store": input_field("ID", "Where it is given away."),
        },
        payload={"card": ("Card", "The card, assigned.")},
    )
    card_release = mutation_field(
        card.release,
        "Take a card back from its holder. It is free again, for somebody else.",
        input={"id": input_field("ID!", "The card."), "reason": input_field("String", "Why.")},
        payload={"card": ("Card", "The card, free.")},
    )
    card_block = mutation_field(
        card.block,
        "Block a card: from now on it identifies nobody.",
        input={
            "id": input_field("ID!", "The card."),
            "reason": input_field("String!", "Why; kept in the card's history."),
        },
        payload={"card": ("Card", "The card, blocked.")},
    )
    card_unblock = mutation_field(
        card.unblock,
        "Let a blocked card be used again.",
        input={
            "id": input_field("ID!", "The card."),
            "reason": input_field("String", "Why; kept in the card's history."),
        },
        payload={"card": ("Card", "The card, as it was before it was blocked.")},
    )
    card_type_upsert = mutation_field(
        card.upsert_type,
        "Make a type of cards, or change the one of this `id` or `code`. What is left out stays, null clears.",
        input={
            "id": input_field("ID", "The type, where its code is to change."),
            "code": input_field("String", "Short name that programs use; unique."),
            "name": input_field("String", "Name that people read; a new type needs one."),
            "prefix": input_field("String", "First characters of every number; a new type needs it."),
            "number_length": input_field(
                "Int", "Length of a number, prefix and check digit included; 16 for a new type."
            ),
            "check_digit": input_field("CheckDigit", "How the last digit is made; NONE for a new type."),
            "valid_months": input_field("Int", "Months a card is valid from its assignment; none means no end."),
            "state": input_field("State", "Whether the type is in use."),
        },
        payload={"card_type": ("CardType", "The type.")},
    )
