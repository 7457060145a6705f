"""Writing: one operation, one transaction, settled by the database.

An operation reads load → decide → record. It is given a `Writing` and its input, and answers the values of its
payload; a `Refused` undoes everything and is told to the caller as data. The rows of the payload are read through the
same transaction, so that a dry run, which is undone at the end, answers just what the real thing would.

A retry under the same key answers what the first one did, and does nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any, TypeVar
from uuid import uuid4

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from models import Base, Event, IdempotencyKey
from resolvers.database import Row
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.reading import Reading, RowRef, Viewer
from resolvers.statement import Statement
from resolvers.turns import turn

T = TypeVar("T")
Entity = TypeVar("Entity", bound=Base)

KEPT_FOR = timedelta(days=30)
"""How long an operation can be retried under its key."""

LONGEST_KEY = 128
TRIES = 3
CONFLICTS = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for a transaction that lost against another and may be tried again."""


class TransactionReader:
    """Reads through an open transaction, and so sees what it wrote."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.requests = 1
        self.backend = connection.dialect.name

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
        """All rows of a statement."""
        raw: Any = (await self._connection.get_raw_connection()).driver_connection
        arguments = statement.arguments(values)
        if self.backend == "postgresql":
            if not raw.is_in_transaction():
                # SQLAlchemy begins with the first statement of its own; before that, locks would be let go at once,
                # and what is written would stay whatever becomes of the operation.
                await self._connection.exec_driver_sql("SELECT 1")
            return [_as_read(row) for row in await raw.fetch(statement.sql, *arguments)]
        return list(await raw.execute_fetchall(statement.sql, arguments))

    async def close(self) -> None:
        """Leave the connection to the transaction."""


def _as_read(row: Row) -> Row:
    """A row with JSON as text, as readers have it; the engine's connections decode it."""
    if any(isinstance(value, dict | list) for value in row):
        return [orjson.dumps(value).decode() if isinstance(value, dict | list) else value for value in row]
    return row


@dataclass(eq=False)
class Writing:
    """An open transaction, with the moment and the viewer of the request."""

    session: AsyncSession
    now: datetime
    viewer: Viewer
    backend: str
    change: str = field(default_factory=lambda: uuid4().hex)

    def emit(self, kind: str, row: Base, *, customer_id: int | None = None, data: dict[str, Any] | None = None) -> None:
        """Note a change in the outbox; the row must have its key (flush first)."""
        self.session.add(
            Event(
                change=self.change,
                kind=kind,
                entity=type(row).__name__,
                entity_key=row.id,
                customer_id=customer_id,
                at=self.now,
                data=data,
            )
        )

    async def find(self, entity: type[Entity], opaque: str, field_name: str) -> Entity:
        """A row by its opaque id, locked until the end; `NOT_FOUND` where there is none, `BAD_ID` is raised."""
        row = await self.session.get(entity, key_of(opaque, entity.__name__), with_for_update=True)
        if row is None or getattr(row, "state", None) == "DELETED":
            raise Refused("NOT_FOUND", f"There is no {entity.__name__} with this id.", field_name)
        return row

    async def lock(self, entity: type[Entity], key: int) -> Entity:
        """A row by its key, locked until the end of the transaction."""
        row = await self.session.get(entity, key, with_for_update=True, populate_existing=True)
        assert row is not None
        return row


Values = Mapping[str, Any]
Operation = Callable[[Writing, Values], Awaitable[Values]]


@dataclass(slots=True)
class UserError:
    """Why an operation was refused."""

    code: str
    message: str
    field: str | None = None
    missing: str | None = None


@dataclass(slots=True)
class Payload:
    """What an operation answers: its values, whether it was done before, and why it was refused."""

    values: Values
    repeated: bool = False
    user_errors: list[UserError] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an operation."""

    name: str
    operation: Operation
    input: Values
    key: str | None = None
    dry_run: bool = False

    @property
    def fingerprint(self) -> str:
        """A hash of the input."""
        # Not orjson, which refuses integers beyond 64 bits: a caller's own JSON may hold them.
        written = json.dumps(self.input, default=str, sort_keys=True)
        return blake2b(written.encode(), digest_size=16).hexdigest()


_in_flight: set[str] = set()
"""Keys being worked on in this process; between processes PostgreSQL's advisory locks tell."""


async def perform(
    engine: AsyncEngine, reading: Reading, call: Call, show: Callable[[Payload, Reading], Awaitable[T]]
) -> T:
    """Do an operation and show its payload, both in one transaction; tried again when the database asks for it."""
    for attempt in range(1, TRIES + 1):
        try:
            return await asyncio.shield(asyncio.ensure_future(_once(engine, reading, call, show)))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in CONFLICTS or attempt == TRIES:
                raise
    raise AssertionError


