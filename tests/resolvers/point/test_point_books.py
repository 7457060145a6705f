"""Whatever is done to points: no lot is negative, and every balance equals its ledger and its lots."""

import asyncio
import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers import point
from resolvers.ids import opaque_id
from resolvers.operation.perform import Payload, perform
from resolvers.point import reservation as point_reservation
from resolvers.point.expiry import expire_points
from resolvers.storage.context import RequestContext
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import make_reader
from tests import factories
from tests.conftest import NewDatabase
from tests.factories import NOW
from tests.resolvers.calling import call_of
from tests.state_machines import run_until_met

DAY = timedelta(days=1)
CUSTOMERS = 3

NEGATIVE = "SELECT count(*) FROM point_lot WHERE (remaining < 0 OR remaining > amount) AND customer_id >= :first"
ENTRIES_DIFFER_FROM_THEIR_LOTS = """
    SELECT count(*) FROM point_entry e
    WHERE e.amount != (SELECT coalesce(sum(p.amount), 0) FROM point_entry_lot p WHERE p.entry_id = e.id)
    AND e.customer_id >= :first"""
LOTS_DIFFER_FROM_THEIR_ENTRIES = """
    SELECT count(*) FROM point_lot l
    WHERE l.remaining != (SELECT coalesce(sum(p.amount), 0) FROM point_entry_lot p WHERE p.lot_id = l.id)
    AND l.customer_id >= :first"""
LEDGER = "SELECT customer_id, sum(amount) FROM point_entry WHERE customer_id >= :first GROUP BY customer_id ORDER BY 1"
LOTS = "SELECT customer_id, sum(remaining) FROM point_lot WHERE customer_id >= :first GROUP BY customer_id ORDER BY 1"
HANDED_ON = "SELECT coalesce(sum(amount), 0) FROM point_entry WHERE kind LIKE 'TRANSFER%' AND customer_id >= :first"
TAKE = "UPDATE point_lot SET remaining = remaining - 1 WHERE remaining > 1 AND customer_id = :first"
ROWS = "SELECT id, customer_id, kind, amount, at, reverses_id FROM point_entry WHERE customer_id >= :first ORDER BY id"

amounts = st.integers(1, 6000).map(lambda cents: Decimal(cents) / 100)
customers = st.integers(0, CUSTOMERS - 1)
days = st.none() | st.integers(1, 6)


