"""Custom properties of what outside systems create or update: products, stores, rewards, offers."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.resolvers.running_operations import Operations

SHOWN = "{ properties { property { code } value } }"
OFFER = {"valueKind": "PERCENT", "value": "5", "validFrom": "2024-01-01T00:00:00Z", "validTo": "2030-01-01T00:00:00Z"}
UPSERTS: dict[str, tuple[str, dict[str, Any]]] = {
    "productUpsert": ("product", {"name": "Milk", "code": "MILK"}),
    "storeUpsert": ("store", {"name": "Centre", "code": "centre"}),
    "rewardUpsert": ("reward", {"name": "Half", "code": "HALF", "kind": "PERCENT", "value": "50"}),
    "campaignProductUpsert": (
        "campaignProduct",
        {
            "product": {"externalId": {"source": "erp", "externalId": "p"}},
            "campaign": {"externalId": {"source": "erp", "externalId": "c"}},
            **OFFER,
        },
    ),
}


class Owner:
    """A record of an upsert, created and updated again and again."""

    def __init__(self, crm: Operations, mutation: str) -> None:
        self.crm, self.mutation = crm, mutation
        self.payload, self.given = UPSERTS[mutation]

    async def put(self, *values: tuple[str, Any], external_id: str = "1") -> Any:
        """Its properties after it was given some; the reasons where they are refused."""
        properties = [{"property": {"code": code}, "value": value} for code, value in values]
        named = {"source": "erp", "externalId": external_id, **self.given}
        if "code" in named:
            named["code"] += external_id
        shows = f"{self.payload} {SHOWN} userErrors {{ code field }}"
        payload = await self.crm.do(self.mutation, shows, **named, properties=properties)
        if payload["userErrors"]:
            return [(error["code"], error["field"]) for error in payload["userErrors"]]
        return {each["property"]["code"]: each["value"] for each in payload[self.payload]["properties"]}


@pytest.fixture(params=sorted(UPSERTS))
async def owner(request: pytest.FixtureRequest, crm: Operations, session: AsyncSession) -> Owner:
    """Each kind of record in turn."""
    colour = factories.property(code="colour", data_type="CHOICE")
    await factories.save(
        session,
        factories.property_item(property=colour, value="red"),
        factories.property(code="size", data_type="NUMBER"),
        factories.property(code="serial", is_unique=True),
        factories.property(code="origin", is_required=True),
        factories.product(source="erp", external_id="p"),
        factories.campaign(source="erp", external_id="c"),
    )
    return Owner(crm, request.param)


async def test_properties_take_the_place_of_those_that_are_there(owner: Owner) -> None:
    assert await owner.put(("colour", "red"), ("size", 38)) == {"colour": "red", "size": 38}
    assert await owner.put(("size", 39), ("serial", "a")) == {"size": 39, "serial": "a"}
    assert await owner.put(("size", None), ("serial", "a")) == {"serial": "a"}

    events = await owner.crm.rows(models.Event, "id")
    assert await owner.put(("serial", "a")) == {"serial": "a"}
    assert await owner.crm.rows(models.Event, "id") == events


async def test_properties_that_can_not_be_kept_are_refused_all_at_once(owner: Owner) -> None:
    await owner.put(("serial", "a"), ("origin", "CZ"))
    before = await owner.crm.dump()

    assert await owner.put(("colour", "blue"), ("size", "large"), ("none", 1)) == [
        ("UNKNOWN_CHOICE", "properties[0].value"),
        ("WRONG_TYPE", "properties[1].value"),
        ("NOT_FOUND", "properties[2].property"),
    ]
    assert await owner.put(("size", 1), ("serial", "\x00")) == [("BAD_TEXT", "properties[1].value")]
    assert await owner.put(("size", 1), ("size", 2)) == [("DUPLICATE_ITEM", "properties[1].property")]
    assert await owner.put(("serial", "a"), external_id="2") == [("VALUE_TAKEN", "properties[0].value")]
    assert await owner.put(("origin", None)) == [("REQUIRED", "properties[0].value")]
    assert await owner.put() == [("REQUIRED", "properties")]
    assert await owner.put(*[("size", 1)] * 101) == [("TOO_MANY", "properties")]
    assert await owner.crm.dump() == before
