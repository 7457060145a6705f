"""The code lists: short lists that the rest refers to. All of them are made up, but for the households' properties."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import models
from resolvers.demo.journey import CURRENCY, Journey
from resolvers.demo.mapping.people.cards import MOBILE_MONTHS
from resolvers.demo.reading.dates import ZONE
from resolvers.demo.writing.batch import Mapped, records

LISTS: dict[type[models.Base], dict[str, str]] = {
    models.CustomerSource: {
        "complete-journey": "The Complete Journey",
        "e-shop": "E-shop",
        "mobile-app": "Mobile app",
        "till": "Till",
        "made-up": "Made up for the demo",
    },
    models.PointType: {"purchase": "Purchases", "bonus": "Bonuses", "partner": "Partners"},
    models.PurchaseType: {"till": "Sale at the till", "e-shop": "E-shop order"},
    models.PurchaseItemType: {"goods": "Goods", "coupon": "Coupon", "service": "Service", "deposit": "Deposit"},
    models.ProductReservationSource: {"e-shop": "E-shop", "mobile-app": "Mobile app", "store": "In the store"},
    models.ExternalListType: {"e-shop-order": "E-shop order number", "till": "Till's number"},
    models.ExternalApplication: {"e-shop": "E-shop", "mobile-app": "Mobile app", "till": "Till"},
    models.CampaignProductType: {
        "leaflet": "Weekly leaflet",
        "display": "Display in the store",
        "web": "Web catalogue",
    },
    models.SegmentGroup: {"campaigns": "Campaigns", "behaviour": "Behaviour"},
    models.RewardType: {"coupon": "Coupons", "catalogue": "Catalogue of rewards", "welcome": "Welcome gifts"},
    models.Tag: {
        "own-brand": "Own brand",
        "fresh": "Fresh",
        "weekend": "Weekend",
        "for-points": "For points",
        "welcome": "Welcome",
    },
}
CARD_TYPES = (
    ("loyalty-card", "Loyalty card", "2600", 16, "LUHN", None),
    ("mobile-card", "Mobile card", "2700", 16, "LUHN", MOBILE_MONTHS),
)
CONSENTS = (
    ("newsletter", "Newsletter", "I want to receive the weekly newsletter by e-mail."),
    ("sms", "Text messages", "I want to receive offers by text message."),
    ("profiling", "Personal offers", "My purchases may be used to choose offers for me."),
)
STATUSES = (
    ("member", "Member", "Collects a point for every dollar.", "0", None),
    ("silver", "Silver", "For those who spend 1,000 dollars in a year.", "0", "1000"),
    ("gold", "Gold", "For those who spend 2,500 dollars in a year.", "1", "2500"),
    ("platinum", "Platinum", "For those who spend 5,000 dollars in a year.", "2", "5000"),
)
PROGRAMME = "journey-club"
BEGAN = datetime(2000, 1, 1, tzinfo=UTC)
ABROAD = "CAD"
POINT_VALUES = {CURRENCY: "0.01", ABROAD: "0.0135"}
"""What a point is worth: a cent of a dollar, and about as much of a Canadian one."""
DELAY = "P14D"
DELAY_ABROAD = "P30D"
PROPERTIES = {
    "age": "Age",
    "income": "Income of the household",
    "home_ownership": "Ownership of the home",
    "marital_status": "Marital status",
    "household_size": "Size of the household",
    "household_comp": "Composition of the household",
    "kids_count": "Number of children",
}


def key_of(model: type[models.Base], code: str) -> int:
    """The key of a code list's entry."""
    return list(LISTS[model]).index(code) + 1


def lists(journey: Journey) -> Mapped:
    """The short lists, with card types, consents, statuses, the programme and properties."""
    for model, entries in LISTS.items():
        yield records(model, "id code name", _numbered(entries.items()))
    yield records(models.CardType, "id code name prefix number_length check_digit valid_months", _numbered(CARD_TYPES))
    yield records(models.Consent, "id code name description", _numbered(CONSENTS))
    yield from _statuses()
    yield from _programme(journey)
    yield from _properties(journey)


def _statuses() -> Mapped:
    rows = [
        (rank, code, name, text, rank, "CONDITION" if amount else "REGISTRATION", Decimal(discount), rank - 1 or None)
        for rank, (code, name, text, discount, amount) in enumerate(STATUSES, 1)
    ]
    yield records(models.Status, "id code name description rank qualification discount previous_id", rows[:1])
    conditions = {"qualification_months": 12, "validity": "P12M"}
    yield records(
        models.Status, "id code name description rank qualification discount previous_id", rows[1:], **conditions
    )
    turnovers = [(rank, Decimal(amount)) for rank, (*_, amount) in enumerate(STATUSES, 1) if amount]
    yield records(models.StatusTurnover, "status_id amount", turnovers, currency_code=CURRENCY)


def _programme(journey: Journey) -> Mapped:
    """A point for every dollar, half as much again for the upper tiers from now on; those count after two weeks.

    What a visit abroad gives counts after a month. None of the source's bills is in that currency.
    """
    yield records(
        models.Programme,
        "id code name description valid_from",
        [(1, PROGRAMME, "Journey Club", "A point for every dollar; a point pays a cent.", BEGAN)],
        time_zone=ZONE,
        country_code="US",
        points_last="P12M",
    )
    worth = [(1, code, Decimal(value)) for code, value in POINT_VALUES.items()]
    yield records(models.ProgrammeCurrency, "programme_id currency_code point_value", worth)
    base = [(place, f"base-{code}", f"A point for every {code}", code) for place, code in enumerate(POINT_VALUES, 1)]
    amounts: dict[str, object] = {"programme_id": 1, "kind": "AMOUNT", "points": Decimal(1)}
    yield records(models.EarningRule, "id code name currency_code", base, **amounts)
    bonus = [(len(base) + 1, "upper-tiers", "Half as much again for gold and platinum", journey.calendar.now)]
    more: dict[str, object] = {"programme_id": 1, "kind": "MULTIPLIER", "factor": Decimal("1.5"), "delay": DELAY}
    yield records(models.EarningRule, "id code name valid_from", bonus, **more)
    visit = [(len(base) + 2, f"visit-{ABROAD}", f"20 points for a bill in {ABROAD}", ABROAD)]
    abroad: dict[str, object] = {"programme_id": 1, "kind": "VISIT", "points": Decimal(20), "delay": DELAY_ABROAD}
    yield records(models.EarningRule, "id code name currency_code", visit, **abroad)
    upper = [rank for rank, (code, *_) in enumerate(STATUSES, 1) if code in {"gold", "platinum"}]
    yield records(models.EarningRuleTarget, "rule_id status_id", [(len(base) + 1, rank) for rank in upper])


def _properties(journey: Journey) -> Mapped:
    """What the source knows of some households; the values are its own."""
    rows = _numbered(PROPERTIES.items())
    yield records(models.Property, "id code name", rows, data_type="CHOICE", description="Of the household.")
    known = journey.source.demographics.values()
    items = [
        (key, value, value)
        for key, code, _ in rows
        for value in sorted({row[code] for row in known if row[code] is not None})
    ]
    yield records(models.PropertyItem, "property_id value name", items)


def _numbered(entries: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(key, *entry) for key, entry in enumerate(entries, 1)]
