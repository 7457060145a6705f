"""What telling costs: the same gateway with nothing told, with metrics and traces, and with all that there is.

Told are ratios of the server's CPU a request, of turns that lie next to each other: so it doesn't matter much what else
the machine does. Traces go to a collector that drops them, and metrics are fetched more often than anybody would.
"""
# ruff: noqa: RUF001 - tables have dashes and signs of multiplication

from __future__ import annotations

import asyncio
import statistics
import threading
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import uvloop

from tests.benchmarks import cases, load
from tests.benchmarks.cases import CASES
from tests.benchmarks.contestants import Gateway, free_port
from tests.benchmarks.data import Data
from tests.benchmarks.measure import started

ASKED = ("customer360", "lookup")
"""The largest question of a till or a shop, and the smallest."""

CONNECTIONS = 8
SCRAPED_EVERY = 2.0
MOST = 1.05
"""What metrics and traces may cost together."""

OFF, TOLD, ALL = "off", "metrics and traces", "all"


class Telling(Gateway):
    """Ours, with what its environment says of telemetry."""

    def __init__(self, title: str, backend: str, told: Mapping[str, str]) -> None:
        super().__init__(f"telling-{title.replace(' ', '-')}", title, backend)
        self.told = told

    def environment(self, data: Data, times: int) -> dict[str, str]:
        return {**super().environment(data, times), **self.told}


class Collector(BaseHTTPRequestHandler):
    """Takes traces, and drops them."""

    protocol_version = "HTTP/1.1"
    received = 0

    def do_POST(self) -> None:
        type(self).received += len(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def collecting() -> Iterator[str]:
    """The address of a collector."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def scraping(ports: Sequence[int]) -> Iterator[None]:
    """Fetch metrics meanwhile."""
    stopped = threading.Event()

    def fetch() -> None:
        while not stopped.wait(SCRAPED_EVERY):
            for port in ports:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read()

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def gateways(backend: str, collector: str) -> tuple[list[Gateway], list[int]]:
    """Who is compared, and where their metrics are."""
    ports = [free_port(), free_port()]
    telling = [{"CRM360_METRICS_PORT": str(port), "OTEL_EXPORTER_OTLP_ENDPOINT": collector} for port in ports]
    everything = {"CRM360_SLOW": "500", "CRM360_USAGE": "true", "CRM360_LOG_FORMAT": "json"}
    found: list[Gateway] = [
        Telling(OFF, backend, {}),
        Telling(TOLD, backend, telling[0]),
        Telling(ALL, backend, {**telling[1], **everything}),
    ]
    return found, ports


async def _cost(gateway: Gateway, requests: Sequence[bytes], seconds: float) -> float:
    """Milliseconds of CPU a request."""
    before = gateway.cpu()
    measured = await load.press(gateway.port, requests, CONNECTIONS, seconds)
    return (gateway.cpu() - before) / measured.requests * 1000


async def _costs(
    compared: Sequence[Gateway], requests: Sequence[bytes], rounds: int, seconds: float
) -> dict[str, list[float]]:
    for gateway in compared:
        await load.press(gateway.port, requests, CONNECTIONS, max(seconds, 2.0))
    costs: dict[str, list[float]] = {gateway.title: [] for gateway in compared}
    for number in range(rounds):
        # Whoever comes first in a round comes last in the next one.
        for gateway in compared if number % 2 == 0 else list(reversed(compared)):
            costs[gateway.title].append(await _cost(gateway, requests, seconds))
    return costs


def measured(data: Data, backend: str, rounds: int, seconds: float) -> tuple[list[str], bool]:
    """What it costs, as lines of a page, and whether that is little enough."""
    data.url("postgresql", 1)
    subjects = asyncio.run(cases.subjects(data.postgres.address(data.name(1))))
    lines = ["| | CPU a request, nothing told | metrics and traces | everything |", "|---|--:|--:|--:|"]
    is_little = True
    with collecting() as collector:
        compared, ports = gateways(backend, collector)
        with started(compared, data, 1), scraping(ports), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            for case in (each for each in CASES if each.name in ASKED):
                asked = getattr(subjects, case.about)
                requests = [load.request("/graphql", compared[0].body(case.name, each)) for each in asked]
                costs = runner.run(_costs(compared, requests, rounds, seconds))
                ratios = {
                    title: statistics.median(mine / off for mine, off in zip(found, costs[OFF], strict=True))
                    for title, found in costs.items()
                }
                is_little &= ratios[TOLD] <= MOST
                shown = f"{statistics.median(costs[OFF]):.3f} ms | {ratios[TOLD]:.3f} × | {ratios[ALL]:.3f} ×"
                lines.append(f"| {case.title} | {shown} |")
                print(lines[-1], flush=True)
    assert Collector.received, "No trace was sent."
    return lines, is_little
