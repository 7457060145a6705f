"""One transaction, settled by the database: what is read, locked, written and noted until it is committed or undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models import Base, Event
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.storage.context import RequestContext, Viewer
from resolvers.storage.reader import Row
from resolvers.storage.statement import Statement

Entity = TypeVar("Entity", bound=Base)

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
class Transaction:
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
                viewer_kind=self.viewer.kind,
                token_id=self.viewer.token_id,
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


_readings: WeakKeyDictionary[Transaction, RequestContext] = WeakKeyDictionary()


async def connected(transaction: Transaction) -> RequestContext:
    """The transaction's own connection, the same one each time. What a session has not written yet is not there."""
    if transaction not in _readings:
        connection = await transaction.session.connection()
        _readings[transaction] = RequestContext(
            TransactionReader(connection), transaction.now, viewer=transaction.viewer
        )
    return _readings[transaction]


async def inside(transaction: Transaction) -> RequestContext:
    """Reading through an open transaction, which so sees what it wrote and what it locked."""
    if transaction.session.new or transaction.session.dirty or transaction.session.deleted:
        await transaction.session.flush()
    return await connected(transaction)
