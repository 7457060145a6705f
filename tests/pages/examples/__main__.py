"""Records the reference's examples from the demo's data: `python -m tests.pages.examples`.

Each operation is run by the real gateway, mutations as if (`dryRun`). The data is a few households of the demo, which
are imported unless a file with them is named; what the examples need beside them is done first.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from server.reference.examples import FILE
from tests.pages.examples.examples import Recorded, begin, templates
from tests.server.gateway import opened

ROOT = Path(__file__).parents[3]
SECRET = re.compile(r"crm_[a-z]+_[\w-]+")


def main() -> None:
    """Import, ask, and write."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/demo.sqlite"
        if given := sys.argv[1:]:
            shutil.copyfile(given[0], f"{folder}/demo.sqlite")
        else:
            for command in (["migrate"], ["import", "journey", "--households=20", "--promotion-weeks=0"]):
                environment = {**os.environ, "DATABASE_URL": url}
                subprocess.run([sys.executable, "-m", "server.cli", *command], env=environment, cwd=ROOT, check=True)
        recorded = asyncio.run(record(url.replace("sqlite:", "sqlite+aiosqlite:")))
    FILE.write_text(_hidden(json.dumps(recorded, indent=1, ensure_ascii=False)) + "\n", "utf-8")
    sys.stdout.write(f"{len(recorded)} examples are in {FILE.relative_to(ROOT)}.\n")


async def record(url: str) -> dict[str, Any]:
    """What each operation answers."""
    async with opened(url) as client:
        examples = Recorded(client, url)
        for name, answer in (await begin(examples)).items():
            sys.stderr.write(f"{name} was refused: {answer}\n")
        return {name: await examples.example(name) for name in templates(client.app.endpoint.schema._schema)}


def _hidden(text: str) -> str:
    """No token is shown, not even one that was never valid."""
    return SECRET.sub("crm_…", text)


if __name__ == "__main__":
    main()
