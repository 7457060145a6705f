"""The timeline: five kinds of events in one list, newest first."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from resolvers.query.paging import encode_cursor
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph
from tests.schema.events import a_day

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


async def test_pages_of_some_kinds_are_walked_through_one_moment_from_both_ends(
    graph: Graph, session: AsyncSession
) -> None:
    await a_day(session)
    chosen = {"kinds": ["CARD", "PURCHASE", "VOUCHER"], "first": 1}
    back = {"kinds": ["CARD", "PURCHASE", "VOUCHER"], "last": 2}

    pages = [await timeline(graph, **chosen)]
    while pages[-1]["pageInfo"]["hasNextPage"]:
        pages.append(await timeline(graph, **chosen, after=pages[-1]["pageInfo"]["endCursor"]))
    backwards = [await timeline(graph, **back)]
    while backwards[0]["pageInfo"]["hasPreviousPage"]:
        backwards.insert(0, await timeline(graph, **back, before=backwards[0]["pageInfo"]["startCursor"]))

    shown = [["APPLIED"], ["B2"], ["B1"], ["ISSUED"], ["BLOCKED"]]
    assert [[told(edge["node"]) for edge in page["edges"]] for page in pages] == shown
    assert [[told(edge["node"]) for edge in page["edges"]] for page in backwards] == [
        ["APPLIED"],
        ["B2", "B1"],
        ["ISSUED", "BLOCKED"],
    ]
    assert {page["totalCount"] for page in [*pages, *backwards]} == {5}


def told(node: Any) -> str:
    """What a purchase's or a voucher's event, or a card's, is known by."""
    return str(node["purchase"]["number"] if "purchase" in node else node["change"])


@pytest.mark.parametrize("at", ["2024-05-15T12:00:00+00:00", "2024-05-15T14:00:00+02:00", "2024-05-15 12:00:00+00"])
async def test_a_cursor_may_write_its_moment_in_any_way(graph: Graph, session: AsyncSession, at: str) -> None:
    await a_day(session)
    cursor = encode_cursor("timeline", [at, 1, 1])

    after, before = await timeline(graph, after=cursor), await timeline(graph, before=cursor, last=9)

    assert [edge["node"]["__typename"] for edge in after["edges"]] == ["VoucherEvent", "StatusEvent", "CardEvent"]
    assert [told(edge["node"]) for edge in before["edges"]] == ["APPLIED", "B2", "B1"]


async def test_events_are_sorted_by_fractions_of_a_second(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    parts = [0, 500_000, 250_000, 250_001, 999_999, 5]
    make = (factories.purchase, factories.point_entry)
    moments = [NOW + timedelta(microseconds=part) for part in parts]
    names = ("paid_at", "at")
    await factories.save(
        session, *(make[place % 2](customer=eva, **{names[place % 2]: at}) for place, at in enumerate(moments))
    )

    found = await timeline(graph)

    assert [(edge["node"]["__typename"], edge["node"]["at"]) for edge in found["edges"]] == [
        ("PurchaseEvent", "2024-05-15T12:00:00.999999+00:00"),
        ("PointsEvent", "2024-05-15T12:00:00.500000+00:00"),
        ("PointsEvent", "2024-05-15T12:00:00.250001+00:00"),
        ("PurchaseEvent", "2024-05-15T12:00:00.250000+00:00"),
        ("PointsEvent", "2024-05-15T12:00:00.000005+00:00"),
        ("PurchaseEvent", "2024-05-15T12:00:00+00:00"),
    ]


async def test_a_page_without_rows_tells_what_is_around_it(graph: Graph, session: AsyncSession) -> None:
    await a_day(session)
    first = (await timeline(graph, first=1))["edges"][0]["cursor"]

    none, behind = await timeline(graph, first=0), await timeline(graph, kinds=[], after=first)
    ahead = await timeline(graph, last=0, before=first)
    last, bill = await timeline(graph, last=0), await timeline(graph, last=1, kinds=["PURCHASE"])

    nowhere = {"startCursor": None, "endCursor": None}
    assert (none["edges"], none["totalCount"]) == ([], 7)
    assert none["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False, **nowhere}
    assert (behind["edges"], behind["totalCount"]) == ([], 0)
    assert behind["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True, **nowhere}
    assert ahead["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False, **nowhere}
    assert last["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True, **nowhere}
    assert ([told(edge["node"]) for edge in bill["edges"]], bill["pageInfo"]["hasPreviousPage"]) == (["B1"], True)


async def test_a_page_may_be_shown_in_several_ways_at_once(graph: Graph, session: AsyncSession) -> None:
    await a_day(session)

    data = await graph.data("""{ customers(first: 1) { nodes {
      page: timeline(first: 3) {
        nodes { ...Named }
        edges { of: node { ... on TimelineEvent { at } ... on PurchaseEvent { purchase { id } } } }
        again: nodes { __typename }
      }
      edges: timeline(last: 2) { edges { __typename } }
      count: timeline(kinds: [PURCHASE, CARD]) { totalCount }
    } } }
    fragment Named on TimelineEvent { ... on VoucherEvent { change } ... on PurchaseEvent { purchase { number } } }""")

    at = "2024-05-15T12:00:00+00:00"
    assert data["customers"]["nodes"] == [
        {
            "page": {
                "nodes": [{"change": "APPLIED"}, {"purchase": {"number": "B2"}}, {"purchase": {"number": "B1"}}],
                "edges": [
                    {"of": {"at": "2024-05-15T12:00:01+00:00"}},
                    {"of": {"at": at, "purchase": {"id": opaque_id("Purchase", 2)}}},
                    {"of": {"at": at, "purchase": {"id": opaque_id("Purchase", 1)}}},
                ],
                "again": [{"__typename": "VoucherEvent"}, *[{"__typename": "PurchaseEvent"}] * 2],
            },
            "edges": {"edges": [{"__typename": "TimelineEdge"}] * 2},
            "count": {"totalCount": 3},
        }
    ]
