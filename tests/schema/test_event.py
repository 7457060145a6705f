"""The outbox, as other systems follow it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

PAGE = (
    "query($after: String, $where: EventWhere) { events(first: 2, after: $after, where: $where) {"
    " nodes { kind } pageInfo { hasNextPage endCursor } } }"
)


async def settled(graph: Graph, count: int) -> None:
    """Wait until events are shown: other tests' transactions on the same server hold them back for a moment."""
    for _ in range(200):
        # One way is asked, as between two questions an event may come to be shown.
        answer = await graph.run("{ events { totalCount } }", {}, planned=True)
        if answer.data["events"]["totalCount"] >= count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("events are not shown")


async def test_an_event_shows_what_changed(graph: Graph, session: AsyncSession) -> None:
    jana = factories.customer()
    await factories.save(session, jana)
    await factories.save(
        session, factories.event(kind="CARD_BLOCKED", change="c", entity_key=7, customer_id=jana.id, data={"a": [1]})
    )
    await settled(graph, 1)

    data = await graph.data("{ events { nodes { change kind entity entityId at data customer { id } } } }")

    assert data["events"]["nodes"] == [
        {
            "change": "c",
            "kind": "CARD_BLOCKED",
            "entity": "Card",
            "entityId": opaque_id("Card", 7),
            "at": NOW.isoformat(),
            "data": {"a": [1]},
            "customer": {"id": opaque_id("Customer", jana.id)},
        }
    ]


async def test_events_are_followed_in_the_order_of_their_ids(graph: Graph, session: AsyncSession) -> None:
    # Their moments say nothing of their order.
    for place, kind in enumerate(("A", "B", "C")):
        await factories.save(session, factories.event(kind=kind, at=NOW - timedelta(place)))
    await settled(graph, 3)

    first = (await graph.data(PAGE))["events"]
    rest = (await graph.data(PAGE, after=first["pageInfo"]["endCursor"]))["events"]
    one = (await graph.data(PAGE, where={"kind": {"eq": "B"}}))["events"]

    assert [node["kind"] for node in first["nodes"]] == ["A", "B"]
    assert ([node["kind"] for node in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == (["C"], False)
    assert one["nodes"] == [{"kind": "B"}]


async def test_the_customer_of_an_event_is_gone_once_erased(graph: Graph, session: AsyncSession) -> None:
    gone = factories.customer(state="DELETED")
    await factories.save(session, gone)
    await factories.save(session, factories.event(customer_id=gone.id), factories.event(customer_id=None))
    await settled(graph, 2)

    data = await graph.data("{ events { nodes { customer { id } } } }")

    assert data["events"]["nodes"] == [{"customer": None}, {"customer": None}]


# On SQLite writers follow one another: the second could not even begin.
@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_no_event_ever_appears_behind_one_that_was_shown(
    graph: Graph, engine: AsyncEngine, session: AsyncSession, database_kind: str
) -> None:
    async with AsyncSession(engine) as slow:
        slow.add(factories.event(kind="FIRST"))
        await slow.flush()
        await factories.save(session, factories.event(kind="SECOND"))
        meanwhile = await graph.data("{ events { nodes { kind } totalCount } }")
        committed = await session.scalars(select(models.Event.kind))
        await slow.commit()
    await settled(graph, 2)

    data = await graph.data("{ events { nodes { kind } } }")

    assert meanwhile == {"events": {"nodes": [], "totalCount": 0}}
    # Whoever read the table itself would have seen the second, and never the first.
    assert list(committed) == ["SECOND"]
    assert [node["kind"] for node in data["events"]["nodes"]] == ["FIRST", "SECOND"]
