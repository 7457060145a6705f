"""What is traced of what failed, and how much of it callers may ask for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.storage.steps import Step, watch_statements, watched
from server.telemetry.observer import Observer
from server.telemetry.slow import SlowOperations
from server.telemetry.traces import Traces
from tests.server.gateway import Client

STORES = "query Stores { stores(first: 1) { nodes { name } } }"
SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def provider() -> Iterator[TracerProvider]:
    """Sends spans nowhere."""
    made = TracerProvider(shutdown_on_exit=False)
    yield made
    made.shutdown()


@pytest.fixture
def spans(provider: TracerProvider) -> InMemorySpanExporter:
    """What would be sent to a collector."""
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


async def test_a_read_that_failed_is_in_the_trace_and_in_the_log_of_slow_operations(
    client: Client, provider: TracerProvider, spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    slow = SlowOperations(client.endpoint.schema, "sqlite", 0.0)
    client.endpoint.observer = Observer([Traces(provider, "sqlite", share=1.0), slow])
    async with client.endpoint.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE store RENAME TO shop"))

    with caplog.at_level(logging.WARNING, "crm360.slow"):
        await client.ask(STORES)

    # Its plan failed, and so did the ordinary way, which is tried after it.
    read = [span for span in spans.get_finished_spans() if span.name in ("batch", "query Stores")]
    assert [span.status.is_ok for span in read] == [False, False, False]
    [record] = [each for each in caplog.records if each.name == "crm360.slow"]
    assert [record.__dict__["fields"][name] for name in ("statements", "failed")] == [2, 2]


async def test_a_statement_that_failed_is_noted_and_the_next_one_as_if_nothing_had_been(engine: AsyncEngine) -> None:
    watch_statements(engine)
    steps = list[Step]()
    token = watched.set(steps)

    async with engine.connect() as connection:
        with suppress(DBAPIError):
            await connection.execute(text("SELECT nothing FROM nowhere"))
        await connection.rollback()
        await connection.execute(text("SELECT 1"))
    watched.reset(token)

    asked = [step for step in steps if step.sql.startswith("SELECT")]
    assert [(step.sql, step.failed) for step in asked] == [("SELECT nothing FROM nowhere", True), ("SELECT 1", False)]
    assert all(step.ended >= step.began for step in asked)


async def test_callers_have_only_so_many_requests_traced_in_each_second(
    client: Client, provider: TracerProvider, spans: InMemorySpanExporter
) -> None:
    seconds = iter([0.0, 0.1, 0.9, 1.0])
    traces = Traces(provider, "sqlite", most_called=2, chance=lambda: 1.0, clock=lambda: next(seconds))
    client.endpoint.observer = Observer([traces])

    told = []
    for _ in range(4):
        await client.ask(STORES, traceparent=SAMPLED)
        told.append(len([span for span in spans.get_finished_spans() if span.name == "query Stores"]))

    assert told == [1, 2, 2, 3]
