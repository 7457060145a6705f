"""The terminal at which a gateway was started: once it is closed, nobody is there who could stop the gateway."""

from __future__ import annotations

import os
import signal

import uvicorn

HANGUP: int | None = getattr(signal, "SIGHUP", None)
STREAMS = (0, 1, 2)


class Terminal:
    """The terminal of this process, if it has one."""

    def __init__(self) -> None:
        self._streams = [stream for stream in STREAMS if os.isatty(stream)]

    def is_closed(self) -> bool:
        """Whether there was one, and it is gone."""
        return bool(self._streams) and not any(os.isatty(stream) for stream in self._streams)


def leave_when_closed(server: uvicorn.Server) -> None:
    """A server that is alone leaves at a hang-up as it does when it is told to stop, unless `nohup` lets it be."""
    if HANGUP is not None and signal.getsignal(HANGUP) is signal.SIG_DFL:
        signal.signal(HANGUP, server.handle_exit)
