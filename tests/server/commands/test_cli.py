import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from graphql import build_schema
from typer.testing import CliRunner, Result

from server import __version__
from server.cli import app
from server.commands import transfer

ROOT = Path(__file__).parents[3]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line; `run("serve", url=…)` with a database."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: object, url: str | None = None, stdin: str | None = None) -> Result:
        environment = {"DATABASE_URL": url, "COLUMNS": "200", "TERM": "dumb"}
        return CliRunner().invoke(app, [str(one) for one in arguments], env=environment, input=stdin)

    return invoke


def test_help_says_what_each_command_does(run: Run) -> None:
    shown = run("--help").output

    for command in ("serve", "demo", "migrate", "import", "export", "schema", "explain", "jobs", "token"):
        assert re.search(rf"│ {command} +\S", shown)
        assert run(command, "--help").exit_code == 0


def test_help_of_serving_names_every_setting(run: Run) -> None:
    shown = run("serve", "--help").output

    for setting in ("DATABASE_URL", "CRM360_PORT", "CRM360_DEADLINE", "CRM360_LOG_LEVEL", "CRM360_DEVELOPMENT"):
        assert setting in shown


def one_line(result: Result) -> str:
    """What a failed command says, without a traceback."""
    assert result.exit_code == 1
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return line


def test_an_address_that_is_none_is_named(run: Run) -> None:
    line = one_line(run("serve", url="mysql://eva:canary@db/crm"))

    assert line.startswith("DATABASE_URL: must look like postgresql://")
    assert "canary" not in line


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_database_that_does_not_answer_is_told(run: Run, command: str) -> None:
    with free_port() as port:
        line = one_line(run(command, *port_option(command), url=f"postgresql://localhost:{port}/crm"))

    assert line.startswith("The database ")
    assert "DATABASE_URL" in line


@pytest.mark.parametrize("command", ["serve", "migrate"])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("@/test_", "@/none_"), 'database "none_'),
        (("postgres@/", "eva:canary@/"), 'role "eva" does not exist'),
        (("host=", "host=/nowhere&"), "No such file or directory"),
        (("?host=", "?sslmode=never&host="), "`sslmode` parameter must be one of"),
        (("?host=", "?target_session_attrs=standby&host="), "target attribute"),
    ],
)
def test_the_server_s_own_reason_is_told(
    run: Run, new_database: Callable[..., str], command: str, change: tuple[str, str], reason: str
) -> None:
    url = new_database("postgresql").replace(*change)

    line = one_line(run(command, *port_option(command), url=url))

    assert line.startswith("The database ")
    assert reason in line
    assert "canary" not in line


def test_a_port_that_is_none_is_told(run: Run) -> None:
    line = one_line(run("serve", url="postgresql://eva:canary@localhost:abc/crm"))

    assert line.startswith("DATABASE_URL: can't be read as an address of hosts and ports.")
    assert "canary" not in line


def test_nothing_is_dropped_without_a_word(run: Run, empty: str) -> None:
    line = one_line(run("migrate", "--down", url=empty))

    assert line == "Going back drops tables and columns with all that they hold: add --yes, if you mean it."


def test_tables_of_a_newer_version_are_told(run: Run, empty: str) -> None:
    with sqlite3.connect(empty.partition("///")[2]) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE served_revision SET revision = '9998'")
    connection.close()

    served, migrated = one_line(run("serve", "--port", 0, url=empty)), one_line(run("migrate", url=empty))

    assert served.endswith("of a newer version, which this one can't use: install the version that migrated it.")
    assert migrated.startswith("The database's tables are those of a newer version: this one knows revisions up to ")


def port_option(command: str) -> list[str]:
    return ["--port", "0"] if command == "serve" else []


