"""The ordinary server's loaders: each reads a batch with a session of its own."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aiodataloader import DataLoader
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import aliased

import models

engine = create_async_engine(os.environ.get("DATABASE_URL", "sqlite+aiosqlite://"))
new_session = async_sessionmaker(engine, expire_on_commit=False)


def one(entity: Any) -> type[DataLoader]:
    """A loader of rows by their keys."""

    class Loader(DataLoader):
        async def batch_load_fn(self, keys: Sequence[int]) -> list[Any]:
            async with new_session() as session:
                found = await session.scalars(select(entity).where(entity.id.in_(keys)))
                by_id = {row.id: row for row in found}
            return [by_id.get(key) for key in keys]

    return Loader


def many(entity: Any, owner: Any, *order: Any) -> type[DataLoader]:
    """A loader of all rows of each parent."""

    class Loader(DataLoader):
        async def batch_load_fn(self, keys: Sequence[int]) -> list[list[Any]]:
            async with new_session() as session:
                found = await session.scalars(select(entity).where(owner.in_(keys)).order_by(*order))
                by_owner = defaultdict(list)
                for row in found:
                    by_owner[getattr(row, owner.key)].append(row)
            return [by_owner[key] for key in keys]

    return Loader


def pages(entity: Any, owner: Any, *order: Any) -> type[DataLoader]:
    """A loader of the first rows of each parent; its keys are (parent, how many)."""

    class Loader(DataLoader):
        async def batch_load_fn(self, keys: Sequence[tuple[int, int]]) -> list[list[Any]]:
            place = func.row_number().over(partition_by=owner, order_by=order).label("place")
            numbered = select(entity, place).where(owner.in_([key for key, _ in keys])).subquery()
            row = aliased(entity, numbered)
            statement = select(row).where(numbered.c.place <= max(first for _, first in keys))
            async with new_session() as session:
                found = await session.scalars(statement.order_by(numbered.c.place))
                by_owner = defaultdict(list)
                for each in found:
                    by_owner[getattr(each, owner.key)].append(each)
            return [by_owner[key][:first] for key, first in keys]

    return Loader


class CurrentStatus(DataLoader):
    """The status record that has not ended, of each customer."""

    async def batch_load_fn(self, keys: Sequence[int]) -> list[Any]:
        record = models.StatusRecord
        async with new_session() as session:
            found = await session.scalars(select(record).where(record.customer_id.in_(keys), record.ended_at.is_(None)))
            by_owner = {row.customer_id: row for row in found}
        return [by_owner.get(key) for key in keys]


class Recommended(DataLoader):
    """What is recommended to each customer now, what is shown first at the front."""

    async def batch_load_fn(self, keys: Sequence[int]) -> list[list[Any]]:
        member, row, now = models.SegmentMember, models.Recommendation, datetime.now(UTC)
        async with new_session() as session:
            segments = defaultdict(set)
            for each in await session.scalars(select(member).where(member.customer_id.in_(keys))):
                segments[each.customer_id].add(each.segment_id)
            every = {segment for of_one in segments.values() for segment in of_one}
            found = await session.scalars(
                select(row)
                .where(or_(row.customer_id.in_(keys), row.audience == models.Audience.ALL, row.segment_id.in_(every)))
                .where(row.state == models.State.ACTIVE)
                .where(or_(row.valid_from.is_(None), row.valid_from <= now))
                .where(or_(row.valid_to.is_(None), row.valid_to > now))
            )
            all_found = found.all()
        return [_best(all_found, key, segments[key]) for key in keys]


def _best(found: Iterable[Any], customer: int, segments: set[int]) -> list[Any]:
    theirs = [
        row
        for row in found
        if row.audience == models.Audience.ALL or row.customer_id == customer or row.segment_id in segments
    ]
    top = Decimal("Infinity")
    return sorted(theirs, key=lambda row: (row.priority, -(top if row.score is None else row.score), -row.id))


LOADERS = {
    "store": one(models.Store),
    "card_type": one(models.CardType),
    "product": one(models.Product),
    "brand": one(models.ProductBrand),
    "group": one(models.ProductGroup),
    "reward": one(models.Reward),
    "status": one(models.Status),
    "cards": pages(models.Card, models.Card.customer_id, models.Card.id),
    "purchases": pages(
        models.Purchase, models.Purchase.customer_id, models.Purchase.paid_at.desc(), models.Purchase.id.desc()
    ),
    "vouchers": pages(models.Voucher, models.Voucher.customer_id, models.Voucher.id.desc()),
    "products": pages(models.Product, models.Product.group_id, models.Product.name, models.Product.id),
    "items": many(models.PurchaseItem, models.PurchaseItem.purchase_id, models.PurchaseItem.line),
    "prices": many(models.ProductPrice, models.ProductPrice.product_id, models.ProductPrice.currency_code),
    "current_status": CurrentStatus,
    "recommended": Recommended,
}
