"""What applies to a customer now: rewards within reach, recommendations, and offers of campaigns."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

DAY = timedelta(days=1)


async def of_eva(graph: Graph, fields: str) -> Any:
    """Fields of the first customer."""
    query = f"query ($id: ID!) {{ customer(by: {{id: $id}}) {{ {fields} }} }}"
    return (await graph.data(query, id=opaque_id("Customer", 1)))["customer"]


async def rewards(graph: Graph) -> list[str]:
    """The codes of the rewards within reach."""
    found = (await of_eva(graph, "rewards(first: 50) { totalCount nodes { code } }"))["rewards"]
    assert found["totalCount"] == len(found["nodes"])
    return [row["code"] for row in found["nodes"]]


async def test_rewards_within_reach_are_valid_now_and_by_priority(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, factories.customer(), factories.customer())
    rows: dict[str, dict[str, Any]] = {
        "last": {"priority": 9},
        "first": {"priority": 1},
        "bounds": {"valid_from": NOW, "valid_to": NOW + DAY},
        "over": {"valid_to": NOW},
        "early": {"valid_from": NOW + DAY},
        "off": {"state": "INACTIVE"},
        "gone": {"state": "DELETED"},
    }
    await factories.save(session, *(factories.reward(code=code, **given) for code, given in rows.items()))

    assert await rewards(graph) == ["first", "bounds", "last"]


async def test_rewards_within_reach_are_for_the_customers_segments_and_status(
    graph: Graph, session: AsyncSession
) -> None:
    eva = factories.customer()
    mine, theirs = factories.segment(), factories.segment()
    held, former, other = factories.status(), factories.status(), factories.status()
    names = ("all", "mine", "theirs", "both", "held", "former", "other", "held-theirs")
    made = {name: factories.reward(code=name) for name in names}
    await factories.save(
        session,
        factories.segment_member(customer=eva, segment=mine),
        factories.segment_member(segment=theirs),
        factories.status_record(customer=eva, status=former, valid_from=NOW - DAY, ended_at=NOW),
        factories.status_record(customer=eva, status=held),
        other,
    )
    await factories.save(session, *made.values())
    segments = (("mine", mine), ("theirs", theirs), ("both", mine), ("both", theirs), ("held-theirs", theirs))
    statuses = (("held", held), ("former", former), ("other", other), ("held-theirs", held))
    await factories.save(
        session,
        *(factories.reward_segment(reward_id=made[name].id, segment_id=segment.id) for name, segment in segments),
        *(factories.reward_status(reward_id=made[name].id, status_id=status.id) for name, status in statuses),
    )

    assert sorted(await rewards(graph)) == ["all", "both", "held", "mine"]


async def test_rewards_within_reach_are_below_the_customers_limit(graph: Graph, session: AsyncSession) -> None:
    eva, jan = factories.customer(), factories.customer()
    once, twice, unused = (
        factories.reward(code=code, limit_per_customer=limit)
        for code, limit in (("once", 1), ("twice", 2), ("unused", 1))
    )
    await factories.save(
        session,
        factories.voucher(customer=eva, reward=once, state="APPLIED"),
        factories.voucher(customer=eva, reward=twice),
        factories.voucher(customer=eva, reward=unused, state="CANCELLED"),
        factories.voucher(customer=jan, reward=unused),
    )

    assert sorted(await rewards(graph)) == ["twice", "unused"]


async def test_rewards_within_reach_cost_no_more_than_the_active_points(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    await factories.save(
        session,
        factories.points(customer=eva, amount=Decimal(100)),
        factories.points(customer=eva, amount=Decimal(50), active_from=NOW + DAY),
        factories.point_reservation(customer=eva, amount=Decimal("10.5")),
        *(factories.reward(code=cost, points_cost=Decimal(cost)) for cost in ("0", "89.5", "89.51", "140")),
    )

    assert sorted(await rewards(graph)) == ["0", "89.5"]


async def test_recommendations_are_for_all_for_segments_or_for_one(graph: Graph, session: AsyncSession) -> None:
    eva, jan = factories.customer(), factories.customer()
    mine, theirs = factories.segment(), factories.segment()
    await factories.save(
        session,
        eva,
        factories.segment_member(customer=eva, segment=mine),
        factories.recommendation(name="all", priority=5),
        factories.recommendation(name="mine", segment=mine, priority=1, score=Decimal("0.2")),
        factories.recommendation(name="eva", customer=eva, priority=1, score=Decimal("0.9"), reason="Because."),
        factories.recommendation(name="eva later", customer=eva, priority=1),
        factories.recommendation(name="theirs", segment=theirs),
        factories.recommendation(name="jan", customer=jan),
        factories.recommendation(name="over", valid_to=NOW),
        factories.recommendation(name="early", customer=eva, valid_from=NOW + DAY),
        factories.recommendation(name="off", state="INACTIVE"),
    )

    found = await of_eva(
        graph, "recommendations { totalCount nodes { score reason recommendation { name audience } } }"
    )

    assert found["recommendations"] == {
        "totalCount": 4,
        "nodes": [
            {"score": None, "reason": None, "recommendation": {"name": "eva later", "audience": "CUSTOMER"}},
            {"score": "0.9", "reason": "Because.", "recommendation": {"name": "eva", "audience": "CUSTOMER"}},
            {"score": "0.2", "reason": None, "recommendation": {"name": "mine", "audience": "SEGMENT"}},
            {"score": None, "reason": None, "recommendation": {"name": "all", "audience": "ALL"}},
        ],
    }


async def test_offers_of_campaigns_are_valid_now_and_for_the_customers_segments(
    graph: Graph, session: AsyncSession
) -> None:
    eva, mine, theirs = factories.customer(), factories.segment(), factories.segment()
    rows: dict[str, dict[str, Any]] = {
        "all": {},
        "soon over": {"valid_to": NOW + DAY},
        "mine": {},
        "theirs": {},
        "over": {"valid_to": NOW},
        "early": {"valid_from": NOW + DAY},
        "off": {"state": "INACTIVE"},
    }
    made = {name: factories.campaign_product(name=name, **given) for name, given in rows.items()}
    await factories.save(session, factories.segment_member(customer=eva, segment=mine), theirs, *made.values())
    pairs = (("mine", mine), ("theirs", theirs))
    await factories.save(
        session,
        *(
            factories.campaign_product_segment(campaign_product_id=made[name].id, segment_id=segment.id)
            for name, segment in pairs
        ),
    )

    found = (await of_eva(graph, "campaignProducts { nodes { presentation { name } } }"))["campaignProducts"]["nodes"]

    names = [row["presentation"]["name"] for row in found]
    assert (names[0], sorted(names)) == ("soon over", ["all", "mine", "soon over"])


async def test_an_offer_ends_with_its_campaign_and_with_its_product(graph: Graph, session: AsyncSession) -> None:
    gone = {"campaign": {"state": "DELETED"}, "paused": {"state": "INACTIVE"}, "ended": {"valid_to": NOW}}
    made = [factories.campaign_product(name=name, campaign=factories.campaign(**each)) for name, each in gone.items()]
    made.append(factories.campaign_product(name="product", product=factories.product(state="INACTIVE")))
    made.append(factories.campaign_product(name="there", campaign=factories.campaign(valid_to=NOW + DAY)))
    await factories.save(session, factories.customer(), *made)
    listed = "campaignProducts { nodes { presentation { name } isValid } }"
    valid = "campaignProducts(where: {isValid: {eq: true}}) { nodes { presentation { name } } }"

    theirs = (await of_eva(graph, listed))["campaignProducts"]["nodes"]
    every = (await graph.data(f"{{ {listed} }}"))["campaignProducts"]["nodes"]
    only = (await graph.data(f"{{ {valid} }}"))["campaignProducts"]["nodes"]

    assert theirs == [{"presentation": {"name": "there"}, "isValid": True}]
    assert {row["presentation"]["name"]: row["isValid"] for row in every} == {
        "campaign": False,
        "paused": False,
        "ended": False,
        "product": False,
        "there": True,
    }
    assert only == [{"presentation": {"name": "there"}}]


PRICES = ["59.90", "0.01", "0.05", "10.0001", "99.995", "1234567.8949", "0", "33.33", "0.0149"]
SHARES = ["10", "50", "33.3333", "0", "100", "12.5", "99.9999", "0.0001"]


async def test_prices_under_an_offer_are_rounded_half_up_to_the_cent(graph: Graph, session: AsyncSession) -> None:
    wanted = {}
    for price in PRICES:
        product = factories.product(name=price)
        await factories.save(session, factories.product_price(product=product, amount=Decimal(price)))
        offers = [
            factories.campaign_product(product=product, name=f"{price} -{share}", value=Decimal(share))
            for share in SHARES
        ]
        await factories.save(session, *offers)
        for share in SHARES:
            left = Decimal(price) * (100 - Decimal(share)) / 100
            wanted[f"{price} -{share}"] = str(left.quantize(Decimal("0.01"), ROUND_HALF_UP))

    data = await graph.data("{ campaignProducts(first: 100) { nodes { presentation { name } priceNow { amount } } } }")

    found = {row["presentation"]["name"]: row["priceNow"]["amount"] for row in data["campaignProducts"]["nodes"]}
    assert found == wanted


async def test_an_offers_price_is_its_own_or_the_products_less_the_share(graph: Graph, session: AsyncSession) -> None:
    product = factories.product()
    await factories.save(
        session,
        factories.product_price(product=product, currency_code="EUR", amount=Decimal(4)),
        factories.product_price(product=product, currency_code="CZK", amount=Decimal(100)),
        factories.campaign_product(name="a", product=product),
        factories.campaign_product(
            name="b", product=product, value_kind="FINAL_PRICE", value=Decimal("9.999"), currency_code="EUR"
        ),
        factories.campaign_product(name="c"),
    )

    order = "orderBy: [{field: NAME}]"
    data = await graph.data(
        f"{{ campaignProducts({order}) {{ nodes {{ priceNow {{ amount currency {{ code }} }} }} }} }}"
    )

    assert [row["priceNow"] for row in data["campaignProducts"]["nodes"]] == [
        {"amount": "90.00", "currency": {"code": "CZK"}},
        {"amount": "9.999", "currency": {"code": "EUR"}},
        None,
    ]


@pytest.mark.parametrize("order", ["PRICE_NOW", "VALUE"])
async def test_offers_can_be_sorted_by_their_price(shop: Graph, order: str) -> None:
    page = f"first: 100, orderBy: [{{field: {order}}}]"
    data = await shop.data(f"{{ campaignProducts({page}) {{ nodes {{ value priceNow {{ amount }} }} }} }}")

    rows = data["campaignProducts"]["nodes"]
    amounts = [
        Decimal((row["priceNow"] or {"amount": "Infinity"})["amount"] if order == "PRICE_NOW" else row["value"])
        for row in rows
    ]
    assert amounts == sorted(amounts)
