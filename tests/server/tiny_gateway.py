"""A gateway that starts quickly, under the real supervisor: it answers which process was asked, and nothing else.

python -m tests.server.tiny_gateway WORKERS PROTOCOL DRAIN
"""

import asyncio
import os
import signal
import socket
import sys
from typing import Any

import uvicorn

from server.workers import supervisor
from server.workers.answering import Answering, leaving


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer by which process, after a while where that is asked for; or don't start at all."""
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            failed = "TESTS_CANT_START" in os.environ
            await send({"type": f"{message['type']}.{'failed' if failed else 'complete'}"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/hang":
        os.kill(os.getpid(), signal.SIGSTOP)
    body = str(os.getpid()).encode()
    status = 503 if scope["path"] == "/ready" and leaving.is_set() else 200
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"%d" % len(body))]})
    if scope["path"] == "/slow":
        # A client that has the head knows that it is being answered.
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await asyncio.sleep(0.5)
    await send({"type": "http.response.body", "body": body})


def main() -> int:
    """Serve."""
    config = uvicorn.Config(
        "tests.server.tiny_gateway:app",
        workers=int(sys.argv[1]),
        http=sys.argv[2],
        lifespan="on",
        timeout_graceful_shutdown=2,
        log_level="critical",
    )
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        listening.set_inheritable(True)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        drain = float(sys.argv[3])

        def announce() -> None:
            print(address, flush=True)

        if config.workers == 1:
            Answering(config, announce, drain).run([listening])
            return 0
        supervisor.LEAVES_WITHIN = 1.0
        return 0 if supervisor.Supervisor(config, [listening], announce, drain).run() else 1


if __name__ == "__main__":
    sys.exit(main())
