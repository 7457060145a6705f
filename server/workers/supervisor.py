"""Several processes that answer on one socket, and one that sees that they do.

A worker that dies is replaced, and so is one that says nothing for long. SIGHUP replaces all, one after another: the
new one answers before the old one is told to leave, and if it can't the old ones stay. SIGTERM and SIGINT have all
leave, and so has SIGHUP once the terminal is closed; a second one doesn't wait for them.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from server.workers.answering import work
from server.workers.terminal import HANGUP, Terminal

SPAWN = multiprocessing.get_context("spawn")
STARTS_WITHIN, SPEAKS_WITHIN, LEAVES_WITHIN = 120.0, 30.0, 9.2
"""The seconds after which a worker is given up that doesn't answer yet, says nothing any more, or was told to leave."""

LOOKS_EVERY = 0.5
LONGEST_PAUSE = 30.0
"""The seconds between tries to start a worker that can't be started."""

MOST_TRIES = 3
"""How often a first worker is tried to start."""

STOPS = (signal.SIGTERM, signal.SIGINT)
RESTARTS = HANGUP
log = logging.getLogger("crm360")


class Worker:
    """A worker, as its supervisor sees it."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], drain: float) -> None:
        self._line, theirs = SPAWN.Pipe(duplex=False)
        self._drain = drain
        self._process = SPAWN.Process(target=work, args=(config, sockets, theirs, drain))
        self._process.start()
        theirs.close()
        self.answers = False
        """Whether it has begun to."""
        self.is_leaving = False
        self.replaces: Worker | None = None
        self._until = time.monotonic() + STARTS_WITHIN

    @property
    def pid(self) -> int | None:
        """Its process."""
        return self._process.pid

    @property
    def signs(self) -> tuple[Connection, int]:
        """What to wait for: its words, and its end."""
        return self._line, self._process.sentinel

    def hear(self) -> None:
        """Take what it said."""
        try:
            while self._line.poll():
                self._line.recv_bytes()
                self.answers = True
                if not self.is_leaving:
                    self._until = time.monotonic() + SPEAKS_WITHIN
        except (EOFError, OSError):
            # It has ended, or is about to.
            return

    def leave(self) -> None:
        """Tell it to answer what it was asked, and end."""
        if not self.is_leaving:
            self.is_leaving = True
            self._until = time.monotonic() + self._drain + LEAVES_WITHIN
            self._process.terminate()

    def end_if_late(self) -> None:
        """End it by force where it took too long for what it was to do."""
        if time.monotonic() > self._until and self._process.is_alive():
            log.error("Worker %s is ended by force: nothing was heard of it for too long.", self.pid)
            self._process.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def ended(self) -> int | None:
        """What it ended with; none as long as it lives."""
        code = self._process.exitcode
        if code is not None:
            self._process.join()
            self._line.close()
        return code


class Supervisor:
    """Keeps so many workers answering."""

    def __init__(
        self, config: uvicorn.Config, sockets: list[socket.socket], announce: Callable[[], None], drain: float
    ) -> None:
        self._config, self._sockets, self._drain = config, sockets, drain
        self._announce = announce
        self._terminal = Terminal()
        self._workers: list[Worker] = []
        self._outdated: list[Worker] = []
        """Those that are to be replaced."""
        self._told: list[int] = []
        """The signals that came."""
        self._is_stopping = self._has_answered = self._has_failed = False
        self._failures, self._pause_until = 0, 0.0

    def run(self) -> bool:
        """Serve until told to stop; whether that went well."""
        with self._listening() as bell:
            try:
                while self._workers or not self._is_stopping:
                    self._fill_up()
                    signs = [sign for worker in self._workers for sign in worker.signs]
                    wait([bell, *signs], timeout=LOOKS_EVERY)
                    self._obey(bell)
                    for worker in list(self._workers):
                        self._look_at(worker)
            finally:
                for worker in self._workers:
                    worker.kill()
        return not self._has_failed

    @contextmanager
    def _listening(self) -> Iterator[socket.socket]:
        """Note signals; what is yielded can be read from when one has come."""
        bell, striker = socket.socketpair()
        with bell, striker:
            for each in (bell, striker):
                each.setblocking(False)
            before = signal.set_wakeup_fd(striker.fileno())
            for number in filter(None, (*STOPS, RESTARTS)):
                signal.signal(number, lambda number, _: self._told.append(number))
            try:
                yield bell
            finally:
                signal.set_wakeup_fd(before)

    def _obey(self, bell: socket.socket) -> None:
        with suppress(BlockingIOError):
            bell.recv(4096)
        while self._told:
            if self._told.pop(0) == RESTARTS and not self._terminal.is_closed():
                self._outdated = [worker for worker in self._workers if not worker.is_leaving]
            else:
                self._stop()

    def _stop(self) -> None:
        for worker in self._workers:
            if self._is_stopping:
                worker.kill()
            else:
                worker.leave()
        self._is_stopping = True

    def _fill_up(self) -> None:
        """Start who is missing, and the next one to take another's place."""
        if self._is_stopping or time.monotonic() < self._pause_until:
            return
        while sum(not worker.is_leaving and worker.replaces is None for worker in self._workers) < self._config.workers:
            self._begin()
        self._outdated = [worker for worker in self._outdated if worker in self._workers and not worker.is_leaving]
        if self._outdated and all(worker.answers and not worker.is_leaving for worker in self._workers):
            self._begin().replaces = self._outdated.pop(0)

    def _begin(self) -> Worker:
        worker = Worker(self._config, self._sockets, self._drain)
        self._workers.append(worker)
        return worker

    def _look_at(self, worker: Worker) -> None:
        worker.hear()
        worker.end_if_late()
        code = worker.ended()
        if code is not None:
            self._workers.remove(worker)
            self._bury(worker, code)
        elif worker.answers:
            self._failures = 0
            self._welcome(worker)

    def _welcome(self, worker: Worker) -> None:
        if not self._has_answered:
            self._has_answered = True
            self._announce()
        if worker.replaces is not None:
            log.info("Worker %s takes the place of %s.", worker.pid, worker.replaces.pid)
            worker.replaces.leave()
            worker.replaces = None

    def _bury(self, worker: Worker, code: int) -> None:
        """See to what follows from a worker's end."""
        for other in self._workers:
            if other.replaces is worker:
                other.replaces = None
        if worker.is_leaving:
            return
        if worker.answers:
            log.error("Worker %s died (%s); another one takes its place.", worker.pid, code)
            return
        self._failures += 1
        self._pause_until = time.monotonic() + min(2**self._failures / 2, LONGEST_PAUSE)
        if worker.replaces is not None:
            log.error("The new worker %s can't start (%s): the old ones stay.", worker.pid, code)
            self._outdated = []
        elif self._has_answered or (code != STARTUP_FAILURE and self._failures < MOST_TRIES):
            log.error("Worker %s can't start (%s); another one is tried.", worker.pid, code)
        else:
            log.error("Worker %s can't start (%s).", worker.pid, code)
            self._has_failed = True
            self._stop()
