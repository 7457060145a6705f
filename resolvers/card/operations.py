"""Cards: given to customers, taken back, blocked and unblocked. Each change is a row of the card's history.

Whoever gives a card away first locks the customer, then takes the card by a statement that only a free one passes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import or_, select, update

import models
from models import Card, CardChange, CardEvent, CardState, CardType
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.periods import add_months
from resolvers.card.inputs import (
    AssignedCardAnswer,
    BlockedCardAnswer,
    CardAssign,
    CardBlock,
    CardRelease,
    CardUnblock,
    ReleasedCardAnswer,
    UnblockedCardAnswer,
)
from resolvers.customer.search_terms import renew_terms
from resolvers.errors import Refused
from resolvers.operation.references import in_use
from resolvers.storage.context import RowRef
from resolvers.storage.sql import AnySelect
from resolvers.storage.transaction import Transaction

ZONE = "UTC"
"""On whose calendar a card's months are counted."""


async def assign(transaction: Transaction, given: CardAssign) -> AssignedCardAnswer:
    """Give a free card to a customer: the one named, or any of a type."""
    choose, field = _choice(given)
    await transaction.lock_customer(given.customer, "customer", active=True)
    store_id = await in_use(transaction, models.Store, given.store, "store")
    card = await _take(transaction, choose, field, given.customer)
    kind = await transaction.session.get_one(CardType, card.card_type_id)
    if kind.state is not models.State.ACTIVE:
        raise Refused(ErrorCode.INACTIVE, "Cards of this type are not given out any more.", field)
    card.valid_from = max(card.valid_from or transaction.now, transaction.now)
    card.valid_to = _end(card, kind.valid_months)
    card.store_id = store_id or card.store_id
    await note(transaction, card, CardChange.ASSIGNED)
    await renew_terms(transaction, given.customer)
    return AssignedCardAnswer(card=RowRef("Card", card.id))


def _choice(given: CardAssign) -> tuple[Callable[[AnySelect], AnySelect], str]:
    """Which cards would do, and the field that says so."""
    if given.id is not None:
        return lambda cards: cards.where(Card.id == given.id), "id"
    if given.number is not None:
        return lambda cards: cards.where(Card.number == given.number), "number"
    kind = given.card_type
    # A card that another till is just giving away is passed over.
    free = Card.state == CardState.FREE
    return lambda cards: cards.where(Card.card_type_id == kind, free).with_for_update(skip_locked=True), "cardType"


async def _take(
    transaction: Transaction, choose: Callable[[AnySelect], AnySelect], field: str, customer_id: int
) -> Card:
    """Make a card the customer's; only one of those who want it at the same moment gets it."""
    found = choose(select(Card.id).order_by(Card.id).limit(1))
    unexpired = or_(Card.valid_to.is_(None), Card.valid_to > transaction.now)
    if field == "cardType":
        found = found.where(unexpired)
    key = await transaction.session.scalar(found)
    if key is None:
        if field == "cardType":
            raise Refused(ErrorCode.NO_FREE_CARD, "There is no free card of this type.", field)
        raise Refused(ErrorCode.NOT_FOUND, "There is no such Card.", field)
    taken = await transaction.session.scalar(
        update(Card)
        .where(Card.id == key, Card.state == CardState.FREE, unexpired)
        .values(state=CardState.ASSIGNED, customer_id=customer_id, updated_at=transaction.now)
        .returning(Card.id)
        .execution_options(synchronize_session=False)
    )
    card = await transaction.lock(Card, key)
    if taken is None:
        raise Refused(ErrorCode.CARD_NOT_FREE, f"The card is {_state(card, transaction.now)}.", field)
    return card


def _state(card: Card, now: datetime) -> str:
    expired = card.state is not CardState.BLOCKED and card.valid_to is not None and card.valid_to <= now
    return (CardState.EXPIRED if expired else card.state).value.lower()


def _end(card: Card, months: int | None) -> datetime | None:
    """Until when a card given away now is valid: its own end, or its type's months."""
    if card.valid_to is not None or months is None or card.valid_from is None:
        return card.valid_to
    return add_months(card.valid_from, months, ZONE)


async def release(transaction: Transaction, given: CardRelease) -> ReleasedCardAnswer:
    """Release a card from its holder: it is free again, for another customer."""
    holder = await transaction.lock_owner(select(Card.customer_id).where(Card.id == given.id))
    card = await transaction.locked(Card, given.id, "id")
    # Somebody else may have taken it between looking and locking.
    if card.state is not CardState.ASSIGNED or card.customer_id != holder or holder is None:
        raise Refused(
            ErrorCode.WRONG_STATE, f"Only an assigned card can be released; this one is {card.state.lower()}.", "id"
        )
    await note(transaction, card, CardChange.RELEASED, given.reason)
    card.state, card.customer_id, card.valid_from, card.valid_to = CardState.FREE, None, None, None
    card.touch(transaction.now)
    await renew_terms(transaction, holder)
    return ReleasedCardAnswer(card=RowRef("Card", card.id))


async def block(transaction: Transaction, given: CardBlock) -> BlockedCardAnswer:
    """Block a card: from now on it identifies no customer."""
    card = await transaction.locked(Card, given.id, "id")
    if card.state is CardState.BLOCKED:
        raise Refused(ErrorCode.WRONG_STATE, "The card is already blocked.", "id")
    card.state, card.blocked_reason = CardState.BLOCKED, given.reason
    await note(transaction, card, CardChange.BLOCKED, given.reason)
    return BlockedCardAnswer(card=RowRef("Card", card.id))


async def unblock(transaction: Transaction, given: CardUnblock) -> UnblockedCardAnswer:
    """Unblock a card: its holder, if it has one, can use it again."""
    card = await transaction.locked(Card, given.id, "id")
    if card.state is not CardState.BLOCKED:
        raise Refused(
            ErrorCode.WRONG_STATE, f"Only a blocked card can be unblocked; this one is {card.state.lower()}.", "id"
        )
    card.state = CardState.FREE if card.customer_id is None else CardState.ASSIGNED
    card.blocked_reason = None
    await note(transaction, card, CardChange.UNBLOCKED, given.reason)
    return UnblockedCardAnswer(card=RowRef("Card", card.id))


async def note(transaction: Transaction, card: Card, change: CardChange, reason: str | None = None) -> None:
    """Write a change into the card's history and the outbox."""
    transaction.session.add(
        CardEvent(card_id=card.id, customer_id=card.customer_id, change=change, at=transaction.now, reason=reason)
    )
    card.touch(transaction.now)
    await transaction.session.flush()
    transaction.emit(EventKind[f"CARD_{change}"], card, customer_id=card.customer_id)
