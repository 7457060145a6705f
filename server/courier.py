"""Gives one-time codes to the retailer's own messaging, which brings them to customers.

Each goes as JSON by POST to the address of `CRM360_CODE_WEBHOOK`, signed by the key of `CRM360_CODE_WEBHOOK_SECRET`:
`CRM360-Signature` holds the hexadecimal HMAC-SHA256 of the body. A code is handed out once; where that fails three
times it is dropped, and the customer asks for another. The log never says what was sent, nor to whom.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from contextlib import suppress

import httpx
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.access.messages import Message, is_any_waiting, take_messages
from resolvers.ids import opaque_id
from resolvers.storage.reader import Reader

TRIES = 3
TIMEOUT = 5.0
log = logging.getLogger("crm360")


class Courier:
    """Looks for codes every so many seconds, and hands them out."""

    def __init__(
        self, engine: AsyncEngine, reader: Reader, address: str, secret: str | None, every: float = 1.0
    ) -> None:
        self.engine, self.reader, self.address, self.secret, self.every = engine, reader, address, secret, every
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; must be called from a running event loop."""
        self._running = asyncio.create_task(self._go_on(), name="courier")

    async def stop(self) -> None:
        """End; what is being handed out is finished first."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def deliver(self) -> int:
        """Hand out what waits; how many codes that were."""
        if not await is_any_waiting(self.reader):
            return 0
        # What was taken is handed out, whatever happens meanwhile.
        return await asyncio.shield(asyncio.ensure_future(self._hand_out(await take_messages(self.engine))))

    async def _hand_out(self, messages: list[Message]) -> int:
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            return sum(await asyncio.gather(*(self._post(client, message) for message in messages)))

    async def _post(self, client: httpx.AsyncClient, message: Message) -> bool:
        body = orjson.dumps(
            {
                "customerId": opaque_id("Customer", message.customer_id),
                "channel": message.channel.value,
                "recipient": message.recipient,
                "language": message.language_code,
                "code": message.code,
                "purpose": "CONFIRM" if message.confirms else "LOGIN",
                "expiresAt": message.expires_at,
            }
        )
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["CRM360-Signature"] = hmac.new(self.secret.encode(), body, "sha256").hexdigest()
        for attempt in range(1, TRIES + 1):
            try:
                answer = await client.post(self.address, content=body, headers=headers)
                if answer.is_success:
                    return True
                trouble = f"status {answer.status_code}"
            except httpx.HTTPError as error:
                trouble = type(error).__name__
            if attempt < TRIES:
                await asyncio.sleep(self.every * attempt)
        log.error("A one-time code could not be handed out: %s", trouble)
        return False

    async def _go_on(self) -> None:
        while True:
            try:
                await self.deliver()
            except Exception as error:
                log.error("One-time codes could not be looked for: %s", type(error).__name__)
            await asyncio.sleep(self.every)
