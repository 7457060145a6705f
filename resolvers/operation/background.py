"""Work that nobody asked for by a call: a transaction of its own for each small batch, safe to stop between any two."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from resolvers.storage.context import Viewer
from resolvers.storage.transaction import CONFLICTS, TRIES, Transaction
from resolvers.storage.turns import turn

T = TypeVar("T")


@asynccontextmanager
async def working(engine: AsyncEngine, now: datetime) -> AsyncIterator[Transaction]:
    """A transaction as of a moment; committed at the end, undone by any error."""
    async with turn(engine), AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        yield Transaction(session, now, Viewer(), engine.dialect.name)


async def in_transaction(engine: AsyncEngine, now: datetime, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Do a batch of work in a transaction; tried again when the database asks for it."""
    for attempt in range(1, TRIES + 1):
        try:
            async with working(engine, now) as transaction:
                return await work(transaction)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in CONFLICTS or attempt == TRIES:
                raise
    raise AssertionError