class Books:
    """A database with some customers, asked without an event loop around."""

    def __init__(self, url: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.engine, self.reader = make_engine(url), make_reader(url)
        self.renew()

    def renew(self) -> None:
        """New customers for a new run; what the last run left is nobody's concern any more."""
        keys = self.run(self._people())
        self.first, self.ids = min(keys), [opaque_id("Customer", key) for key in keys]

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def _people(self) -> list[int]:
        people = [factories.customer() for _ in range(CUSTOMERS)]
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            await factories.save(session, *people)
        return [person.id for person in people]

    def do(self, operation: Any, now: Any, /, **given: Any) -> Payload:
        async def shown(payload: Payload, _context: RequestContext) -> Payload:
            return payload

        call = call_of(operation, given)
        payload: Payload = self.run(perform(self.engine, RequestContext(self.reader, now=now), call, shown))
        return payload

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        async def rows() -> list[tuple[Any, ...]]:
            async with self.engine.connect() as connection:
                return [tuple(row) for row in await connection.execute(text(sql), {"first": self.first})]

        found: list[tuple[Any, ...]] = self.run(rows())
        return found

    def change(self, sql: str) -> None:
        async def changed() -> None:
            async with self.engine.begin() as connection:
                await connection.execute(text(sql), {"first": self.first})

        self.run(changed())

    def close(self) -> None:
        self.run(self.reader.close())
        self.run(self.engine.dispose())
        self.loop.close()


class Points(RuleBasedStateMachine):
    """Every operation on points, on a clock that goes on by days."""

    books: Books
    entries: Bundle[str] = Bundle("entries")
    reservations: Bundle[str] = Bundle("reservations")
    done: dict[str, int] = {}

    def __init__(self) -> None:
        super().__init__()
        self.books.renew()
        self.now = NOW
        self.seen: list[tuple[Any, ...]] = []
        for who in range(CUSTOMERS):
            self.assign_to(who, Decimal(50), None, 2)
            self.assign_to(who, Decimal(40), None, None)

    def do(self, operation: Any, **given: Any) -> Payload:
        payload = self.books.do(operation, self.now, **given)
        code = payload.user_errors[0].code if payload.user_errors else "done"
        self.done[f"{operation.__name__} {code}"] = self.done.get(f"{operation.__name__} {code}", 0) + 1
        return payload

    def after(self, day: int | None) -> Any:
        return None if day is None else self.now + day * DAY

    def entry(self, payload: Payload) -> str | None:
        return payload.answer and opaque_id("PointEntry", payload.answer.entry.key)

    @rule(target=entries, who=customers, amount=amounts, begins=days, ends=days)
    def assign(self, who: int, amount: Decimal, begins: int | None, ends: int | None) -> Any:
        return self.assign_to(who, amount, begins, ends)

    def assign_to(self, who: int, amount: Decimal, begins: int | None, ends: int | None) -> Any:
        given = {"active_from": self.after(begins), "expires_at": self.after(ends)}
        return self.entry(self.do(point.assign, customer=self.books.ids[who], amount=amount, **given))

    @rule(target=entries, who=customers, amount=amounts)
    def spend(self, who: int, amount: Decimal) -> Any:
        return self.entry(self.do(point.spend, customer=self.books.ids[who], amount=amount))

    @rule(target=reservations, who=customers, amount=amounts, ends=st.integers(1, 3))
    def reserve(self, who: int, amount: Decimal, ends: int) -> Any:
        given = {"customer": self.books.ids[who], "amount": amount, "expires_at": self.after(ends)}
        answer = self.do(point_reservation.reserve, **given).answer
        return answer and opaque_id("PointReservation", answer.reservation.key)

    @rule(reservation=consumes(reservations))
    def release(self, reservation: str | None) -> None:
        if reservation:
            self.do(point_reservation.release, reservation=reservation)

    @rule(target=entries, reservation=consumes(reservations), amount=st.none() | amounts)
    def capture(self, reservation: str | None, amount: Decimal | None) -> Any:
        if reservation:
            return self.entry(self.do(point_reservation.capture, reservation=reservation, amount=amount))
        return None

    @rule(giver=customers, step=st.integers(1, CUSTOMERS - 1), amount=amounts)
    def transfer(self, giver: int, step: int, amount: Decimal) -> None:
        to = self.books.ids[(giver + step) % CUSTOMERS]
        self.do(point.transfer, **{"from": self.books.ids[giver], "to": to, "amount": amount})

    @rule(target=entries, entry=entries, amount=st.none() | amounts)
    def reverse(self, entry: str | None, amount: Decimal | None) -> Any:
        return self.entry(self.do(point.reverse, entry=entry, amount=amount)) if entry else None

    @rule(batch=st.integers(1, 3))
    def expire(self, batch: int) -> None:
        self.books.run(expire_points(self.books.engine, self.now, batch))

    @rule(more=st.integers(1, 3))
    def wait(self, more: int) -> None:
        self.now += more * DAY

    @invariant()
    def no_lot_is_negative(self) -> None:
        assert self.books.ask(NEGATIVE) == [(0,)]

    @invariant()
    def every_balance_equals_its_ledger_and_its_lots(self) -> None:
        assert self.books.ask(ENTRIES_DIFFER_FROM_THEIR_LOTS) == [(0,)]
        assert self.books.ask(LOTS_DIFFER_FROM_THEIR_ENTRIES) == [(0,)]
        assert self.books.ask(LEDGER) == self.books.ask(LOTS)

    @invariant()
    def what_one_hands_on_the_other_gets(self) -> None:
        assert self.books.ask(HANDED_ON) == [(0,)]

    @invariant()
    def the_ledger_only_grows(self) -> None:
        rows = self.books.ask(ROWS)
        assert rows[: len(self.seen)] == self.seen
        self.seen = rows


@pytest.fixture
def books(database_kind: str, new_database: NewDatabase) -> Iterator[Books]:
    made = Books(new_database(database_kind))
    yield made
    made.close()


class NaivePoints(Points):
    """Spends by writing down what is left, and no entry: the invariants must notice."""

    def do(self, operation: Any, **given: Any) -> Payload:
        if operation is point.spend:
            self.books.change(TAKE)
            return Payload()
        return super().do(operation, **given)


def test_the_books_balance_whatever_is_done_to_points(books: Books) -> None:
    machine: Any = type("PointsHere", (Points,), {"books": books, "done": {}})

    every = {"assign", "spend", "reserve", "release", "capture", "transfer", "reverse"}
    wanted = {f"{name} done" for name in every} | {"spend POINTS_SHORT"}
    run_until_met(
        machine,
        lambda: wanted & set(machine.done),
        wanted,
        examples=int(os.environ.get("TESTS_EXAMPLES", "12")),
        steps=25,
    )


def test_spending_without_an_entry_is_noticed(books: Books) -> None:
    naive: Any = type("NaivePointsHere", (NaivePoints,), {"books": books, "done": {}})()
    naive.every_balance_equals_its_ledger_and_its_lots()

    naive.spend(0, Decimal(5))

    with pytest.raises(AssertionError):
        naive.every_balance_equals_its_ledger_and_its_lots()
