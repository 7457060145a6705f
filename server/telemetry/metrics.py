"""The metrics that are shown, by the names that dashboards and alerts know them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
STATEMENTS = (0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: of what kind it is, by what it is told apart, and what it says."""

    kind: Literal["counter", "gauge", "histogram"]
    description: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    """Of a histogram: up to where each bucket goes."""
    of_all: bool = False
    """Of a gauge: whether each worker tells of the same thing, so that the greatest is shown and not the sum."""


METRICS: dict[str, Metric] = {
    "crm360_requests": Metric(
        "counter", "Requests that were answered, or left by their clients.", ("operation", "type")
    ),
    "crm360_errors": Metric("counter", "Requests with an error of a code in their answers.", ("operation", "code")),
    "crm360_request_seconds": Metric("histogram", "How long requests took.", ("operation",), SECONDS),
    "crm360_request_statements": Metric("histogram", "How many SQL statements requests took.", (), STATEMENTS),
    "crm360_statements": Metric("counter", "SQL statements that were run for requests.", ("operation",)),
    "crm360_cost_points": Metric("counter", "Points that requests were charged.", ("operation",)),
    "crm360_ways": Metric("counter", "Queries by the way they ran: by a plan, or the ordinary way and why.", ("way",)),
    "crm360_cache_hits": Metric("counter", "What was found in a cache of documents or plans.", ("cache",)),
    "crm360_cache_misses": Metric("counter", "What was not found in a cache.", ("cache",)),
    "crm360_cache_evictions": Metric("counter", "What made room in a cache.", ("cache",)),
    "crm360_cache_entries": Metric("gauge", "What is kept in a cache.", ("cache",)),
    "crm360_shed": Metric("counter", "Requests that were told at once to come back later."),
    "crm360_running_requests": Metric("gauge", "Requests that are being answered."),
    "crm360_read_connections": Metric("gauge", "Connections for reading: busy, open, and at most.", ("state",)),
    "crm360_replica_connections": Metric(
        "gauge", "Connections to a replica: busy, open, and at most.", ("replica", "state")
    ),
    "crm360_replicas_asked": Metric(
        "gauge", "How many workers ask a replica: the others found it behind.", ("replica",)
    ),
    "crm360_write_connections": Metric("gauge", "Connections for writing that are busy."),
    "crm360_outbox_lag_seconds": Metric(
        "gauge", "Age of the oldest event that a reader of the outbox has not dealt with.", ("reader",), of_all=True
    ),
    "crm360_schema_uses": Metric("counter", "Operations that used a coordinate of the schema.", ("coordinate",)),
    "crm360_workers": Metric("gauge", "Processes that answer requests."),
    "crm360_build_info": Metric("gauge", "The version that runs; its value says nothing.", ("version",), of_all=True),
}


def exposed(name: str) -> tuple[str, ...]:
    """The names of the series that a metric is read by."""
    kind = METRICS[name].kind
    if kind == "histogram":
        return f"{name}_bucket", f"{name}_count", f"{name}_sum"
    return (f"{name}_total",) if kind == "counter" else (name,)


def table() -> str:
    """The metrics as a table of Markdown."""
    lines = ["| metric | kind | labels | what it tells |", "|---|---|---|---|"]
    for name, metric in METRICS.items():
        shown = f"{name}_total" if metric.kind == "counter" else name
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        lines.append(f"| `{shown}` | {metric.kind} | {labels} | {metric.description} |")
    return "\n".join(lines)
