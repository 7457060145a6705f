"""What was measured as a table, and against what was aimed at."""
# ruff: noqa: RUF001 - tables have dashes and signs of multiplication

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.benchmarks.cases import CASES, PROMISED
from tests.benchmarks.contestants import OURS
from tests.benchmarks.measure import Results

BETTER_OF = ("postgraphile", "mercurius")


@dataclass(frozen=True)
class Target:
    """What is aimed at."""

    title: str
    least: dict[str, float]
    upside_down: bool = False


TARGETS = {
    "better": Target("the better of PostGraphile and mercurius, 8 connections", {"customer360": 1.5, "list": 1.2}),
    "ordinary": Target("ordinary Strawberry, 8 connections", {"customer360": 25, "list": 25}),
    "floor": Target("hand-written SQL, 8 connections", {"customer360": 0.6, "list": 1}),
    "p50": Target("p50 at 1 connection, the better of the two", {"customer360": 1, "list": 1}, upside_down=True),
    "sqlite": Target("SQLite, ordinary Strawberry on SQLite", {"customer360": 20, "list": 20}),
}


def _number(value: float | None, digits: int = 1) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.{digits}f}"


def table(results: Results, titles: dict[str, str], many: int, few: int) -> Iterator[str]:
    """A table a case, in Markdown."""
    for case in (*CASES, *PROMISED):
        names = [name for name in titles if (case.name, name, many) in results.turns]
        if not names:
            continue
        yield f"**{case.title}**"
        yield ""
        yield (
            f"| server | statements | req/s, {many} conn. | crm360 is × | p50 at {few} conn., ms "
            f"| p99 at {many} conn., ms | server CPU, ms | PostgreSQL CPU, ms | KB |"
        )
        yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
        for name in names:
            base = f"{OURS}-sqlite" if name.endswith("sqlite") else OURS
            own = results.ratio(case.name, base, name, many)
            sqlite = name.endswith("sqlite")
            cells = [
                titles[name],
                _number(results.statements.get((case.name, name))).removesuffix(".0"),
                _number(results.median(case.name, name, many, "per_second")),
                "" if name == base else _number(own, 2),
                _number(results.median(case.name, name, few, "p50"), 2),
                _number(results.median(case.name, name, many, "p99"), 1),
                _number(results.median(case.name, name, many, "server_cpu"), 2),
                "" if sqlite else _number(results.median(case.name, name, many, "database_cpu"), 2),
                _number(results.median(case.name, name, many, "kilobytes"), 1),
            ]
            yield f"| {' | '.join(cells)} |"
        yield ""


def summary(results: Results, titles: dict[str, str], many: int) -> Iterator[str]:
    """Requests a second of all servers, a line a query, in Markdown."""
    yield f"| requests a second, {many} connections | {' | '.join(titles.values())} |"
    yield f"|---|{'--:|' * len(titles)}"
    for case in CASES:
        rates = [results.median(case.name, name, many, "per_second") for name in titles]
        if any(rate is not None for rate in rates):
            yield f"| {case.title} | {' | '.join(_number(rate, 0) for rate in rates)} |"


def _achieved(results: Results, name: str, case: str, many: int, few: int) -> float | None:
    if name == "sqlite":
        return results.ratio(case, f"{OURS}-sqlite", "ordinary-sqlite", many)
    if name == "p50":
        found = [results.ratio(case, OURS, other, few, "p50") for other in BETTER_OF]
        known = [each for each in found if each is not None]
        return max(known) if known else None
    if name == "better":
        found = [results.ratio(case, OURS, other, many) for other in BETTER_OF]
        known = [each for each in found if each is not None]
        return min(known) if known else None
    return results.ratio(case, OURS, name, many)


def against_targets(results: Results, titles: dict[str, str], many: int, few: int) -> Iterator[str]:
    """What was aimed at, and what came of it, where the two queries that count were measured."""
    names: Sequence[str] = ("customer360", "list")
    yield "| crm360 against | 360° | aimed at | list | aimed at |"
    yield "|---|--:|--:|--:|--:|"
    for name, target in TARGETS.items():
        cells = [target.title]
        found = {case: _achieved(results, name, case, many, few) for case in names}
        if not any(found.values()):
            continue
        for case, achieved in found.items():
            sign = "≤" if target.upside_down else "≥"
            cells += [f"{_number(achieved, 2)} ×", f"{sign} {target.least[case]:g} ×"]
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield "CPU a request, server and database together, as a multiple of crm360's; others hardly disturb it:"
    yield ""
    yield "| | 360° | list |"
    yield "|---|--:|--:|"
    for other in ("floor", *BETTER_OF, "ordinary", "ordinary-sqlite"):
        base = f"{OURS}-sqlite" if other.endswith("sqlite") else OURS
        ratios = [results.ratio(case, other, base, many, "cpu") for case in names]
        if any(ratio is not None for ratio in ratios):
            yield f"| {titles[other]} | {' | '.join(f'{_number(ratio, 2)} ×' for ratio in ratios)} |"
    yield ""


def promises(results: Results, many: int, few: int) -> Iterator[str]:
    """What was promised of the operations that frontends were promised, and what came of it, where both were asked."""
    against_floor = results.ratio("promised360", OURS, "floor", many)
    rows = [("Customer360 against hand-written SQL, 8 connections", against_floor, "≥ 0.5 ×")]
    rows.append(("Customer360 against the 360° above, p50 at 1 connection", _p50(results, "promised360", few), "≤ 2 ×"))
    rows.append(("insights of 50 customers against the list of 50", _p50(results, "insights", few, "list"), "≤ 3 ×"))
    if all(found is None for _, found, _ in rows):
        return
    yield "| promised | came to | aimed at |"
    yield "|---|--:|--:|"
    for title, found, aimed in rows:
        yield f"| {title} | {_number(found, 2)} × | {aimed} |"
    yield ""


def _p50(results: Results, case: str, connections: int, other: str = "customer360") -> float | None:
    """The median latency of one case as a multiple of another's."""
    found = [results.median(each, OURS, connections, "p50") for each in (case, other)]
    return found[0] / found[1] if found[0] and found[1] else None
