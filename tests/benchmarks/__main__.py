"""The benchmark: `python -m tests.benchmarks`. It brings what it needs, measures, and writes down what came of it."""

from __future__ import annotations

import argparse
import json
import platform
import signal
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from tests.benchmarks import chart, edge, report
from tests.benchmarks.cases import CASES, PROMISED
from tests.benchmarks.contestants import MAKERS, ROOT, WORK, install_node
from tests.benchmarks.data import Data
from tests.benchmarks.measure import Results, Run, measure
from tests.benchmarks.postgres import default_folder

DOCS = ROOT / "docs"


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="1", help="how many times over the customers, such as 1,10,30")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured, in turns")
    parser.add_argument("--seconds", type=float, default=4, help="how long each time")
    parser.add_argument("--patience", type=int, default=3, help="tries of a turn while others keep the machine busy")
    parser.add_argument("--connections", default="1,8", help="the fewest and the most connections")
    parser.add_argument("--cases", default=",".join(case.name for case in (*CASES, *PROMISED)))
    parser.add_argument("--peers", default=",".join(MAKERS))
    parser.add_argument("--folder", type=Path, default=default_folder(), help="where the data is kept")
    parser.add_argument("--output", type=Path, default=WORK / "results.json")
    parser.add_argument("--write", action="store_true", help="put the figures and the chart into docs/benchmark.*")
    parser.add_argument("--edge", action="store_true", help="measure what tokens, permissions, costs and limits take")
    parser.add_argument("--stop", action="store_true", help="stop PostgreSQL at the end")
    return parser.parse_args()


def machine() -> str:
    """What kind of machine this is."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    ]
    memory = psutil.virtual_memory().total / 2**30
    kind = names[0] if names else platform.machine()
    return f"{psutil.cpu_count()} cores ({kind}), {memory:.0f} GiB of memory, Python {platform.python_version()}"


def write(results: Results, titles: dict[str, str], many: int, few: int) -> None:
    """Put a size's figures into the page; those of the data as it is into the README too, and into the chart."""
    today = datetime.now(UTC).date().isoformat()
    disturbed = statistics.median(turn.disturbed for turns in results.turns.values() for turn in turns)
    circumstances = f"Measured on {today}: {machine()}; others used {disturbed:.0%} of the machine meanwhile."
    promised = report.promises(results, many, few)
    lines = [*report.against_targets(results, titles, many, few), *promised, *report.table(results, titles, many, few)]
    replace(DOCS / "benchmark.md", str(results.times), [circumstances, "", *lines])
    if results.times == 1:
        replace(ROOT / "README.md", "figures", [circumstances, "", *report.summary(results, titles, many), ""])
        (DOCS / "benchmark.svg").write_text(chart.draw(results, titles, many))


def replace(page: Path, name: str, lines: Sequence[str]) -> None:
    """Put lines between the marks of a name in a page that has them."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    head, found, rest = page.read_text().partition(begin)
    if found:
        page.write_text(f"{head}{begin}\n{chr(10).join(lines)}{end}{rest.partition(end)[2]}")


def main() -> None:
    """Measure all sizes."""
    given = arguments()
    # Whoever stops the benchmark stops the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    WORK.mkdir(exist_ok=True)
    if given.edge:
        lines = edge.measured(Data(given.folder), given.rounds, given.seconds, given.patience)
        today = datetime.now(UTC).date().isoformat()
        print("\n".join(lines))
        if given.write:
            replace(DOCS / "benchmark.md", "edge", [f"Measured on {today}: {machine()}.", "", *lines, ""])
        return
    names = given.peers.split(",")
    if {"postgraphile", "mercurius"}.intersection(names):
        install_node()
    data = Data(given.folder)
    few, many = (int(each) for each in given.connections.split(","))
    wanted = [case for case in (*CASES, *PROMISED) if case.name in given.cases.split(",")]
    kept = []
    for times in (int(size) for size in given.sizes.split(",")):
        contestants = [MAKERS[name]() for name in names]
        run = Run(times, names, wanted, given.rounds, given.seconds, sorted({few, many}), given.patience)
        results = measure(data, contestants, run)
        titles = {contestant.name: contestant.title for contestant in contestants}
        print(f"\n## {times} times the customers\n")
        print("\n".join(report.against_targets(results, titles, many, few)))
        print("\n".join(report.promises(results, many, few)))
        print("\n".join(report.table(results, titles, many, few)), flush=True)
        kept.append(results.as_json())
        if given.write:
            write(results, titles, many, few)
        written = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "titles": titles, "sizes": kept}
        given.output.write_text(json.dumps(written, indent=1))
    if given.stop:
        data.postgres.stop()


if __name__ == "__main__":
    main()
