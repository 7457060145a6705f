from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.running_operations import Operations

SHOWN = (
    "campaignProduct { product { name } campaign { name } valueKind value currency { code } priceNow { amount }"
    " validFrom validTo displayIn presentation { name subtitle } stores { nodes { code } } segments { nodes { name } }"
    " type { code } } userErrors { code field }"
)


def by(row: models.Base) -> dict[str, dict[str, str]]:
    return {"externalId": {"source": row.source, "externalId": row.external_id}}


PERCENT = {
    "valueKind": "PERCENT",
    "value": "10",
    "validFrom": "2024-05-01T00:00:00Z",
    "validTo": "2024-06-01T00:00:00+02:00",
    "displayIn": ["web"],
    "presentation": {"name": "Butter!", "subtitle": "Cheap"},
    "stores": [{"code": "P1"}],
}
FINAL = {"valueKind": "FINAL_PRICE", "value": "39.9", "currency": "CZK", "presentation": {"subtitle": None}}


async def test_an_offer_is_made_and_changed(crm: Operations, session: AsyncSession) -> None:
    butter, spring, store = factories.product(), factories.campaign(), factories.store(code="P1")
    families, leaflet = factories.segment(name="Families"), factories.campaign_product_type(code="leaflet")
    await factories.save(
        session, factories.product_price(product=butter, amount=Decimal(50)), spring, store, families, leaflet
    )
    offer = {"source": "erp", "externalId": "o-1"}

    made = await crm.do(
        "campaignProductUpsert",
        SHOWN,
        **offer,
        product=by(butter),
        campaign=by(spring),
        segments=[by(families)],
        type=opaque_id("CampaignProductType", leaflet.id),
        **PERCENT,
    )
    changed = await crm.do("campaignProductUpsert", SHOWN, **offer, **FINAL, stores=[])

    assert made["userErrors"] == []
    assert made["campaignProduct"] == {
        "product": {"name": "Butter"},
        "campaign": {"name": "Spring"},
        "valueKind": "PERCENT",
        "value": "10.00",
        "currency": None,
        "priceNow": {"amount": "45.00"},
        "validFrom": "2024-05-01T00:00:00+00:00",
        "validTo": "2024-05-31T22:00:00+00:00",
        "displayIn": ["web"],
        "presentation": {"name": "Butter!", "subtitle": "Cheap"},
        "stores": {"nodes": [{"code": "P1"}]},
        "segments": {"nodes": [{"name": "Families"}]},
        "type": {"code": "leaflet"},
    }
    assert changed["campaignProduct"] == made["campaignProduct"] | {
        "valueKind": "FINAL_PRICE",
        "value": "39.90",
        "currency": {"code": "CZK"},
        "priceNow": {"amount": "39.90"},
        "presentation": {"name": "Butter!", "subtitle": None},
        "stores": {"nodes": []},
    }


async def test_offers_that_make_no_sense_are_refused(crm: Operations, session: AsyncSession) -> None:
    butter, spring = factories.product(), factories.campaign()
    await factories.save(session, butter, spring)
    good = {
        "source": "erp",
        "externalId": "o-1",
        "product": by(butter),
        "campaign": by(spring),
        "valueKind": "PERCENT",
        "value": "10",
        "validFrom": "2024-05-01T00:00:00Z",
        "validTo": "2024-06-01T00:00:00Z",
    }

    async def refused(**rest: object) -> object:
        return await crm.refused("campaignProductUpsert", **{**good, **rest})

    assert await refused(value="100.01") == [("OUT_OF_RANGE", "value", None)]
    assert await refused(value="-1") == [("NEGATIVE_AMOUNT", "value", None)]
    assert await refused(value="1e30") == [("OUT_OF_RANGE", "value", None)]
    assert await refused(value="0.00001") == [("TOO_PRECISE", "value", None)]
    assert await refused(currency="CZK") == [("WRONG_KIND", "currency", None)]
    assert await refused(valueKind="FINAL_PRICE") == [("REQUIRED", "currency", None)]
    assert await refused(validTo="2024-05-01T00:00:00Z") == [("BAD_VALIDITY", "validTo", None)]
    assert await refused(validTo="2024-06-01T00:00:00") == [("NO_OFFSET", "validTo", None)]
    assert await refused(stores=[{"code": "none"}]) == [("NOT_FOUND", "stores[0]", None)]
    assert await refused(segments=[by(factories.segment(external_id="x"))]) == [("NOT_FOUND", "segments[0]", None)]
    assert await refused(product=None) == [("REQUIRED", "product", None)]


async def test_campaigns_lie_in_a_tree_without_cycles(crm: Operations, session: AsyncSession) -> None:
    year = factories.campaign(name="Year")
    spring = factories.campaign(name="Spring", parent=year)
    await factories.save(session, spring)

    payload = await crm.do(
        "campaignUpsert",
        "campaign { name parent { name } validTo } userErrors { code }",
        source="erp",
        externalId="easter",
        name="Easter",
        parent=by(spring),
        validTo="2024-06-01T00:00:00Z",
    )

    assert payload["campaign"] == {
        "name": "Easter",
        "parent": {"name": "Spring"},
        "validTo": "2024-06-01T00:00:00+00:00",
    }
    easter = {"externalId": {"source": "erp", "externalId": "easter"}}
    assert await crm.refused("campaignUpsert", source=year.source, externalId=year.external_id, parent=easter) == [
        ("CYCLE", "parent", None)
    ]
    assert await crm.refused("campaignUpsert", source="erp", externalId="easter", validFrom="2024-07-01T00:00:00Z") == [
        ("BAD_VALIDITY", "validTo", None)
    ]


async def test_a_deleted_offer_is_gone_and_comes_back_with_an_upsert(crm: Operations, session: AsyncSession) -> None:
    offer = factories.campaign_product()
    await factories.save(session, offer)
    which = opaque_id("CampaignProduct", offer.id)

    deleted = await crm.do("campaignProductDelete", "deletedId userErrors { code }", id=which)

    assert deleted == {"deletedId": which, "userErrors": []}
    assert await crm.refused("campaignProductDelete", id=which) == [("NOT_FOUND", "id", None)]
    assert await crm.refused("campaignProductUpsert", id=which, value="5") == [("NOT_FOUND", "id", None)]
    payload = await crm.do(
        "campaignProductUpsert",
        "campaignProduct { state value }",
        source=offer.source,
        externalId=offer.external_id,
        value="5",
    )
    assert payload == {"campaignProduct": {"state": "ACTIVE", "value": "5.00"}}
