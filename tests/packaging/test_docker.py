"""The files in `docker/`, as far as they can be looked at without an engine."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.settings import UNPREFIXED, Settings

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"


def read(name: str) -> Any:
    return yaml.safe_load((DOCKER / name).read_text())


def test_the_gateway_runs_with_a_read_only_root_and_settings_that_there_are() -> None:
    services = read("compose.yaml")["services"]
    gateway = services["gateway"]
    known = {f"CRM360_{name.upper()}" for name in Settings.model_fields} | set(UNPREFIXED)
    given = {name for name in gateway["environment"] if not name.startswith("OTEL_")}

    assert given <= known
    assert (gateway["read_only"], gateway["cap_drop"]) == (True, ["ALL"])
    assert gateway["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert "pooler=transaction" in gateway["environment"]["DATABASE_URL"]
    assert all("latest" not in each.get("image", "") and ":" in each.get("image", ":") for each in services.values())


@pytest.mark.parametrize(
    "name", ["prometheus.yaml", "collector.yaml", "grafana/provisioning/datasources/prometheus.yaml"]
)
def test_what_is_mounted_is_there_and_is_yaml(name: str) -> None:
    assert isinstance(read(name), dict)


def test_prometheus_looks_where_the_gateway_shows_its_metrics() -> None:
    port = read("compose.yaml")["services"]["gateway"]["environment"]["CRM360_METRICS_PORT"]

    [job] = read("prometheus.yaml")["scrape_configs"]

    assert job["static_configs"] == [{"targets": [f"gateway:{port}"]}]


def test_the_image_is_built_from_what_the_wheel_needs_and_runs_as_nobody() -> None:
    text = (DOCKER / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \\S+$", text, re.MULTILINE)

    assert all((ROOT / name).exists() for line in copied for name in line.split())
    assert text.index("USER 10001") < text.index('CMD ["crm360"')


def test_the_image_is_made_as_its_linter_wants_it() -> None:
    linter = Path(sys.executable).with_name("hadolint")

    told = subprocess.run([linter, DOCKER / "Dockerfile"], capture_output=True, text=True, timeout=30, check=False)

    assert (told.stdout, told.returncode) == ("", 0)
