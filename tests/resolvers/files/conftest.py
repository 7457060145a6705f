"""Files of rows for the tests of the exchange."""

import itertools
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from resolvers.files import ImportReport, export_files, import_files

Rows = list[dict[str, Any]]
Bring = Callable[..., Awaitable[ImportReport]]
Take = Callable[[str], Awaitable[Rows]]


@pytest.fixture
def bring(database_url: str, tmp_path: Path) -> Bring:
    """Import files: `await bring({"tags.jsonl": [{"code": "a", "name": "A"}]}, dry_run=True)`."""
    runs = itertools.count()

    async def run(files: dict[str, Rows | str | bytes], **options: Any) -> ImportReport:
        folder = tmp_path / f"in{next(runs)}"
        folder.mkdir()
        for name, content in files.items():
            found = "".join(f"{json.dumps(row)}\n" for row in content) if isinstance(content, list) else content
            (folder / name).write_bytes(found.encode() if isinstance(found, str) else found)
        return await import_files(database_url, [folder / name for name in files], **options)

    return run


@pytest.fixture
def take(database_url: str, tmp_path: Path) -> Take:
    """Export one resource: `await take("tags")` gives its rows without what is empty."""

    async def run(resource: str) -> Rows:
        folder = tmp_path / "out"
        await export_files(database_url, folder, resources=[resource])
        path = folder / f"{resource}.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [{key: value for key, value in json.loads(line).items() if value not in (None, [])} for line in lines]

    return run


def reasons(report: ImportReport) -> list[str]:
    """What was refused, in words."""
    return [str(error) for error in report.errors]
