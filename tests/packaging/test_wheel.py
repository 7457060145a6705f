"""The wheel in an environment of its own, beside packages and files that bear the names of ours."""

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import httpx
import pytest

from server import __version__
from tests.gateways import serving

ROOT = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
FOREIGN = "raise ImportError('This is not what crm360 calls by this name.')\n"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a program prints; the test fails with all of it when the program does."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean() | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def clean() -> dict[str, str]:
    """An environment without settings of ours, and with no way to the checkout."""
    ours = ("CRM360_", "DATABASE_URL", "PYTHON", "XDG_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built with what the tests have at hand."""
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, ROOT, cwd=folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed program; what it depends on is that of the tests, and nothing is downloaded."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment)
    python = environment / "bin" / "python"
    run(*PIP, "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=environment)
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=ROOT).strip())
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    (packages / "schema.py").write_text(FOREIGN)
    return environment / "bin" / "crm360"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder that holds a `server.py` of its owner's."""
    made = tmp_path / "somebody's folder"
    made.mkdir()
    (made / "server.py").write_text(FOREIGN)
    return made


def test_a_wheel_takes_one_name_and_carries_its_pages_and_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert wheel.name == f"crm360-{__version__}-py3-none-any.whl"
    assert {name.partition("/")[0] for name in names} == {"crm360", f"crm360-{__version__}.dist-info"}
    assert f"crm360-{__version__}.dist-info/licenses/LICENSE" in names
    for needed in (
        "migrations/script.py.mako",
        "playground/page.html",
        "playground/dist/manifest.json",
        "playground/tabs/Timeline.graphql",
        "reference/templates/base.html",
        "reference/static/reference.js",
        "reference/examples/examples.json",
    ):
        assert [name for name in names if name.endswith(needed)] != [], needed
    assert [name for name in names if "node_modules" in name or name.endswith((".sqlite", ".lock"))] == []


def test_the_installed_program_migrates_and_serves_its_pages_from_any_folder(program: Path, folder: Path) -> None:
    home = {"XDG_DATA_HOME": str(folder.parent / "data"), "CRM360_OPEN_ACCESS": "true"}

    version = run(program, "--version", cwd=folder, **home)
    migrated = run(program, "migrate", cwd=folder, **home)
    with serving(program, "serve", "--workers", "2", "--port", "0", cwd=folder, environment=clean() | home) as address:
        page = httpx.get(f"{address}/graphql", headers={"Accept": "text/html"})
        scripts = re.findall(r'<script [^>]*src="([^"]+)"', page.text)
        answers = [page, httpx.get(f"{address}/reference/"), *(httpx.get(address + script) for script in scripts)]
        counted = httpx.post(f"{address}/graphql", json={"query": "{ customers { totalCount } }"}, timeout=30)

    database = folder.parent / "data/crm360/crm360.sqlite"
    assert version == f"crm360 {__version__}\n"
    assert migrated == f"The database ({database}) is at the newest revision.\n"
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert scripts[0].startswith("/graphql/assets/playground-")
    assert counted.json() == {"data": {"customers": {"totalCount": 0}}}
    assert [path.name for path in folder.iterdir()] == ["server.py"]


def test_the_demo_is_imported_by_a_process_of_the_installed_program(program: Path, folder: Path) -> None:
    python, url = program.with_name("python"), f"sqlite:///{folder}/demo.sqlite"
    command = ("-m", "crm360", "demo", "--households", "1", "--port", "0")

    with serving(python, *command, cwd=folder, environment=clean() | {"DATABASE_URL": url}) as address:
        counted = httpx.post(f"{address}/graphql", json={"query": "{ customers { totalCount } }"}, timeout=30)

    # One of the source, and four who are made up altogether.
    assert counted.json() == {"data": {"customers": {"totalCount": 1 + 4}}}
