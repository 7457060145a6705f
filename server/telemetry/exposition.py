"""`/metrics` on a port of its own: whoever may reach the gateway reaches no figures of it by that.

The process that starts the others answers there, out of the files that they leave.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from server.cli_errors import Obstacle
from server.settings import Settings
from server.telemetry.metrics import METRICS, Metric
from server.telemetry.snapshot import merged

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric as Family

FOLDER = "CRM360_METRICS_FOLDER"
MISSING = "{} needs the extra `telemetry`: pip install 'crm360[telemetry]'."


@contextmanager
def showing_metrics(settings: Settings) -> Iterator[None]:
    """Show the figures of all workers meanwhile, where settings say so."""
    if settings.metrics_port is None:
        yield
        return
    try:
        from prometheus_client import CollectorRegistry, start_http_server
    except ImportError:
        raise Obstacle(MISSING.format("CRM360_METRICS_PORT")) from None
    with TemporaryDirectory(prefix="crm360-metrics-") as made:
        folder = Path(settings.metrics_folder or made)
        # Its workers are told so, too.
        os.environ[FOLDER] = str(folder)
        registry = CollectorRegistry()
        registry.register(Workers(folder))
        try:
            server, thread = start_http_server(settings.metrics_port, settings.metrics_host, registry)
        except OSError as error:
            raise Obstacle(
                f"Can't show metrics on {settings.metrics_host}, port {settings.metrics_port}: "
                f"{error.strerror or error}. Choose another with CRM360_METRICS_PORT."
            ) from None
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class Workers:
    """Collects what the workers have counted, whenever anybody asks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def describe(self) -> list[Family]:
        """Nothing ahead: a registry would otherwise collect once to find out."""
        return []

    def collect(self) -> Iterator[Family]:
        """The figures in the form of Prometheus' own library."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        found = merged(self.folder)
        for name, metric in METRICS.items():
            if metric.kind == "histogram":
                histogram = HistogramMetricFamily(name, metric.description, labels=metric.labels)
                for (each, labels), counts in found.histograms.items():
                    if each == name:
                        histogram.add_metric(labels, _buckets(metric, counts), counts[-1])
                yield histogram
                continue
            kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            family = kind(name, metric.description, labels=metric.labels)
            for (each, labels), value in found.values.items():
                if each == name:
                    family.add_metric(labels, value)
            yield family


def _buckets(metric: Metric, counts: list[float]) -> list[tuple[str, float]]:
    """Prometheus counts in each bucket what is in those below it, too."""
    bounds = [*map(str, metric.bounds), "+Inf"]
    return list(zip(bounds, accumulate(counts[:-1]), strict=True))
