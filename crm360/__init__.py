"""The program as it is installed, beside whatever other packages are called `schema`, `models` or `server`.

An installed crm360 owns this one name: its four packages lie in here, and are found because this folder comes first on
the path. In a checkout they lie beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE if (HERE / "server").is_dir() else HERE.parent
"""The folder that holds `server`, `schema`, `resolvers` and `models`."""


def main() -> None:
    """Run the command line. Processes that it starts inherit the path."""
    sys.path[:] = [str(HOME), *(entry for entry in sys.path if entry != str(HOME))]
    from server.cli import main as run  # noqa: PLC0415 - it is found only now

    run()
