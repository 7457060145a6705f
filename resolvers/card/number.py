"""New cards: their numbers drawn or given, each only once, and the types that say what numbers look like."""

from __future__ import annotations

from collections.abc import Iterable
from secrets import randbelow
from typing import Any

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite

import models
from models import Card, CardChange, CardState, CardType
from models.rules import card_number as rules
from models.rules.error_codes import ErrorCode
from resolvers.card.inputs import CardCreate, CardGenerate, CardTypeAnswer, CardTypeUpsert, FreeCardAnswer
from resolvers.card.operations import note
from resolvers.errors import Refused
from resolvers.operation.references import in_use
from resolvers.operation.refusal import accepted
from resolvers.operation.upsert import Record, UpsertSpec, upsert
from resolvers.operation.validation import whole
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

DRAWS, ROUNDS = 32, 4
"""Numbers are drawn so many at once, so many times: where nine tenths are taken, all of them are in one of 700,000."""

USUAL_LENGTH, LONGEST_NUMBER, LONGEST_VALIDITY = 16, 64, 1200
SMALL = 100_000
"""Types with up to so many numbers are searched for one that is left."""


async def generate(transaction: Transaction, given: CardGenerate) -> FreeCardAnswer:
    """Make a free card of a type, its number drawn at random so that the next one can't be guessed."""
    kind = await _type(transaction, given)
    columns = await _columns(transaction, given)
    card = await _draw(transaction, kind, columns)
    await note(transaction, card, CardChange.ISSUED)
    return FreeCardAnswer(card=RowRef("Card", card.id))


async def create(transaction: Transaction, given: CardCreate) -> FreeCardAnswer:
    """Make a free card with a number that was printed elsewhere."""
    kind = await _type(transaction, given)
    refusal = rules.refusal(_pattern(kind), given.number)
    if refusal is not None:
        raise Refused(refusal.code, refusal.message, "number", refusal.missing)
    card = await _add(transaction, kind, given.number, await _columns(transaction, given))
    if card is None:
        raise Refused(ErrorCode.NUMBER_TAKEN, "Another card has this number.", "number")
    await note(transaction, card, CardChange.ISSUED)
    return FreeCardAnswer(card=RowRef("Card", card.id))


async def _type(transaction: Transaction, given: CardGenerate | CardCreate) -> CardType:
    key = await in_use(transaction, CardType, given.card_type, "cardType")
    return await transaction.session.get_one(CardType, key)


async def _columns(transaction: Transaction, given: CardGenerate | CardCreate) -> dict[str, object]:
    return {
        "secondary_number": given.secondary_number,
        "store_id": await in_use(transaction, models.Store, given.store, "store"),
        "valid_from": given.valid_from,
        "valid_to": given.valid_to,
    }


def _pattern(kind: CardType) -> rules.CardPattern:
    return rules.CardPattern(kind.prefix, kind.number_length, kind.check_digit)


async def _draw(transaction: Transaction, kind: CardType, columns: dict[str, object]) -> Card:
    """A card with a number that no other has; of two who draw the same at once, one goes on to the next."""
    size = rules.capacity(_pattern(kind))
    rounds: list[Iterable[int]] = [{randbelow(size) for _ in range(DRAWS)} for _ in range(ROUNDS) if size]
    if size <= SMALL:
        # So few numbers can all be looked at, and the last one is found as well.
        rounds.append(range(size))
    for serials in rounds:
        for number in await _untaken(transaction, kind, serials):
            card = await _add(transaction, kind, number, columns)
            if card is not None:
                return card
    raise Refused(
        ErrorCode.NUMBERS_USED_UP, "The numbers of this type are used up; give the type longer ones.", "cardType"
    )


async def _untaken(transaction: Transaction, kind: CardType, serials: Iterable[int]) -> list[str]:
    """Those of the numbers that no card has, in no order that could be guessed."""
    pattern = _pattern(kind)
    numbers = {accepted(rules.generate(pattern, serial), "cardType") for serial in serials}
    few = Card.number.in_(numbers) if len(numbers) <= DRAWS else Card.number.startswith(pattern.prefix, autoescape=True)
    left = sorted(numbers - set(await transaction.session.scalars(select(Card.number).where(few))))
    return sorted(left, key=lambda _: randbelow(len(left)))


async def _add(transaction: Transaction, kind: CardType, number: str, columns: dict[str, object]) -> Card | None:
    """A free card with this number; none where the number is taken, be it at this very moment."""
    values = {**columns, "card_type_id": kind.id, "number": number, "state": CardState.FREE}
    values |= {"created_at": transaction.now, "updated_at": transaction.now}
    dialect: Any = postgresql if transaction.backend == "postgresql" else sqlite
    unless_taken: Insert = dialect.insert(Card).values(values).on_conflict_do_nothing(index_elements=["number"])
    key = await transaction.session.scalar(unless_taken.returning(Card.id))
    return None if key is None else await transaction.lock(Card, key)


async def upsert_type(transaction: Transaction, given: CardTypeUpsert) -> CardTypeAnswer:
    """Create or update a type of cards; cards that were made before keep their numbers."""
    return CardTypeAnswer(card_type=RowRef("CardType", (await upsert(TYPE, transaction, given)).id))


async def _can_be_numbered(record: Record[CardTypeUpsert]) -> None:
    """A type's numbers have room for a serial number between the prefix and the check digit."""
    at, months = record.problems.at, record.will_be(CardType.valid_months)
    length = record.will_be(CardType.number_length) or USUAL_LENGTH
    check = record.will_be(CardType.check_digit) or rules.CheckDigit.NONE
    with record.problems.noted():
        whole(length, at(CardType.number_length), 1, LONGEST_NUMBER)
        pattern = rules.CardPattern(record.will_be(CardType.prefix) or "", length, check)
        accepted(rules.generate(pattern, 0), at(CardType.prefix))
    if months is not None:
        with record.problems.noted():
            whole(months, at(CardType.valid_months), 1, LONGEST_VALIDITY)


TYPE = UpsertSpec[CardTypeUpsert](
    CardType,
    columns={
        name: name for name in ("code", "name", "prefix", "number_length", "check_digit", "valid_months", "state")
    },
    required=("code", "name", "prefix"),
    known_by="code",
    check=_can_be_numbered,
)
