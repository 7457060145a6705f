"""What happens to made-up customers is done by the gateway's own operations, each as of its moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.customer import operations as customers
from resolvers.customer.inputs import CreatedCustomerAnswer, CustomerCreate
from resolvers.demo.journey import Journey
from resolvers.demo.report import JourneyError
from resolvers.files.progress import ProgressListener
from resolvers.ids import opaque_id
from resolvers.operation.answers import Answer
from resolvers.operation.inputs import Input
from resolvers.operation.perform import Call, Operation, Payload, perform
from resolvers.purchase import operations as purchases
from resolvers.purchase import returning
from resolvers.purchase.inputs import (
    CancelAnswer,
    PurchaseCancel,
    PurchaseReturn,
    PurchaseSend,
    ReturnAnswer,
    SentAnswer,
)
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Reader

AnAnswer = TypeVar("AnAnswer", bound=Answer)

SOURCE = "made-up"
DEPARTMENT = "GROCERY"
CENT = 100
"""Units of shelf prices in a cent."""
EVENING = timedelta(hours=21)
"""When all of it is done, after the hours of rewards that apply by themselves."""


@dataclass(eq=False)
class Till:
    """Does one thing after another; what was done already, by an import that was interrupted, is not done again."""

    engine: AsyncEngine
    reader: Reader
    journey: Journey
    progress: ProgressListener
    done: int = 0

    async def join(self, days_ago: int, first_name: str) -> int:
        """Somebody joins; their key."""
        person = {"firstName": first_name, "lastName": "Example", "email": f"{first_name.lower()}@example.com"}
        account = {"source": SOURCE, "externalId": first_name.lower()}
        given = {"personalInformation": person, "store": opaque_id("Store", self._store), "sources": [account]}
        made = await self._do(days_ago, customers.create, CustomerCreate, CreatedCustomerAnswer, given)
        return made.customer.key

    async def sell(
        self, days_ago: int, customer: int, *lines: tuple[str, str], currency: str = "USD", **more: object
    ) -> int:
        """A bill is closed, of lines of a price and a quantity; its key."""
        bill = {
            "store": {"id": opaque_id("Store", self._store)},
            "externalId": f"{SOURCE}-{self.done + 1}",
            "currency": currency,
            "items": list(self._items(lines)),
        }
        given = {"customer": {"id": opaque_id("Customer", customer)}, "bill": bill, **more}
        return (await self._do(days_ago, purchases.send, PurchaseSend, SentAnswer, given)).purchase.key

    async def cancel(self, days_ago: int, bill: int, reason: str) -> None:
        """A bill is cancelled."""
        given = {"id": opaque_id("Purchase", bill), "reason": reason}
        await self._do(days_ago, purchases.cancel, PurchaseCancel, CancelAnswer, given)

    async def give_back(self, days_ago: int, bill: int, line: str, quantity: str, reason: str) -> None:
        """A part of a line is returned."""
        items = [{"billItemId": line, "quantity": Decimal(quantity)}]
        given = {"id": opaque_id("Purchase", bill), "items": items, "reason": reason}
        await self._do(days_ago, returning.give_back, PurchaseReturn, ReturnAnswer, given)

    async def _do(
        self, days_ago: int, operation: Operation, given: type[Input], answer: type[AnAnswer], values: Mapping[str, Any]
    ) -> AnAnswer:
        self.done += 1
        call = Call(f"{SOURCE}-{given.__name__}", operation, given, answer, values, f"demo-{SOURCE}-{self.done}")
        payload = await perform(self.engine, RequestContext(self.reader, now=self._at(days_ago)), call, _payload)
        if not isinstance(payload.answer, answer):
            said = "; ".join(error.message for error in payload.user_errors)
            raise JourneyError(f"What is made up can't be done in this database: {said}")
        self.progress.advance(1)
        return payload.answer

    def _at(self, days_ago: int) -> datetime:
        return self.journey.calendar.now - timedelta(days=days_ago) + EVENING

    def _items(self, lines: Iterable[tuple[str, str]]) -> Iterable[dict[str, object]]:
        for place, (price, quantity) in enumerate(lines, 1):
            yield {
                "billItemId": str(place),
                "product": {"id": opaque_id("Product", self._product(Decimal(price)))},
                "quantity": Decimal(quantity),
                "price": Decimal(price),
            }

    @cached_property
    def _store(self) -> int:
        """The store that most bills are from."""
        return int(np.bincount(self.journey.source.bills.store).argmax())

    @cached_property
    def _groceries(self) -> np.ndarray:
        rows = self.journey.source.products
        sold = np.array([row["department"] == DEPARTMENT for row in rows]) & (self.journey.prices > 0)
        return np.flatnonzero(sold)

    def _product(self, price: Decimal) -> int:
        """The grocery whose price on the shelf is nearest."""
        apart = np.abs(self.journey.prices[self._groceries] - int(price * 100 * CENT))
        return int(self._groceries[apart.argmin()]) + 1


async def _payload(payload: Payload, _context: RequestContext) -> Payload:
    return payload
