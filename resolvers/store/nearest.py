"""The nearest stores to a position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from models import Store
from models.types import DEGREES
from resolvers.errors import BadCursor, BadInput
from resolvers.query.columns import scaled
from resolvers.query.level.rows import NO_KEY
from resolvers.query.paging import NOT_A_CURSOR, encode_cursor, open_cursor, page_size, start_of
from resolvers.query.visibility import listed
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.statement import Statement, compile_statement, parameter
from resolvers.values import Connection, PageInfo

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

SIGN = "near"
METRES_PER_DEGREE = 111_195


@dataclass(frozen=True, slots=True)
class StoreNear:
    """A store with its distance, in a list."""

    cursor: str
    distance_km: Decimal
    node: RowRef


@lru_cache(maxsize=2)
def _stores_between(backend: str) -> Statement:
    store = aliased(Store)
    south, north = parameter("south", DEGREES), parameter("north", DEGREES)
    columns = (store.id, scaled(store.latitude, backend), scaled(store.longitude, backend))
    shown = store.visible_to_customers.is_(True)
    return compile_statement(
        select(*columns).where(*listed(Store, store), shown, store.latitude.between(south, north)), backend
    )


def distance_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> int:
    """The great-circle distance of two positions in whole metres (haversine)."""
    north, east = radians(other_latitude - latitude), radians(other_longitude - longitude)
    a = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return round(2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(a))))


async def load_stores_near(
    context: RequestContext, _keys: object, args: Mapping[str, Any], _names: object
) -> Mapping[int, Connection]:
    """A page of the stores within a distance of a position, the nearest first."""
    latitude, longitude = _position(args["position"])
    most = _most_metres(args.get("withinKm"))
    margin = Decimal(most) / METRES_PER_DEGREE + 1
    values = {
        "south": max(latitude - margin, Decimal(-90)).quantize(Decimal("0.000001")),
        "north": min(latitude + margin, Decimal(90)).quantize(Decimal("0.000001")),
    }
    rows = await context.fetch(_stores_between(context.backend), values)
    found = sorted(
        (distance_m(float(latitude), float(longitude), row[1] / 10**6, row[2] / 10**6), row[0]) for row in rows
    )
    return {NO_KEY: _page([pair for pair in found if pair[0] <= most], args)}


def _position(given: Mapping[str, Decimal]) -> tuple[Decimal, Decimal]:
    latitude, longitude = given["latitude"], given["longitude"]
    if not (latitude.is_finite() and -90 <= latitude <= 90):
        raise BadInput("`position.latitude` must be from -90 to 90 degrees.")
    if not (longitude.is_finite() and -180 <= longitude <= 180):
        raise BadInput("`position.longitude` must be from -180 to 180 degrees.")
    return latitude, longitude


def _most_metres(within_km: Decimal | None) -> int:
    if within_km is None:
        return 21_000_000
    if not (within_km.is_finite() and 0 <= within_km <= 21_000):
        raise BadInput("`withinKm` must be from 0 to 21000.")
    return int(within_km * 1000)


def _place(cursor: str | None) -> tuple[int, int] | None:
    if cursor is None:
        return None
    values = open_cursor(SIGN, cursor)
    if len(values) != 2 or any(type(value) is not int for value in values):
        raise BadCursor(NOT_A_CURSOR)
    return values[0], values[1]


def _page(found: list[tuple[int, int]], args: Mapping[str, Any]) -> Connection:
    size, backwards = page_size(args.get("first"), args.get("last"))
    start = _place(start_of(args, backwards=backwards))
    rest = [pair for pair in found if start is None or (pair < start if backwards else pair > start)]
    page = (rest[-size:] if size else []) if backwards else rest[:size]
    cut = len(rest) > size
    edges = [
        StoreNear(encode_cursor(SIGN, pair), Decimal(pair[0]).scaleb(-3), RowRef("Store", pair[1])) for pair in page
    ]
    info = PageInfo(
        has_next_page=start is not None if backwards else cut,
        has_previous_page=cut if backwards else start is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges, info, len(found))
