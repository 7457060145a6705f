"""Entries of the code lists: found by their codes, created and updated, switched on and off."""

from collections.abc import Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.running_operations import Operations

LISTS: list[tuple[str, Callable[..., models.Base], dict[str, str]]] = [
    ("tag", factories.tag, {}),
    ("partner", factories.partner, {}),
    ("pointType", factories.point_type, {}),
    ("purchaseType", factories.purchase_type, {}),
    ("purchaseItemType", factories.purchase_item_type, {}),
    ("rewardType", factories.reward_type, {}),
    ("campaignProductType", factories.campaign_product_type, {}),
    ("productReservationSource", factories.product_reservation_source, {}),
    ("externalListType", factories.external_list_type, {}),
    ("externalApplication", factories.external_application, {}),
    ("consent", factories.consent, {"description": "I want the newsletter."}),
    ("property", factories.property, {"description": "Size of shoes.", "dataType": "NUMBER"}),
]
NAMES = [name for name, _, _ in LISTS]


@pytest.mark.parametrize(("name", "factory", "more"), LISTS, ids=NAMES)
async def test_an_entry_is_made_and_changed_by_its_code(
    crm: Operations, name: str, factory: Callable[..., models.Base], more: dict[str, str]
) -> None:
    entity, shows = type(factory()), f"{name} {{ {' '.join(['code name state', *more])} }}"

    made = await crm.do(f"{name}Upsert", shows, code="new", name="New", **more)
    renamed = await crm.do(f"{name}Upsert", shows, code="new", name="Newer")
    await crm.do(f"{name}Upsert", shows, code="new", name="Newer")

    assert made[name] == {"code": "new", "name": "New", "state": "ACTIVE", **more}
    assert renamed[name] == made[name] | {"name": "Newer"}
    table = entity.__tablename__.upper()
    assert await crm.rows(models.Event, "kind") == [(f"{table}_CREATED",), (f"{table}_UPDATED",)]


@pytest.mark.parametrize(("name", "factory", "_more"), LISTS, ids=NAMES)
async def test_an_entry_is_switched_off_and_on_but_not_deleted(
    crm: Operations, session: AsyncSession, name: str, factory: Callable[..., models.Base], _more: dict[str, str]
) -> None:
    await factories.save(session, factory(code="old"), factory(code="gone", state="DELETED"))
    shows = f"{name} {{ state }}"

    off = await crm.do(f"{name}Upsert", shows, code="old", state="INACTIVE")
    on = await crm.do(f"{name}Upsert", shows, code="old", state="ACTIVE")
    back = await crm.do(f"{name}Upsert", shows, code="gone")
    deleted = await crm.refused(f"{name}Upsert", code="old", state="DELETED")

    assert [each[name]["state"] for each in (off, on, back)] == ["INACTIVE", "ACTIVE", "ACTIVE"]
    assert deleted == [("WRONG_STATE", "state", None)]


@pytest.mark.parametrize(("name", "factory", "_more"), LISTS, ids=NAMES)
async def test_an_entry_that_makes_no_sense_is_refused(
    crm: Operations, session: AsyncSession, name: str, factory: Callable[..., models.Base], _more: dict[str, str]
) -> None:
    old, other = factory(code="old"), factory(code="other")
    await factories.save(session, old, other)
    mutation, id_ = f"{name}Upsert", opaque_id(type(old).__name__, old.id)

    assert await crm.refused(mutation, name="Neither code nor id") == [("REQUIRED", "id", None)]
    assert await crm.refused(mutation, code=" ", name="N" * 256) == [
        ("REQUIRED", "code", None),
        ("TOO_LONG", "name", None),
    ]
    assert await crm.refused(mutation, id=id_, code="other") == [("TAKEN", "code", None)]
    assert ("REQUIRED", "name", None) in await crm.refused(mutation, code="new")
    assert await crm.refused(mutation, id=opaque_id("Store", 1)) == [("BAD_ID", "id", None)]
