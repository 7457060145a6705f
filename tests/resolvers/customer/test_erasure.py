"""Erasing a customer: nothing personal is left anywhere, and the books still balance."""

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.base import State
from resolvers.customer import erasure
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

CANARY = "kanarek"
SUMS = (
    "SELECT count(*), sum(total), sum(returned), sum(points_earned) FROM purchase",
    "SELECT count(*), sum(quantity), sum(price) FROM purchase_item",
    "SELECT count(*), sum(amount), min(customer_id) FROM point_entry",
    "SELECT count(*), sum(amount), sum(remaining) FROM point_lot",
    "SELECT count(*), sum(amount) FROM point_entry_lot",
)


def number() -> str:
    """Text that is found again, and that no other row has."""
    return f"{CANARY}{factories.number()}"


def canary() -> models.Customer:
    """A customer of whom everything is personal."""
    return factories.customer(
        salutation=number(),
        pre_nominals=number(),
        first_name=number(),
        last_name=number(),
        post_nominals=number(),
        gender="FEMALE",
        birthdate=date(1987, 6, 5),
        email=f"{number()}@example.com",
        phone="+420777123987",
        language_code="cs",
        photo_url=number(),
        zip=number(),
        city=number(),
        country_code="CZ",
        **{f"address{line}": number() for line in range(1, 8)},
    )


async def save_everything(session: AsyncSession) -> models.Customer:
    """A customer with a canary in every place that can hold something personal."""
    jana = canary()
    bill = factories.purchase(customer=jana, card_number=number(), items=[factories.purchase_item()])
    held = factories.product_reservation(
        customer=jana, customer_note=number(), reservation_codes=[number()], benefit_codes=[number()]
    )
    card = factories.card(customer=jana, number=number(), secondary_number=number(), blocked_reason=number())
    voucher = factories.voucher(customer=jana, note=number())
    await factories.save(
        session,
        bill,
        card,
        held,
        voucher,
        factories.points(customer=jana, note=number()),
        factories.point_reservation(customer=jana, external_id=number()),
        factories.card_event(card=card, customer=jana, reason=number()),
        factories.voucher_event(voucher=voucher, customer=jana, note=number()),
        factories.status_record(customer=jana, note=number()),
        factories.segment_member(customer=jana),
        factories.customer_consent(customer=jana),
        factories.customer_source_record(customer=jana, external_id=number()),
        factories.property_record(customer=jana, value=number()),
        factories.property_record(customer=jana, value={"all": [number()]}),
        factories.property_record(purchase_id=bill.id or 1, value=number()),
        factories.product_reservation_comment(reservation=held, note=number()),
        factories.product_reservation_progress(reservation=held, note=number()),
        factories.reservation_external_code(reservation=held, value=number()),
        factories.recommendation(audience="CUSTOMER", customer=jana, name=number(), reason=number()),
        factories.token(customer=jana, push_token=number(), device_id=number(), device_name=number()),
        factories.event(customer_id=1, data={"said": number()}),
        factories.customer_password(customer=jana, password_hash=number()),
        factories.code_message(customer=jana, recipient=number(), code=CANARY),
    )
    await factories.save(session, factories.one_time_code(customer_id=jana.id, code_hash=number()))
    return jana


async def sums(session: AsyncSession) -> list[Any]:
    return [(await session.execute(text(query))).all() for query in SUMS]


PERSONAL = (CANARY, "777123987", "1987-06-05", "FEMALE")


async def test_a_dump_holds_nothing_personal_and_the_sums_are_the_same(crm: Operations, session: AsyncSession) -> None:
    jana = await save_everything(session)
    before = await sums(session)
    await session.commit()
    held = repr(await crm.dump())

    answer = await crm.do("customerErase", "erasedId receipt userErrors { code }", id=opaque_id("Customer", jana.id))

    dump = await crm.dump()
    dumped = repr(dump) + str([[str(value) for value in row] for rows in dump.values() for row in rows])
    assert held.count(CANARY) > 50
    assert [word for word in PERSONAL if word in dumped] == []
    assert (answer["erasedId"], answer["userErrors"]) == (opaque_id("Customer", jana.id), [])
    assert (await crm.rows(models.Event, "kind", "change"))[1:] == [
        (kind, answer["receipt"])
        for kind in (
            "VOUCHER_CANCELLED",
            "POINTS_RELEASED",
            "STATUS_ENDED",
            "CARD_BLOCKED",
            "RESERVATION_CANCELLED",
            "CUSTOMER_ERASED",
        )
    ]
    assert await sums(session) == before


