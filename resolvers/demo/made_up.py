"""Customers who are made up altogether, for what the source has nothing of.

The source knows no discounts that rewards gave, no points that paid, no debts and one currency. Its bills are kept as
they were; all of this happens to a few customers beside them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.pool import NullPool

from resolvers.demo.journey import Journey
from resolvers.demo.mapping.retailer.lists import ABROAD
from resolvers.demo.till import Till
from resolvers.files.progress import ProgressListener
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import make_reader

STEP = "made-up customers"
DONE = 15
"""How many operations there are."""
NOTE = (
    "{} customers called Example are made up altogether, and all that they bought: discounts, points that pay, pending "
    "points, a debt, Canadian dollars and a return."
)


@dataclass(frozen=True)
class MadeUp:
    """Somebody made up: what happens to them, and why they are worth looking at."""

    first_name: str
    joined: int
    """So many days ago."""
    happens: Callable[[Till, int], Awaitable[None]]
    why: str


async def _discount(till: Till, ada: int) -> None:
    await till.sell(20, ada, ("4.99", "6"), ("8.49", "4"), ("2.79", "10"))
    await till.sell(12, ada, ("5.49", "4"), ("3.29", "3"), benefitCodes=["WELCOME"])
    await till.sell(5, ada, ("4.99", "3"), spendPoints=Decimal(100))


async def _abroad(till: Till, ben: int) -> None:
    await till.sell(18, ben, ("6.99", "3"))
    await till.sell(2, ben, ("9.49", "5"), currency=ABROAD)


async def _debt(till: Till, cleo: int) -> None:
    first = await till.sell(16, cleo, ("9.99", "12"))
    await till.sell(9, cleo, ("7.99", "4"), spendPoints=Decimal(100))
    await till.cancel(1, first, "Charged twice")


async def _returned(till: Till, dora: int) -> None:
    await till.sell(14, dora, ("9.99", "11"))
    bill = await till.sell(7, dora, ("6.49", "4"), ("3.99", "5"), spendPoints=Decimal(50))
    await till.give_back(3, bill, "2", "2", "Past its date")


MADE_UP = (
    MadeUp("Ada", 20, _discount, "is made up: had a discount, and paid with points"),
    MadeUp("Ben", 18, _abroad, "is made up: pays in two currencies, and has points that are pending"),
    MadeUp("Cleo", 16, _debt, "is made up: owes points, of a bill that was cancelled once they were spent"),
    MadeUp("Dora", 14, _returned, "is made up: returned goods that points had paid a part of"),
)


async def make_up(url: str, journey: Journey, progress: ProgressListener) -> list[tuple[int, str]]:
    """Let all of it happen; the keys of the customers, and why they are worth looking at."""
    engine, reader = make_engine(url, poolclass=NullPool), make_reader(url)
    till = Till(engine, reader, journey, progress)
    try:
        return [(await _lived(till, one), one.why) for one in MADE_UP]
    finally:
        await reader.close()
        await engine.dispose()


async def _lived(till: Till, one: MadeUp) -> int:
    customer = await till.join(one.joined, one.first_name)
    await one.happens(till, customer)
    return customer
