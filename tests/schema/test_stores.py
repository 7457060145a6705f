"""Stores: opening hours, and the nearest ones to a position."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories
from tests.schema.both_ways import Graph

HOURS = {"WEDNESDAY": [["13:00", "18:00"], ["08:00", "12:00"]], "MONDAY": [["22:00", "02:00"]], "SUNDAY": []}


async def test_opening_hours_are_shown_in_order_without_closed_days(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, factories.store(opening=HOURS), factories.store(opening=None))

    data = await graph.data("{ stores { nodes { opening { day intervals { from to } } isOpen nextOpening } } }")

    assert data["stores"]["nodes"] == [
        {
            "opening": [
                {"day": "MONDAY", "intervals": [{"from": "22:00", "to": "02:00"}]},
                {
                    "day": "WEDNESDAY",
                    "intervals": [{"from": "08:00", "to": "12:00"}, {"from": "13:00", "to": "18:00"}],
                },
            ],
            "isOpen": True,
            "nextOpening": "2024-05-20T20:00:00+00:00",
        },
        {"opening": [], "isOpen": None, "nextOpening": None},
    ]


@pytest.mark.parametrize(
    ("at", "is_open", "opens"),
    [
        ("2024-05-15T09:59:59+00:00", True, "2024-05-15T11:00:00+00:00"),
        ("2024-05-15T10:00:00+00:00", False, "2024-05-15T11:00:00+00:00"),
        ("2024-05-15T16:00:00+00:00", False, "2024-05-20T20:00:00+00:00"),
        ("2024-05-20T23:30:00+00:00", True, "2024-05-22T06:00:00+00:00"),
        ("2024-05-21T00:00:00+00:00", False, "2024-05-22T06:00:00+00:00"),
        ("2024-12-18T06:59:59+00:00", False, "2024-12-18T07:00:00+00:00"),
    ],
)
async def test_a_store_opens_by_the_clock_on_its_wall(
    graph: Graph, session: AsyncSession, at: str, is_open: bool, opens: str
) -> None:
    await factories.save(session, factories.store(opening=HOURS))
    graph.now = datetime.fromisoformat(at).astimezone(UTC)

    data = await graph.data("{ stores { nodes { isOpen nextOpening } } }")

    assert data["stores"]["nodes"] == [{"isOpen": is_open, "nextOpening": opens}]


NEAR = """
query ($latitude: Decimal!, $longitude: Decimal!, $km: Decimal, $first: Int) {
  storesNear(position: {latitude: $latitude, longitude: $longitude}, withinKm: $km, first: $first) {
    totalCount edges { distanceKm node { name } } nodes { name } pageInfo { hasNextPage }
  }
}
"""


async def near(graph: Graph, latitude: str, longitude: str, **variables: Any) -> list[tuple[str, str]]:
    """Names and distances."""
    found = (await graph.data(NEAR, latitude=latitude, longitude=longitude, **variables))["storesNear"]
    assert [edge["node"] for edge in found["edges"]] == found["nodes"]
    return [(edge["node"]["name"], edge["distanceKm"]) for edge in found["edges"]]


def at(name: str, latitude: str | None, longitude: str | None, **more: Any) -> Any:
    """A store at a place."""
    place = {"latitude": latitude and Decimal(latitude), "longitude": longitude and Decimal(longitude)}
    return factories.store(name=name, **place, **more)


async def test_the_nearest_stores_come_first_with_their_distance(graph: Graph, session: AsyncSession) -> None:
    await factories.save(
        session,
        at("Brno", "49.1951", "16.6068"),
        at("Praha", "50.0875", "14.4213"),
        at("Praha 2", "50.0875", "14.4213"),
        at("Hidden", "50.0875", "14.4213", visible_to_customers=False),
        at("Closed down", "50.0875", "14.4213", state="DELETED"),
        at("Nowhere", None, None),
        at("Sydney", "-33.8688", "151.2093"),
    )

    assert await near(graph, "50.0875", "14.4213") == [
        ("Praha", "0.000"),
        ("Praha 2", "0.000"),
        ("Brno", "186.032"),
        ("Sydney", "16085.499"),
    ]
    assert await near(graph, "50.0875", "14.4213", km="186.032") == [
        ("Praha", "0.000"),
        ("Praha 2", "0.000"),
        ("Brno", "186.032"),
    ]
    assert await near(graph, "50.0875", "14.4213", km="186.031") == [("Praha", "0.000"), ("Praha 2", "0.000")]
    assert await near(graph, "50.0875", "14.4213", first=1) == [("Praha", "0.000")]
    assert await near(graph, "-90", "0", km="0") == []


async def test_distances_are_short_across_the_antimeridian_and_the_poles(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, at("East", "0", "179.9"), at("West", "0", "-179.9"), at("North", "89.9", "0"))

    assert await near(graph, "0", "180", km="12") == [("East", "11.120"), ("West", "11.120")]
    assert await near(graph, "89.9", "180", km="23") == [("North", "22.239")]