async def _once(
    engine: AsyncEngine, reading: Reading, call: Call, show: Callable[[Payload, Reading], Awaitable[T]]
) -> T:
    try:
        with _claimed(call.key):
            return await _in_transaction(engine, reading, call, show)
    except Refused as refused:
        error = UserError(refused.code, str(refused), refused.field, refused.missing)
        return await show(Payload({}, user_errors=[error, *refused.more]), reading)


async def _in_transaction(
    engine: AsyncEngine, reading: Reading, call: Call, show: Callable[[Payload, Reading], Awaitable[T]]
) -> T:
    async with turn(engine), engine.connect() as connection:
        transaction = await connection.begin()
        reader = TransactionReader(connection)
        inside = Reading(reader, reading.now, reading.locale, reading.viewer, reading.runs)
        session = AsyncSession(connection, expire_on_commit=False, autoflush=True)
        writing = Writing(session, reading.now, reading.viewer, reader.backend)
        try:
            await _lock_key(writing, call.key)
            payload = await _answer(writing, call)
            await session.flush()
            shown = await show(payload, inside)
            await (transaction.rollback() if call.dry_run else transaction.commit())
            return shown
        except Refused:
            # A statement that the database refused has ended the transaction already.
            if transaction.is_active:
                await transaction.rollback()
            raise
        finally:
            await session.close()


@contextmanager
def _claimed(key: str | None) -> Iterator[None]:
    """Only one call at a time under a key; another one is told so at once, before it waits for the database."""
    if key is None:
        yield
        return
    if not 0 < len(key) <= LONGEST_KEY or "\x00" in key:
        message = f"`idempotencyKey` must have 1 to {LONGEST_KEY} characters, none of them U+0000."
        raise Refused("BAD_KEY", message, "idempotencyKey")
    if key in _in_flight:
        raise _being_done()
    _in_flight.add(key)
    try:
        yield
    finally:
        _in_flight.remove(key)


async def _lock_key(writing: Writing, key: str | None) -> None:
    """The same between processes. SQLite has one writer: whoever comes second finds the key of the first."""
    if key is not None and writing.backend == "postgresql":
        locked = select(func.pg_try_advisory_xact_lock(func.hashtextextended(key, 0)))
        if not await writing.session.scalar(locked):
            raise _being_done()


def _being_done() -> Refused:
    message = "The operation is being done under this key right now; ask again."
    return Refused("IN_FLIGHT", message, "idempotencyKey")


async def _answer(writing: Writing, call: Call) -> Payload:
    if call.key is not None:
        done = await _done_before(writing, call)
        if done is not None:
            return done
    values = await call.operation(writing, call.input)
    if call.key is not None:
        writing.session.add(
            IdempotencyKey(
                key=call.key,
                operation=call.name,
                fingerprint=call.fingerprint,
                answer=_stored(values),
                created_at=writing.now,
                expires_at=writing.now + KEPT_FOR,
            )
        )
    # An operation that knows the same thing by its own means, such as a bill's external id, says so itself.
    return Payload(values, repeated=bool(values.get("repeated")))


async def _done_before(writing: Writing, call: Call) -> Payload | None:
    found = await writing.session.scalar(select(IdempotencyKey).where(IdempotencyKey.key == call.key))
    if found is None:
        return None
    if found.expires_at <= writing.now:
        await writing.session.execute(delete(IdempotencyKey).where(IdempotencyKey.id == found.id))
        return None
    if (found.operation, found.fingerprint) != (call.name, call.fingerprint):
        raise Refused("KEY_REUSED", "This key was used for something else; take a new one.", "idempotencyKey")
    return Payload(_restored(found.answer), repeated=True)


def _stored(value: Any) -> Any:
    """A payload's values as JSON; rows by their keys, so that a retry shows them as they are then."""
    if isinstance(value, RowRef):
        return {"$row": [value.type_name, value.key]}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, Mapping):
        return {name: _stored(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_stored(each) for each in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    return {"$object": {name: _stored(getattr(value, name)) for name in value.__dataclass_fields__}}


class Restored:
    """An object of a payload, as it was answered the first time."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return [_restored(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$row" in value:
        return RowRef(*value["$row"])
    if "$decimal" in value:
        return Decimal(value["$decimal"])
    if "$instant" in value:
        return datetime.fromisoformat(value["$instant"])
    if "$object" in value:
        return Restored({name: _restored(each) for name, each in value["$object"].items()})
    return {name: _restored(each) for name, each in value.items()}
