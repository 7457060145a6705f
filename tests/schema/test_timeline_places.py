"""A timeline is the same wherever in the graph its customer is reached."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories
from tests.schema.both_ways import Graph
from tests.schema.events import a_day

PAGE = "timeline(first: 3) { totalCount nodes { __typename } pageInfo { hasNextPage } }"
EVAS = {
    "totalCount": 7,
    "nodes": [{"__typename": "VoucherEvent"}, {"__typename": "PurchaseEvent"}, {"__typename": "PurchaseEvent"}],
    "pageInfo": {"hasNextPage": True},
}
JANS = {
    "totalCount": 2,
    "nodes": [{"__typename": "PurchaseEvent"}, {"__typename": "CardEvent"}],
    "pageInfo": {"hasNextPage": False},
}
NOBODYS: Any = {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False}}


async def test_each_customer_of_a_list_has_their_own(graph: Graph, session: AsyncSession) -> None:
    await a_day(session)
    await factories.save(session, factories.customer())

    data = await graph.data(f"{{ customers {{ nodes {{ {PAGE} }} }} }}")

    assert [row["timeline"] for row in data["customers"]["nodes"]] == [EVAS, JANS, NOBODYS]


async def test_customers_whom_other_rows_refer_to_have_theirs(graph: Graph, session: AsyncSession) -> None:
    await a_day(session)
    await factories.save(session, factories.card(customer=factories.customer()))

    data = await graph.data(f"""{{
      purchases {{ nodes {{ customer {{ {PAGE} }} }} }}
      cards {{ nodes {{ customer {{ {PAGE} }} }} }}
    }}""")

    bills = [row["customer"] and row["customer"]["timeline"] for row in data["purchases"]["nodes"]]
    assert sorted(map(str, bills)) == sorted(map(str, [EVAS, EVAS, JANS, None]))
    assert [row["customer"]["timeline"] for row in data["cards"]["nodes"]] == [EVAS, NOBODYS]


async def test_what_an_event_refers_to_has_lists_of_its_own(graph: Graph, session: AsyncSession) -> None:
    await a_day(session)

    data = await graph.data("""{ customers(first: 1) { nodes { timeline(first: 2) { nodes {
      ... on VoucherEvent { voucher { events { nodes { change } } customer { timeline(last: 1) { totalCount } } } }
      ... on PurchaseEvent { purchase { items { quantity } customer { timeline(kinds: [CARD]) { totalCount } } } }
    } } } } }""")

    assert data["customers"]["nodes"][0]["timeline"]["nodes"] == [
        {
            "voucher": {
                "events": {"nodes": [{"change": "APPLIED"}, {"change": "ISSUED"}]},
                "customer": {"timeline": {"totalCount": 7}},
            }
        },
        {"purchase": {"items": [], "customer": {"timeline": {"totalCount": 1}}}},
    ]
