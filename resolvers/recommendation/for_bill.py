"""What goes with a bill: with its goods, with its customer where one is known, and with all customers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, func, not_, select
from sqlalchemy.orm import aliased

import models
from models.rules.recommending import ListRules, RecommendationBasis, Wanted, first_of, reason
from resolvers.query.compiled_query import CompiledQuery, among
from resolvers.query.expressions import VALID_NOW
from resolvers.query.recommended import is_dismissed, is_on_offer, is_recommendable
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.reader import Row
from resolvers.storage.sql import AnySelect, SqlColumn
from resolvers.storage.statement import parameter

LOOKED_AT = 60
"""How many products are looked at, the nearest first."""
NOBODY = 0
"""Stands for the customer where none is known."""
PLACES = Decimal("0.0001")
PRODUCT, AFFINITY, POPULAR = models.Product, models.ProductAffinity, models.ProductPopularity
CUSTOMER, STORE = parameter("customer", BigInteger()), parameter("store", BigInteger())


@dataclass(frozen=True, slots=True)
class ProductForBill:
    """A product to offer with a bill, and why."""

    product: RowRef
    score: Decimal
    reason: str
    basis: RecommendationBasis
    goes_with: RowRef | None
    is_on_offer: bool


def _columns(product: type[models.Product], customer: SqlColumn = CUSTOMER) -> list[SqlColumn]:
    on_offer = is_on_offer(product.id, customer, STORE).label("on_offer")
    return [product.id, func.coalesce(product.group_id, 0), on_offer]


def _allowed(product: type[models.Product], backend: str) -> list[ColumnElement[bool]]:
    return [
        is_recommendable(product),
        not_(is_dismissed(CUSTOMER, None, product.id)),
        not_(among(product.id, "on_bill", backend)),
    ]


def _together(backend: str) -> AnySelect:
    """What goes with the goods, and how near it is to the nearest of them."""
    near, product = aliased(AFFINITY), aliased(PRODUCT)
    total = (
        select(near.other_id, func.sum(near.score).label("score"))
        .where(among(near.product_id, "on_bill", backend))
        .group_by(near.other_id)
        .order_by(func.sum(near.score).desc(), near.other_id)
        .limit(LOOKED_AT)
        .subquery()
    )
    pair = aliased(AFFINITY)
    nearest = (
        select(pair.product_id)
        .where(pair.other_id == product.id, among(pair.product_id, "on_bill", backend))
        .order_by(pair.score.desc(), pair.product_id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(*_columns(product), total.c.score, nearest)
        .join(total, total.c.other_id == product.id)
        .where(*_allowed(product, backend))
    )


def _own(backend: str) -> AnySelect:
    """What is recommended to the customer anyway."""
    row, product = aliased(models.Recommendation), aliased(PRODUCT)
    return (
        select(*_columns(product), row.score, row.goes_with_id, row.basis, row.reason)
        .join(row, row.product_id == product.id)
        .where(row.customer_id == CUSTOMER, VALID_NOW.sql(row), *_allowed(product, backend))
        .order_by(row.priority, row.score.desc(), row.id)
        .limit(LOOKED_AT)
    )


def _popular(backend: str) -> AnySelect:
    liked, product = aliased(POPULAR), aliased(PRODUCT)
    return (
        select(*_columns(product), liked.share)
        .join(liked, liked.product_id == product.id)
        .where(*_allowed(product, backend))
    )


TOGETHER, OWN, LIKED = CompiledQuery(_together), CompiledQuery(_own), CompiledQuery(_popular)
PER_GROUP = CompiledQuery(lambda _: select(models.RecommendationModel.per_group).limit(1))
NAMES = CompiledQuery(lambda backend: select(PRODUCT.id, PRODUCT.name).where(among(PRODUCT.id, "keys", backend)))


@dataclass(frozen=True, slots=True)
class Offered:
    """A product that may be offered, as it was found."""

    wanted: Wanted
    is_on_offer: bool
    near: int | None = None
    reason: str | None = None


async def products_for_bill(
    context: RequestContext, goods: Collection[int], store: int, customer: int | None, count: int
) -> list[ProductForBill]:
    """So many products at most: what goes with the goods, then what the customer may want, then what many buy.

    Among each of these, what a campaign offers here and now comes first.
    """
    given = {"on_bill": sorted(goods), "customer": customer or NOBODY, "store": store}
    found = [*_of_goods(await TOGETHER.read(context, **given))]
    if customer is not None:
        found += _of_customer(await OWN.read(context, **given))
    found += _of_everybody(await LIKED.read(context, **given))
    by_product = {one.wanted.product: one for one in reversed(found)}
    limits = await PER_GROUP.read(context)
    per_group = limits[0][0] if limits else ListRules().per_group
    chosen = [by_product[one.product] for one in first_of((one.wanted for one in found), count, per_group)]
    names = dict(await NAMES.read(context, keys=sorted({one.near for one in chosen if one.near})))
    return [_shown(one, names) for one in chosen]


def _of_goods(rows: Iterable[Row]) -> list[Offered]:
    basis = RecommendationBasis.BOUGHT_TOGETHER
    return _ranked(
        Offered(Wanted(product, group, min(score, 1.0), basis), bool(on_offer), near)
        for product, group, on_offer, score, near in rows
    )


def _of_customer(rows: Iterable[Row]) -> list[Offered]:
    return _ranked(
        Offered(
            Wanted(product, group, float(score or 0), basis or RecommendationBasis.POPULAR), bool(on_offer), near, words
        )
        for product, group, on_offer, score, near, basis, words in rows
    )


def _of_everybody(rows: Iterable[Row]) -> list[Offered]:
    basis = RecommendationBasis.POPULAR
    return _ranked(
        Offered(Wanted(product, group, share, basis), bool(on_offer)) for product, group, on_offer, share in rows
    )


def _ranked(found: Iterable[Offered]) -> list[Offered]:
    return sorted(found, key=lambda one: (not one.is_on_offer, -one.wanted.score, one.wanted.product))


def _shown(one: Offered, names: Mapping[int, str]) -> ProductForBill:
    wanted = one.wanted
    return ProductForBill(
        product=RowRef("Product", wanted.product),
        score=Decimal(wanted.score).quantize(PLACES),
        reason=one.reason or reason(wanted.basis, near=names.get(one.near or 0)),
        basis=wanted.basis,
        goes_with=RowRef("Product", one.near) if one.near else None,
        is_on_offer=one.is_on_offer,
    )
