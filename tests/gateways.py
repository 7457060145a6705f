"""Gateways in processes of their own, which answer until they are told to stop."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest


@contextmanager
def serving(*command: str | Path, cwd: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The address of a gateway that a command starts, from when it answers to when it is stopped."""
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        told: list[str] = []
        try:
            for line in process.stdout:
                told.append(line)
                if found := re.search(r"The reference: +(http\S+)/reference", line):
                    break
            else:
                pytest.fail("".join(told))
            _until_it_answers(found[1])
            yield found[1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def _until_it_answers(address: str) -> None:
    """Workers may be starting yet when their address is told."""
    for _ in range(300):
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{address}/health", timeout=10)
            return
        time.sleep(0.1)
    pytest.fail("The gateway doesn't answer.")
