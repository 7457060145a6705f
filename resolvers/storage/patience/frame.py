"""The frame round a transaction: a turn, a connection, and an end in good time, whatever the database does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from resolvers.errors import Unavailable
from resolvers.storage.engine import address_of
from resolvers.storage.patience.outage import LONG, OPEN, gone, is_lost, outage_of, unavailable
from resolvers.storage.patience.turns import turn

BEGINNING = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true)"
"""How a transaction begins: what is asked for again and again would otherwise be planned anew each time."""

LIMITED = (
    f"{BEGINNING}, set_config('lock_timeout', '1500', true), set_config('statement_timeout', '55000', true), "
    "set_config('idle_in_transaction_session_timeout', '60000', true)"
)
"""How one begins for a request: it waits for others no longer than a caller may, and comes to an end."""

LONGEST = 60.0
"""The seconds after which a request's transaction is given up, though nothing was heard of its end."""

CONFLICTS = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for a transaction that lost against another and may be tried again."""


class Frame:
    """One try of a transaction; `patience` says for how many seconds a request waits for its turn."""

    def __init__(self, engine: AsyncEngine, patience: float | None) -> None:
        self._engine, self._patience = engine, patience
        self._outage = outage_of(address_of(engine))
        self._is_open = self._is_ending = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[AsyncConnection, AsyncSession]]:
        """A connection in a transaction, with a session on it; any error undoes it."""
        limit = asyncio.timeout(None if self._patience is None else LONGEST)
        async with turn(self._engine, self._patience), limit, self._engine.connect() as connection:
            self._begun = await connection.begin()
            session = AsyncSession(connection, expire_on_commit=False, autoflush=True)
            self._is_open = True
            try:
                if self._patience is not None and self._engine.dialect.name == "postgresql":
                    await connection.exec_driver_sql(LIMITED)
                yield connection, session
            except BaseException as error:
                if limit.expired() or is_lost(error):
                    # Nothing is asked of it any more, not even to undo what was begun.
                    await connection.invalidate()
                elif self._begun.is_active:
                    # A statement that the database refused has ended the transaction already.
                    await self._begun.rollback()
                raise
            finally:
                await session.close()

    async def end(self, *, undone: bool) -> None:
        """Commit, or undo all that was done."""
        if undone:
            await self._begun.rollback()
            return
        self._is_ending = True
        await self._begun.commit()
        self._outage.ends()

    def may_be_tried_again(self, error: Exception) -> bool:
        """Whether the database asks for it, or the connection turned out to be gone before the end."""
        if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in CONFLICTS:
            return True
        return self._is_open and not self._is_ending and is_lost(error)

    def told(self, error: Exception) -> Exception:
        """What a caller is told where it is not tried again."""
        if gone(error) is not None:
            self._outage.begins(error)
        is_late = isinstance(error, TimeoutError)
        if self._is_ending and (is_late or is_lost(error)):
            return Unavailable(OPEN)
        return Unavailable(LONG) if is_late else unavailable(error) or error
