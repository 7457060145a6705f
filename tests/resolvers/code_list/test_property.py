"""Definitions of custom properties: they change only so far as the values that are kept allow it."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from models import Property, PropertyItem
from tests import factories
from tests.resolvers.running_operations import Operations

SMALL, LARGE = {"value": "S", "name": "Small"}, {"value": "L", "name": "Large"}


@pytest.fixture
async def size(session: AsyncSession) -> Property:
    """A choice of S and M, of which one customer has M."""
    size = factories.property(code="size", data_type="CHOICE")
    items = [factories.property_item(property=size, value=value, name=value) for value in ("S", "M")]
    await factories.save(session, size, *items, factories.property_record(property=size, value="M"))
    return size


async def test_a_choice_is_made_with_what_it_may_be(crm: Operations) -> None:
    shows = "property { dataType isRequired isUnique items { value name } }"

    new = {"name": "Size", "dataType": "CHOICE", "isRequired": True, "items": [SMALL, LARGE]}
    made = await crm.do("propertyUpsert", shows, code="size", **new)

    chosen = {"dataType": "CHOICE", "isRequired": True, "isUnique": False, "items": [SMALL, LARGE]}
    assert made == {"property": chosen}


async def test_a_choice_that_is_used_stays(crm: Operations, size: Property) -> None:
    medium = {"value": "M", "name": "Medium"}

    refused = await crm.refused("propertyUpsert", code="size", items=[SMALL])
    changed = await crm.do("propertyUpsert", "userErrors { code }", code="size", items=[medium, LARGE])

    assert refused == [("IN_USE", "items", None)]
    assert changed == {"userErrors": []}
    assert await crm.rows(PropertyItem, "value", "name") == [("M", "Medium"), ("L", "Large")]


async def test_the_type_of_values_that_are_kept_stays(crm: Operations, session: AsyncSession, size: Property) -> None:
    await factories.save(session, factories.property(code="free", data_type="TEXT"))

    assert await crm.refused("propertyUpsert", code="size", dataType="TEXT") == [("IN_USE", "dataType", None)]
    assert await crm.refused("propertyUpsert", code="free", dataType="NUMBER") == []
    assert await crm.rows(Property, "code", "data_type") == [("size", "CHOICE"), ("free", "NUMBER")]


async def test_a_choice_that_becomes_text_has_no_choices_any_more(crm: Operations, session: AsyncSession) -> None:
    await factories.save(session, factories.property_item(property=factories.property(code="c", data_type="CHOICE")))

    changed = await crm.do("propertyUpsert", "property { dataType items { value } }", code="c", dataType="TEXT")

    assert changed == {"property": {"dataType": "TEXT", "items": []}}


async def test_a_property_becomes_unique_only_where_its_values_are(
    crm: Operations, session: AsyncSession, size: Property
) -> None:
    own = factories.property(code="plate")
    plates = [factories.property_record(property=own, value=value) for value in ("1A1", "1A2")]
    await factories.save(session, *plates, factories.property_record(property=size, value="M"))

    assert await crm.refused("propertyUpsert", code="size", isUnique=True) == [("VALUE_TAKEN", "isUnique", None)]
    assert await crm.refused("propertyUpsert", code="plate", isUnique=True) == []


async def test_choices_that_make_no_sense_are_refused(crm: Operations, size: Property) -> None:
    twice = await crm.refused("propertyUpsert", code="new", name="New", dataType="CHOICE", items=[SMALL, SMALL])
    of_text = await crm.refused("propertyUpsert", code="new", name="New", dataType="TEXT", items=[SMALL])

    assert twice == [("DUPLICATE_ITEM", "items[1].value", None)]
    assert of_text == [("WRONG_KIND", "items", None)]
