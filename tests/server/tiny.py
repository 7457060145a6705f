"""The tiny gateway in processes of its own: `tests.server.tiny_gateway` is the program."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

import httpx
import psutil

from tests.faults.processes import Server

OURS = "server.http.uvicorn_protocol:ClientConnection"
"""The gateway's own connections; uvicorn's are imported sooner."""

SOON = 30.0
"""The seconds in which something comes about that takes a moment, on a busy machine."""


class Tiny(Server):
    """Workers that answer by which process they are."""

    ready = "http://"

    def __init__(self, protocol: str = "httptools", *, workers: int = 2, drain: float = 0, **environment: str) -> None:
        given = (str(workers), protocol, str(drain))
        super().__init__(sys.executable, "-m", "tests.server.tiny_gateway", *given, **environment)

    async def start(self) -> str:
        """Its address."""
        self.address = await super().start()
        return self.address

    def send(self, number: int) -> None:
        """Send the supervisor a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    @property
    def workers(self) -> set[int]:
        """The processes that answer, or are about to."""
        assert self.process is not None
        found = set()
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                # Beside them there is a process of Python's own.
                if "spawn_main" in " ".join(child.cmdline()):
                    found.add(child.pid)
        return found

    async def answering(self, but: int = 0) -> set[int]:
        """Both workers that answer, but one that doesn't count any more."""
        found: set[int] = set()
        async with asyncio.timeout(SOON):
            while len(found) < 2:
                # Each time over another connection, which any of them may take.
                async with httpx.AsyncClient() as client:
                    found |= {int((await client.get(self.address)).text)} - {but}
        return found

    async def ended(self) -> int:
        """What it ended with."""
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), SOON)
