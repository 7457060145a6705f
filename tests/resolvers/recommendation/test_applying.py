"""Which recommendations a customer sees, whenever they were worked out; and what they make of them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models import State
from resolvers.ids import opaque_id
from resolvers.recommendation.offers import move_up_offers
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations
from tests.schema.both_ways import Graph

SEEN = """
query($id: ID!) { customer(by: {id: $id}) { recommendations { nodes {
  score basis timesBought goesWith { name } popularIn { name } recommendation { name }
} } } }
"""


async def seen(crm: Operations, customer: models.Customer) -> list[str]:
    """The names of what a customer sees."""
    answer = await crm.answer(SEEN, id=opaque_id("Customer", customer.id))
    return [node["recommendation"]["name"] for node in answer["customer"]["recommendations"]["nodes"]]


def of(product: models.Product, customer: models.Customer, **more: Any) -> models.Recommendation:
    """A worked-out recommendation, called after its product."""
    basis = more.pop("basis", "BOUGHT_AGAIN")
    return factories.recommendation(name=product.name, product=product, customer=customer, basis=basis, **more)


def rec(row: models.Recommendation) -> str:
    return opaque_id("Recommendation", row.id)


async def test_products_that_may_not_be_recommended_are_left_out_at_once(
    crm: Operations, session: AsyncSession
) -> None:
    jana, above = factories.customer(), factories.product_group(name="Food")
    below = factories.product_group(name="Dairy", parent=above)
    good, gone, blocked = (factories.product(name=name) for name in ("Good", "Gone", "Blocked"))
    grouped, sold_out, in_stock = (
        factories.product(name="Grouped", group=below),
        factories.product(name="Sold out"),
        factories.product(name="In stock"),
    )
    shelves = [
        factories.reservable_offer(
            reservable_product=factories.reservable_product(product=product), stock=Decimal(stock)
        )
        for product, stock in ((sold_out, 0), (in_stock, 1))
    ]
    gone.state = State.INACTIVE
    products = (good, gone, blocked, grouped, sold_out, in_stock)
    await factories.save(session, above)
    await factories.save(session, below, *products, *shelves, *(of(product, jana) for product in products))
    await factories.save(
        session, factories.recommendation_block(product=blocked), factories.recommendation_block(group=above)
    )

    assert sorted(await seen(crm, jana)) == ["Good", "In stock"]


async def test_what_was_dismissed_goes_with_its_product_for_that_customer_alone_until_it_is_restored(
    crm: Operations, session: AsyncSession
) -> None:
    jana, eva, butter = factories.customer(), factories.customer(), factories.product(name="Butter")
    news = factories.recommendation(name="News", priority=1)
    editorial = factories.recommendation(name="Try it", product=butter, audience="ALL", priority=2)
    own = of(butter, jana)
    await factories.save(session, jana, eva, news, editorial, own)
    who = opaque_id("Customer", jana.id)

    await crm.do("recommendationDismiss", "recommendation { id }", customer=who, id=rec(own))
    assert (await seen(crm, jana), await seen(crm, eva)) == (["News"], ["News", "Try it"])

    await crm.do("recommendationDismiss", "recommendation { id }", customer=who, id=rec(news))
    assert await seen(crm, jana) == []

    await crm.do("recommendationRestore", "recommendation { id }", customer=who, id=rec(editorial))
    assert await seen(crm, jana) == ["Try it", "Butter"]
    assert await crm.rows(models.Event, "kind", "customer_id") == [
        ("RECOMMENDATION_DISMISSED", jana.id),
        ("RECOMMENDATION_DISMISSED", jana.id),
        ("RECOMMENDATION_RESTORED", jana.id),
    ]


async def test_services_and_information_are_for_those_of_their_status_and_consent(
    crm: Operations, session: AsyncSession
) -> None:
    jana, eva, gold, letters = factories.customer(), factories.customer(), factories.status(), factories.consent()
    await factories.save(
        session,
        factories.recommendation(name="For gold", kind="SERVICE", status=gold, priority=1),
        factories.recommendation(name="For readers", consent=letters),
        factories.recommendation(name="Over", valid_to=NOW),
        factories.status_record(customer=jana, status=gold),
        factories.customer_consent(customer=jana, consent=letters, value="GIVEN"),
        factories.customer_consent(customer=eva, consent=letters, value="WITHDRAWN"),
    )

    assert await seen(crm, jana) == ["For gold", "For readers"]
    assert await seen(crm, eva) == []


async def test_criteria_are_set_and_cleared_by_the_upsert(crm: Operations, session: AsyncSession) -> None:
    gold, letters = factories.status(code="gold"), factories.consent()
    await factories.save(session, gold, letters)
    about = {"source": "cms", "externalId": "1", "name": "Lounge", "kind": "SERVICE", "audience": "ALL"}
    shows = "recommendation { status { code } consent { id } } userErrors { code }"

    made = await crm.do(
        "recommendationUpsert",
        shows,
        **about,
        status={"id": opaque_id("Status", gold.id)},
        consent=opaque_id("Consent", letters.id),
    )
    cleared = await crm.do("recommendationUpsert", shows, **about, status=None, consent=None)

    consent = {"id": opaque_id("Consent", letters.id)}
    assert made == {"recommendation": {"status": {"code": "gold"}, "consent": consent}, "userErrors": []}
    assert cleared == {"recommendation": {"status": None, "consent": None}, "userErrors": []}


async def test_what_was_shown_and_clicked_is_counted_over_all_customers(crm: Operations, session: AsyncSession) -> None:
    jana, eva, news = factories.customer(), factories.customer(), factories.recommendation(name="News")
    await factories.save(session, jana, eva, news)
    shows = "recommendations { shownCount clickedCount dismissedCount } userErrors { code }"

    await crm.do("recommendationFeedback", shows, customer=opaque_id("Customer", jana.id), shown=[rec(news), rec(news)])
    await crm.do("recommendationDismiss", "userErrors { code }", customer=opaque_id("Customer", jana.id), id=rec(news))
    told = await crm.do(
        "recommendationFeedback",
        shows,
        customer=opaque_id("Customer", eva.id),
        shown=[rec(news)],
        clicked=[rec(news)],
    )

    counts = {"shownCount": 3, "clickedCount": 1, "dismissedCount": 1}
    assert told == {"recommendations": [counts], "userErrors": []}


async def test_nothing_is_told_of_what_is_for_somebody_else(crm: Operations, session: AsyncSession) -> None:
    jana, eva, butter = factories.customer(), factories.customer(), factories.product()
    hers, for_others = of(butter, eva), factories.recommendation(segment=factories.segment())
    await factories.save(session, jana, hers, for_others)
    who = opaque_id("Customer", jana.id)

    assert await crm.refused("recommendationDismiss", customer=who, id=rec(hers)) == [("NOT_FOUND", "id", None)]
    assert await crm.refused("recommendationRestore", customer=who, id=rec(for_others)) == [("NOT_FOUND", "id", None)]
    assert await crm.refused("recommendationFeedback", customer=who, clicked=[rec(hers)]) == [
        ("NOT_FOUND", "clicked[0]", None)
    ]
    assert await crm.refused("recommendationFeedback", customer=who) == [("REQUIRED", "shown", None)]
    assert await crm.rows(models.RecommendationResponse, "id") == []


async def test_a_block_is_kept_once_and_can_be_lifted(crm: Operations, session: AsyncSession) -> None:
    wine = factories.product(name="Wine")
    await factories.save(session, wine)
    by = {"id": opaque_id("Product", wine.id)}

    await crm.do("recommendationBlock", "userErrors { code }", product=by, note="First")
    made = await crm.do("recommendationBlock", "block { id note product { name } group { name } }", product=by)
    listed = await crm.answer("{ recommendationBlocks { nodes { note product { name } } } }")
    lifted = await crm.do("recommendationUnblock", "deletedId", id=made["block"]["id"])

    assert (made["block"]["note"], made["block"]["product"], made["block"]["group"]) == (None, {"name": "Wine"}, None)
    assert listed == {"recommendationBlocks": {"nodes": [{"note": None, "product": {"name": "Wine"}}]}}
    assert lifted == {"deletedId": made["block"]["id"]}
    assert await crm.rows(models.RecommendationBlock, "id") == []
    assert await crm.refused("recommendationBlock", note="What?") == [("REQUIRED", "product", None)]


async def test_products_on_offer_move_up_and_come_back(
    crm: Operations, session: AsyncSession, engine: AsyncEngine
) -> None:
    here, elsewhere = factories.store(), factories.store()
    jana, eva = factories.customer(store=here), factories.customer(store=elsewhere)
    plain, offered, for_few = (factories.product(name=name) for name in ("Plain", "Offered", "For few"))
    few = factories.segment()
    day = timedelta(days=1)
    offers = [
        factories.campaign_product(product=offered, stores=[here], valid_from=NOW - day, valid_to=NOW + day),
        factories.campaign_product(product=for_few, segments=[few], valid_from=NOW - day, valid_to=NOW + day),
    ]
    recommended = [
        of(product, customer, score=Decimal(score))
        for customer in (jana, eva)
        for product, score in ((plain, "0.9"), (offered, "0.5"), (for_few, "0.7"))
    ]
    await factories.save(session, factories.segment_member(segment=few, customer=eva), *offers, *recommended)

    moved = await move_up_offers(engine, NOW, 500)
    order = (await seen(crm, jana), await seen(crm, eva))
    await factories.save(session, factories.job_run(name="move-up-offers", started_at=NOW, finished_at=NOW))
    again = await move_up_offers(engine, NOW + timedelta(minutes=1), 500)
    back = await move_up_offers(engine, NOW + day, 500)

    assert (moved, again, back) == (2, 0, 2)
    assert order == (["Offered", "Plain", "For few"], ["For few", "Plain", "Offered"])


async def test_reading_recommendations_with_their_reasons_costs_one_statement_a_level(
    crm: Operations, session: AsyncSession
) -> None:
    butter, bread = factories.product(name="Butter"), factories.product(name="Bread")
    customers = [factories.customer() for _ in range(5)]
    rows = [of(butter, customer, basis="BOUGHT_TOGETHER", goes_with=bread) for customer in customers]
    await factories.save(session, *customers, *rows)
    document = """{ customers { nodes { recommendations { nodes {
        score basis reason timesBought goesWith { name } recommendation { name product { name } }
    } } } } }"""

    answer = await Graph(crm.reader).ask(document)

    node = answer.data["customers"]["nodes"][0]["recommendations"]["nodes"][0]
    assert (node["basis"], node["goesWith"]) == ("BOUGHT_TOGETHER", {"name": "Bread"})
    assert (answer.statements, answer.planned) == (1, True)
