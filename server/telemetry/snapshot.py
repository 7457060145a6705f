"""What one process has counted, left in a file for whoever shows the figures of all of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

import orjson

from server.telemetry.metrics import METRICS

V = TypeVar("V")

STALE = 10.0
"""The seconds after which a process that leaves nothing new is taken to be gone: what it counted stays, and what it
held does not."""

Key = tuple[str, tuple[str, ...]]
"""A metric's name, and the values of its labels."""


@dataclass(slots=True)
class Snapshot:
    """Values by metric and labels; a histogram's are the counts in its buckets, and the sum behind them."""

    values: dict[Key, float] = field(default_factory=dict)
    histograms: dict[Key, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float, *labels: str) -> None:
        """Tell a value."""
        self.values[name, labels] = value

    def histogram(self, name: str, buckets: list[int], total: float, *labels: str) -> None:
        """Tell how often something fell into which bucket."""
        self.histograms[name, labels] = [*buckets, total]

    def merge(self, other: Snapshot, *, is_gone: bool) -> None:
        """Take in what another process tells."""
        for (name, labels), value in other.values.items():
            metric, before = METRICS[name], self.values.get((name, labels), 0)
            if metric.kind == "gauge" and is_gone:
                continue
            self.values[name, labels] = max(before, value) if metric.of_all else before + value
        for key, counts in other.histograms.items():
            known = self.histograms.get(key)
            self.histograms[key] = counts if known is None else [a + b for a, b in zip(known, counts, strict=True)]

    def encode(self) -> bytes:
        """The snapshot as a file holds it."""
        return orjson.dumps([_listed(self.values), _listed(self.histograms)])

    @classmethod
    def decode(cls, content: bytes) -> Snapshot:
        """A snapshot from a file."""
        values, histograms = orjson.loads(content)
        return cls(dict(_keyed(values)), dict(_keyed(histograms)))


def _listed(values: Mapping[Key, object]) -> list[tuple[str, tuple[str, ...], object]]:
    return [(name, labels, value) for (name, labels), value in values.items()]


def _keyed(listed: list[tuple[str, list[str], V]]) -> Iterator[tuple[Key, V]]:
    for name, labels, value in listed:
        yield (name, tuple(labels)), value


class SnapshotFile:
    """The file of this process in the folder of all."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{os.getpid()}-{token_hex(4)}.json"

    def write(self, snapshot: Snapshot) -> None:
        """Put a snapshot in the place of the one before."""
        beside = self._path.with_suffix(".new")
        beside.write_bytes(snapshot.encode())
        beside.replace(self._path)


def merged(folder: Path) -> Snapshot:
    """What all processes have counted, those that are gone included."""
    found, now = Snapshot(), time.time()
    for path in sorted(folder.glob("*.json")):
        found.merge(Snapshot.decode(path.read_bytes()), is_gone=path.stat().st_mtime < now - STALE)
    return found
