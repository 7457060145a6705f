"""The people: the source has only numbers of households, so everything personal is made up with Faker.

A household gets the same person every time, whichever part of the source is imported and on whatever day. Addresses
of e-mail are in example.com and its siblings, phone numbers are among those kept for fiction: neither is anybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from faker import Faker

from resolvers import normalise
from resolvers.demo.mapping.retailer.places import City, fiction_phone

DOMAINS = ("example.com", "example.org", "example.net")
AGES = {"19-24": (19, 24), "25-34": (25, 34), "35-44": (35, 44), "45-54": (45, 54), "55-64": (55, 64), "65+": (65, 88)}
SOURCE_YEAR = 2017
GENDERS = ("FEMALE", "MALE", "NON_BINARY", "UNDISCLOSED")
SALUTATIONS = {"FEMALE": "Ms", "MALE": "Mr"}


@dataclass(frozen=True)
class Person:
    """One household's person."""

    salutation: str | None
    pre_nominals: str | None
    first_name: str
    last_name: str
    post_nominals: str | None
    gender: str
    birthdate: date
    email: str
    phone: str
    language_code: str
    address1: str
    address2: str
    zip: str
    city: str


class People:
    """Makes people up."""

    def __init__(self, years: int) -> None:
        """Make people for data that was moved by so many years, so that their ages stay what the source says."""
        self.years = years
        self.fake = Faker("en_US")

    def person(self, household: int, known: Mapping[str, Any] | None, home: City) -> Person:
        """The person of a household, living in the city of the store they visit most."""
        fake = self.fake
        fake.seed_instance(f"household {household}")
        gender = fake.random.choices(GENDERS, (52, 44, 2, 2))[0]
        first = _first_name(fake, gender)
        last = fake.last_name()
        return Person(
            salutation=SALUTATIONS.get(gender),
            pre_nominals="Dr." if fake.random.random() < 0.02 else None,
            first_name=first,
            last_name=last,
            post_nominals="PhD" if fake.random.random() < 0.01 else None,
            gender=gender,
            birthdate=self._birthdate(known["age"] if known else None),
            email=f"{normalise.fold(first)}.{normalise.fold(last)}{household}@{fake.random.choice(DOMAINS)}",
            phone=fiction_phone(household - 1),
            language_code=fake.random.choices(("en", "es"), (9, 1))[0],
            address1=f"{fake.building_number()} {fake.street_name()}",
            address2=home.state,
            zip=f"{home.zip_prefix}{fake.random.randrange(100):02d}",
            city=home.name,
        )

    def _birthdate(self, band: str | None) -> date:
        low, high = AGES[band] if band else (19, 80)
        age = self.fake.random.randint(low, high)
        # Nobody is born on 29 February, so that any year will do.
        return date(SOURCE_YEAR - age + self.years, self.fake.random.randint(1, 12), self.fake.random.randint(1, 28))


def _first_name(fake: Faker, gender: str) -> str:
    if gender == "FEMALE":
        return str(fake.first_name_female())
    if gender == "MALE":
        return str(fake.first_name_male())
    return str(fake.first_name_nonbinary())
