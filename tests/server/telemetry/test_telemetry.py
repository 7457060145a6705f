"""What the gateway tells of itself: metrics, traces, the log of slow operations, and what of the schema is used."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, generate_latest

from resolvers.storage.replicas.replica import name_of
from server.commands.usage import usage
from server.settings import load
from server.telemetry.exposition import Workers
from server.telemetry.json_lines import JsonLines
from server.telemetry.metrics import METRICS, exposed
from server.telemetry.observer import Observer
from server.telemetry.slow import SlowOperations
from server.telemetry.snapshot import Snapshot, SnapshotFile
from server.telemetry.traces import Traces
from tests.server.gateway import Client, opened

STORES = "query Stores($n: Int) { stores(first: $n) { nodes { name } } }"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def shown(folder: Path) -> dict[str, float]:
    """What Prometheus is shown, by series."""
    registry = CollectorRegistry()
    registry.register(Workers(folder))
    lines = generate_latest(registry).decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What would be sent to a collector."""
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.clear()


async def test_figures_are_counted_by_operation_and_by_code(empty: str, tmp_path: Path) -> None:
    async with opened(empty, metrics_folder=str(tmp_path)) as client:
        for _ in range(3):
            await client.ask(STORES, {"n": 1})
        await client.ask("{ nope }")
        await client.ask(STORES, {"n": 1000})

    told = shown(tmp_path)

    assert told['crm360_requests_total{operation="Stores",type="query"}'] == 4
    assert told['crm360_errors_total{code="GRAPHQL_VALIDATION_FAILED",operation="(invalid)"}'] == 1
    assert told['crm360_errors_total{code="BAD_PAGE",operation="Stores"}'] == 1
    assert told['crm360_request_seconds_count{operation="Stores"}'] == 4
    assert told['crm360_statements_total{operation="Stores"}'] == 3
    # The schema of all tests in a process counts them together.
    assert told['crm360_ways_total{way="planned"}'] >= 3
    assert told["crm360_workers"] == 1


async def test_trusted_documents_and_replicas_are_told_of(
    new_database: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.app.read_manifests", lambda _: {"stores": STORES})
    url = new_database("postgresql")

    # A server that follows nobody is asked by nobody.
    async with opened(url, metrics_folder=str(tmp_path), database_replica_urls=url) as client:
        before = len(client.endpoint.schema.documents.kept)
        await client.ask(STORES, {"n": 1})
    told = shown(tmp_path)

    name = name_of(url)
    assert told['crm360_cache_entries{cache="trusted"}'] == before > 0
    assert told['crm360_cache_hits_total{cache="trusted"}'] > 0
    assert told[f'crm360_replica_connections{{replica="{name}",state="most"}}'] == 8
    assert told[f'crm360_replicas_asked{{replica="{name}"}}'] == 0


def test_workers_are_added_up_and_one_that_is_gone_leaves_its_counts(tmp_path: Path) -> None:
    for _ in range(2):
        snapshot = Snapshot()
        snapshot.add("crm360_shed", 2)
        snapshot.add("crm360_running_requests", 3)
        SnapshotFile(tmp_path).write(snapshot)
    first = min(tmp_path.glob("*.json"))
    os.utime(first, (0, 0))

    told = shown(tmp_path)

    assert (told["crm360_shed_total"], told["crm360_running_requests"]) == (4, 3)


async def test_a_trace_has_the_operation_and_a_span_for_each_statement(
    client: Client, spans: InMemorySpanExporter
) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    client.endpoint.observer = Observer([Traces(provider, "sqlite", share=1.0)])

    await client.ask(STORES, {"n": 1}, traceparent=PARENT)

    statement, whole = spans.get_finished_spans()
    assert (whole.name, statement.name) == ("query Stores", "batch")
    assert whole.context is not None
    assert f"{whole.context.trace_id:032x}" == PARENT.split("-")[1]
    assert statement.parent is not None
    assert statement.parent.span_id == whole.context.span_id
    assert whole.attributes is not None
    assert statement.attributes is not None
    assert (whole.attributes["crm360.planned"], statement.attributes["db.system.name"]) == (True, "sqlite")
    assert "store" in str(statement.attributes["db.query.text"])


async def test_what_a_caller_does_not_want_traced_is_not(client: Client, spans: InMemorySpanExporter) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    client.endpoint.observer = Observer([Traces(provider, "sqlite", share=1.0)])

    await client.ask(STORES, {"n": 1}, traceparent=f"{PARENT[:-2]}00")

    assert spans.get_finished_spans() == ()


async def test_a_slow_operation_is_told_with_its_plan_and_without_its_document(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    schema = client.endpoint.schema
    client.endpoint.observer = Observer([SlowOperations(schema, "sqlite", 0.0)])

    with caplog.at_level(logging.WARNING, "crm360.slow"):
        await client.ask('query Find { customers(search: "nobody@example.com") { nodes { id } } }')
        await client.ask('query Find { customers(search: "nobody@example.com") { nodes { id } } }')

    [record] = [each for each in caplog.records if each.name == "crm360.slow"]
    line = orjson.loads(JsonLines().format(record))
    assert "customers: connection of Customer" in line["message"]
    assert (line["operation"], line["statements"], line["level"]) == ("Find", 1, "WARNING")
    assert "nobody" not in orjson.dumps(line).decode()


async def test_what_of_the_schema_is_used_is_told_by_the_command(empty: str) -> None:
    document = "query ($by: StoreOrder!) { stores(first: 1, orderBy: [$by]) { nodes { name } } }"

    async with opened(empty, usage=True) as client:
        for _ in range(2):
            await client.ask(document, {"by": {"field": "NAME"}})

    told = await asyncio.to_thread(usage, load(database_url=empty), 7, None, deprecated=False, unused=False)
    used = {line.split()[2]: int(line.split()[0]) for line in told.splitlines()}
    assert used["Query.stores"] == used["Query.stores(orderBy:)"] == used["StoreOrder.field"] == 2
    assert used["StoreSortField.NAME"] == used["Store.name"] == 2
    assert "Store.code" not in used


def test_the_dashboard_asks_for_what_is_shown() -> None:
    dashboard = Path(__file__).parents[3] / "docker" / "grafana" / "dashboards" / "crm360.json"
    known = {series for name in METRICS for series in exposed(name)}

    asked = set(re.findall(r"crm360_\w+", " ".join(re.findall(r'"expr": "([^"]+)"', dashboard.read_text()))))

    assert asked
    assert asked <= known
