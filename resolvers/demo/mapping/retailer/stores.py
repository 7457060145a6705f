"""The stores. The source has only their numbers; names, places and opening hours are made up from these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from faker import Faker

import models
from resolvers.demo.journey import CURRENCY, SOURCE, Journey
from resolvers.demo.mapping.retailer.places import City, city_of_store
from resolvers.demo.reading.dates import ZONE
from resolvers.demo.writing.batch import Mapped, Note, records

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
HOURS = (("06:00", "24:00"), ("06:00", "23:00"), ("07:00", "22:00"), ("00:00", "24:00"))
COLUMNS = (
    "id code external_id name address1 address2 zip city contact_email manager_name latitude longitude opening"
    " short_description"
)


def stores(journey: Journey) -> Mapped:
    """All 457 stores, in the time zone in which the source's days begin at midnight."""
    yield records(
        models.Store,
        COLUMNS,
        list(_rows(journey.source.stores.tolist())),
        source=SOURCE,
        country_code="US",
        time_zone=ZONE,
        currency_code=CURRENCY,
    )
    yield Note("Names, places, managers and opening hours of stores are made up; their codes are the source's.")


def _rows(stores: list[int]) -> Iterator[tuple[Any, ...]]:
    fake = Faker("en_US")
    taken: Counter[str] = Counter()
    for key, store in enumerate(stores, 1):
        fake.seed_instance(f"store {store}")
        city = city_of_store(store)
        street = f"{fake.building_number()} {fake.street_name()}"
        name = f"{city.name} {street.split(' ', 1)[1]}"
        taken[name] += 1
        yield (
            key,
            str(store),
            str(store),
            name if taken[name] == 1 else f"{name} {taken[name]}",
            street,
            city.state,
            f"{city.zip_prefix}{fake.random.randrange(100):02d}",
            city.name,
            f"store{store}@example.com",
            fake.name(),
            *_position(fake, city),
            _opening(fake),
            f"Store {store} in {city.name}, {city.state}.",
        )


def _position(fake: Faker, city: City) -> Iterator[Decimal]:
    """Within some fifteen kilometres of the city's centre."""
    for degrees in (city.latitude, city.longitude):
        yield Decimal(f"{degrees + fake.random.uniform(-0.12, 0.12):.6f}")


def _opening(fake: Faker) -> dict[str, list[list[str]]]:
    """Most stores of the source sell late into the night; a few never close."""
    hours = fake.random.choices(HOURS, (6, 4, 2, 1))[0]
    sunday = hours if hours[0] == "00:00" else ("08:00", "21:00")
    return {day: [list(sunday if day == "SUNDAY" else hours)] for day in DAYS}
