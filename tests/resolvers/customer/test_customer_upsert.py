"""Customers who are kept in step with an outside system, by their ids there."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.running_operations import Operations

PERSON = "personalInformation { fullName phone }"
EVA = {"firstName": "Eva", "lastName": "Čapková", "postNominals": "PhD", "phone": "+420601234567"}


async def test_a_customer_is_created_and_updated_by_their_account_in_an_outside_system(
    crm: Operations, session: AsyncSession
) -> None:
    letter = factories.consent()
    await factories.save(session, factories.customer_source(code="shop"), letter)
    account, shows = {"source": "shop", "externalId": "e-1"}, f"customer {{ id {PERSON} consents {{ value }} }}"
    agreed = {"consents": [{"consent": opaque_id("Consent", letter.id), "value": "GIVEN"}]}

    made = await crm.do("customerUpsert", shows, **account, personalInformation=EVA)
    changed = {"lastName": "Nová", "phone": None}
    again = await crm.do("customerUpsert", shows, **account, personalInformation=changed, **agreed)
    same = await crm.do("customerUpsert", shows, **account)

    assert again["customer"]["id"] == made["customer"]["id"]
    assert made["customer"]["personalInformation"]["fullName"] == "Eva Čapková, PhD"
    assert again["customer"]["personalInformation"] == {
        **made["customer"]["personalInformation"],
        "fullName": "Eva Nová, PhD",
        "phone": None,
    }
    assert (again["customer"]["consents"], same) == ([{"value": "GIVEN"}], again)
    assert [row[0] for row in await crm.rows(models.Event, "kind")] == [
        "CUSTOMER_CREATED",
        "CUSTOMER_SOURCE_ADDED",
        "CUSTOMER_UPDATED",
        "CUSTOMER_CONSENT_SET",
    ]


async def test_several_customers_are_put_in_place_all_or_none(crm: Operations, session: AsyncSession) -> None:
    await factories.save(session, factories.customer_source(code="shop"))
    people = [
        {"source": "shop", "externalId": "1", "personalInformation": {"email": "eva@example.com"}},
        {"source": "shop", "externalId": "2", "personalInformation": {"email": "EVA@example.com"}},
        {"source": "nope", "externalId": "3"},
        {"source": "shop", "externalId": "4", "personalInformation": {"phone": "12"}},
    ]
    before = await crm.dump()

    refused = await crm.refused("customersUpsert", customers=people)
    unchanged = await crm.dump() == before
    done = await crm.do(
        "customersUpsert", "customers { sources { externalId } } userErrors { code }", customers=[people[0], people[0]]
    )

    assert refused == [
        ("EMAIL_TAKEN", "customers[1].personalInformation.email", None),
        ("UNKNOWN_SOURCE", "customers[2].source", None),
        ("BAD_PHONE", "customers[3].personalInformation.phone", None),
    ]
    assert unchanged
    assert done == {"customers": [{"sources": [{"externalId": "1"}]}] * 2, "userErrors": []}


async def test_of_20_who_put_the_same_customer_in_place_at_once_one_makes_them(
    crm: Operations, session: AsyncSession
) -> None:
    await factories.save(session, factories.customer_source(code="shop"))
    account = {"source": "shop", "externalId": "e-1"}

    told = await asyncio.gather(
        *(crm.refused("customerUpsert", **account, personalInformation={"lastName": str(n)}) for n in range(20))
    )

    assert told == [[]] * 20
    assert len(await crm.rows(models.Customer, "id")) == 1
