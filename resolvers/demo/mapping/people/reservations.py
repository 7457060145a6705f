"""Reservable products and reservations, all of them made up of what is sold most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np

import models
from resolvers.demo.journey import CURRENCY, SOURCE, Journey
from resolvers.demo.writing.batch import Mapped, Note, RowBatch, records

DEPARTMENTS = {"MEAT", "DELI", "PASTRY", "FLORAL", "SEAFOOD", "SPIRITS"}
PRODUCTS, STORES, RESERVATIONS = 60, 12, 300
LONGEST_AGO_DAYS = 60
UNITS = 10_000
PICK_UP = timedelta(days=3)
PATHS = (
    ("ENTERED", "ACCEPTED", "READY", "DELIVERED"),
    ("ENTERED", "ACCEPTED", "READY", "NOT_PICKED_UP"),
    ("ENTERED", "CANCELLED"),
    ("ENTERED", "ACCEPTED", "READY"),
    ("ENTERED", "ACCEPTED"),
    ("ENTERED",),
)
OPEN = PATHS[3:]


@dataclass(frozen=True)
class Reservation:
    """A reservation with what is reserved: (place of the product, how many)."""

    customer: int
    store: int
    path: tuple[str, ...]
    at: datetime
    origin: int
    items: list[tuple[int, int]]
    note: str | None


def reservations(journey: Journey) -> Mapped:
    """Sixty products, what twelve stores have of them, and three hundred reservations with their steps."""
    products, stores = _reservable(journey), _busiest(journey)
    yield records(
        models.ReservableProduct,
        "id product_id external_id",
        [(key, product, str(key)) for key, product in enumerate(products, 1)],
        source=SOURCE,
    )
    prices = [Decimal(journey.prices[product - 1].item()) / UNITS for product in products]
    yield records(
        models.ReservableOffer,
        "reservable_product_id store_id stock price",
        list(_offers(prices, stores)),
        currency_code=CURRENCY,
    )
    if products:
        made = sorted(_reservations(journey, len(products), stores), key=lambda one: one.at)
        yield from _rows(made, prices)
        yield Note(f"{len(made)} reservations and {len(products)} reservable products with their stock are made up.")


def reserving(journey: Journey) -> set[int]:
    """Keys of the customers with reservations."""
    products, stores = _reservable(journey), _busiest(journey)
    return {one.customer for one in _reservations(journey, len(products), stores)} if products else set()


def _reservable(journey: Journey) -> list[int]:
    """The most sold products of a few departments, with a price of a dollar at least."""
    rows = journey.source.products
    sold = np.bincount(journey.source.bills.lines.product, minlength=len(rows) + 1)[1:]
    fitting = [row["department"] in DEPARTMENTS for row in rows] & (journey.prices >= UNITS)
    order = np.argsort(-(sold * fitting), kind="stable")[:PRODUCTS]
    return [place + 1 for place in order.tolist() if fitting[place]]


def _busiest(journey: Journey) -> list[int]:
    stores, visits = np.unique(journey.source.bills.store, return_counts=True)
    return sorted(stores[np.argsort(-visits, kind="stable")[:STORES]].tolist())


def _offers(prices: list[Decimal], stores: list[int]) -> Iterator[tuple[Any, ...]]:
    """What is free to reserve now: open reservations have been taken off already."""
    for key, price in enumerate(prices, 1):
        for store in stores:
            chance = Random(f"stock {key} {store}")  # noqa: S311 - made up, not secret
            yield key, store, Decimal(chance.choice((0, 3, 5, 8, 12, 20, 40))), price


def _reservations(journey: Journey, products: int, stores: list[int]) -> Iterator[Reservation]:
    customers, now = len(journey.source.households), journey.calendar.now
    for place in range(RESERVATIONS):
        chance = Random(f"reservation {place}")  # noqa: S311 - made up, not secret
        path = chance.choices(PATHS, (10, 2, 3, 3, 2, 2))[0]
        # Open ones are young; those that have ended began some days ago.
        hours = chance.randint(6, 40) if path in OPEN else chance.randint(5 * 24, LONGEST_AGO_DAYS * 24)
        items = [
            (product, chance.randint(1, 4))
            for product in chance.sample(range(products), min(products, chance.randint(1, 3)))
        ]
        note = chance.choice((None, None, None, "Please cut it thin.", "I come after six."))
        yield Reservation(
            chance.randint(1, customers),
            chance.choice(stores),
            path,
            now - timedelta(hours=hours),
            chance.randint(1, 3),
            items,
            note,
        )


def _rows(made: list[Reservation], prices: list[Decimal]) -> Mapped:
    yield RowBatch(models.ProductReservation, _heads(made, prices))
    items = [
        (key, product + 1, Decimal(quantity), prices[product])
        for key, one in enumerate(made, 1)
        for product, quantity in one.items
    ]
    yield records(models.ProductReservationItem, "reservation_id reservable_product_id quantity unit_price", items)
    steps = [
        (key, state, one.at + _step(place)) for key, one in enumerate(made, 1) for place, state in enumerate(one.path)
    ]
    yield records(models.ProductReservationProgress, "reservation_id state at", steps)


def _heads(made: list[Reservation], prices: list[Decimal]) -> dict[str, object]:
    keys = range(1, len(made) + 1)
    return {
        "id": list(keys),
        "customer_id": [one.customer for one in made],
        "store_id": [one.store for one in made],
        "origin_id": [one.origin for one in made],
        "state": [one.path[-1] for one in made],
        "pickup_date": [(one.at + PICK_UP).date() for one in made],
        "customer_note": [one.note for one in made],
        "currency_code": CURRENCY,
        "total": [_total(one, prices) for one in made],
        "reservation_codes": [[f"R{key:06d}"] for key in keys],
        "source": SOURCE,
        "external_id": [str(key) for key in keys],
        "created_at": [one.at for one in made],
        "updated_at": [one.at + _step(len(one.path) - 1) for one in made],
    }


def _total(one: Reservation, prices: list[Decimal]) -> Decimal:
    return sum((prices[product] * quantity for product, quantity in one.items), Decimal(0))


def _step(place: int) -> timedelta:
    """A step every two hours, but the last of four takes until the day of pick-up."""
    return timedelta(hours=2 * place) if place < 3 else PICK_UP
