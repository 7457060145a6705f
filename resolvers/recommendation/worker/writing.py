"""Stores lists, and what the till and the next lists need. Rows that stay the same are left alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, cast

import numpy as np
from scipy import sparse
from sqlalchemy import Table, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from models import Audience, RecommendationKind, State
from models.rules.recommending import reason
from resolvers.recommendation.numbers.history import Catalogue
from resolvers.recommendation.numbers.lists import ListedRecommendation
from resolvers.recommendation.numbers.popular import Favourites
from resolvers.recommendation.offers import NORMAL, move_up
from resolvers.recommendation.outbox import changed_since
from resolvers.recommendation.schedule import WORKER
from resolvers.storage.transaction import Transaction, in_transaction
from resolvers.storage.writing.outbox import Place

RECOMMENDATION = models.Recommendation
TABLE = cast("Table", RECOMMENDATION.__table__)
AFFINITY = cast("Table", models.ProductAffinity.__table__)
POPULARITY = cast("Table", models.ProductPopularity.__table__)
SYSTEM = "crm360"
CUSTOMERS_AT_ONCE, PRODUCTS_AT_ONCE = 100, 300
KEPT = (
    "name", "score", "reason", "basis", "times_bought", "last_bought_at", "goes_with_id", "popular_in_id", "valid_to",
)  # fmt: skip
ENDS = KEPT.index("valid_to")
PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class StoredRecommendation:
    """What is there already: the row's key, and its values as far as they are worked out."""

    key: int
    values: tuple[Any, ...]


async def write_lists(
    engine: AsyncEngine, now: datetime, lists: Mapping[int, Sequence[ListedRecommendation]], known: Place | None = None
) -> int:
    """Put customers' lists in the place of those that are there; how many rows changed.

    Lists that know of events up to a place only are left out where there are newer ones of the customer.
    """
    changed = 0
    keys = sorted(lists)
    for first in range(0, len(keys), CUSTOMERS_AT_ONCE):
        part = {customer: lists[customer] for customer in keys[first : first + CUSTOMERS_AT_ONCE]}
        changed += await in_transaction(engine, now, partial(_write, lists=part, known=known))
    return changed


async def _write(
    transaction: Transaction, *, lists: Mapping[int, Sequence[ListedRecommendation]], known: Place | None = None
) -> int:
    session, customer = transaction.session, models.Customer
    if transaction.backend == "postgresql":
        # One writes at a time, so that no list comes on top of a newer one that is about to be written.
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(WORKER, 0))))
    if known is not None:
        newer = await changed_since(session, known, list(lists))
        lists = {key: listed for key, listed in lists.items() if key not in newer}
    # Whoever is erased meanwhile waits, and takes these rows away, or is gone and gets none.
    active = select(customer.id).where(customer.id.in_(list(lists)), customer.state == State.ACTIVE)
    alive = list(await session.scalars(active.order_by(customer.id).with_for_update(read=True)))
    wanted = await _rows(transaction, [one for key in alive for one in lists[key]])
    there = await _there(transaction, alive)
    new = [values for pair, values in wanted.items() if pair not in there]
    moved = [
        {"row": there[pair].key, **{name: values[name] for name in KEPT}}
        for pair, values in wanted.items()
        if pair in there and there[pair].values != tuple(values[name] for name in KEPT)
    ]
    if new:
        await session.execute(insert(TABLE), new)
    if moved:
        by_key = update(TABLE).where(TABLE.c.id == bindparam("row"))
        changes: dict[str, object] = {name: bindparam(name) for name in KEPT}
        connection = await session.connection()
        await connection.execute(by_key.values(**changes, updated_at=transaction.now), moved)
    left = [one.key for pair, one in there.items() if pair not in wanted and one.values[ENDS] is None]
    gone = await _take_away(transaction, left)
    await move_up(transaction, customers=alive)
    return len(new) + len(moved) + gone


async def _rows(
    transaction: Transaction, listed: Sequence[ListedRecommendation]
) -> dict[tuple[int, int], dict[str, object]]:
    """The rows by customer and product; what names a product that is gone meanwhile is left out."""
    product = models.Product
    keys = {one.product for one in listed} | {one.near for one in listed if one.near}
    named = select(product.id, product.name).where(product.id.in_(keys))
    names = {row.id: row.name for row in await transaction.session.execute(named)}
    known = [one for one in listed if one.product in names and (not one.near or one.near in names)]
    return {(one.customer, one.product): row_of(one, names, transaction.now) for one in known}


