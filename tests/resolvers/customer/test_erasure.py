"""Erasing a customer: nothing personal is left anywhere, and the books still balance."""

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.base import State
from models.personal import FORGOTTEN, telling
from resolvers.customer import erasure
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.customer.canaries import CANARY, SPARROW, save_everything
from tests.resolvers.running_operations import Operations

SUMS = (
    "SELECT count(*), sum(total), sum(returned), sum(points_earned) FROM purchase",
    "SELECT count(*), sum(quantity), sum(price) FROM purchase_item",
    "SELECT count(*), sum(amount), min(customer_id) FROM point_entry",
    "SELECT count(*), sum(amount), sum(remaining) FROM point_lot",
    "SELECT count(*), sum(amount) FROM point_entry_lot",
)


async def sums(session: AsyncSession) -> list[Any]:
    return [(await session.execute(text(query))).all() for query in SUMS]


PERSONAL = (CANARY, SPARROW, "777123987", "1987-06-05", "FEMALE")


async def test_a_dump_holds_nothing_personal_and_the_sums_are_the_same(crm: Operations, session: AsyncSession) -> None:
    jana = await save_everything(session)
    before = await sums(session)
    await session.commit()
    held = repr(await crm.dump())

    answer = await crm.do("customerErase", "erasedId receipt userErrors { code }", id=opaque_id("Customer", jana.id))

    dump = await crm.dump()
    dumped = repr(dump) + str([[str(value) for value in row] for rows in dump.values() for row in rows])
    assert held.count(CANARY) > 40
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
        "pointEntries": {"nodes": [{"amount": "100", "customer": None}] * 2},
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


def test_every_table_that_tells_something_of_a_customer_is_emptied_of_it_or_known_to_go_otherwise() -> None:
    tables = {mapper.local_table.name for mapper in models.Base.registry.mappers}
    personal = {name for name in tables if FORGOTTEN & set(telling(name).values())}

    left = personal - {entity.__tablename__ for entity in (*erasure.GONE, *erasure.staying())}

    assert left == {
        "customer_term",  # made anew, of nothing
        "property_record",  # deleted with what they are of
        "idempotency_key",  # found by the changes that concerned the customer
        "login_guess",  # hashes that are kept for minutes
        "segment",  # criteria of the retailer's own, which no row leads to
    }


async def test_a_retry_after_the_erasure_is_told_so_and_does_nothing(crm: Operations, session: AsyncSession) -> None:
    person = {"firstName": CANARY}
    made = await crm.do("customerCreate", "customer { id }", key=CANARY, personalInformation=person)
    await crm.do("customerErase", "erasedId", id=made["customer"]["id"])

    again = await crm.do(
        "customerCreate", "customer { id } repeated userErrors { code field }", key=CANARY, personalInformation=person
    )

    assert again["customer"] is None
    assert again["userErrors"] == [{"code": "ANSWER_FORGOTTEN", "field": "idempotencyKey"}]
    assert CANARY not in repr(await crm.dump())
    assert len(await crm.rows(models.Customer, "id")) == 1


async def test_the_ledger_forgets_nothing_else_and_nothing_of_those_who_are_not_erased(
    crm: Operations, session: AsyncSession
) -> None:
    jana = factories.customer(state="DELETED")
    await factories.save(session, factories.point_entry(customer=jana, note="x"), factories.point_entry(note="y"))

    await session.execute(text("UPDATE point_entry SET note = NULL WHERE note = 'x'"))
    for change in ("note = NULL", "note = 'z' , amount = amount", "amount = 7, note = NULL, extended_data = NULL"):
        with pytest.raises(IntegrityError, match="is append-only"):
            async with session.begin_nested():
                await session.execute(text(f"UPDATE point_entry SET {change}"))
    await session.commit()

    assert await crm.rows(models.PointEntry, "note") == [(None,), ("y",)]
