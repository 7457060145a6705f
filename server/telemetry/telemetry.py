"""All telemetry of a process, as settings want it: who watches the requests, and what is written down now and then."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from resolvers.storage.cache import Cache
from resolvers.storage.reader import Reader
from resolvers.storage.replicas.reading import Replicas
from resolvers.storage.steps import watch_statements
from resolvers.storage.writing.outbox import lags
from schema.execution.run.planned_schema import PlannedSchema
from server import __version__
from server.admission import Admission
from server.cli_errors import Obstacle
from server.settings import Settings
from server.telemetry.exposition import MISSING
from server.telemetry.figures import Figures
from server.telemetry.observer import Observer, Watcher
from server.telemetry.slow import SlowOperations
from server.telemetry.snapshot import Snapshot, SnapshotFile
from server.telemetry.traces import Traces, are_wanted, provider
from server.telemetry.usage import Usage

logger = logging.getLogger("crm360")

SNAPSHOT, LAG, USES = 1.0, 15.0, 60.0
"""After how many seconds figures are left for whoever shows them, the outbox is looked at, and uses are saved."""


@runtime_checkable
class Pooled(Protocol):
    """What tells of its connections."""

    def use(self) -> Mapping[str, int]:
        """How many connections are in which state."""


class Telemetry:
    """What is told of a process; it works from the gateway's start to its end."""

    def __init__(
        self,
        settings: Settings,
        schema: PlannedSchema,
        reader: Reader,
        engine: AsyncEngine,
        replicas: Replicas | None = None,
    ) -> None:
        self._schema, self._reader, self._engine, self._replicas = schema, reader, engine, replicas
        folder = settings.metrics_folder
        self.figures = Figures(schema.documents.kept) if folder else None
        self.usage = Usage(schema._schema, engine) if settings.usage else None
        self.slow = SlowOperations(schema, reader.backend, settings.slow / 1000) if settings.slow else None
        self.traces = _traces(reader.backend, settings.called_traces)
        self._file = SnapshotFile(Path(folder)) if folder else None
        self._lags: Mapping[str, float] = {}
        self._running: list[asyncio.Task[None]] = []
        self.admission: Admission | None = None
        if self.watchers:
            watch_statements(engine)

    @property
    def watchers(self) -> list[Watcher]:
        """Who looks at each request."""
        every: list[Watcher | None] = [self.figures, self.usage, self.slow, self.traces]
        return [each for each in every if each is not None]

    @property
    def observer(self) -> Observer | None:
        """Who watches the requests; nobody where nothing is to be told."""
        return Observer(self.watchers) if self.watchers else None

    def start(self) -> None:
        """Write down now and then what is to be."""
        if self._file is not None:
            self._running += [asyncio.ensure_future(self._leave()), asyncio.ensure_future(self._look())]
        if self.usage is not None:
            self._running.append(asyncio.ensure_future(self._save(self.usage)))

    async def stop(self) -> None:
        """Write down the last."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self.usage is not None:
            await self.usage.save()
        if self._file is not None:
            self._file.write(self.snapshot())
        if self.traces is not None:
            await asyncio.to_thread(self.traces.close)

    async def _leave(self) -> None:
        assert self._file is not None
        while True:
            with suppress(OSError):
                self._file.write(self.snapshot())
            await asyncio.sleep(SNAPSHOT)

    async def _look(self) -> None:
        while True:
            try:
                self._lags = await lags(self._engine, datetime.now(UTC))
            except (SQLAlchemyError, OSError):
                # The database is away, which readiness tells of.
                self._lags = {}
            await asyncio.sleep(LAG)

    @staticmethod
    async def _save(usage: Usage) -> None:
        while True:
            await asyncio.sleep(USES)
            # One that has begun goes on to its end; the last one waits for it.
            await asyncio.shield(usage.save())

    def snapshot(self) -> Snapshot:
        """All that is known now."""
        found = Snapshot()
        if self.figures is not None:
            self.figures.tell(found)
        if self.usage is not None:
            self.usage.tell(found)
        for way, count in self._schema.ways.use().items():
            found.add("crm360_ways", count, way)
        documents = self._schema.documents
        _tell_cache(found, "documents", documents.read)
        _tell_cache(found, "plans", documents.plans)
        _tell_cache(found, "trusted", documents.kept)
        if self.admission is not None:
            found.add("crm360_shed", self.admission.turned_away)
            found.add("crm360_running_requests", self.admission.running)
        self._tell_connections(found)
        for reader, seconds in self._lags.items():
            found.add("crm360_outbox_lag_seconds", seconds, reader)
        found.add("crm360_workers", 1)
        found.add("crm360_build_info", 1, __version__)
        return found

    def _tell_connections(self, found: Snapshot) -> None:
        if isinstance(self._reader, Pooled):
            for state, count in self._reader.use().items():
                found.add("crm360_read_connections", count, state)
        pool = self._engine.pool
        found.add("crm360_write_connections", pool.checkedout() if isinstance(pool, QueuePool) else 0)
        if self._replicas is not None:
            for name, states in self._replicas.use().items():
                for state, count in states.items():
                    found.add("crm360_replica_connections", count, name, state)
            for name, is_asked in self._replicas.asked().items():
                found.add("crm360_replicas_asked", is_asked, name)


def _tell_cache(found: Snapshot, name: str, cache: Cache[Any, Any]) -> None:
    found.add("crm360_cache_hits", cache.hits, name)
    found.add("crm360_cache_misses", cache.misses, name)
    found.add("crm360_cache_evictions", cache.evictions, name)
    found.add("crm360_cache_entries", len(cache), name)


def _traces(backend: str, most_called: int) -> Traces | None:
    """Traces, where the environment says where they go."""
    if not are_wanted(os.environ):
        return None
    try:
        return Traces(provider(), backend, most_called=most_called)
    except ImportError:
        raise Obstacle(MISSING.format("OTEL_EXPORTER_OTLP_ENDPOINT")) from None
