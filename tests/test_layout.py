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


@pytest.mark.parametrize("top", ["resolvers", "server", "schema/execution"])
def test_a_folder_holds_few_enough_files_to_be_read_at_a_glance(top: str) -> None:
    files = Counter(path.parent for path in (ROOT / top).rglob("*.py"))

    assert {folder: count for folder, count in files.items() if count > 15} == {}
