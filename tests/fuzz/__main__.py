"""Has schemathesis ask gateways over both databases by HTTP: `python -m tests.fuzz [documents of each field]`.

It lives in an environment of its own: it brings a good deal along that nothing else here needs.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import venv
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.storage.engine import make_engine
from tests import databases
from tests.gateways import serving
from tests.schema.sample_retailer import Shop

ROOT = Path(__file__).parents[2]
TOOL = ROOT / ".venv-schemathesis"
WANTED = "schemathesis==4.32.5"
DOCUMENTS = "10"


def installed() -> Path:
    """The tool's command, installed where it isn't yet."""
    command, stamp = TOOL / "bin" / "schemathesis", TOOL / WANTED
    if not stamp.exists():
        venv.create(TOOL, with_pip=True, clear=True)
        install = [TOOL / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "-qq", WANTED]
        subprocess.run([str(part) for part in install], check=True)
        stamp.touch()
    return command


async def fill(url: str) -> None:
    """Put the small retailer in."""
    engine = make_engine(url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        await Shop(session).fill()
    await engine.dispose()


def ask(tool: Path, url: str, documents: str) -> int:
    """Serve a database to the tool; what it ends with."""
    serve = [sys.executable, "-m", "server.cli", "serve", "--port", "0"]
    settings = {**os.environ, "DATABASE_URL": url, "CRM360_OPEN_ACCESS": "true", "CRM360_JOBS_EVERY": "0"}
    with serving(*serve, cwd=ROOT, environment=settings) as address:
        options = ["--max-examples", documents, "--checks", "no_error_is_the_gateway_s_own"]
        options += ["--seed", "1", "--continue-on-failure", "--suppress-health-check", "all", "--request-timeout", "30"]
        hooks = {**os.environ, "SCHEMATHESIS_HOOKS": "checks"}
        asked = [str(tool), "run", f"{address}/graphql", *options]
        return subprocess.run(asked, cwd=Path(__file__).parent, env=hooks, check=False).returncode


def main() -> int:
    """Ask on both databases; 0 where nothing was found."""
    tool, documents, found = installed(), next(iter(sys.argv[1:]), DOCUMENTS), 0
    with databases.of_a_program() as made:
        for kind in databases.KINDS:
            with made.database(kind) as url:
                asyncio.run(fill(url))
                found |= ask(tool, url, documents)
    return found


if __name__ == "__main__":
    sys.exit(main())
