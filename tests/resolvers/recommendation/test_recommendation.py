from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.running_operations import Operations

NEWS = {"source": "cms", "externalId": "n-1", "name": "New hours", "kind": "INFORMATION", "audience": "ALL"}


async def test_a_recommendation_for_a_customer_is_made(crm: Operations, session: AsyncSession) -> None:
    jana, butter = factories.customer(), factories.product(external_id="butter")
    await factories.save(session, jana, butter)

    payload = await crm.do(
        "recommendationUpsert",
        "recommendation { name kind audience product { name } customer { id } priority webUrl pictureUrls system }"
        " userErrors { code }",
        source="engine",
        externalId="r-1",
        name="Butter again?",
        kind="PRODUCT",
        audience="CUSTOMER",
        customer=opaque_id("Customer", jana.id),
        product={"externalId": {"source": "erp", "externalId": "butter"}},
        score="0.9",
        reason="Bought often.",
        system="engine",
        pictureUrls=["https://example.com/b.jpg"],
    )

    assert payload["recommendation"] == {
        "name": "Butter again?",
        "kind": "PRODUCT",
        "audience": "CUSTOMER",
        "product": {"name": "Butter"},
        "customer": {"id": opaque_id("Customer", jana.id)},
        "priority": 5,
        "webUrl": None,
        "pictureUrls": ["https://example.com/b.jpg"],
        "system": "engine",
    }


async def test_recommendations_that_make_no_sense_are_refused(crm: Operations, session: AsyncSession) -> None:
    jana, families, butter = factories.customer(), factories.segment(), factories.product()
    await factories.save(session, jana, families, butter)
    customer, segment = opaque_id("Customer", jana.id), {"id": opaque_id("Segment", families.id)}

    async def refused(**rest: object) -> object:
        return await crm.refused("recommendationUpsert", **{**NEWS, **rest})

    assert await refused(audience="SEGMENT") == [("REQUIRED", "segment", None)]
    assert await refused(audience="CUSTOMER") == [("REQUIRED", "customer", None)]
    assert await refused(customer=customer) == [("WRONG_KIND", "customer", None)]
    assert await refused(segment=segment) == [("WRONG_KIND", "segment", None)]
    assert await refused(kind="PRODUCT") == [("REQUIRED", "product", None)]
    assert await refused(product={"id": opaque_id("Product", butter.id)}) == [("WRONG_KIND", "product", None)]
    assert await refused(priority=10) == [("OUT_OF_RANGE", "priority", None)]
    assert await refused(score="1.1") == [("OUT_OF_RANGE", "score", None)]
    assert await refused(pictureUrls=[""]) == [("REQUIRED", "pictureUrls[0]", None)]
    assert await refused(content="\x00") == [("BAD_TEXT", "content", None)]
    assert await refused(name="x" * 256) == [("TOO_LONG", "name", None)]


async def test_a_deleted_recommendation_is_gone(crm: Operations, session: AsyncSession) -> None:
    await crm.do("recommendationUpsert", "repeated", **NEWS)
    ((key,),) = await crm.rows(models.Recommendation, "id")

    deleted = await crm.do("recommendationDelete", "deletedId", id=opaque_id("Recommendation", key))

    assert deleted == {"deletedId": opaque_id("Recommendation", key)}
    assert await crm.answer("{ recommendations { nodes { id } } }") == {"recommendations": {"nodes": []}}
    assert await crm.rows(models.Event, "kind") == [("RECOMMENDATION_CREATED",), ("RECOMMENDATION_DELETED",)]
