"""No request fails while servers behind a proxy are restarted one after another.

The servers answer nothing but who they are, so that they start quickly; they stop as the gateway does, and
`python -m tests.faults.rolling` does the same with two gateways.
"""

import signal

import httpx

from tests.faults.rolling import restarted
from tests.server.tiny import OURS, Tiny


async def test_no_request_fails_while_two_servers_are_restarted_one_after_the_other() -> None:
    found = await restarted([Tiny(OURS, workers=1, drain=0.3), Tiny(OURS, workers=1, drain=0.3)])

    assert found["answered"] == found["asked"] > 4
    assert found.keys() == {"asked", "answered", "changed"}


async def test_a_server_that_is_to_stop_says_that_it_is_not_ready_and_answers_on() -> None:
    async with Tiny(workers=1, drain=60) as server, httpx.AsyncClient() as client:
        before = await client.get(f"{server.address}/ready")
        server.send(signal.SIGTERM)
        while (await client.get(f"{server.address}/ready")).status_code == before.status_code:
            pass
        async with httpx.AsyncClient() as another:
            answer = await another.get(server.address)
        server.send(signal.SIGINT)
        await server.ended()

    assert (before.status_code, answer.status_code) == (200, 200)
