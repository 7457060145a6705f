"""A shop for property tests: asked without an event loop around, with new customers for every run."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.benefit.shopper import USED
from resolvers.ids import opaque_id
from resolvers.operation.inputs import read
from resolvers.operation.perform import Operation, Payload, perform
from resolvers.operation.structs import camel
from resolvers.purchase import previewing
from resolvers.purchase.inputs import PreviewRequest
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import make_reader
from tests import factories
from tests.factories import NOW
from tests.resolvers.calling import call_of


class Crash(Exception):
    """The process dies before it commits."""


def camelled(given: Any) -> Any:
    """An input with its names as the graph has them."""
    if isinstance(given, dict):
        return {camel(name): camelled(value) for name, value in given.items()}
    return [camelled(one) for one in given] if isinstance(given, list) else given


class TillBooks:
    """A database with a shop and the tiers of a programme."""

    def __init__(self, url: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.engine, self.reader = make_engine(url), make_reader(url)
        self.run(self._open())

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def _open(self) -> None:
        self.store = factories.store(code="shop")
        self.member = factories.status(code="member", qualification="REGISTRATION")
        silver = factories.status(
            code="silver",
            previous=self.member,
            qualification="CONDITION",
            qualification_months=12,
            validity="P12M",
            qualification_points=Decimal(400),
            discount=Decimal("2.5"),
        )
        gold = factories.status(
            code="gold",
            previous=silver,
            qualification="CONDITION",
            validity="END_OF_YEAR",
            discount=Decimal(5),
            discounts_discounted_items=True,
        )
        self.group = factories.product_group()
        self.products = [factories.product(code=f"P{place}", group=self.group if place else None) for place in range(3)]
        self.brands = [factories.product_brand() for _ in range(2)]
        await self._save(
            self.store,
            factories.usual_programme(),
            *self.products,
            *self.brands,
            factories.status_turnover(status=silver, amount=Decimal(300)),
            factories.status_turnover(status=gold, amount=Decimal(2000)),
        )

    async def _save(self, *rows: models.Base) -> None:
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            await factories.save(session, *rows)

    def save(self, *rows: models.Base) -> None:
        """Commit rows."""
        self.run(self._save(*rows))

    def customers(self, count: int) -> list[models.Customer]:
        """New customers, members of the programme. Rewards of earlier runs are taken out of what is offered."""
        people = [factories.customer() for _ in range(count)]
        self.execute(update(models.Reward).values(state=models.State.INACTIVE))
        self.save(*(factories.status_record(customer=person, status=self.member) for person in people))
        return people

    def do(self, operation: Operation, given: Any, *, crash: bool = False) -> Payload:
        """Do an operation; with `crash`, die when all is done but the commit."""

        async def show(payload: Payload, _context: RequestContext) -> Payload:
            if crash:
                raise Crash
            return payload

        call = call_of(operation, given)
        if call.given is not None:
            call = replace(call, input=camelled(call.input))
        payload: Payload = self.run(perform(self.engine, RequestContext(self.reader, now=NOW), call, show))
        return payload

    def preview(self, given: Any) -> Any:
        """What a till shows before it closes a bill."""
        request = read(PreviewRequest, camelled(given))
        return self.read(partial(previewing.preview, given=request, wanted=("items", "discounts", "best")))

    def read(self, work: Any) -> Any:
        """What a reading operation answers."""
        return self.run(work(RequestContext(self.reader, now=NOW)))

    def execute(self, statement: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement."""

        async def rows() -> list[tuple[Any, ...]]:
            async with self.engine.begin() as connection:
                result = await connection.execute(statement)
                return [tuple(row) for row in result] if result.returns_rows else []

        found: list[tuple[Any, ...]] = self.run(rows())
        return found

    def usable(self, person: models.Customer, rewards: list[int]) -> dict[str, Any]:
        """All that a customer could use: points lot by lot, vouchers, their status, what counts towards limits."""
        lot, voucher, record = models.PointLot, models.Voucher, models.StatusRecord
        states = [models.VoucherState.ACTIVE, models.VoucherState.RESERVED]
        used = self.read(lambda context: USED.read(context, keys=rewards, customer=person.id))
        counted: dict[int, int] = {}
        for reward, mine, _ in used:
            counted[reward] = counted.get(reward, 0) + mine
        return {
            "lots": self.execute(
                select(lot.id, lot.remaining).where(lot.customer_id == person.id, lot.remaining > 0).order_by(lot.id)
            ),
            "vouchers": self.execute(
                select(voucher.id, voucher.state, voucher.reserved_for, voucher.reserved_until, voucher.valid_to)
                .where(voucher.customer_id == person.id, voucher.state.in_(states))
                .order_by(voucher.id)
            ),
            "status": self.execute(
                select(record.status_id, record.valid_to).where(
                    record.customer_id == person.id, record.ended_at.is_(None)
                )
            ),
            "used": {reward: times for reward, times in counted.items() if times},
        }

    def balanced(self, person: models.Customer) -> bool:
        """Whether the ledger and the lots say the same."""
        lot, entry = models.PointLot, models.PointEntry
        left = self.execute(select(func.sum(lot.remaining)).where(lot.customer_id == person.id))
        booked = self.execute(select(func.sum(entry.amount)).where(entry.customer_id == person.id))
        return (left[0][0] or 0) == (booked[0][0] or 0)

    def close(self) -> None:
        """Close the database."""
        self.run(self.reader.close())
        self.run(self.engine.dispose())
        self.loop.close()


def opaque(row: RowRef) -> str:
    """The id of a row that an operation named."""
    return opaque_id(row.type_name, row.key)
