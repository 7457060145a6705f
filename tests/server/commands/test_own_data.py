"""Own data from the command line: a folder is enough, and it keeps out of the demo's database."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import app

Run = Callable[..., Result]


@pytest.fixture
def database_kind() -> str:
    """What is said doesn't depend on the database."""
    return "sqlite"


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        environment = {"DATABASE_URL": database_url, "COLUMNS": "200", "TERM": "dumb"}
        return CliRunner().invoke(app, arguments, env=environment)

    return invoke


def test_from_a_starter_folder_to_ones_own_data(run: Run) -> None:
    made = run("template", "shop", "--locale", "cs_CZ")
    again = run("template", "shop")
    tried = run("import", "shop", "--dry-run")
    brought = run("import", "shop")
    unchanged = run("import", "--skip-bad", "shop")

    assert made.exit_code == 0
    assert "and run `crm360 import shop --dry-run`" in made.stdout
    assert again.exit_code == 1
    assert again.stderr.startswith("shop has import.toml, stores.csv")
    assert (tried.exit_code, brought.exit_code, unchanged.exit_code) == (0, 0, 0)
    assert "Nothing was written: this was a dry run." in tried.stdout
    assert "customerSources: shop is made, as customers name it." in brought.stdout
    assert "│ customers       │ 0       │ 0       │ 2         │ 0       │" in unchanged.stdout


def test_own_data_keeps_out_of_the_demos_database_unless_it_is_asked_in(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "tags.csv").write_text("code,name\na,A\n")
    file = database_url.removeprefix("sqlite+aiosqlite:///")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("INSERT INTO import_step (run, step, finished_at) VALUES ('complete-journey', 'begin', 0)")

    refused = run("import", "tags.csv")
    taken = run("import", "tags.csv", "--beside-demo")

    assert refused.exit_code == 1
    assert refused.stderr.startswith("This database holds the demo's data. Give yours one of its own: set DATABASE_URL")
    assert taken.exit_code == 0
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT code FROM tag").fetchall() == [("a",)]


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--locale", "klingon", "klingon is no locale, such as cs_CZ or en_US.\n"),
        ("--encoding", "ebcdic-9", "ebcdic-9 is no encoding, such as utf-8 or windows-1250.\n"),
        ("--zone", "Prague", "Prague is no time zone, such as Europe/Prague.\n"),
    ],
)
def test_what_cannot_be_declared_is_told(run: Run, option: str, value: str, reason: str) -> None:
    result = run("import", "tags.csv", option, value)

    assert (result.exit_code, result.stderr) == (1, reason)


def test_nothing_to_import_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    result = run("import", "empty")

    assert result.exit_code == 1
    assert "empty: has no files that hold rows" in result.stdout
