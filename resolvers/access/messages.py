"""One-time codes on their way out: each is taken by one process, and gone from the database from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models import Channel, CodeMessage
from models.base import utc_now
from resolvers.query.compiled_query import CompiledQuery
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Reader
from resolvers.storage.transaction import Transaction, in_transaction

BATCH = 50
WAITING = CompiledQuery(lambda _: select(CodeMessage.id).limit(1))


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """A code to be brought to a customer."""

    customer_id: int
    channel: Channel
    recipient: str
    language_code: str | None
    code: str
    expires_at: datetime
    confirms: bool


async def is_any_waiting(reader: Reader) -> bool:
    """Whether there is anything to take; SQLite's only writer isn't kept for looking."""
    return bool(await WAITING.read(RequestContext(reader)))


async def take_messages(engine: AsyncEngine) -> list[Message]:
    """Take what waits, but for what is over already."""
    return await in_transaction(engine, utc_now(), _take)


async def _take(transaction: Transaction) -> list[Message]:
    chosen = select(CodeMessage).order_by(CodeMessage.id).limit(BATCH).with_for_update(skip_locked=True)
    rows = list(await transaction.session.scalars(chosen))
    await transaction.session.execute(delete(CodeMessage).where(CodeMessage.id.in_([row.id for row in rows])))
    return [
        Message(row.customer_id, row.channel, row.recipient, row.language_code, row.code, row.expires_at, row.confirms)
        for row in rows
        if row.expires_at > transaction.now
    ]
