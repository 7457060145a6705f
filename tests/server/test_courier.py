"""One-time codes are handed out to the retailer's messaging: each once, signed, and never told to the log."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models.base import utc_now
from resolvers.ids import opaque_id
from resolvers.storage.reader import make_reader
from server.courier import Courier
from tests import factories

CODE = "864209"
RECIPIENT = "+420601234567"
Request = tuple[dict[str, str], bytes]


@asynccontextmanager
async def messaging(*statuses: int) -> AsyncIterator[tuple[str, list[Request]]]:
    """A retailer's messaging on loopback: its address, and what it was sent; it answers by these statuses in turn."""
    requests: list[Request] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
        body = await reader.readexactly(int(headers["content-length"]))
        status = statuses[min(len(requests), len(statuses) - 1)]
        requests.append((headers, body))
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/codes", requests


@pytest.fixture
async def courier(engine: AsyncEngine, database_url: str) -> AsyncIterator[Any]:
    """Makes couriers to an address, which try again at once."""
    reader = make_reader(database_url)
    yield lambda address: Courier(engine, reader, address, "key", every=0.0)
    await reader.close()


async def save_message(session: AsyncSession, **overrides: Any) -> None:
    message = {
        "recipient": RECIPIENT,
        "code": CODE,
        "language_code": "cs",
        "expires_at": utc_now() + timedelta(hours=1),
    }
    await factories.save(session, factories.code_message(**(message | overrides)))


async def waiting(session: AsyncSession) -> int:
    count = await session.scalar(select(func.count()).select_from(models.CodeMessage))
    await session.rollback()
    return count or 0


async def test_a_code_is_handed_out_once_and_signed(session: AsyncSession, courier: Any) -> None:
    await save_message(session)

    async with messaging(204) as (address, requests):
        handed_out = [await courier(address).deliver() for _ in range(2)]

    [(headers, body)] = requests
    sent = orjson.loads(body)
    assert handed_out == [1, 0]
    assert headers["crm360-signature"] == hmac.new(b"key", body, "sha256").hexdigest()
    assert sent.pop("expiresAt")
    assert sent == {
        "customerId": opaque_id("Customer", 1),
        "channel": "SMS",
        "recipient": RECIPIENT,
        "language": "cs",
        "code": CODE,
        "purpose": "LOGIN",
    }
    assert await waiting(session) == 0


async def test_what_is_over_is_not_handed_out(session: AsyncSession, courier: Any) -> None:
    await save_message(session, expires_at=utc_now() - timedelta(seconds=1))

    async with messaging(204) as (address, requests):
        handed_out = await courier(address).deliver()

    assert (handed_out, requests, await waiting(session)) == (0, [], 0)


@pytest.mark.parametrize(("statuses", "tries", "handed_out"), [((503, 503, 200), 3, 1), ((500,), 3, 0)])
async def test_what_fails_is_tried_three_times_and_the_log_tells_nothing_of_it(
    session: AsyncSession,
    courier: Any,
    caplog: pytest.LogCaptureFixture,
    statuses: tuple[int, ...],
    tries: int,
    handed_out: int,
) -> None:
    await save_message(session)

    with caplog.at_level(logging.DEBUG):
        async with messaging(*statuses) as (address, requests):
            done = await courier(address).deliver()

    assert (done, len(requests)) == (handed_out, tries)
    assert ("could not be handed out: status 500" in caplog.text) is not bool(handed_out)
    assert CODE not in caplog.text
    assert RECIPIENT not in caplog.text


async def test_two_couriers_hand_each_code_out_once(session: AsyncSession, courier: Any) -> None:
    for number in range(20):
        await save_message(session, code=f"{number:06d}")

    async with messaging(204) as (address, requests):
        await asyncio.gather(courier(address).deliver(), courier(address).deliver())

    assert sorted(orjson.loads(body)["code"] for _, body in requests) == [f"{number:06d}" for number in range(20)]
