"""What a connection takes of HTTP itself, over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from server.admission import FIRST
from server.http.uvicorn_protocol import MOST_UNREAD, ClientConnection
from tests.server.gateway import Client, opened

BODY = b'{"query": "{ __typename }"}'
POST = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
ANSWER = {"data": {"__typename": "Query"}}


@pytest.fixture
async def address(empty: str) -> AsyncIterator[int]:
    """The port of a gateway that serves."""
    async with opened(empty) as client, serving(client) as port:
        yield port


@asynccontextmanager
async def serving(client: Client, http: type[ClientConnection] = ClientConnection) -> AsyncIterator[int]:
    """Serve a gateway; its port."""
    config = uvicorn.Config(client.app, port=0, lifespan="off", http=http, ws="none", log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.ensure_future(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


async def exchanged(port: int, *pieces: bytes, answers: int = 1) -> list[tuple[int, bytes]]:
    """Send some pieces, each by itself; the status and the body of so many answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = []
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        for _ in range(answers):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            found.append((int(head.split()[1]), await reader.readexactly(int(length.split(b":")[1]))))
    finally:
        writer.close()
    return found


@pytest.mark.parametrize(
    "pieces",
    [
        (POST + H2C + LENGTH + b"\r\n" + BODY,),
        (POST + H2C + LENGTH + b"\r\n", BODY),
        (POST + H2C + LENGTH, b"\r\n" + BODY[:5], BODY[5:]),
        (POST + H2C.replace(b"Upgrade: h2c", b"uPGRADE: H2C") + LENGTH + b"\r\n" + BODY,),
        (POST + H2C + CHUNKED + b"\r\n" + b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n",),
        (
            POST + H2C + CHUNKED + b"\r\n",
            b"5\r\n" + BODY[:5] + b"\r\n",
            b"%x\r\n" % (len(BODY) - 5) + BODY[5:],
            b"\r\n0\r\n\r\n",
        ),
        (POST + b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" + LENGTH + b"\r\n" + BODY,),
        (*(bytes([each]) for each in POST + H2C + LENGTH + b"\r\n" + BODY),),
    ],
)
async def test_an_offer_of_another_protocol_is_passed_over(address: int, pieces: tuple[bytes]) -> None:
    assert await exchanged(address, *pieces) == [(200, json.dumps(ANSWER, separators=(",", ":")).encode())]


async def test_requests_follow_one_another_after_such_an_offer(address: int) -> None:
    request = POST + H2C + LENGTH + b"\r\n" + BODY
    plain = POST + LENGTH + b"\r\n" + BODY

    found = await exchanged(address, request + plain + request, plain, answers=4)

    assert [status for status, _ in found] == [200] * 4


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ((POST + b"X: " + b"a" * 17_000 + b"\r\n" + LENGTH + b"\r\n" + BODY,), 431),
        ((POST + b"".join(b"X%d: %b\r\n" % (i, b"a" * 9000) for i in range(4)) + LENGTH + b"\r\n" + BODY,), 431),
        ((POST + b"X: a\r\n" * 101 + LENGTH + b"\r\n" + BODY,), 431),
        ((b"GET /graphql?" + b"a" * 17_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",), 414),
        ((b"GET /graphql?" + b"a" * 9_000, b"a" * 9_000), 414),
        ((b"CONNECT evil.example:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",), 501),
        ((b"nonsense\r\n\r\n",), 400),
        ((POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",), 400),
    ],
)
async def test_what_is_too_large_or_malformed_is_refused_with_a_code(
    address: int, pieces: tuple[bytes], status: int
) -> None:
    [(found, body)] = await exchanged(address, *pieces)

    assert found == status
    assert json.loads(body)["errors"][0]["extensions"]["code"] in {"TOO_LARGE", "BAD_REQUEST"}


class Wire(asyncio.Transport):
    """What a connection writes to when it is fed by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def writelines(self, pieces: Iterable[bytes]) -> None:
        self.sent += b"".join(pieces)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


@pytest.mark.parametrize("first", [POST + b"X: ", POST, b"GET /graphql?", b"POS"])
async def test_a_head_that_does_not_end_is_cut_off(empty: str, first: bytes) -> None:
    async with opened(empty) as client:
        config = uvicorn.Config(client.app, lifespan="off", http=ClientConnection, ws="none", log_config=None)
        connection, wire = ClientConnection(config, ServerState(), {}), Wire()
        connection.connection_made(wire)

        connection.data_received(first)
        fed = 0
        while not wire.closed and fed < 1_000_000:
            connection.data_received(b"T" * 1000)
            fed += 1000
        connection.connection_lost(None)

    assert fed <= MOST_UNREAD + 1000
    assert wire.sent.split()[1] in (b"431", b"414", b"400")


@pytest.mark.parametrize(
    "endless",
    [
        b"1;" + b"x" * 10_000,
        b"0\r\nX: " + b"x" * 10_000,
        b"0\r\n" + b"X: a\r\n" * 2_000,
    ],
)
async def test_what_goes_on_around_a_body_is_cut_off(address: int, endless: bytes) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", address)
    writer.write(POST + CHUNKED + b"\r\n" + endless)
    sent = 0
    try:
        while sent < 5_000_000:
            writer.write(b"x" * 10_000)
            await writer.drain()
            sent += 10_000
            await asyncio.sleep(0)
        pytest.fail("It was read without end.")
    except ConnectionError:
        pass
    finally:
        writer.close()
    assert sent < 5_000_000


async def test_a_body_in_chunks_of_one_byte_is_read(address: int) -> None:
    padded = BODY + b" " * 100_000
    chunks = b"".join(b"1\r\n%c\r\n" % each for each in padded) + b"0\r\n\r\n"

    [(status, _)] = await exchanged(address, POST + CHUNKED + b"\r\n" + chunks)

    assert status == 200


async def test_in_a_crowd_an_operation_is_turned_away_unread_while_health_is_told_and_the_connection_stays(
    empty: str,
) -> None:
    plain, health = POST + LENGTH + b"\r\n" + BODY, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with opened(empty) as client, serving(client) as port:
        admission = client.endpoint.admission
        crowd = [admission.enters() for _ in range(FIRST)]
        browsers = POST + b"Origin: https://shop.example\r\n" + LENGTH + b"\r\n" + BODY
        pieces = (plain + plain, POST + LENGTH + b"\r\n", BODY, health, browsers)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(plain)
        head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        refused = await exchanged(port, *pieces, answers=5)
        for _ in crowd:
            admission.leaves()
        [answered] = await exchanged(port, plain)

    assert b"\r\nretry-after: 1\r\n" in head
    assert [status for status, _ in refused] == [503, 503, 503, 200, 503]
    assert json.loads(refused[0][1])["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    assert refused[0][1] == refused[4][1]
    assert admission.turned_away == 5
    assert answered == (200, json.dumps(ANSWER, separators=(",", ":")).encode())


async def test_a_connection_that_waits_brings_one_more_request_when_the_gateway_is_to_stop(empty: str) -> None:
    made: list[ClientConnection] = []

    class Noted(ClientConnection):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            made.append(self)

    async with opened(empty) as client, serving(client, Noted) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POST + LENGTH + b"\r\n" + BODY)
        before = await reader.readuntil(b"}}")
        made[0].shutdown()
        writer.write(POST + LENGTH + b"\r\n" + BODY)
        last = await reader.read()
        writer.close()

    assert (before[:15], b"connection: close" in before) == (b"HTTP/1.1 200 OK", False)
    assert (last[:15], b"connection: close" in last) == (b"HTTP/1.1 200 OK", True)
