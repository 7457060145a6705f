"""The timeline: five kinds of events in one list, newest first."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.schema.asking import Graph

EVENTS = """
query ($id: ID!, $kinds: [TimelineKind!], $first: Int, $last: Int, $after: String, $before: String) {
  customer(by: {id: $id}) {
    timeline(kinds: $kinds, first: $first, last: $last, after: $after, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { __typename at
        ... on PurchaseEvent { purchase { number } }
        ... on PointsEvent { entry { amount } }
        ... on VoucherEvent { change note voucher { code } }
        ... on StatusEvent { change statusRecord { status { name } } }
        ... on CardEvent { change reason card { number } }
      } }
    }
  }
}
"""


async def timeline(graph: Graph, **variables: Any) -> Any:
    """A page of the first customer's timeline."""
    return (await graph.data(EVENTS, id=opaque_id("Customer", 1), **variables))["customer"]["timeline"]


async def a_day(session: AsyncSession) -> None:
    """Events of every kind at one moment, a voucher's a second later, and those of somebody else."""
    eva, jan = factories.customer(), factories.customer()
    await factories.save(session, eva, jan)
    voucher, card = factories.voucher(customer=eva, code="V1"), factories.card(customer=eva, number="C1")
    await factories.save(
        session,
        factories.card_event(card=card, customer=eva, change="BLOCKED", reason="lost"),
        factories.status_record(customer=eva, status=factories.status(name="Silver"), change="RISEN"),
        factories.voucher_event(voucher=voucher, change="ISSUED"),
        factories.points(customer=eva, amount=Decimal(70)),
        factories.purchase(customer=eva, number="B1"),
    )
    await factories.save(session, factories.purchase(customer=eva, number="B2"))
    later = NOW + timedelta(seconds=1)
    await factories.save(
        session,
        factories.voucher_event(voucher=voucher, change="APPLIED", at=later, note="at the till"),
        factories.purchase(customer=jan),
        factories.card_event(card=card, customer=jan),
        factories.purchase(customer=None),
    )


async def test_events_of_one_moment_are_shown_kind_by_kind(graph: Graph, session: AsyncSession) -> None:
    await a_day(session)

    found = await timeline(graph)

    assert [edge["node"] for edge in found["edges"]] == [
        {
            "__typename": "VoucherEvent",
            "at": "2024-05-15T12:00:01+00:00",
            "change": "APPLIED",
            "note": "at the till",
            "voucher": {"code": "V1"},
        },
        {"__typename": "PurchaseEvent", "at": "2024-05-15T12:00:00+00:00", "purchase": {"number": "B2"}},
        {"__typename": "PurchaseEvent", "at": "2024-05-15T12:00:00+00:00", "purchase": {"number": "B1"}},
        {"__typename": "PointsEvent", "at": "2024-05-15T12:00:00+00:00", "entry": {"amount": "70"}},
        {
            "__typename": "VoucherEvent",
            "at": "2024-05-15T12:00:00+00:00",
            "change": "ISSUED",
            "note": None,
            "voucher": {"code": "V1"},
        },
        {
            "__typename": "StatusEvent",
            "at": "2024-05-15T12:00:00+00:00",
            "change": "RISEN",
            "statusRecord": {"status": {"name": "Silver"}},
        },
        {
            "__typename": "CardEvent",
            "at": "2024-05-15T12:00:00+00:00",
            "change": "BLOCKED",
            "reason": "lost",
            "card": {"number": "C1"},
        },
    ]
    assert found["totalCount"] == 7


@pytest.mark.parametrize(
    ("kinds", "shown"),
    [
        (["PURCHASE"], "PurchaseEvent PurchaseEvent"),
        (["CARD", "POINTS"], "PointsEvent CardEvent"),
        (["VOUCHER", "VOUCHER"], "VoucherEvent VoucherEvent"),
        (["STATUS"], "StatusEvent"),
        ([], ""),
    ],
)
async def test_only_kinds_asked_for_are_shown_and_counted(
    graph: Graph, session: AsyncSession, kinds: list[str], shown: str
) -> None:
    await a_day(session)

    found = await timeline(graph, kinds=kinds)

    assert " ".join(edge["node"]["__typename"] for edge in found["edges"]) == shown
    assert found["totalCount"] == len(shown.split())


async def test_a_page_may_be_cut_between_events_of_one_moment(graph: Graph, session: AsyncSession) -> None:
    await a_day(session)
    whole = [edge["cursor"] for edge in (await timeline(graph))["edges"]]

    for place in range(7):
        after = await timeline(graph, first=2, after=whole[place])
        before = await timeline(graph, last=2, before=whole[place])
        assert [edge["cursor"] for edge in after["edges"]] == whole[place + 1 : place + 3]
        assert [edge["cursor"] for edge in before["edges"]] == whole[max(place - 2, 0) : place]
        assert after["pageInfo"]["hasNextPage"] == (place + 3 < 7)
        assert before["pageInfo"]["hasPreviousPage"] == (place - 2 > 0)


async def test_a_cursor_holds_whatever_kinds_are_asked_for_next(graph: Graph, session: AsyncSession) -> None:
    await a_day(session)
    points = (await timeline(graph, kinds=["POINTS"]))["edges"][0]["cursor"]

    found = await timeline(graph, kinds=["PURCHASE", "CARD"], after=points)

    assert [edge["node"]["__typename"] for edge in found["edges"]] == ["CardEvent"]
