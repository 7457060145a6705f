"""The server within a process that answers: it says so when it does, and leaves without losing a request."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

import uvicorn

TICKS_A_SECOND = 10

leaving = threading.Event()
"""Whether this process was told to stop."""


class Answering(uvicorn.Server):
    """Says so when it answers; told to stop, it is unready for some seconds and answers all the same."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None], drain: float) -> None:
        super().__init__(config)
        self.announce, self.drain = announce, drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            await asyncio.to_thread(self.announce)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let whoever balances the load see that others are to be asked, and then stop."""
        leaving.set()
        ticks = round(self.drain * TICKS_A_SECOND)
        while ticks > 0 and not self.force_exit:
            ticks -= 1
            await asyncio.sleep(1 / TICKS_A_SECOND)
        await super().shutdown(sockets)


class Supervised(Answering):
    """One of several, which tells a supervisor every second that it lives, and stops when there is none any more."""

    def __init__(self, config: uvicorn.Config, line: Connection, drain: float) -> None:
        super().__init__(config, self._say_so, drain)
        self._line = line

    async def on_tick(self, counter: int) -> bool:
        """Say that it lives; whether it is to stop."""
        if counter % TICKS_A_SECOND == 0:
            self._say_so()
        return await super().on_tick(counter)

    def _say_so(self) -> None:
        try:
            self._line.send_bytes(b".")
        except OSError:
            self.should_exit = True


def work(config: uvicorn.Config, sockets: list[socket.socket], line: Connection, drain: float) -> None:
    """What a worker's process does."""
    for name in ("SIGHUP", "SIGINT"):
        # They are for the supervisor, though a terminal tells all of its processes.
        if found := getattr(signal, name, None):
            signal.signal(found, signal.SIG_IGN)
    config.configure_logging()
    Supervised(config, line, drain).run(sockets)
