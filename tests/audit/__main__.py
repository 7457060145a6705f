"""Has clients of others ask a gateway over an empty database: `python -m tests.audit`, which takes Node and npm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def main() -> int:
    """Serve, and let them ask; what the last of them says."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        print("The audits take Node and npm.", file=sys.stderr)
        return 2
    subprocess.run([npm, "ci", "--silent"], cwd=HERE, check=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/audit.sqlite", "CRM360_OPEN_ACCESS": "true"}
        command = [sys.executable, "-m", "server.cli"]
        subprocess.run([*command, "migrate"], env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        serve = [*command, "serve", "--port", "0"]
        with subprocess.Popen(serve, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as gateway:
            try:
                assert gateway.stdout is not None
                address = gateway.stdout.readline().rpartition(" ")[2].strip()
                return subprocess.run([node, "audit.mjs", address], cwd=HERE, check=False).returncode
            finally:
                gateway.terminate()


if __name__ == "__main__":
    sys.exit(main())
