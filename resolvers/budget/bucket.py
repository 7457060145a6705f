"""A bucket in the database: taken from, and given back to, in one short statement each.

What is taken needn't outlive the loss of power, so nobody waits for a disk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, case, delete, event, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models import Budget
from models.rules.budget import Allowance
from resolvers.storage.engine import address_of, make_engine
from resolvers.storage.patience.turns import TURN, turn


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
            await connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
        yield connection


async def take(
    engine: AsyncEngine, subject: str, allowance: Allowance, wanted: int, needed: int, now: int
) -> tuple[int, int]:
    """Take the points wanted, or those needed where there are no more, or none; and when the bucket is full again."""
    whole, some = allowance.span(wanted), allowance.span(needed)
    since: ColumnElement[int] = case((Budget.full_at > now, Budget.full_at), else_=now)
    room = now + allowance.span(allowance.limit) - since
    granted = case((room >= whole, whole), (room >= some, some), else_=0)
    insert: Any = (postgresql if engine.dialect.name == "postgresql" else sqlite).insert(Budget)
    taken = (
        insert.values(subject=subject, full_at=now + whole, granted=whole)
        .on_conflict_do_update(
            index_elements=[Budget.subject], set_={Budget.full_at: since + granted, Budget.granted: granted}
        )
        .returning(Budget.granted, Budget.full_at)
    )
    async with _opened(engine) as connection:
        found = (await connection.execute(taken)).one()
    # Not what the span comes to: a point is whole, and its span rounded up.
    points = wanted if found.granted == whole else needed if found.granted == some else 0
    return points, found.full_at


async def give_back(engine: AsyncEngine, points: dict[str, tuple[Allowance, int]]) -> None:
    """Give points back that weren't spent; where more were spent than taken, they are taken."""
    async with _opened(engine) as connection:
        for subject, (allowance, count) in sorted(points.items()):
            await connection.execute(
                update(Budget).where(Budget.subject == subject).values(full_at=Budget.full_at - allowance.span(count))
            )


async def purge(engine: AsyncEngine, now: int, batch: int) -> int:
    """Delete buckets that are full again; how many that were."""
    chosen = select(Budget.id).where(Budget.full_at <= now).order_by(Budget.id).limit(batch)
    async with _opened(engine) as connection:
        keys = list(await connection.scalars(chosen))
        # One that was taken from meanwhile stays.
        await connection.execute(delete(Budget).where(Budget.id.in_(keys), Budget.full_at <= now))
    return len(keys)
