"""A change answers with the timeline as it made it, read in its own transaction."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from resolvers.storage.context import RequestContext
from schema.execution.run.planned_schema import Context
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations
from tests.schema.both_ways import schema

PAGE = """timeline(first: 2) {
  totalCount pageInfo { hasNextPage endCursor }
  edges { cursor node { at ... on CardEvent { change reason } ... on PurchaseEvent { purchase { number } } } }
}"""


async def test_a_change_shows_the_event_that_it_made(crm: Operations, session: AsyncSession) -> None:
    eva = factories.customer()
    card = factories.card(customer=eva)
    earlier = NOW - timedelta(days=1)
    bills = [factories.purchase(customer=eva, number=number, paid_at=earlier) for number in ("B1", "B2")]
    await factories.save(session, card, *bills)

    shown = await crm.do("cardBlock", f"card {{ customer {{ {PAGE} }} }}", id=opaque_id("Card", card.id), reason="lost")
    again = await crm.do("customerDeactivate", f"customer {{ {PAGE} }}", dry=True, id=opaque_id("Customer", eva.id))

    timeline: Any = shown["card"]["customer"]["timeline"]
    assert [edge["node"] for edge in timeline["edges"]] == [
        {"at": "2024-05-15T12:00:00+00:00", "change": "BLOCKED", "reason": "lost"},
        {"at": "2024-05-14T12:00:00+00:00", "purchase": {"number": "B2"}},
    ]
    assert (timeline["totalCount"], timeline["pageInfo"]["hasNextPage"]) == (3, True)
    assert again["customer"]["timeline"] == timeline
    assert (await crm.answer(f"{{ customers {{ nodes {{ {PAGE} }} }} }}"))["customers"]["nodes"] == [
        {"timeline": timeline}
    ]


async def test_a_change_shows_only_the_kinds_that_are_asked_for(crm: Operations, session: AsyncSession) -> None:
    eva = factories.customer()
    await factories.save(session, factories.purchase(customer=eva), factories.point_entry(customer=eva))

    shown = await crm.do(
        "customerDeactivate",
        "customer { points: timeline(kinds: [POINTS]) { totalCount nodes { __typename } } "
        "none: timeline(kinds: []) { totalCount nodes { __typename } } }",
        id=opaque_id("Customer", eva.id),
    )

    assert shown["customer"] == {
        "points": {"totalCount": 1, "nodes": [{"__typename": "PointsEvent"}]},
        "none": {"totalCount": 0, "nodes": []},
    }


async def test_a_change_reads_what_it_shows_in_one_statement(crm: Operations, session: AsyncSession) -> None:
    eva = factories.customer()
    await factories.save(session, eva)
    context = Context(RequestContext(crm.reader, now=NOW), crm.engine)
    document = """mutation ($id: ID!) {
      customerDeactivate(input: {id: $id}) { customer { timeline { nodes { at } } } }
    }"""

    answer = await schema().execute(document, {"id": opaque_id("Customer", eva.id)}, context_value=context)

    tables = ("customer", "purchase", "point_entry", "voucher_event", "status_record", "card_event")
    read = [[table for table in tables if f" {table} AS " in run.sql] for run in context.reading.runs]
    assert answer.data == {"customerDeactivate": {"customer": {"timeline": {"nodes": []}}}}
    assert [each for each in read if each] == [list(tables)]
