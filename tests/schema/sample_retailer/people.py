"""Customers with what is theirs: sources, consents, cards, statuses and points."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import models
from tests import factories
from tests.factories import NOW
from tests.schema.sample_retailer.chance import CITIES, FUTURE, NAMES, PAST, TEXTS
from tests.schema.sample_retailer.rows import Rows


async def people(shop: Rows) -> None:
    """Customers with their sources, consents, segments and tokens."""
    chance = shop.chance
    for index in range(6):
        group = chance.maybe(shop.each("segment_group"))
        criteria = chance.of(None, {"state": {"eq": "ACTIVE"}}) if index else None
        given = {"criteria": criteria} if criteria else {}
        await shop.keep(factories.segment(name=chance.one(NAMES), group=group, state=chance.state(), **given))
    for index in range(30):
        mail, phone = chance.of(None, f"Jana.{index}@Example.com"), chance.of(None, f"+42060100{index:04d}")
        customer = factories.customer(
            first_name=chance.maybe(NAMES),
            last_name=chance.maybe(NAMES),
            email=mail,
            phone=phone,
            salutation=chance.one(TEXTS),
            pre_nominals=chance.of(None, "Dr."),
            gender=chance.maybe(list(models.Gender)),
            birthdate=chance.of(None, date(1980, 2, 29), date(1980, 2, 29), date(2001, 12, 31)),
            email_confirmed_at=chance.maybe(PAST),
            language_code=chance.of(None, "cs", "en"),
            country_code=chance.of(None, "CZ", "DE"),
            city=chance.one(CITIES),
            zip=chance.of(None, "", "110 00"),
            store=chance.maybe(shop.each("store")),
            state=chance.state(),
            **chance.stamps(),
        )
        await shop.keep(customer, *belongings(shop, customer, index))


def belongings(shop: Rows, customer: models.Customer, index: int) -> list[models.Base]:
    """What only this customer has."""
    chance = shop.chance
    sources = [
        factories.customer_source_record(customer=customer, source=source, external_id=chance.of(None, f"c{index}"))
        for source in chance.some(shop.each("customer_source"), 2)
    ]
    consents = [
        factories.customer_consent(
            customer=customer,
            consent=consent,
            value=chance.one(list(models.ConsentValue)),
            changed_at=chance.past(),
        )
        for consent in chance.some(shop.each("consent"), 2)
    ]
    changes = [
        factories.consent_change(
            customer=customer,
            consent=each.consent,
            value=each.value,
            changed_at=each.changed_at,
            viewer_kind="CUSTOMER" if index % 2 else None,
        )
        for each in consents
    ]
    members = [
        factories.segment_member(customer=customer, segment=segment, since=chance.past())
        for segment in chance.some(shop.each("segment"), 3)
    ]
    applications = shop.each("external_application")
    tokens = [
        factories.token(
            customer=customer,
            application=application,
            language_code=chance.of(None, "cs"),
            device_name=chance.one(TEXTS),
            last_seen_at=chance.maybe(PAST),
        )
        for application in chance.some(applications, 2)
    ]
    return [*sources, *consents, *changes, *members, *tokens]


async def cards(shop: Rows) -> None:
    """Cards of every state, with their history."""
    chance = shop.chance
    for _ in range(40):
        holder = chance.maybe(shop.each("customer"))
        given: dict[str, Any] = {"customer": holder} if holder else {}
        if chance.random.random() < 1 / 6:
            given |= {"state": models.CardState.BLOCKED, "blocked_reason": chance.of("lost", None)}
        card = factories.card(
            card_type=chance.one(shop.each("card_type")),
            store=chance.maybe(shop.each("store")),
            secondary_number=chance.of(None, None, "chip-1"),
            **given,
            **chance.dates(),
            **chance.stamps(),
        )
        events = [
            factories.card_event(
                card=card,
                customer=holder,
                change=chance.one(list(models.CardChange)),
                at=chance.past(),
                reason=chance.one(TEXTS),
            )
            for _ in range(chance.random.randint(0, 3))
        ]
        await shop.keep(card, *events)


async def tiers(shop: Rows) -> None:
    """Four statuses, one above the other, and who held them."""
    chance, kinds = shop.chance, models.Qualification
    ladder: list[models.Status] = []
    for rank, kind in enumerate((kinds.REGISTRATION, kinds.CONDITION, kinds.CONDITION, kinds.MANUAL), start=1):
        status = factories.status(
            rank=rank,
            name=("Basic", "Silver", "Gold", "Gold")[rank - 1],
            qualification=kind,
            previous=ladder[-1] if ladder else None,
            qualification_months=chance.of(None, 12),
            qualification_points=Decimal(200 * rank),
            validity=chance.of(None, "P12M", "END_OF_YEAR"),
            discount=Decimal("2.5"),
        )
        turnover = factories.status_turnover(status=status, amount=Decimal(1000 * rank))
        await shop.keep(status, turnover)
        ladder.append(status)
    await shop.keep(factories.status_turnover(status=ladder[2], currency_code="EUR", amount=Decimal(50)))
    for customer in shop.each("customer"):
        for status in chance.some(ladder, 2):
            began = chance.past()
            held = {"status": status, "change": chance.one(list(models.StatusChange)), "note": chance.one(TEXTS)}
            await shop.keep(
                factories.status_record(
                    customer=customer, valid_from=began, valid_to=chance.maybe(FUTURE), ended_at=NOW, **held
                )
            )
    ended = {record.customer_id: record for record in shop.each("status_record")}
    for record in ended.values():
        record.ended_at = chance.of(None, None, NOW)
    await shop.session.commit()


async def points(shop: Rows) -> None:
    """Lots with the entries that put points there and took some, and reserved points."""
    chance = shop.chance
    for index in range(40):
        customer, made = chance.one(shop.each("customer")), chance.past()
        lot = factories.point_lot(
            customer=customer,
            amount=chance.of(Decimal(100), Decimal("70.5")),
            point_type=chance.maybe(shop.each("point_type")),
            partner=chance.maybe(shop.each("partner")),
            active_from=chance.of(made, FUTURE[1]),
            expires_at=chance.maybe([*FUTURE, PAST[-1]]),
            created_at=made,
            note=chance.one(TEXTS),
        )
        entry = factories.point_entry(
            customer=customer,
            kind=chance.of("ASSIGN", "EARN", "TRANSFER_IN"),
            amount=lot.amount,
            at=made,
            point_type=lot.point_type,
            store=chance.maybe(shop.each("store")),
            purchase=chance.maybe(shop.each("purchase")),
            extended_data=chance.of({"till": 4}, {"b": [1, None], "a": "ž"}),
        )
        both = [factories.point_entry_lot(entry=entry, lot=lot, amount=lot.amount)]
        if index % 2:
            lot.remaining = lot.amount - 20
            spent = factories.point_entry(customer=customer, kind="SPEND", amount=Decimal(-20), at=chance.past())
            both.append(factories.point_entry_lot(entry=spent, lot=lot, amount=Decimal(-20)))
        await shop.keep(lot, *(pair.entry for pair in both), *both)
    for index in range(24):
        await shop.keep(
            factories.point_reservation(
                customer=shop.each("customer")[index % 7],
                state=chance.one(list(models.PointReservationState)),
                created_at=chance.past(),
                expires_at=chance.of(*FUTURE, PAST[0]),
            )
        )
