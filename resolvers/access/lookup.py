"""Who asks: a request's token, seen to in the database at every request, so that one revoked is refused at the next.

A token that was looked up is remembered with the version of its row. A question is asked as whoever it was then, and
its first statement itself fails where the token has changed since; `resolvers.storage.reader` tells of that. Whatever
else is asked has the token looked up. Requests that come while a look-up is under way share the next one, which in a
crowd waits a moment for more of them: under load a statement serves many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, literal_column, or_, select

from models import Customer, State, Token, TokenKind
from models.base import utc_now
from models.rules.budget import Allowance
from models.scope import Scope, ViewerKind
from models.types import Instant, text
from resolvers.query.compiled_query import CompiledQuery, among
from resolvers.storage.context import RequestContext, Viewer
from resolvers.storage.reader import Reader, Row
from resolvers.storage.sql import SqlColumn
from resolvers.storage.statement import parameter

NOW = parameter("now", Instant())
COLUMNS = (
    Token.id,
    Token.kind,
    Token.customer_id,
    Customer.state,
    Token.scopes,
    Token.language_code,
    Token.last_seen_at,
    Token.budget_limit,
    Token.budget_refill,
    Token.expires_at,
)
VERSION = {"postgresql": "token.xmin", "sqlite": "NULL"}
"""What is another one after each change of a row."""
NO_VERSION = dict.fromkeys(VERSION, "NULL")
KNOWN_SCOPES = frozenset(Scope)
CROWD = 4
"""So many requests that shared a look-up are a crowd."""
MOMENT = 0.002
"""For how many seconds the look-up after a crowd's waits for most of it to come back."""
MOST_REMEMBERED = 10_000


def _accepted(
    column: SqlColumn, version: Mapping[str, str], *more: ColumnElement[bool]
) -> CompiledQuery[*tuple[Any, ...]]:
    return CompiledQuery(
        lambda backend: (
            select(column, literal_column(version[backend], BigInteger), *COLUMNS)
            .join(Customer, Customer.id == Token.customer_id, isouter=True)
            .where(
                among(column, "hashes", backend, text()),
                Token.revoked_at.is_(None),
                or_(Token.expires_at.is_(None), Token.expires_at > NOW),
                *more,
            )
        )
    )


BY_SECRET = _accepted(Token.secret_hash, VERSION)
BY_PREVIOUS_SECRET = _accepted(Token.previous_hash, NO_VERSION, Token.previous_until > NOW)


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token that is accepted: for whom, in which language by default, and when it was last noted to be in use."""

    viewer: Viewer
    language: str | None = None
    last_seen_at: datetime | None = None
    budget: Allowance | None = None
    """Its own budget; the usual one where there is none."""
    version: int | None = None
    """Of its row, where the database can be asked whether it is still the same."""
    expires_at: datetime | None = None


class TokenLookup:
    """Finds tokens by the hashes of their secrets."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._waiting: list[tuple[str, asyncio.Future[KnownToken | None]]] = []
        self._running: asyncio.Task[None] | None = None
        self._gathering: asyncio.Future[None] | None = None
        self._enough = 0
        self._remembered: dict[str, KnownToken] = {}

    def remembered(self, hashed: str) -> KnownToken | None:
        """The token, as it was when it was last looked up, for a statement to see whether it still is."""
        found = self._remembered.get(hashed)
        return None if found is None or (found.expires_at is not None and found.expires_at <= utc_now()) else found

    async def find(self, hashed: str) -> KnownToken | None:
        """The token, as it is now; none where it isn't accepted."""
        found: asyncio.Future[KnownToken | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((hashed, found))
        if self._gathering is not None and len(self._waiting) >= self._enough:
            self._gathered()
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="tokens")
        token = await found
        self._remember(hashed, token)
        return token

    def _remember(self, hashed: str, token: KnownToken | None) -> None:
        self._remembered.pop(hashed, None)
        if token is None or token.version is None or not self._reader.sees_tokens:
            return
        if len(self._remembered) >= MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[hashed] = token

    async def _run(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                await self._answer(waiting)
                enough = len(waiting) * 3 // 4
                if len(waiting) >= CROWD and len(self._waiting) < enough:
                    await self._gather(enough)
        finally:
            self._running = None

    async def _gather(self, enough: int) -> None:
        """Wait a moment for so many to ask: while they are answered, the others may come."""
        loop = asyncio.get_running_loop()
        self._gathering, self._enough = loop.create_future(), enough
        timer = loop.call_later(MOMENT, self._gathered)
        await self._gathering
        timer.cancel()
        self._gathering = None

    def _gathered(self) -> None:
        if self._gathering is not None and not self._gathering.done():
            self._gathering.set_result(None)

    async def _answer(self, waiting: Sequence[tuple[str, asyncio.Future[KnownToken | None]]]) -> None:
        try:
            found = await read_tokens(self._reader, list({hashed for hashed, _ in waiting}))
        except Exception as error:
            for _, future in waiting:
                # Whoever waited may be gone.
                if not future.done():
                    future.set_exception(error)
            return
        for hashed, future in waiting:
            if not future.done():
                future.set_result(found.get(hashed))


async def read_tokens(reader: Reader, hashes: Sequence[str]) -> dict[str, KnownToken]:
    """The tokens that are accepted now, by the hashes of the secrets that were shown."""
    context = RequestContext(reader, utc_now())
    rows = await BY_SECRET.read(context, hashes=hashes)
    missing = set(hashes) - {row[0] for row in rows}
    if missing:
        rows += await BY_PREVIOUS_SECRET.read(context, hashes=list(missing))
    return {hashed: _known(row) for hashed, *row in rows}


def _known(row: Row) -> KnownToken:
    version, token_id, kind, customer_id, state, scopes, language, last_seen_at, limit, refill, expires_at = row
    viewer = Viewer(None, ViewerKind.ANONYMOUS, token_id=token_id)
    budget = None
    if kind is TokenKind.ENTERPRISE:
        # A scope of another version is of no use here.
        held = KNOWN_SCOPES.intersection(orjson.loads(scopes or "[]"))
        viewer = Viewer(None, ViewerKind.ENTERPRISE, held, token_id)
        budget = Allowance(limit, refill) if limit and refill else None
    elif customer_id is not None and state is State.ACTIVE:
        viewer = Viewer(customer_id, ViewerKind.CUSTOMER, token_id=token_id)
    elif customer_id is not None:
        # Nobody, for as long as the customer is deactivated: nothing is taken for granted of them.
        version = None
    return KnownToken(viewer, language, last_seen_at, budget, version, expires_at)
