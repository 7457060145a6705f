"""Traces by OpenTelemetry: a request, what was read and planned anew, and each statement; no span for a field.

Spans are made when a request is over, out of what was noted meanwhile: so one that was slow or failed is told whatever
the sampling says, and one that isn't told costs nothing. Where the caller traces, the caller says whether to; but not
more often than so many times a second, since anybody may say so.
`OTEL_…` say where traces go and, with `OTEL_TRACES_SAMPLER`, which.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from server import __version__
from server.http import request_ids
from server.telemetry.observer import Seen
from server.telemetry.slow import document_hash

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
SAMPLER = "OTEL_TRACES_SAMPLER"
TRACEPARENT = b"traceparent"
SHARE = 0.02
"""Of the requests that nobody says anything of: how many are told."""
MOST_CHOSEN = 20
"""And how many of them a second at most: what telling costs doesn't grow with what is asked."""
MOST_CALLED = 10
"""How many requests a second are told because their callers say so."""
SLOW = 1.0
"""The seconds from which on a request is always told."""
SYSTEMS = {"postgresql": "postgresql", "sqlite": "sqlite"}
Attributes = Mapping[str, str | int | bool]


def are_wanted(environment: Mapping[str, str]) -> bool:
    """Whether the environment says where traces go."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return any(environment.get(name) for name in ENDPOINTS)


def provider() -> TracerProvider:
    """What sends spans to where the environment says."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.version": __version__})
    if resource.attributes.get("service.name", "unknown_service") == "unknown_service":
        resource = resource.merge(Resource({"service.name": "crm360"}))
    made = TracerProvider(resource=resource, shutdown_on_exit=False)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made


class PerSecond:
    """So many in each second."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._second, self._taken = 0, 0

    def takes(self) -> bool:
        """Take one, if one is left."""
        second = int(self._clock())
        if second != self._second:
            self._second, self._taken = second, 0
        self._taken += 1
        return self._taken <= self._most


class Traces:
    """Makes spans of requests."""

    def __init__(
        self,
        spans: TracerProvider,
        backend: str,
        *,
        share: float | None = SHARE,
        most_called: int = MOST_CALLED,
        chance: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from opentelemetry.trace import get_current_span
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._called, self._chosen = PerSecond(most_called, clock), PerSecond(MOST_CHOSEN, clock)
        self._span_of = get_current_span
        self._provider = spans
        self._tracer = spans.get_tracer("crm360", __version__)
        self._propagator = TraceContextTextMapPropagator()
        self._system = SYSTEMS[backend]
        self._share, self._chance = (None if os.environ.get(SAMPLER) else share), chance

    def note(self, seen: Seen) -> None:
        """Make the spans of a request, if it is to be told."""
        parent = self._parent(seen) if TRACEPARENT in seen.request.headers else None
        if self._is_told(seen, parent):
            self._tell(seen, parent)

    def _parent(self, seen: Seen) -> Context:
        given = {name: seen.request.header(name.encode()) for name in ("traceparent", "tracestate")}
        return self._propagator.extract(given)

    def _is_told(self, seen: Seen, parent: Context | None) -> bool:
        if self._share is None:
            return True
        if parent is not None and (caller := self._span_of(parent).get_span_context()).is_valid:
            if not caller.trace_flags.sampled:
                return False
            if self._called.takes():
                return True
        if seen.seconds >= SLOW or "INTERNAL" in seen.codes:
            return True
        return self._chance() < self._share and self._chosen.takes()

    def _tell(self, seen: Seen, parent: Context | None) -> None:
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context

        # Spans tell the time of day, and what is noted the time since some moment.
        offset = time.time_ns() - time.perf_counter_ns()
        name = " ".join(filter(None, (seen.type, seen.name))) or "GraphQL"
        whole = self._tracer.start_span(
            name,
            parent if parent is not None else Context(),
            SpanKind.SERVER,
            dict(self._attributes(seen)),
            start_time=_at(seen.began, offset),
        )
        if whole.is_recording():
            if seen.codes:
                whole.set_status(StatusCode.ERROR, seen.codes[0])
            self._parts(seen, set_span_in_context(whole, Context()), offset)
        whole.end(_at(seen.began + seen.seconds, offset))

    def _attributes(self, seen: Seen) -> Iterator[tuple[str, str | int | bool]]:
        request = seen.request
        yield "http.request.method", request.method
        if request.answer is not None:
            yield "http.response.status_code", request.answer.status
        yield "crm360.request_id", request_ids.current.get()
        if seen.codes:
            yield "error.type", seen.codes[0]
        if request.running is None:
            return
        yield "graphql.operation.type", seen.type
        if seen.name:
            yield "graphql.operation.name", seen.name
        yield "crm360.document.sha256", document_hash(request.running.text)
        yield "crm360.cost", seen.cost
        if request.context is not None:
            yield "crm360.planned", request.context.planned

    def _parts(self, seen: Seen, within: Context, offset: int) -> None:
        for step in seen.steps:
            span = self._part(step.kind, step.sql, within, _at(step.began, offset), failed=step.failed)
            span.end(_at(step.ended, offset))
        for run in seen.reads:
            span = self._part("batch", run.sql, within, _at(run.began, offset), failed=run.failed)
            span.set_attribute("db.response.returned_rows", run.rows)
            span.end(_at(run.began + run.milliseconds / 1000, offset))

    def _part(self, name: str, sql: str, within: Context, at: int, *, failed: bool) -> Span:
        """A part of a request. A statement's text has places for values, and no values; why it failed may have some."""
        from opentelemetry.trace import SpanKind, StatusCode

        attributes = {"db.system.name": self._system, "db.query.text": sql} if sql else None
        kind = SpanKind.CLIENT if sql else SpanKind.INTERNAL
        span = self._tracer.start_span(name, within, kind, attributes, start_time=at)
        if failed:
            span.set_status(StatusCode.ERROR)
        return span

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def _at(moment: float, offset: int) -> int:
    return int(moment * 1_000_000_000) + offset
