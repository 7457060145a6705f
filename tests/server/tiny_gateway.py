"""Workers under the real supervisor that start quickly: they answer which of them was asked, and nothing else.

python -m tests.server.tiny_gateway WORKERS PROTOCOL
"""

import asyncio
import os
import signal
import socket
import sys
from typing import Any

import uvicorn

from server.workers import supervisor


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
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
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
        supervisor.LEAVES_WITHIN = 1.0
        made = supervisor.Supervisor(config, [listening], lambda: print(address, flush=True), drain=0)
        return 0 if made.run() else 1


if __name__ == "__main__":
    sys.exit(main())