def row_of(one: ListedRecommendation, names: Mapping[int, str], now: datetime) -> dict[str, object]:
    """A recommendation as it is kept; names are those of the products by their keys."""
    last = datetime.fromtimestamp(one.last_at, UTC) if one.last_at else None
    return {
        "name": names[one.product],
        "kind": RecommendationKind.PRODUCT,
        "audience": Audience.CUSTOMER,
        "customer_id": one.customer,
        "product_id": one.product,
        "priority": NORMAL,
        "score": min(Decimal(one.score).quantize(PLACES), Decimal(1)),
        "reason": reason(one.basis, one.times, last, names.get(one.near)),
        "basis": one.basis,
        "times_bought": one.times or None,
        "last_bought_at": last,
        "goes_with_id": one.near or None,
        "popular_in_id": one.segment or None,
        "valid_to": None,
        "system": SYSTEM,
        "picture_urls": [],
        "state": State.ACTIVE,
        "created_at": now,
        "updated_at": now,
    }


async def _there(transaction: Transaction, customers: Sequence[int]) -> dict[tuple[int, int], StoredRecommendation]:
    columns = [getattr(RECOMMENDATION, name) for name in KEPT]
    found = await transaction.session.execute(
        select(RECOMMENDATION.id, RECOMMENDATION.customer_id, RECOMMENDATION.product_id, *columns).where(
            RECOMMENDATION.customer_id.in_(customers),
            RECOMMENDATION.basis.is_not(None),
            RECOMMENDATION.state == State.ACTIVE,
        )
    )
    return {(row[1], row[2]): StoredRecommendation(row[0], tuple(row[3:])) for row in found}


async def _take_away(transaction: Transaction, keys: Sequence[int]) -> int:
    """What is recommended no longer goes, but for what somebody was shown: that ends."""
    if not keys:
        return 0
    response = models.RecommendationResponse
    told = exists(select(response.id).where(response.recommendation_id == TABLE.c.id))
    await transaction.session.execute(delete(TABLE).where(TABLE.c.id.in_(keys), ~told))
    ended = update(TABLE).where(TABLE.c.id.in_(keys), TABLE.c.valid_to.is_(None))
    await transaction.session.execute(ended.values(valid_to=transaction.now, updated_at=transaction.now))
    return len(keys)


async def write_affinities(
    engine: AsyncEngine, now: datetime, catalogue: Catalogue, together: sparse.csr_array
) -> None:
    """What goes together on bills, in the place of what was there: a stretch of products a transaction."""
    products = np.flatnonzero(np.diff(together.indptr))
    last = 0
    for first in range(0, max(len(products), 1), PRODUCTS_AT_ONCE):
        part = products[first : first + PRODUCTS_AT_ONCE]
        # The last stretch takes away what lies behind it, too.
        until = int(catalogue.keys[part[-1]]) if first + PRODUCTS_AT_ONCE < len(products) else None
        rows = list(affinities(catalogue, together, part))
        await in_transaction(engine, now, partial(_replace, table=AFFINITY, after=last, until=until, rows=rows))
        last = until or 0


def affinities(
    catalogue: Catalogue, together: sparse.csr_array, products: Iterable[int]
) -> Iterator[dict[str, object]]:
    """The rows of some products."""
    for one in products:
        mine = slice(together.indptr[one], together.indptr[one + 1])
        others, scores = catalogue.keys[together.indices[mine]], np.minimum(together.data[mine], 1)
        for other, score in zip(others.tolist(), scores.tolist(), strict=True):
            yield {"product_id": int(catalogue.keys[one]), "other_id": other, "score": score}


def popular_rows(catalogue: Catalogue, liked: Favourites) -> list[dict[str, object]]:
    """The rows of what all customers like."""
    shares = np.minimum(liked.shares, 1).tolist()
    keys = catalogue.keys[liked.products].tolist()
    return [{"product_id": key, "share": share} for key, share in zip(keys, shares, strict=True)]


async def write_popular(engine: AsyncEngine, now: datetime, catalogue: Catalogue, liked: Favourites) -> None:
    """What all customers like, in the place of what was there."""
    rows = popular_rows(catalogue, liked)
    await in_transaction(engine, now, partial(_replace, table=POPULARITY, after=0, until=None, rows=rows))


async def _replace(
    transaction: Transaction, *, table: Table, after: int, until: int | None, rows: Sequence[Mapping[str, object]]
) -> None:
    key = table.c.product_id
    where = [key > after] if until is None else [key > after, key <= until]
    await transaction.session.execute(delete(table).where(*where))
    named = {value for row in rows for name, value in row.items() if name.endswith("_id")}
    product = models.Product
    known = set(await transaction.session.scalars(select(product.id).where(product.id.in_(named))))
    kept = [row for row in rows if {row["product_id"], row.get("other_id", row["product_id"])} <= known]
    if kept:
        await transaction.session.execute(insert(table), kept)


async def write_model(transaction: Transaction, *, made: models.RecommendationModel) -> None:
    """Keep a model in the place of the one before."""
    await transaction.session.execute(delete(models.RecommendationModel))
    transaction.session.add(made)