@contextlib.contextmanager
def free_port() -> Iterator[int]:
    """A port on which nobody listens, though it is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_without_tables_is_not_served(run: Run, new_database: Callable[..., str], kind: str) -> None:
    line = one_line(run("serve", "--port", 0, url=new_database(kind, migrated=False)))

    assert line == "The database has no tables yet: run `crm360 migrate` first."


def test_looking_for_a_database_does_not_make_one(run: Run, tmp_path: Path) -> None:
    one_line(run("serve", "--port", 0, url="sqlite:///crm.sqlite"))

    assert list(tmp_path.iterdir()) == []


def test_a_database_of_another_version_is_not_served(run: Run, new_database: Callable[..., str]) -> None:
    url = new_database("sqlite", migrated=False)
    assert run("migrate", "--revision", "0001", url=url).output.endswith(" is at 0001.\n")

    line = one_line(run("serve", "--port", 0, url=url))

    assert line == "The database's tables are those of an older version: run `crm360 migrate` first."


def test_a_database_migrates_up_and_down(run: Run, tmp_path: Path) -> None:
    url = "sqlite:///new/folder/crm.sqlite"

    assert run("migrate", url=url).output == ("The database (new/folder/crm.sqlite) is at the newest revision.\n")
    assert (tmp_path / "new/folder/crm.sqlite").exists()
    down = run("migrate", "--down", "--yes", url=url)
    assert down.output == "The database (new/folder/crm.sqlite) is at its beginning.\n"
    assert "no tables yet" in one_line(run("serve", "--port", 0, url=url))


def test_a_revision_that_is_none_is_told_with_those_that_are(run: Run) -> None:
    line = one_line(run("migrate", "--revision", "zzz", url="sqlite:///crm.sqlite"))

    assert line.startswith("There is no revision zzz. There are: 0001, 0002, ")


def test_jobs_need_tables(run: Run) -> None:
    line = one_line(run("jobs", url="sqlite:///crm.sqlite"))

    assert line == "The database has no tables yet: run `crm360 migrate` first."


def test_a_document_that_is_no_text_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "query.graphql").write_bytes(b"\xff\xfe{")

    assert one_line(run("explain", "query.graphql")) == "What was given to read isn't text in UTF-8."


def test_a_file_that_is_no_database_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "crm.sqlite").write_text("Something else, and long enough to be looked at.")
    before = set(threading.enumerate())

    line = one_line(run("serve", "--port", 0, url="sqlite:///crm.sqlite"))

    assert line == (
        "The database can't be reached (file is not a database): check DATABASE_URL, and that the database runs."
    )
    assert [thread.name for thread in threading.enumerate() if thread not in before] == []


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").output == f"crm360 {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands(shell: str) -> None:
    environment = {**os.environ, "_CRM360_COMPLETE": f"complete_{shell}", "COMP_WORDS": "crm360 mig", "COMP_CWORD": "1"}
    environment |= {"_TYPER_COMPLETE_ARGS": "crm360 mig", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    code = "import sys; sys.argv[0] = 'crm360'; from server.cli import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "migrate" in done.stdout
    assert "serve" not in done.stdout


def test_a_reader_of_the_output_who_has_enough_is_no_error() -> None:
    line = [sys.executable, "-m", "server.cli", "schema"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()

    assert told == ""


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ([], "Nothing was written."),
        (["--skip-bad"], "The good rows so far are kept; the same files again bring in the others."),
        (["--skip-bad", "--dry-run"], "Nothing was written."),
    ],
)
def test_an_import_that_is_stopped_says_what_is_kept(
    run: Run, empty: str, monkeypatch: pytest.MonkeyPatch, options: list[str], kept: str
) -> None:
    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(transfer, "import_files", interrupted)

    result = run("import", "files", "tags.jsonl", *options, url=empty)

    assert (result.exit_code, result.stderr) == (130, f"Stopped. {kept}\n")


def test_a_port_that_is_taken_is_told(run: Run, empty: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        line = one_line(run("serve", "--port", port, url=empty))

    assert line == (
        f"Can't listen on 127.0.0.1, port {port}: Address already in use. "
        "Stop what listens there, or choose another with --port or CRM360_PORT."
    )


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_others_reach_a_gateway_with_open_access_only_when_it_is_said(
    run: Run, empty: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The demo's access is open by itself, and it says so to its workers by the environment.
    monkeypatch.setenv("CRM360_OPEN_ACCESS", "true" if command == "serve" else "false")
    line = one_line(run(command, "--host", "0.0.0.0", "--port", 0, url=empty))

    assert line.startswith("0.0.0.0 may be reached by others, and access is open")
    assert "--open" in line


def test_the_schema_and_its_reference_are_written(run: Run, tmp_path: Path) -> None:
    printed = run("schema").output
    run("schema", "--output", "schema.graphql", "--reference", "reference")

    assert "Customer" in build_schema(printed).type_map
    assert (tmp_path / "schema.graphql").read_text(encoding="utf-8") == printed
    assert "Customer" in (tmp_path / "reference/index.html").read_text(encoding="utf-8")


DOCUMENT = """
query A($n: Int!) { customers(first: $n) { nodes { cards(first: 2) { nodes { number } } insights { purchaseCount } } } }
query B { stores { totalCount } }
"""


@pytest.mark.parametrize("url", ["sqlite:///not-there.sqlite", "postgresql://localhost:1/not-there"])
def test_a_plan_is_explained_without_a_database(run: Run, url: str) -> None:
    result = run("explain", "-", "--operation", "A", "--variables", '{"n": 3}', url=url, stdin=DOCUMENT)

    assert re.findall(r"^\S.*", result.output, re.MULTILINE) == [
        "customers: connection of Customer, one statement for all its parents",
        "customers.cards: connection of Card, in the statement above",
        "customers.insights: made by made_along of rows that are read along, for all its parents at once",
    ]
    assert result.output.count("    SELECT ") == 1
    assert "LIMIT 3" in result.output


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--operation", "C"], "Say which operation, with --operation: the document has A, B."),
        (["--operation", "A"], "Variable '$n' has invalid value"),
        (["--operation", "A", "--variables", "{"], "--variables is not JSON"),
        (["--operation", "A", "--variables", "[]"], "--variables must be a JSON object."),
    ],
)
def test_what_cannot_be_explained_is_told(run: Run, arguments: list[str], expected: str) -> None:
    assert one_line(run("explain", "-", *arguments, stdin=DOCUMENT)).startswith(expected)


def test_a_wrong_document_is_told_with_its_places(run: Run) -> None:
    result = run("explain", "-", stdin="{ customerz { id } }")

    assert result.exit_code == 1
    assert "Cannot query field 'customerz'" in result.stderr
    assert "GraphQL request:1:3" in result.stderr


def test_files_go_in_and_come_out_again(run: Run, empty: str, tmp_path: Path) -> None:
    (tmp_path / "tags.jsonl").write_text('{"code": "a", "name": "A"}\n')

    tried = run("import", "files", "tags.jsonl", "--dry-run", url=empty)
    first = run("import", "files", "tags.jsonl", url=empty)
    exported = run("export", "out", "--resource", "tags", url=empty)

    assert "Nothing was written: this was a dry run." in tried.output
    assert re.search(r"tags +│ 1 ", first.output)
    assert exported.output == "tags.jsonl: 1 rows\n"
    [row] = (tmp_path / "out/tags.jsonl").read_text().splitlines()
    assert json.loads(row)["name"] == "A"


def test_a_bad_row_is_named_and_fails_the_command(run: Run, empty: str, tmp_path: Path) -> None:
    (tmp_path / "tags.jsonl").write_text('{"code": "a", "nome": "A"}\n')

    result = run("import", "files", "tags.jsonl", url=empty)

    assert result.exit_code == 1
    assert "tags.jsonl, line 1: nome" in result.output
    assert "Nothing was written: mend the rows above, or say --skip-bad to write the others." in result.output


def test_what_there_is_not_cannot_be_exported(run: Run, empty: str) -> None:
    assert "nothings" in one_line(run("export", "out", "--resource", "nothings", url=empty))


def test_importing_into_a_database_without_tables_says_what_to_do(run: Run) -> None:
    assert "run `crm360 migrate` first" in one_line(run("import", "journey", url="sqlite:///crm.sqlite"))


@pytest.mark.parametrize("workers", [1, 2])
def test_from_nothing_to_an_answer_and_a_clean_end(tmp_path: Path, workers: int) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/crm.sqlite", "PYTHONPATH": str(ROOT)}
    environment["CRM360_OPEN_ACCESS"] = "true"

    def command(*arguments: str) -> subprocess.Popen[str]:
        line = [sys.executable, "-W", "error", "-m", "server.cli", *arguments]
        return subprocess.Popen(
            line, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    migrated, _ = (ran := command("migrate")).communicate(timeout=60)
    assert ran.returncode == 0, migrated
    if workers == 1:
        imported, _ = (ran := command("import", "journey", "--households", "2", "--promotion-weeks", "0")).communicate(
            timeout=120
        )
        assert ran.returncode == 0, imported

    with command("serve", "--port", "0", "--workers", str(workers)) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        answer = patiently(address)
        server.send_signal(signal.SIGTERM)
        rest, _ = server.communicate(timeout=30)

    # Two of the source, and four who are made up altogether.
    assert answer == {"data": {"customers": {"totalCount": 2 + 4 if workers == 1 else 0}}}
    assert server.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in rest


def patiently(address: str) -> object:
    """Ask until there is an answer: the workers may be starting yet."""
    for _ in range(200):
        with contextlib.suppress(httpx.TransportError):
            return httpx.post(address, json={"query": "{ customers { totalCount } }"}, timeout=10).json()
        time.sleep(0.1)
    pytest.fail("The gateway didn't answer.")
