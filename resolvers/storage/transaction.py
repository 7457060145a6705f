"""One transaction, settled by the database: what is read, locked, written and noted until it is committed or undone.

Whatever changes rows runs within `in_transaction`, be it an operation of a caller's or a job's batch: one way to begin,
one to read inside, one place that tries again when the database asks for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import uuid4

import orjson
from sqlalchemy import Select, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

import models
from models import AuditEntry, Base, Customer, CustomerMerge, Event, State, own_writes
from models.event import OutboxNumber
from models.event_kinds import EventKind
from models.ownership import Kind, ownership_of
from models.row_security import ROLE, naming
from models.rules.error_codes import ErrorCode
from models.types import BigKey
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.storage.audit import change_of
from resolvers.storage.context import WALLED, RequestContext, Viewer, is_customer
from resolvers.storage.patience.frame import BEGINNING, Frame
from resolvers.storage.reader import Asking, Row
from resolvers.storage.statement import Statement, compile_statement, parameter
from resolvers.storage.writing.inserting import Rows

Entity = TypeVar("Entity", bound=Base)
T = TypeVar("T")

EVENT = Rows(
    Event,
    "change kind entity entity_key customer_id at viewer_kind token_id data",
    always={"transaction_id": OutboxNumber()},
)
TRIES = 3


class CustomerMerged(Exception):
    """A customer who is named became another one meanwhile, or long ago: what names them is read anew."""


class TransactionReader:
    """Reads through an open transaction, and so sees what it wrote."""

    sees_tokens = False

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._driver: Any = None
        self.requests = 1
        self.backend = connection.dialect.name

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> list[Row]:
        """All rows of a statement."""
        driver = self._driver
        if driver is None:
            driver = self._driver = (await self._connection.get_raw_connection()).driver_connection
        arguments = statement.arguments(values)
        if self.backend == "postgresql":
            if not driver.is_in_transaction():
                # SQLAlchemy begins with the first statement of its own; before that, locks would be let go at once,
                # and what is written would stay whatever becomes of the operation.
                await self._connection.exec_driver_sql(BEGINNING)
            return [_as_read(row) for row in await driver.fetch(statement.sql, *arguments)]
        return list(await driver.execute_fetchall(statement.sql, arguments))

    async def fetch_for(self, _asking: Asking, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
        """All rows of a statement: the transaction as a whole is behind the wall, or isn't."""
        return await self.fetch(statement, values)

    async def close(self) -> None:
        """Leave the connection to the transaction."""


def _as_read(row: Row) -> Row:
    """A row with JSON as text, as readers have it; the engine's connections decode it."""
    if any(isinstance(value, dict | list) for value in row):
        return [orjson.dumps(value).decode() if isinstance(value, dict | list) else value for value in row]
    return row


