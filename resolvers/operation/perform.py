"""Writing: one operation, one transaction, settled by the database.

An operation reads load → decide → record. It is given a `Transaction` and its input, and answers the values of its
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

from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models import Base, IdempotencyKey
from resolvers.errors import Refused
from resolvers.operation.refusal import UserError
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.transaction import CONFLICTS, TRIES, Transaction, TransactionReader
from resolvers.storage.turns import turn

T = TypeVar("T")
Entity = TypeVar("Entity", bound=Base)

KEPT_FOR = timedelta(days=30)
"""How long an operation can be retried under its key."""

LONGEST_KEY = 128
Values = Mapping[str, Any]
Operation = Callable[[Transaction, Values], Awaitable[Values]]


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
    engine: AsyncEngine, context: RequestContext, call: Call, show: Callable[[Payload, RequestContext], Awaitable[T]]
) -> T:
    """Do an operation and show its payload, both in one transaction; tried again when the database asks for it."""
    for attempt in range(1, TRIES + 1):
        try:
            return await asyncio.shield(asyncio.ensure_future(_once(engine, context, call, show)))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in CONFLICTS or attempt == TRIES:
                raise
    raise AssertionError


async def _once(
    engine: AsyncEngine, context: RequestContext, call: Call, show: Callable[[Payload, RequestContext], Awaitable[T]]
) -> T:
    try:
        with _claimed(call.key):
            return await _in_transaction(engine, context, call, show)
    except Refused as refused:
        error = UserError(refused.code, str(refused), refused.field, refused.missing)
        return await show(Payload({}, user_errors=[error, *refused.more]), context)


async def _in_transaction(
    engine: AsyncEngine, context: RequestContext, call: Call, show: Callable[[Payload, RequestContext], Awaitable[T]]
) -> T:
    async with turn(engine), engine.connect() as connection:
        opened = await connection.begin()
        reader = TransactionReader(connection)
        inside = RequestContext(reader, context.now, context.locale, context.viewer, context.runs)
        session = AsyncSession(connection, expire_on_commit=False, autoflush=True)
        transaction = Transaction(session, context.now, context.viewer, reader.backend)
        try:
            await _lock_key(transaction, call.key)
            payload = await _answer(transaction, call)
            await session.flush()
            shown = await show(payload, inside)
            await (opened.rollback() if call.dry_run else opened.commit())
            return shown
        except Refused:
            # A statement that the database refused has ended the transaction already.
            if opened.is_active:
                await opened.rollback()
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


async def _lock_key(transaction: Transaction, key: str | None) -> None:
    """The same between processes. SQLite has one writer: whoever comes second finds the key of the first."""
    if key is not None and transaction.backend == "postgresql":
        locked = select(func.pg_try_advisory_xact_lock(func.hashtextextended(key, 0)))
        if not await transaction.session.scalar(locked):
            raise _being_done()


def _being_done() -> Refused:
    message = "The operation is being done under this key right now; ask again."
    return Refused("IN_FLIGHT", message, "idempotencyKey")


async def _answer(transaction: Transaction, call: Call) -> Payload:
    if call.key is not None:
        done = await _done_before(transaction, call)
        if done is not None:
            return done
    values = await call.operation(transaction, call.input)
    if call.key is not None:
        transaction.session.add(
            IdempotencyKey(
                key=call.key,
                operation=call.name,
                fingerprint=call.fingerprint,
                answer=_stored(values),
                created_at=transaction.now,
                expires_at=transaction.now + KEPT_FOR,
            )
        )
    # An operation that knows the same thing by its own means, such as a bill's external id, says so itself.
    return Payload(values, repeated=bool(values.get("repeated")))


async def _done_before(transaction: Transaction, call: Call) -> Payload | None:
    found = await transaction.session.scalar(select(IdempotencyKey).where(IdempotencyKey.key == call.key))
    if found is None:
        return None
    if found.expires_at <= transaction.now:
        await transaction.session.execute(delete(IdempotencyKey).where(IdempotencyKey.id == found.id))
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
