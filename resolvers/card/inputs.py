"""What the operations on cards take, and what they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from models.rules.card_number import CheckDigit, normalised
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.answers import Answer, row
from resolvers.operation.checks import IN_USE_OR_NOT, By, by, column, converted, key, text
from resolvers.operation.inputs import Input
from resolvers.operation.structs import BY_ANOTHER_KEY, named_by
from resolvers.operation.validation import in_order
from resolvers.storage.context import RowRef

OfType = Annotated[int, key(models.CardType), "What kind of card it is.", named_by("card_type_by")]
OfTypeBy = Annotated[By | None, by(models.CardType), "What kind of card it is, by any key; needed."]
SecondaryNumber = Annotated[str | None, text(64), "A second number of the same card, such as the chip's."]
IssuingStore = Annotated[int | None, key(models.Store), "The store that issues it.", named_by("store_by")]
IssuingStoreBy = Annotated[By | None, by(models.Store), "The store that issues it, by any key."]
ValidFrom = Annotated[datetime | None, "From when it is valid; always unless said otherwise."]
ValidTo = Annotated[datetime | None, "Until when it is valid; by its type where nothing is said."]
OfHistory = Annotated[str | None, "Why; kept in the card's history."]
ThisCard = Annotated[int, key(models.Card), "The card."]

NUMBER = converted(text(64), normalised)
ONE_CARD = "Give one of `id`, `number` and `cardType`."


class CardGenerate(Input):
    """A free card to be made, with a number drawn at random."""

    card_type: OfType = BY_ANOTHER_KEY
    card_type_by: OfTypeBy = None
    secondary_number: SecondaryNumber = None
    store: IssuingStore = None
    store_by: IssuingStoreBy = None
    valid_from: ValidFrom = None
    valid_to: ValidTo = None

    def check(self) -> None:
        """The validity ends after it begins."""
        in_order(self.valid_from, self.valid_to, "validTo")


class CardCreate(Input):
    """A free card to be made, with a given number."""

    number: Annotated[str, NUMBER, "Its number; unique. Spaces and hyphens in it don't count."]
    card_type: OfType = BY_ANOTHER_KEY
    card_type_by: OfTypeBy = None
    secondary_number: SecondaryNumber = None
    store: IssuingStore = None
    store_by: IssuingStoreBy = None
    valid_from: ValidFrom = None
    valid_to: ValidTo = None

    def check(self) -> None:
        """The validity ends after it begins."""
        in_order(self.valid_from, self.valid_to, "validTo")


class FreeCardAnswer(Answer):
    """A card that was made."""

    card: Annotated[RowRef, row("Card"), "The card, free to be assigned."]


class CardAssign(Input):
    """A free card to be given to a customer."""

    customer: Annotated[int, key(models.Customer), "Who gets it.", named_by("customer_by")] = BY_ANOTHER_KEY
    customer_by: Annotated[By | None, by(models.Customer), "Who gets it, by any key; needed."] = None
    id: Annotated[int | None, key(models.Card), "The card; or give its number, or a type."] = None
    number: Annotated[str | None, NUMBER, "The card's number, with or without spaces and hyphens."] = None
    card_type: Annotated[int | None, key(models.CardType), "A type, any free card of which will do."] = None
    store: Annotated[int | None, key(models.Store), "The store where it is assigned.", named_by("store_by")] = None
    store_by: Annotated[By | None, by(models.Store), "The store where it is assigned, by any of its keys."] = None

    def check(self) -> None:
        """Just one of the three says which card."""
        said = sum(each is not None for each in (self.id, self.number, self.card_type))
        if said != 1:
            raise Refused(ErrorCode.ONE_CARD, ONE_CARD, "id", None if said else ONE_CARD)


class AssignedCardAnswer(Answer):
    """A card that was assigned."""

    card: Annotated[RowRef, row("Card"), "The card, assigned."]


class CardRelease(Input):
    """A card to be taken back."""

    id: ThisCard
    reason: Annotated[str | None, "Why."] = None


class ReleasedCardAnswer(Answer):
    """A card that was released."""

    card: Annotated[RowRef, row("Card"), "The card, free."]


class CardBlock(Input):
    """A card to be blocked."""

    id: ThisCard
    reason: Annotated[str, "Why; kept in the card's history."]


class BlockedCardAnswer(Answer):
    """A card that was blocked."""

    card: Annotated[RowRef, row("Card"), "The card, blocked."]


class CardUnblock(Input):
    """A card to be unblocked."""

    id: ThisCard
    reason: OfHistory = None


class UnblockedCardAnswer(Answer):
    """A card that was unblocked."""

    card: Annotated[RowRef, row("Card"), "The card, as it was before it was blocked."]


class CardTypeUpsert(Input):
    """A type of cards to be created or updated."""

    id: Annotated[int | None, key(models.CardType), "The type, where its code is to change."] = None
    code: Annotated[str | UnsetType, column(models.CardType.code), "Short name that programs use; unique."] = UNSET
    name: Annotated[str | UnsetType, column(models.CardType.name), "Name that people read; a new type needs one."] = (
        UNSET
    )
    prefix: Annotated[
        str | UnsetType, column(models.CardType.prefix), "First characters of every number; a new type needs it."
    ] = UNSET
    number_length: Annotated[
        int | UnsetType,
        column(models.CardType.number_length),
        "Length of a number, prefix and check digit included; 16 for a new type.",
    ] = UNSET
    check_digit: Annotated[
        CheckDigit | UnsetType,
        column(models.CardType.check_digit),
        "How the last digit is made; NONE for a new type.",
    ] = UNSET
    valid_months: Annotated[
        int | UnsetType | None,
        column(models.CardType.valid_months),
        "Months a card is valid from its assignment; none means no end.",
    ] = UNSET
    state: Annotated[models.State | UnsetType, IN_USE_OR_NOT, "Whether the type is in use."] = UNSET


class CardTypeAnswer(Answer):
    """A type of cards."""

    card_type: Annotated[RowRef, row("CardType"), "The type."]
