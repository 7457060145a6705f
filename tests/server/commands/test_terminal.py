"""A gateway doesn't outlive the terminal at which it was started."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from server.workers import terminal
from server.workers.terminal import Terminal

ROOT = Path(__file__).parents[3]


def test_a_closed_terminal_is_known_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    monkeypatch.setattr(terminal, "STREAMS", (slave,))
    ours = Terminal()

    before = ours.is_closed()
    os.close(master)

    assert (before, ours.is_closed()) == (False, True)
    os.close(slave)


def test_who_never_had_a_terminal_has_none_that_could_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    monkeypatch.setattr(terminal, "STREAMS", (reader, writer))

    assert not Terminal().is_closed()
    os.close(reader)
    os.close(writer)


def test_a_gateway_whose_terminal_hangs_up_leaves_as_it_does_when_told_to(empty: str) -> None:
    line = [sys.executable, "-m", "crm360", "serve", "--port", "0"]
    environment = {**os.environ, "DATABASE_URL": empty}
    with subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as gateway:
        assert gateway.stdout is not None
        gateway.stdout.readline()
        # Whoever read along has enough, too.
        gateway.stdout.close()
        gateway.send_signal(signal.SIGHUP)
        _, told = gateway.communicate(timeout=30)

    assert (gateway.returncode, told) == (0, b"")
