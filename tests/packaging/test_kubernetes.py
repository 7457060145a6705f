"""The manifests in `docker/kubernetes/`, as far as they can be looked at without a cluster."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from dotenv import dotenv_values
from typer.core import TyperGroup
from typer.main import get_command

from server.cli import app
from server.settings import UNPREFIXED, load

FOLDER = Path(__file__).parents[2] / "docker" / "kubernetes"
VERSION = "1.37"
LONGEST_FAREWELL = 10
"""The seconds within which a gateway ends, however it is called on."""


def documents(folder: str) -> list[Any]:
    """All that a folder's resources say."""
    named = yaml.safe_load((FOLDER / folder / "kustomization.yaml").read_text())["resources"]
    return [each for name in named for each in yaml.safe_load_all((FOLDER / folder / name).read_text())]


def the(kind: str) -> Any:
    [found] = [each for each in documents("gateway") if each["kind"] == kind]
    return found


def container(manifest: Any) -> Any:
    [found] = manifest["spec"]["template"]["spec"]["containers"]
    return found


@pytest.fixture
def gateway_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The settings of a container that serves."""
    monkeypatch.chdir(tmp_path)
    for name, value in dotenv_values(FOLDER / "gateway" / "settings.env").items():
        monkeypatch.setenv(name, value or "")
    return load(open=True)


@pytest.mark.parametrize("folder", ["gateway", "migrate"])
def test_each_manifest_is_what_kubernetes_takes(folder: str) -> None:
    for each in documents(folder):
        # Kustomize adds the selectors, which are the labels that it gives.
        if each["kind"] == "Deployment":
            labels = {"app.kubernetes.io/name": "crm360"}
            each["spec"] |= {"selector": {"matchLabels": labels}}
            each["spec"]["template"]["metadata"] = {"labels": labels}
        kubernetes_validate.validate(each, VERSION, strict=True)


def test_the_gateways_settings_are_those_that_there_are(gateway_settings: Any) -> None:
    ports = {port["name"]: port["containerPort"] for port in container(the("Deployment"))["ports"]}

    assert gateway_settings.metrics_port == ports["metrics"]
    assert {each["name"] for each in container(the("Deployment"))["env"]} <= set(UNPREFIXED)


def test_the_gateway_has_the_time_that_it_needs_to_stop(gateway_settings: Any) -> None:
    grace = the("Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    ready = container(the("Deployment"))["readinessProbe"]

    assert grace >= gateway_settings.drain + LONGEST_FAREWELL
    assert ready["periodSeconds"] * ready["failureThreshold"] < gateway_settings.drain


def test_a_database_that_is_away_stops_requests_and_no_process() -> None:
    probes = [container(the("Deployment"))[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")]

    assert [probe["path"] for probe in probes] == ["/health", "/health", "/ready"]


@pytest.mark.parametrize(("folder", "kind"), [("gateway", "Deployment"), ("migrate", "Job")])
def test_nothing_runs_as_root_or_writes_into_its_image(folder: str, kind: str) -> None:
    [manifest] = [each for each in documents(folder) if each["kind"] == kind]

    assert manifest["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"] is True
    assert container(manifest)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@pytest.mark.parametrize("folder", ["gateway", "migrate"])
def test_each_container_calls_a_command_that_there_is(folder: str) -> None:
    [manifest] = [each for each in documents(folder) if each["kind"] in ("Deployment", "Job")]
    program, name, *arguments = container(manifest)["args"]

    group = get_command(app)
    assert isinstance(group, TyperGroup)
    context = group.commands[name].make_context(name, arguments)

    assert (program, context.args) == ("crm360", [])


def test_disruptions_and_metrics_are_about_the_gateways_pods() -> None:
    labels = yaml.safe_load((FOLDER / "gateway" / "kustomization.yaml").read_text())["labels"][0]["pairs"]
    monitor = yaml.safe_load((FOLDER / "monitoring" / "service_monitor.yaml").read_text())["spec"]
    services = [each for each in documents("gateway") if each["kind"] == "Service"]
    [watched] = [each for each in services if each["metadata"].get("labels") == monitor["selector"]["matchLabels"]]

    assert the("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    assert [port["name"] for port in watched["spec"]["ports"]] == [monitor["endpoints"][0]["port"]]
    assert the("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == the("Deployment")["metadata"]["name"]
