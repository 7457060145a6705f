"""An ordinary server, as the documentation of its parts has it: Strawberry, ORM entities, aiodataloader.

A field that is a relation awaits its loader (loaders.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry
from sqlalchemy import select
from strawberry.asgi import GraphQL
from strawberry.types import Info

import models
from tests.benchmarks.peers.loaders import LOADERS, new_session


class Server(GraphQL):
    """Makes loaders for each request."""

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        return {name: loader() for name, loader in LOADERS.items()}


async def load(info: Info, loader: str, key: Any) -> Any:
    """One of a loader's rows; none where there is no key."""
    return None if key is None else await info.context[loader].load(key)


@strawberry.type
class Store:
    id: strawberry.ID
    name: str


@strawberry.type
class CardType:
    id: strawberry.ID
    name: str


@strawberry.type
class Card:
    id: strawberry.ID
    number: str
    valid_from: datetime | None
    valid_to: datetime | None

    @strawberry.field
    async def card_type(self, info: Info) -> CardType:
        return await load(info, "card_type", self.card_type_id)


@strawberry.type
class Brand:
    id: strawberry.ID
    name: str


@strawberry.type
class Price:
    amount: Decimal
    currency_code: str


@strawberry.type
class Product:
    id: strawberry.ID
    name: str
    code: str
    package_size: str | None

    @strawberry.field
    async def brand(self, info: Info) -> Brand | None:
        return await load(info, "brand", self.brand_id)

    @strawberry.field
    async def group(self, info: Info) -> Annotated[ProductGroup, strawberry.lazy(__name__)] | None:
        return await load(info, "group", self.group_id)

    @strawberry.field
    async def prices(self, info: Info) -> list[Price]:
        return await load(info, "prices", self.id)


@strawberry.type
class ProductGroup:
    id: strawberry.ID
    name: str

    @strawberry.field
    async def products(self, info: Info, first: int) -> list[Product]:
        return await load(info, "products", (self.id, first))


@strawberry.type
class Item:
    id: strawberry.ID
    line: int
    quantity: Decimal
    price: Decimal

    @strawberry.field
    async def product(self, info: Info) -> Product | None:
        return await load(info, "product", self.product_id)


@strawberry.type
class Purchase:
    id: strawberry.ID
    paid_at: datetime
    total: Decimal
    currency_code: str

    @strawberry.field
    async def store(self, info: Info) -> Store:
        return await load(info, "store", self.store_id)

    @strawberry.field
    async def items(self, info: Info) -> list[Item]:
        return await load(info, "items", self.id)


@strawberry.type
class Reward:
    id: strawberry.ID
    name: str
    points_cost: Decimal


@strawberry.type
class Voucher:
    id: strawberry.ID
    code: str
    valid_from: datetime
    valid_to: datetime | None

    @strawberry.field
    async def reward(self, info: Info) -> Reward:
        return await load(info, "reward", self.reward_id)


@strawberry.type
class Status:
    id: strawberry.ID
    name: str
    discount: Decimal


@strawberry.type
class StatusRecord:
    valid_from: datetime
    valid_to: datetime | None

    @strawberry.field
    async def status(self, info: Info) -> Status:
        return await load(info, "status", self.status_id)


@strawberry.type
class Recommendation:
    id: strawberry.ID
    kind: str
    name: str
    score: Decimal | None
    reason: str | None

    @strawberry.field
    async def product(self, info: Info) -> Product | None:
        return await load(info, "product", self.product_id)


@strawberry.type
class Event:
    at: datetime
    key: strawberry.ID
    total: Decimal | None = None
    points_kind: str | None = None
    points: Decimal | None = None
    change: str | None = None
    voucher_code: str | None = None
    status_name: str | None = None
    card_number: str | None = None


async def timeline_of(customer: int, first: int) -> list[Event]:
    """The newest events of a customer, from five tables."""
    bill, entry, used = models.Purchase, models.PointEntry, models.VoucherEvent
    record, shown = models.StatusRecord, models.CardEvent
    async with new_session() as session:

        async def newest(entity: Any, at: Any, *joined: Any) -> Sequence[Any]:
            statement = select(entity, *joined).where(entity.customer_id == customer)
            if joined:
                statement = statement.join(joined[0].class_)
            return (await session.execute(statement.order_by(at.desc(), entity.id.desc()).limit(first))).all()

        events = [
            (row.paid_at, 0, row.id, Event(at=row.paid_at, key=row.id, total=row.total))
            for (row,) in await newest(bill, bill.paid_at)
        ]
        events += [
            (row.at, 1, row.id, Event(at=row.at, key=row.id, points_kind=row.kind, points=row.amount))
            for (row,) in await newest(entry, entry.at)
        ]
        events += [
            (row.at, 2, row.id, Event(at=row.at, key=row.id, change=row.change, voucher_code=code))
            for row, code in await newest(used, used.at, models.Voucher.code)
        ]
        events += [
            (row.valid_from, 3, row.id, Event(at=row.valid_from, key=row.id, change=row.change, status_name=name))
            for row, name in await newest(record, record.valid_from, models.Status.name)
        ]
        events += [
            (row.at, 4, row.id, Event(at=row.at, key=row.id, change=row.change, card_number=number))
            for row, number in await newest(shown, shown.at, models.Card.number)
        ]
    events.sort(key=lambda event: (-event[0].timestamp(), event[1], -event[2]))
    return [event for *_, event in events[:first]]


@strawberry.type
class Customer:
    id: strawberry.ID
    state: str
    created_at: datetime
    first_name: str | None
    last_name: str | None
    full_name: str | None
    email: str | None
    phone: str | None
    birthdate: date | None

    @strawberry.field
    async def store(self, info: Info) -> Store | None:
        return await load(info, "store", self.store_id)

    @strawberry.field
    async def cards(self, info: Info, first: int) -> list[Card]:
        return await load(info, "cards", (self.id, first))

    @strawberry.field
    async def purchases(self, info: Info, first: int) -> list[Purchase]:
        return await load(info, "purchases", (self.id, first))

    @strawberry.field
    async def vouchers(self, info: Info, first: int) -> list[Voucher]:
        return await load(info, "vouchers", (self.id, first))

    @strawberry.field
    async def status(self, info: Info) -> StatusRecord | None:
        return await load(info, "current_status", self.id)

    @strawberry.field
    async def recommendations(self, info: Info, first: int) -> list[Recommendation]:
        return (await load(info, "recommended", self.id))[:first]

    @strawberry.field
    async def timeline(self, first: int) -> list[Event]:
        return await timeline_of(self.id, first)


@strawberry.type
class Customers:
    nodes: list[Customer]
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Query:
    @strawberry.field
    async def customer(self, id: strawberry.ID) -> Customer | None:
        async with new_session() as session:
            return await session.get(models.Customer, int(id))

    @strawberry.field
    async def customer_by_card(self, number: str) -> Customer | None:
        async with new_session() as session:
            found = select(models.Customer).join(models.Card).where(models.Card.number == number)
            return await session.scalar(found)

    @strawberry.field
    async def customers(self, first: int, after: str | None = None) -> Customers:
        row, offset = models.Customer, int(after or 0)
        page = select(row).order_by(row.last_name_key, row.id).offset(offset).limit(first + 1)
        async with new_session() as session:
            found = (await session.scalars(page)).all()
        return Customers(nodes=found[:first], has_next_page=len(found) > first, end_cursor=str(offset + first))

    @strawberry.field
    async def product_group(self, id: strawberry.ID) -> ProductGroup | None:
        async with new_session() as session:
            return await session.get(models.ProductGroup, int(id))


app = Server(strawberry.Schema(Query))