@dataclass(eq=False)
class Transaction:
    """An open transaction, with the moment and the viewer of the request."""

    session: AsyncSession
    context: RequestContext
    """What reads straight through the connection, and so sees what was written there; see `inside`."""
    change: str = field(default_factory=lambda: uuid4().hex)
    is_undone: bool = False
    """Whether it is rolled back at its end, all that it did being only tried."""
    _noted: list[dict[str, Any]] = field(default_factory=list)
    """The events to be written."""
    _audited: list[AuditEntry] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The moment as of which everything is done."""
        return self.context.now

    @property
    def viewer(self) -> Viewer:
        """Who asks."""
        return self.context.viewer

    @property
    def backend(self) -> str:
        """Which database is behind."""
        return self.context.reader.backend

    async def inside(self) -> RequestContext:
        """Read, or write with compiled statements, as part of the transaction: what the session holds goes first."""
        session = self.session
        if session.new or session.dirty or session.deleted:
            await session.flush()
        return self.context

    def emit(
        self, kind: EventKind, row: Base, *, customer_id: int | None = None, data: dict[str, Any] | None = None
    ) -> None:
        """Note a change for the outbox, written at the end; the row must have its key (flush first)."""
        self._noted.append(
            {
                "change": self.change,
                "kind": kind,
                "entity": type(row).__name__,
                "entity_key": row.id,
                "customer_id": customer_id,
                "at": self.now,
                "viewer_kind": self.viewer.kind,
                "token_id": self.viewer.token_id,
                "data": data,
            }
        )
        entry = change_of(kind, type(row).__name__, customer_id, self.viewer, self.change, self.now)
        if entry is not None:
            self._audited.append(entry)

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Something that may fail while the rest goes on: an error undoes it alone, with the events that it noted."""
        noted, audited = len(self._noted), len(self._audited)
        try:
            async with self.session.begin_nested():
                yield
        except BaseException:
            del self._noted[noted:], self._audited[audited:]
            raise

    async def keep_to_own(self) -> None:
        """Let the database refuse, where it can, what is written to rows of others than the customer who asks.

        It is to be said first of all.
        """
        customer_id = self.viewer.customer_id
        if self.backend == "postgresql" and customer_id is not None:
            connection = await self.session.connection()
            await connection.exec_driver_sql(f"{BEGINNING}, {own_writes.naming(customer_id)}")

    @asynccontextmanager
    async def walled(self) -> AsyncIterator[None]:
        """Read as who asks may, where the database has a wall of its own: what is shown of an operation's answer."""
        viewer = self.viewer
        if self.backend != "postgresql" or viewer.kind not in WALLED:
            yield
            return
        connection = await self.session.connection()
        await connection.exec_driver_sql(naming(viewer.customer_id, viewer.token_id))
        await connection.exec_driver_sql(f"SET LOCAL ROLE {ROLE}")
        yield
        await connection.exec_driver_sql("RESET ROLE")

    async def settle(self) -> None:
        """Write what the session holds, and then the events noted."""
        self.session.add_all(self._audited)
        self._audited = []
        context = await self.inside()
        noted, self._noted = self._noted, []
        await EVENT.write(context, noted)

    async def find(self, entity: type[Entity], opaque: str, field_name: str) -> Entity:
        """A row by its opaque id, locked until the end; `NOT_FOUND` where there is none, `BAD_ID` is raised."""
        return await self.locked(entity, key_of(opaque, entity.__name__), field_name)

    async def locked(self, entity: type[Entity], key: int, field_name: str) -> Entity:
        """A row by its key, locked until the end; `NOT_FOUND` where there is none, or it was deleted."""
        row = await self.session.get(entity, key, with_for_update=True)
        if row is None or getattr(row, "state", None) == "DELETED" or not await self.may_name(row):
            raise Refused(ErrorCode.NOT_FOUND, f"There is no {entity.__name__} with this id.", field_name)
        return row

    async def may_name(self, row: Base) -> bool:
        """Whether the viewer may name a row: customers name what is public and what is their own.

        What they may not is as good as not there: they are told the same, letter for letter.
        """
        if not is_customer(self.viewer):
            return True
        owner = ownership_of(type(row))
        if owner.kind is not Kind.OWNED:
            return owner.kind is Kind.PUBLIC
        value = getattr(row, owner.column)
        if owner.whole is not None:
            whole = await self.session.get(getattr(models, owner.whole), value)
            return whole is not None and await self.may_name(whole)
        return value == self.viewer.customer_id or (owner.shared and value is None)

    def may_name_customer(self, key: int) -> bool:
        """The same of a customer, by their key."""
        return not is_customer(self.viewer) or key == self.viewer.customer_id

    async def lock_customers(self, keys: Iterable[int]) -> dict[int, State]:
        """Lock customers before anything of theirs is read; the states of those who are there, by key.

        They are locked in the order of their keys, so that nobody waits in a circle. Rows that merely refer to a
        customer take no notice of this lock, so nobody waits who needn't.
        """
        context, statement = await self.inside(), _customer(self.backend)
        wanted = sorted(set(keys))
        rows = [row for key in wanted for row in await context.fetch(statement, {"key": key})]
        states = {key: State(state) for key, state in rows}
        await self.raise_if_merged(key for key in wanted if key not in states)
        return states

    async def raise_if_merged(self, keys: Iterable[int]) -> None:
        """Begin anew where a customer who isn't there was merged into another one: `CustomerMerged`."""
        for key in keys:
            if await self.context.fetch(_merged(self.backend), {"key": key}):
                raise CustomerMerged

    async def lock_customer(self, key: int, field_name: str, *, active: bool = False) -> None:
        """Lock a customer whom a field names, and refuse where there is none; with `active`, one deactivated too."""
        await self.lock_named({field_name: key}, active=active)

    async def lock_named(self, named: Mapping[str, int], *, active: bool = False) -> None:
        """Lock customers by the fields that name them, and refuse as above."""
        states = await self.lock_customers(named.values())
        for field_name, key in named.items():
            if key not in states or not self.may_name_customer(key):
                raise Refused(ErrorCode.NOT_FOUND, "There is no Customer with this id.", field_name)
            if active and states[key] is not State.ACTIVE:
                message = "The customer is deactivated; reactivate them first."
                raise Refused(ErrorCode.CUSTOMER_INACTIVE, message, field_name)

    async def lock_owner(self, owner: Select[int] | Select[int | None], *others: int) -> int | None:
        """Lock the customer to whom a row belongs, and others concerned; none where the row belongs to nobody.

        A row that changed hands while its owner was waited for belongs to somebody else, who is locked too.
        """
        found: int | None = await self.session.scalar(owner)
        while found is not None:
            await self.lock_customers({found, *others})
            before, found = found, await self.session.scalar(owner)
            if found == before:
                break
        return found

    async def customer(self, key: int, field_name: str) -> Customer:
        """A customer whom a field names, locked; `NOT_FOUND` where there is none."""
        await self.lock_customer(key, field_name)
        return await self.session.get_one(Customer, key, populate_existing=True)

    async def lock(self, entity: type[Entity], key: int) -> Entity:
        """A row that is there, as it is now, locked until the end of the transaction."""
        row = await self.session.get(entity, key, with_for_update=True, populate_existing=True)
        assert row is not None
        return row


