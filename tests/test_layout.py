import ast
import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["models", "resolvers", "schema", "server"])
def test_a_package_is_ours_and_not_one_of_the_same_name(name: str) -> None:
    assert Path(import_module(name).__file__ or "") == ROOT / name / "__init__.py"


def test_layers_import_only_what_is_below_them() -> None:
    command = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    check = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert check.returncode == 0, check.stdout + check.stderr


@pytest.mark.parametrize("top", ["resolvers", "server", "schema/declaring", "schema/execution"])
def test_a_folder_holds_few_enough_files_to_be_read_at_a_glance(top: str) -> None:
    files = Counter(path.parent for path in (ROOT / top).rglob("*.py"))

    assert {folder: count for folder, count in files.items() if count > 15} == {}


SOURCES = [
    path
    for top in ("crm360", "models", "resolvers", "schema", "server", "tests")
    for path in sorted((ROOT / top).rglob("*.py"))
    # What the benchmark installs for its peers.
    if ".work" not in path.parts
]


def test_a_file_is_short_enough_to_be_read_in_one_go() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}

    assert {name: count for name, count in lines.items() if count > 400 and "migrations" not in name} == {}


def test_a_function_is_short_enough_to_be_seen_at_once() -> None:
    long = [
        (str(path.relative_to(ROOT)), found.name)
        for path in SOURCES
        if path.parent.name != "versions"
        for found in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef)
        if found.end_lineno is not None and found.end_lineno - found.lineno + 1 >= 50
    ]

    assert long == []
