"""A bucket in the database: taken from, and given back to, in one short statement each.

What is taken needn't outlive the loss of power, so nobody waits for a disk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, bindparam, case, delete, event, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models import Budget
from models.rules.budget import Allowance
from models.types import text
from resolvers.storage.engine import address_of, make_engine
from resolvers.storage.patience.turns import TURN, turn
from resolvers.storage.statement import Statement, compile_statement, parameter
from resolvers.storage.writing.by_itself import WriterByItself

NO_DISK = "set_config('synchronous_commit', 'off', true)"
"""Until the transaction ends, which a statement by itself is: its commit waits for no disk."""


def own_engine(engine: AsyncEngine) -> AsyncEngine:
    """An engine beside another one, so that budgets never wait for a connection that operations hold."""
    turns = {name: value for name, value in engine.get_execution_options().items() if name == TURN}
    made = make_engine(address_of(engine), pool_size=1, max_overflow=1, execution_options=turns)
    if made.dialect.name == "sqlite":
        event.listen(made.sync_engine, "connect", _wait_for_no_disk)
    return made


def _wait_for_no_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")


@asynccontextmanager
async def _opened(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with turn(engine), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.exec_driver_sql(f"SELECT {NO_DISK}")
        yield connection


@cache
def _taking(backend: str) -> Statement:
    """Take a span from a subject's bucket, which holds `all`: the whole of what is wanted, some of it, or nothing."""
    now, every, whole, some = (parameter(name, BigInteger()) for name in ("now", "all", "whole", "some"))
    since: ColumnElement[int] = case((Budget.full_at > now, Budget.full_at), else_=now)
    room = now + every - since
    granted = case((room >= whole, whole), (room >= some, some), else_=literal_column("0"))
    insert: Any = (postgresql if backend == "postgresql" else sqlite).insert(Budget)
    taken = (
        insert.values(subject=parameter("subject", text()), full_at=now + whole, granted=whole)
        .on_conflict_do_update(
            index_elements=[Budget.subject], set_={Budget.full_at: since + granted, Budget.granted: granted}
        )
        .returning(Budget.granted, Budget.full_at, *([literal_column(NO_DISK)] if backend == "postgresql" else []))
    )
    return compile_statement(taken, backend)


async def take(
    writer: WriterByItself, subject: str, allowance: Allowance, wanted: int, needed: int, now: int
) -> tuple[int, int]:
    """Take the points wanted, or those needed where there are no more, or none; and when the bucket is full again."""
    whole, some = allowance.span(wanted), allowance.span(needed)
    values = {"subject": subject, "now": now, "all": allowance.span(allowance.limit), "whole": whole, "some": some}
    statement = _taking(writer.backend)
    ((granted, full_at, *_),) = await writer.write(statement.sql, statement.arguments(values))
    # Not what the span comes to: a point is whole, and its span rounded up.
    return wanted if granted == whole else needed if granted == some else 0, full_at


async def give_back(engine: AsyncEngine, points: dict[str, tuple[Allowance, int]]) -> None:
    """Give points back that weren't spent; where more were spent than taken, they are taken."""
    async with _opened(engine) as connection:
        await connection.execute(
            update(Budget)
            .where(Budget.subject == bindparam("whose"))
            .values(full_at=Budget.full_at - bindparam("span", type_=BigInteger())),
            [
                {"whose": subject, "span": allowance.span(count)}
                for subject, (allowance, count) in sorted(points.items())
            ],
        )


async def purge(engine: AsyncEngine, now: int, batch: int) -> int:
    """Delete buckets that are full again; how many that were."""
    chosen = select(Budget.id).where(Budget.full_at <= now).order_by(Budget.id).limit(batch)
    async with _opened(engine) as connection:
        keys = list(await connection.scalars(chosen))
        # One that was taken from meanwhile stays.
        await connection.execute(delete(Budget).where(Budget.id.in_(keys), Budget.full_at <= now))
    return len(keys)
