"""Cards, all of them made up: one of plastic for each customer, a mobile one for some, and a stock of free ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import models
from models.rules.card_number import CardPattern, CheckDigit, generate
from models.rules.periods import add_months
from resolvers.demo.journey import Journey
from resolvers.demo.reading.dates import ZONE, moment
from resolvers.demo.writing.batch import Mapped, Note, records

LOYALTY, MOBILE = 1, 2
PATTERNS = {LOYALTY: CardPattern("2600", 16, CheckDigit.LUHN), MOBILE: CardPattern("2700", 16, CheckDigit.LUHN)}
MOBILE_MONTHS = 60
FREE_CARDS = 200
FREE_SERIAL = 100_000
LOST_SERIAL = 200_000


@dataclass(frozen=True)
class Card:
    """A card and what happened to it."""

    number: str
    kind: int
    customer: int | None
    store: int | None
    state: str
    since: datetime | None
    valid_to: datetime | None = None
    reason: str | None = None
    events: tuple[tuple[str, datetime, int | None, str | None], ...] = ()


def _row(key: int, card: Card, opened: datetime) -> tuple[Any, ...]:
    owner = card.number, card.kind, card.customer, card.store, card.state
    return key, *owner, card.since, card.valid_to, card.reason, card.since or opened


def number(kind: int, serial: int) -> str:
    """The card number of a type with a serial number."""
    found = generate(PATTERNS[kind], serial)
    if not isinstance(found, str):
        raise TypeError(found.message)
    return found


def card_number(household: int) -> str:
    """The number of the card that a household shows at the till."""
    return number(LOYALTY, household)


def cards(journey: Journey) -> Mapped:
    """A card for each customer from the day they joined; one in fifty has lost the first and got another."""
    made = [*_all_assigned(journey), *_free()]
    columns = "id number card_type_id customer_id store_id state valid_from valid_to blocked_reason created_at"
    opened = journey.calendar.opened
    rows = [_row(key, card, opened) for key, card in enumerate(made, 1)]
    yield records(models.Card, columns, rows)
    events = [
        (key, change, at, holder, reason)
        for key, card in enumerate(made, 1)
        for change, at, holder, reason in card.events or (("ISSUED", opened, None, None),)
    ]
    yield records(models.CardEvent, "card_id change at customer_id reason", events)
    yield Note(f"All {len(made):,} cards are made up, {FREE_CARDS} of them free ones.")


def numbers_of(household: int) -> list[str]:
    """The numbers of all cards of a household."""
    return [card.number for card in _assigned(household, 0, 0, datetime.now(UTC))]


def _all_assigned(journey: Journey) -> Iterator[Card]:
    homes, joined = journey.home_store.tolist(), journey.registered_at
    for place, household in enumerate(journey.source.households.tolist()):
        yield from _assigned(household, place + 1, homes[place], moment(joined[place]))


def _assigned(household: int, customer: int, store: int, since: datetime) -> Iterator[Card]:
    chance = Random(f"cards of household {household}")  # noqa: S311 - made up, not secret
    events = (("ISSUED", since, None, None), ("ASSIGNED", since, customer, None))
    if chance.random() < 0.02:
        reason = chance.choice(("Lost.", "Stolen.", "Broken."))
        blocked = ("BLOCKED", since + timedelta(days=chance.randint(1, 5)), customer, reason)
        lost = number(LOYALTY, LOST_SERIAL + household)
        yield Card(lost, LOYALTY, customer, store, "BLOCKED", since, None, reason, (*events, blocked))
    yield Card(card_number(household), LOYALTY, customer, store, "ASSIGNED", since, events=events)
    if chance.random() < 0.4:
        until = add_months(since, MOBILE_MONTHS, ZONE)
        yield Card(number(MOBILE, household), MOBILE, customer, None, "ASSIGNED", since, until, events=events)


def _free() -> Iterator[Card]:
    for serial in range(FREE_CARDS):
        yield Card(number(LOYALTY, FREE_SERIAL + serial), LOYALTY, None, None, "FREE", None)
