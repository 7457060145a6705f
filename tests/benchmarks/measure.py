"""One size of the data: start everybody, see that they answer the same, and measure them in turns."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import asyncpg
import psutil
import uvloop

from tests.benchmarks import cases, load
from tests.benchmarks.cases import Case, Subjects
from tests.benchmarks.contestants import Contestant
from tests.benchmarks.data import Data

CHECKED = 12
QUIET = 0.05
"""The part of the machine that others may use during a turn."""


@dataclass
class Turn:
    """What one contestant did in one round."""

    per_second: float
    p50: float
    p99: float
    server_cpu: float
    """Milliseconds of CPU a request in the server."""
    database_cpu: float
    """And in PostgreSQL."""
    kilobytes: float
    disturbed: float
    """The part of the machine that others used meanwhile."""

    @property
    def cpu(self) -> float:
        """Milliseconds of CPU a request, wherever."""
        return self.server_cpu + self.database_cpu


@dataclass
class Results:
    """All turns, by (case, contestant, connections), and how many statements a request took."""

    times: int
    turns: dict[tuple[str, str, int], list[Turn]] = field(default_factory=lambda: defaultdict(list))
    statements: dict[tuple[str, str], float] = field(default_factory=dict)

    def median(self, case: str, name: str, connections: int, what: str) -> float | None:
        """The median over all rounds."""
        turns = self.turns.get((case, name, connections))
        return statistics.median(getattr(turn, what) for turn in turns) if turns else None

    def ratio(self, case: str, name: str, other: str, connections: int, what: str = "per_second") -> float | None:
        """The median of the rounds' ratios of one to another."""
        mine, theirs = self.turns.get((case, name, connections)), self.turns.get((case, other, connections))
        if not mine or not theirs:
            return None
        return statistics.median(getattr(one, what) / getattr(two, what) for one, two in zip(mine, theirs, strict=True))

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {
            "times": self.times,
            "turns": [
                {"case": case, "name": name, "connections": connections, "rounds": [asdict(turn) for turn in turns]}
                for (case, name, connections), turns in self.turns.items()
            ],
            "statements": [
                {"case": case, "name": name, "statements": number} for (case, name), number in self.statements.items()
            ],
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Results:
        """From a file."""
        found = cls(kept["times"])
        for each in kept["turns"]:
            key = each["case"], each["name"], each["connections"]
            found.turns[key] = [Turn(**turn) for turn in each["rounds"]]
        found.statements = {(each["case"], each["name"]): each["statements"] for each in kept["statements"]}
        return found


@contextmanager
def started(contestants: Sequence[Contestant], data: Data, times: int) -> Iterator[None]:
    """All of them running."""
    try:
        for contestant in contestants:
            contestant.start(data, times)
        yield
    finally:
        for contestant in contestants:
            contestant.stop()


def check(contestants: Sequence[Contestant], wanted: Sequence[Case], subjects: Subjects) -> None:
    """All answer the same, or it is no comparison."""
    for case in wanted:
        for subject in getattr(subjects, case.about)[:CHECKED]:
            answers = {
                contestant.title: cases.answer(case.name, _asked(contestant, case.name, subject))
                for contestant in contestants
                if contestant.answers(case)
            }
            first, expected = next(iter(answers.items()))
            for title, answered in answers.items():
                if answered != expected:
                    where = _difference(expected, answered)
                    raise SystemExit(f"{case.title}, {subject}: {first} and {title} answer differently: {where}")


def _asked(contestant: Contestant, case: str, subject: Any) -> Any:
    return contestant.ask(contestant.body(case, subject), contestant.headers(case, subject))


def _difference(one: Any, two: Any, path: str = "") -> str:
    if isinstance(one, dict) and isinstance(two, dict):
        for key in {**one, **two}:
            if one.get(key) != two.get(key):
                return _difference(one.get(key), two.get(key), f"{path}.{key}")
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for place, (a, b) in enumerate(zip(one, two, strict=True)):
            if a != b:
                return _difference(a, b, f"{path}[{place}]")
    return f"{path}: {str(one)[:300]} and {str(two)[:300]}"


async def _setting(data: Data, value: str) -> None:
    connection: Any = await asyncpg.connect(**data.postgres.address("postgres"))
    try:
        await connection.execute(f"ALTER SYSTEM SET pg_stat_statements.track = '{value}'")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


async def count_statements(
    data: Data, times: int, contestants: Sequence[Contestant], wanted: Sequence[Case], subjects: Subjects
) -> dict[tuple[str, str], float]:
    """How many statements PostgreSQL runs for a request, those around transactions included."""
    await _setting(data, "top")
    await asyncio.sleep(0.5)
    found = {}
    connection: Any = await asyncpg.connect(**data.postgres.address(data.name(times)))
    count = (
        "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
        "WHERE d.datname = current_database() AND query NOT LIKE '%pg_stat_statements%'"
    )
    try:
        for contestant in contestants:
            if contestant.backend != "postgresql":
                continue
            for case in filter(contestant.answers, wanted):
                asked = getattr(subjects, case.about)[:20]
                for subject in asked:
                    await asyncio.to_thread(_asked, contestant, case.name, subject)
                await connection.execute("SELECT pg_stat_statements_reset()")
                for subject in asked:
                    await asyncio.to_thread(_asked, contestant, case.name, subject)
                found[case.name, contestant.name] = float(await connection.fetchval(count)) / len(asked)
    finally:
        await connection.close()
        await _setting(data, "none")
    return found


def _machine() -> float:
    """Seconds of CPU that everybody on the machine has used so far."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system + times.irq + times.softirq + times.steal


async def _turn(
    contestant: Contestant, data: Data, requests: Sequence[bytes], connections: int, seconds: float
) -> Turn:
    in_postgres = contestant.backend == "postgresql"
    used = [contestant.cpu(), data.postgres.cpu(), time.process_time(), _machine()]
    measured = await load.press(contestant.port, requests, connections, seconds)
    now = [contestant.cpu(), data.postgres.cpu(), time.process_time(), _machine()]
    server, database, own, everybody = (after - before for after, before in zip(now, used, strict=True))
    return Turn(
        measured.per_second,
        measured.percentile(0.5),
        measured.percentile(0.99),
        server / measured.requests * 1000,
        database / measured.requests * 1000 if in_postgres else 0.0,
        measured.bytes / measured.requests / 1024,
        max(everybody - server - database - own, 0.0) / measured.seconds / (psutil.cpu_count() or 1),
    )


async def _quiet_turn(
    contestant: Contestant, data: Data, requests: Sequence[bytes], connections: int, run: Run
) -> Turn:
    """A turn in which others left the machine alone, or of so many tries the one they disturbed least."""
    best: Turn | None = None
    for attempt in range(run.patience):
        if attempt:
            await asyncio.sleep(1)
        turn = await _turn(contestant, data, requests, connections, run.seconds)
        if best is None or turn.disturbed < best.disturbed:
            best = turn
        if best.disturbed <= QUIET:
            break
    assert best is not None
    return best


@dataclass
class Run:
    """What is measured, and for how long."""

    times: int
    names: Sequence[str]
    wanted: Sequence[Case]
    rounds: int
    seconds: float
    connections: Sequence[int]
    patience: int
    """How often a turn is tried while others keep the machine busy."""


def measure(data: Data, contestants: Sequence[Contestant], run: Run) -> Results:
    """Measure one size."""
    for backend in {"postgresql", *(contestant.backend for contestant in contestants)}:
        asyncio.run(data.keep_years(backend, run.times))
    subjects = asyncio.run(cases.subjects(data.postgres.address(data.name(run.times))))
    results = Results(run.times)
    with started(contestants, data, run.times):
        for contestant in contestants:
            contestant.prepare(subjects)
        check(contestants, run.wanted, subjects)
        print(f"{run.times} times the customers: all give the same answers", flush=True)
        counting = count_statements(data, run.times, contestants, run.wanted, subjects)
        results.statements = asyncio.run(counting)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_rounds(data, contestants, run, subjects, results))
    return results


async def _rounds(
    data: Data, contestants: Sequence[Contestant], run: Run, subjects: Subjects, results: Results
) -> None:
    for case in run.wanted:
        able = [contestant for contestant in contestants if contestant.answers(case)]
        asked = {one.name: [_request(one, case.name, each) for each in getattr(subjects, case.about)] for one in able}
        for contestant in able:
            await load.press(contestant.port, asked[contestant.name], 8, min(run.seconds, 2.0))
        for connections in run.connections:
            for number in range(run.rounds):
                # Whoever comes first in a round comes last in the next one.
                order = able if number % 2 == 0 else list(reversed(able))
                for contestant in order:
                    gc.collect()
                    turn = await _quiet_turn(contestant, data, asked[contestant.name], connections, run)
                    results.turns[case.name, contestant.name, connections].append(turn)
            print(f"{case.title}, {connections} conn.: {_progress(results, case.name, connections)}", flush=True)


def _request(contestant: Contestant, case: str, subject: Any) -> bytes:
    shown = "".join(f"{name}: {value}\r\n" for name, value in contestant.headers(case, subject).items())
    return load.request(contestant.path, contestant.body(case, subject), shown)


def _progress(results: Results, case: str, connections: int) -> str:
    found = {name: turns for (of, name, number), turns in results.turns.items() if (of, number) == (case, connections)}
    rates = [f"{name} {statistics.median(turn.per_second for turn in turns):.0f}" for name, turns in found.items()]
    disturbed = statistics.median(turn.disturbed for turns in found.values() for turn in turns)
    return f"{', '.join(rates)} req/s; others used {disturbed:.0%} of the machine"
