"""The benchmark: `python -m tests.benchmarks`. It brings what it needs, measures, and writes down what came of it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import report
from tests.benchmarks.cases import CASES
from tests.benchmarks.contestants import MAKERS, WORK, install_node
from tests.benchmarks.data import Data
from tests.benchmarks.measure import Run, measure
from tests.benchmarks.postgres import default_folder


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="1", help="how many times over the customers, such as 1,10,30")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured, in turns")
    parser.add_argument("--seconds", type=float, default=4, help="how long each time")
    parser.add_argument("--patience", type=int, default=3, help="tries of a turn while others keep the machine busy")
    parser.add_argument("--connections", default="1,8", help="the fewest and the most connections")
    parser.add_argument("--cases", default=",".join(case.name for case in CASES))
    parser.add_argument("--peers", default=",".join(MAKERS))
    parser.add_argument("--folder", type=Path, default=default_folder(), help="where the data is kept")
    parser.add_argument("--output", type=Path, default=WORK / "results.json")
    parser.add_argument("--stop", action="store_true", help="stop PostgreSQL at the end")
    return parser.parse_args()


def main() -> None:
    """Measure all sizes."""
    given = arguments()
    # Whoever stops the benchmark stops the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    WORK.mkdir(exist_ok=True)
    names = given.peers.split(",")
    if {"postgraphile", "mercurius"}.intersection(names):
        install_node()
    data = Data(given.folder)
    few, many = (int(each) for each in given.connections.split(","))
    wanted = [case for case in CASES if case.name in given.cases.split(",")]
    kept = []
    for times in (int(size) for size in given.sizes.split(",")):
        contestants = [MAKERS[name]() for name in names]
        run = Run(times, names, wanted, given.rounds, given.seconds, sorted({few, many}), given.patience)
        results = measure(data, contestants, run)
        titles = {contestant.name: contestant.title for contestant in contestants}
        print(f"\n## {times} times the customers\n")
        print("\n".join(report.against_targets(results, many, few)))
        print("\n".join(report.table(results, titles, many, few)), flush=True)
        kept.append(results.as_json())
        written = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "titles": titles, "sizes": kept}
        given.output.write_text(json.dumps(written, indent=1))
    if given.stop:
        data.postgres.stop()


if __name__ == "__main__":
    main()
