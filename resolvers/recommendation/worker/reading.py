"""What the database says of products, bills, segments and dismissals, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Integer, cast, func, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

import models
from models import PurchaseState, State
from resolvers.query.compiled_query import among
from resolvers.query.recommended import is_blocked
from resolvers.recommendation.numbers.history import Catalogue, History, Keys
from resolvers.recommendation.numbers.popular import Members

AT_ONCE = 50_000
YEARS = timedelta(days=2 * 365)
"""Older bills say little of what is wanted now."""

PURCHASE, ITEM, PRODUCT = models.Purchase, models.PurchaseItem, models.Product


async def read_catalogue(connection: AsyncConnection, among_keys: Keys | None = None) -> Catalogue:
    """The products that are in use and not blocked, perhaps of some only."""
    statement = (
        select(PRODUCT.id, func.coalesce(PRODUCT.group_id, 0))
        .where(PRODUCT.state == State.ACTIVE, not_(is_blocked(PRODUCT)))
        .order_by(PRODUCT.id)
    )
    values: dict[str, object] = {}
    if among_keys is not None:
        statement = statement.where(among(PRODUCT.id, "products", connection.dialect.name))
        values["products"] = among_keys.tolist()
    keys, groups = await _columns(connection, statement, 2, values)
    return Catalogue(keys, groups)


@dataclass(frozen=True)
class BoughtLines:
    """Of each line its bill and product; of each bill its key, when it was paid and by whom."""

    line_bill: Keys
    line_product: Keys
    bills: Keys
    at: Keys
    customers: Keys


async def read_history(
    connection: AsyncConnection, catalogue: Catalogue, now: datetime, customers: Sequence[int] | None = None
) -> History:
    """What all customers bought, or some."""
    return await history_of(connection, catalogue, now, await read_bought(connection, now, customers), customers)


async def history_of(
    connection: AsyncConnection,
    catalogue: Catalogue,
    now: datetime,
    bought: BoughtLines,
    customers: Sequence[int] | None = None,
) -> History:
    """Bills as the history of the customers that are there, those without a bill too."""
    who = await _customers(connection, customers)
    order = np.argsort(bought.bills)
    place = order[np.searchsorted(bought.bills[order], bought.line_bill)] if len(order) else bought.line_bill
    bills, lines = (bought.customers, bought.at), (place, bought.line_product)
    return History.of(catalogue, who, int(now.timestamp()), bills, lines)


async def read_bought(
    connection: AsyncConnection, now: datetime, customers: Sequence[int] | None = None
) -> BoughtLines:
    """The bills that count, of all customers or of some; what was given back altogether was not bought."""
    counts = [
        PURCHASE.customer_id.is_not(None),
        PURCHASE.state.in_([PurchaseState.CLOSED, PurchaseState.PARTLY_RETURNED]),
        PURCHASE.paid_at > now - YEARS,
        PURCHASE.paid_at <= now,
    ]
    values: dict[str, object] = {}
    if customers is not None:
        counts.append(among(PURCHASE.customer_id, "customers", connection.dialect.name))
        values["customers"] = list(customers)
    paid = select(PURCHASE.id, _seconds(PURCHASE.paid_at, connection.dialect.name), PURCHASE.customer_id)
    bills = await _columns(connection, paid.where(*counts), 3, values)
    bought = (
        select(ITEM.purchase_id, ITEM.product_id)
        .join(PURCHASE, PURCHASE.id == ITEM.purchase_id)
        .where(ITEM.product_id.is_not(None), ITEM.quantity > ITEM.returned_quantity, *counts)
    )
    lines = await _columns(connection, bought, 2, values)
    # A bill may have come in between the two statements.
    there = np.isin(lines[0], bills[0])
    return BoughtLines(lines[0][there], lines[1][there], *bills)


async def _customers(connection: AsyncConnection, customers: Sequence[int] | None) -> Keys:
    table, values = models.Customer, {}
    statement = select(table.id).where(table.state == State.ACTIVE).order_by(table.id)
    if customers is not None:
        statement = statement.where(among(table.id, "customers", connection.dialect.name))
        values = {"customers": list(customers)}
    (keys,) = await _columns(connection, statement, 1, values)
    return keys


async def read_members(connection: AsyncConnection, customers: Sequence[int] | None = None) -> Members:
    """Who is in which segment that is in use."""
    member, segment = models.SegmentMember, models.Segment
    statement = (
        select(member.segment_id, member.customer_id)
        .join(segment, segment.id == member.segment_id)
        .where(segment.state == State.ACTIVE)
    )
    values: dict[str, object] = {}
    if customers is not None:
        statement = statement.where(among(member.customer_id, "customers", connection.dialect.name))
        values = {"customers": list(customers)}
    segments, who = await _columns(connection, statement, 2, values)
    return Members(segments, who)


async def read_dismissed(
    connection: AsyncConnection, customers: Sequence[int] | None = None
) -> Mapping[int, frozenset[int]]:
    """The products that customers want to see no more."""
    response = models.RecommendationResponse
    statement = select(response.customer_id, response.product_id).where(
        response.dismissed_at.is_not(None), response.product_id.is_not(None)
    )
    values: dict[str, object] = {}
    if customers is not None:
        statement = statement.where(among(response.customer_id, "customers", connection.dialect.name))
        values = {"customers": list(customers)}
    found: dict[int, set[int]] = {}
    for customer, product in await connection.execute(statement, values):
        found.setdefault(customer, set()).add(product or 0)
    return {customer: frozenset(products) for customer, products in found.items()}


def _seconds(moment: Any, backend: str) -> ColumnElement[int]:
    if backend == "postgresql":
        return cast(func.floor(func.extract("epoch", moment)), BigInteger)
    return cast(func.strftime("%s", moment), Integer)


async def _columns(connection: AsyncConnection, statement: Any, width: int, values: Mapping[str, object]) -> list[Keys]:
    parts = [np.empty((0, width), dtype="i8")]
    async with connection.stream(statement, values) as rows:
        async for part in rows.partitions(AT_ONCE):
            flat = np.fromiter(chain.from_iterable(part), dtype="i8", count=len(part) * width)
            parts.append(flat.reshape(-1, width))
    table = np.concatenate(parts)
    return [np.ascontiguousarray(table[:, place]) for place in range(width)]
