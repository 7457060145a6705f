"""Translations as upserts take them: they replace those that are there, language by language."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.running_operations import Operations

SHOWN = "translations { language name } } userErrors { code field }"


async def test_each_record_that_customers_read_takes_translations(crm: Operations, session: AsyncSession) -> None:
    await factories.save(session, factories.campaign(), factories.campaign_product())
    german = {"translations": [{"language": "DE_at", "name": "Deutsch"}, {"language": "cs", "name": " "}]}
    erp = {"source": "erp", "externalId": "new", "name": "Own"}
    calls: dict[str, tuple[str, dict[str, Any]]] = {
        "rewardUpsert": ("reward", {"code": "TEN", "name": "Own", "kind": "PERCENT", "value": "10"}),
        "statusUpsert": ("status", {"code": "gold", "name": "Own", "rank": 9, "qualification": "MANUAL"}),
        "campaignUpsert": ("campaign", erp),
        "campaignProductUpsert": ("campaignProduct", {"id": opaque_id("CampaignProduct", 1)}),
        "recommendationUpsert": ("recommendation", {**erp, "kind": "INFORMATION", "audience": "ALL"}),
        "productUpsert": ("product", {**erp, "code": "new"}),
    }

    made = {name: await crm.do(name, f"{row} {{ {SHOWN}", **given, **german) for name, (row, given) in calls.items()}

    told = {"translations": [{"language": "de-AT", "name": "Deutsch"}]}
    assert made == {name: {row: told, "userErrors": []} for name, (row, _) in calls.items()}


async def test_translations_take_the_place_of_those_there(crm: Operations, session: AsyncSession) -> None:
    await factories.save(session, factories.product(code="P", source="erp", external_id="1"))
    product = {"source": "erp", "externalId": "1"}
    both = [{"language": "de", "name": "Käse"}, {"language": "cs", "name": "Sýr"}]

    found = []
    for given in ({"translations": both}, {"name": "Cheese"}, {"translations": both[:1]}, {"translations": None}):
        answer = await crm.do("productUpsert", "product { translations { language name } }", **product, **given)
        found.append([texts["language"] for texts in answer["product"]["translations"]])

    assert found == [["cs", "de"], ["cs", "de"], ["de"], []]
    assert await crm.rows(models.Product, "translations") == [(None,)]


async def test_what_is_no_language_or_is_given_twice_is_refused(crm: Operations, session: AsyncSession) -> None:
    await factories.save(session, factories.product(code="P", source="erp", external_id="1"))
    refused = [
        await crm.refused(
            "productUpsert",
            source="erp",
            externalId="1",
            translations=[{"language": language, "name": "X"} for language in languages],
        )
        for languages in (["klingon"], ["de", "de"])
    ]

    assert refused == [
        [("UNKNOWN_LANGUAGE", "translations[0].language", None)],
        [("DUPLICATE_ITEM", "translations[1].language", None)],
    ]
