"""Customers: a household each, with made-up people, the source's demographics, consents and search words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from random import Random
from typing import Any

import models
from resolvers import normalise
from resolvers.demo.journey import SOURCE, Journey
from resolvers.demo.mapping.people import cards
from resolvers.demo.mapping.people.people import People, Person
from resolvers.demo.mapping.retailer.lists import CONSENTS, PROPERTIES, key_of
from resolvers.demo.mapping.retailer.places import city_of_store
from resolvers.demo.reading.dates import moment
from resolvers.demo.writing.batch import Mapped, Note, RowBatch, records

SHOP_SHARE = 0.3
DAYS_IN_YEAR = 365.2425


def customers(journey: Journey) -> Mapped:
    """A customer for each household, with what hangs from it."""
    people = _people(journey)
    yield _rows(journey, people)
    households = journey.source.households.tolist()
    ours = key_of(models.CustomerSource, SOURCE)
    sources = [(key, ours, str(household)) for key, household in enumerate(households, 1)]
    yield records(models.CustomerSourceRecord, "customer_id source_id external_id", sources + _shops(households))
    yield records(models.CustomerTerm, "customer_id term", list(_terms(households, people)))
    yield records(models.CustomerConsent, "customer_id consent_id value changed_at", list(_consents(journey)))
    yield from _demographics(journey)
    yield Note("Names, birthdates, addresses, e-mail addresses, phone numbers and consents of customers are made up.")


def _people(journey: Journey) -> list[Person]:
    maker = People(round(journey.calendar.weeks * 7 / DAYS_IN_YEAR))
    stores, known = journey.source.stores.tolist(), journey.source.demographics
    return [
        maker.person(household, known.get(household), city_of_store(stores[home - 1]))
        for household, home in zip(journey.source.households.tolist(), journey.home_store.tolist(), strict=True)
    ]


def _rows(journey: Journey, people: list[Person]) -> RowBatch:
    fields: dict[str, list[Any]] = {name: [] for name in asdict(people[0])}
    for person in people:
        for name, value in asdict(person).items():
            fields[name].append(value)
    return RowBatch(
        models.Customer,
        {
            "id": list(range(1, len(people) + 1)),
            **fields,
            "first_name_key": [normalise.name_key(name) for name in fields["first_name"]],
            "last_name_key": [normalise.name_key(name) for name in fields["last_name"]],
            "email_key": [normalise.email_key(address) for address in fields["email"]],
            "email_confirmed_at": journey.registered_at,
            "country_code": "US",
            "store_id": journey.home_store,
            "created_at": journey.registered_at,
        },
    )


def _shops(households: list[int]) -> list[tuple[int, int, str]]:
    """Some have an account in the e-shop too, as made up as the shop."""
    shop = key_of(models.CustomerSource, "e-shop")
    chance = {household: Random(f"e-shop of household {household}").random() for household in households}  # noqa: S311
    return [
        (key, shop, f"user-{household:05d}")
        for key, household in enumerate(households, 1)
        if chance[household] < SHOP_SHARE
    ]


def _terms(households: list[int], people: list[Person]) -> Iterator[tuple[int, str]]:
    for key, (household, person) in enumerate(zip(households, people, strict=True), 1):
        names = (person.pre_nominals, person.first_name, person.last_name, person.post_nominals)
        numbers = cards.numbers_of(household)
        for term in sorted(normalise.customer_terms(names, person.email, person.phone, numbers)):
            yield key, term


def _consents(journey: Journey) -> Iterator[tuple[Any, ...]]:
    for place, household in enumerate(journey.source.households.tolist()):
        chance = Random(f"consents of household {household}")  # noqa: S311 - made up, not secret
        joined = moment(journey.registered_at[place])
        for consent in range(1, len(CONSENTS) + 1):
            value = chance.choices(("GIVEN", "WITHDRAWN", None), (6, 2, 2))[0]
            later = timedelta(days=chance.randint(1, 6)) if value == "WITHDRAWN" else timedelta()
            if value:
                yield place + 1, consent, value, joined + later


def _demographics(journey: Journey) -> Mapped:
    properties = {code: key for key, code in enumerate(PROPERTIES, 1)}
    rows = [
        (key, properties[code], value)
        for key, household in enumerate(journey.source.households.tolist(), 1)
        for code, value in journey.source.demographics.get(household, {}).items()
        if value is not None
    ]
    yield records(models.PropertyRecord, "customer_id property_id value", rows)
    yield Note(f"Demographics are known of {len({row[0] for row in rows}):,} households.")