@lru_cache(maxsize=2)
def _customer(backend: str) -> Statement:
    """The state of a customer who was not deleted, their row locked."""
    is_there = Customer.state != literal_column(f"'{State.DELETED}'")
    chosen = select(Customer.id, Customer.state).where(Customer.id == parameter("key", BigKey), is_there)
    return compile_statement(chosen.with_for_update(key_share=True), backend)


@lru_cache(maxsize=2)
def _merged(backend: str) -> Statement:
    return compile_statement(
        select(CustomerMerge.id).where(CustomerMerge.merged_id == parameter("key", BigKey)), backend
    )


async def in_transaction(
    engine: AsyncEngine,
    now: datetime,
    work: Callable[[Transaction], Awaitable[T]],
    request: RequestContext | None = None,
) -> T:
    """Do a piece of work in a transaction as of a moment, for whom a request is.

    It is done again when the database asks for it, when a customer was merged, and when a connection turns out to be
    gone. It is committed at its end unless it `is_undone`, and rolled back by any error; `Unavailable` says that the
    database can't be asked.
    """
    for attempt in range(1, TRIES + 1):
        frame = Frame(engine, None if request is None else request.patience)
        try:
            async with frame.open() as (connection, session):
                reader = TransactionReader(connection)
                context = RequestContext(reader, now)
                if request is not None:
                    context = RequestContext(reader, now, request.locale, request.viewer, request.runs)
                transaction = Transaction(session, context)
                done = await work(transaction)
                await transaction.settle()
                await frame.end(undone=transaction.is_undone)
                return done
        except CustomerMerged:
            if attempt == TRIES:
                raise
        except Exception as error:
            if attempt == TRIES or not frame.may_be_tried_again(error):
                told = frame.told(error)
                if told is error:
                    raise
                raise told from error
    raise AssertionError