async def test_an_erased_customer_is_gone_and_what_they_held_has_ended(crm: Operations, session: AsyncSession) -> None:
    jana = await save_everything(session)
    given = opaque_id("Customer", jana.id)
    await crm.do("customerErase", "erasedId", id=given)

    again = await crm.refused("customerErase", id=given)
    found = await crm.answer(
        "query($id: ID!) { customer(by: {id: $id}) { id } purchases { nodes { customer { id } } } "
        "customers { totalCount } pointEntries { nodes { amount customer { id } } } }",
        id=given,
    )

    assert again == [("NOT_FOUND", "id", None)]
    assert found == {
        "customer": None,
        "purchases": {"nodes": [{"customer": None}]},
        "customers": {"totalCount": 0},
        "pointEntries": {"nodes": [{"amount": "100", "customer": None}]},
    }
    assert await crm.rows(models.Customer, "state", "full_name", "email_key") == [(State.DELETED, None, None)]
    assert await crm.rows(models.Card, "number", "state") == [("erased-1", "BLOCKED")]
    assert await crm.rows(models.Voucher, "state") == [("CANCELLED",)]
    assert await crm.rows(models.PointReservation, "state") == [("RELEASED",)]
    assert await crm.rows(models.ProductReservation, "state") == [("CANCELLED",)]
    assert await crm.rows(models.StatusRecord, "ended_at") == [(NOW,)]
    assert await crm.rows(models.Token, "revoked_at", "customer_id") == [(NOW, None)]


async def test_somebody_else_can_have_the_address_afterwards(crm: Operations, session: AsyncSession) -> None:
    jana = factories.customer(email="jana@example.com")
    await factories.save(session, jana)
    person = {"email": "JANA@example.com", "phone": jana.phone}

    taken = await crm.refused("customerCreate", personalInformation=person)
    await crm.do("customerErase", "erasedId", id=opaque_id("Customer", jana.id))
    free = await crm.do("customerCreate", "customer { id } userErrors { code }", personalInformation=person)

    assert [error[0] for error in taken] == ["EMAIL_TAKEN", "PHONE_TAKEN"]
    assert free["userErrors"] == []


async def test_a_reserved_product_is_free_again(crm: Operations, session: AsyncSession) -> None:
    offer = factories.reservable_offer(stock=Decimal(1))
    held = factories.product_reservation(store=offer.store, items=[])
    held.items = [factories.product_reservation_item(reservable_product=offer.reservable_product, quantity=Decimal(2))]
    await factories.save(session, offer, held)

    await crm.do("customerErase", "erasedId", id=opaque_id("Customer", held.customer_id))

    assert await crm.rows(models.ReservableOffer, "stock") == [(Decimal(3),)]


async def test_a_dry_run_erases_nobody(crm: Operations, session: AsyncSession) -> None:
    jana = await save_everything(session)
    before = await crm.dump()

    answer = await crm.do("customerErase", "erasedId userErrors { code }", dry=True, id=opaque_id("Customer", jana.id))

    assert answer == {"erasedId": opaque_id("Customer", jana.id), "userErrors": []}
    assert await crm.dump() == before


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_nothing_personal_is_left_in_sqlites_own_files(
    crm: Operations, session: AsyncSession, database_url: str, database_kind: str
) -> None:
    jana = await save_everything(session)
    await session.close()
    path = Path(database_url.partition("///")[2])

    await crm.do("customerErase", "erasedId", id=opaque_id("Customer", jana.id))
    await crm.engine.dispose()
    await crm.reader.close()
    checkpoint = sqlite3.connect(path)
    checkpoint.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    checkpoint.close()

    written = b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*"))
    assert len(written) > 100_000
    assert written.count(CANARY.encode()) == 0


def test_every_column_of_a_customer_is_cleared_or_known_to_tell_nothing() -> None:
    kept = {column.key for column in models.Customer.__table__.columns} - erasure.PERSONAL

    assert kept == {"id", "state", "created_at", "updated_at", "full_name"}
