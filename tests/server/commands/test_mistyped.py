"""Whatever a user can mistype is told in words, with what to do; never with a traceback."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from models import migrations
from schema.declaring.build import build
from server.cli import app
from server.commands import explain, schema, usage

built = cache(build)
USAGE, FAILED = 2, 1
"""The exit codes of a command line that is none, and of what couldn't be done."""

MISTYPED = [
    # Commands, options and their values.
    ("frobnicate", USAGE, "No such command 'frobnicate'."),
    ("migrat", USAGE, "Did you mean 'migrate'?"),
    ("import fles tags.jsonl", FAILED, "tags.jsonl: can't be read: No such file or directory"),
    ("--versoin", USAGE, "Possible options: --version"),
    ("serve --prot 1", USAGE, "Possible options: --host, --port"),
    ("serve --port abc", USAGE, "Invalid value for '--port'"),
    ("serve --workers 0", USAGE, "Invalid value for '--workers'"),
    ("serve extra", USAGE, "unexpected extra argument"),
    ("serve --port 99999", FAILED, "CRM360_PORT: input should be less than or equal to 65535 (it is 99999)."),
    ("serve --host nowhere.invalid --port 0", FAILED, "Can't listen on nowhere.invalid, port 0: "),
    ("demo --households 0", USAGE, "Invalid value for '--households'"),
    ("import files", USAGE, "Missing argument"),
    ("import journey --promotion-weeks -1", USAGE, "Invalid value for '--promotion-weeks'"),
    ("export out --format xml", USAGE, "'xml' is not one of 'jsonl', 'csv'"),
    ("usage --days 99999999999", USAGE, "Invalid value for '--days'"),
    ("token create", USAGE, "Give either --name and --scope, or --installation."),
    ("token create --installation --name x", USAGE, "Give either --name and --scope, or --installation."),
    ("token create --name x --scope customers:read --days 99999999999", USAGE, "Invalid value for '--days'"),
    # Names of what there is.
    ("jobs expire-point", FAILED, "There is no job called expire-point. Did you mean expire-points? There are: "),
    ("check figurs", FAILED, "The books have no part called figurs. Did you mean figures? There are: figures, "),
    ("usage Querry", FAILED, "The schema has no Querry."),
    ("export out --resource tag", FAILED, "There is no resource called tag; did you mean tags?"),
    ("migrate --revision zzz", FAILED, "There is no revision zzz. There are: 0001, "),
    ("migrate --revision base", FAILED, "There is no revision base. There are: 0001, "),
    ("migrate --down --revision 9999 --yes", FAILED, "There is no revision 9999. There are: 0001, "),
    ("token create --name x", FAILED, "Say what the token may do by --scope. There are: customers:read, "),
    ("token create --name x --scope customer:read", FAILED, "Did you mean customers:read? There are: "),
    ("token create --name '' --scope customers:read", FAILED, "A token's name has 1 to 128 characters."),
    ("token create --name x --scope customers:read --budget much", FAILED, "as 100000/5000"),
    ("token create --installation --language xx", FAILED, "xx is no language of ISO 639-1."),
    ("token create --installation --application none", FAILED, "No application in use has this code."),
    ("token revoke zzz", FAILED, "This is not an id of the API"),
    ("token budget VG9rZW46OTk= 5/1", FAILED, "There is no enterprise token with this id"),
    # Files and folders.
    ("export text", FAILED, "text: File exists."),
    ("export text/below", FAILED, "text/below: Not a directory."),
    ("backup text", FAILED, "text is there already: say another name."),
    ("backup text/below", FAILED, "Not a directory."),
    ("restore folder", FAILED, "folder is no backup: it has no manifest.json."),
    ("restore text", FAILED, "text/manifest.json: Not a directory."),
    ("explain none.graphql", FAILED, "none.graphql: No such file or directory."),
    ("explain folder", FAILED, "folder: Is a directory."),
    ("explain text", FAILED, "Syntax Error"),
    ("explain text --variables [", FAILED, "--variables is not JSON"),
    ("schema --output none/schema.graphql", FAILED, "none/schema.graphql: No such file or directory."),
    ("schema --reference text", FAILED, "text: File exists."),
    ("import files none.jsonl", FAILED, "none is not a resource"),
]

MISSET = [
    # Settings, by the environment.
    ("CRM360_PROT", "1", "CRM360_PROT in the environment: there is no such setting; did you mean CRM360_PORT?"),
    ("CRM360_PORT", "", "CRM360_PORT: input should be a valid integer"),
    ("CRM360_OPEN", "perhaps", "CRM360_OPEN: input should be a valid boolean"),
    ("CRM360_LOG_LEVEL", "loud", "CRM360_LOG_LEVEL: input should be 'debug', 'info', 'warning' or 'error'"),
    ("CRM360_DATABASE_URL", "sqlite:///x", "there is no such setting; did you mean DATABASE_URL?"),
    ("DATABASE_URL", "", "DATABASE_URL: must look like postgresql://"),
    ("DATABASE_URL", "mysql://eva:canary@db/crm", "DATABASE_URL: must look like postgresql://"),
    ("DATABASE_URL", "sqlite:///", "DATABASE_URL: must name a file"),
    ("DATABASE_URL", "sqlite:///crm.sqlite?mode=ro", "leave out what follows the question mark"),
    ("DATABASE_URL", "sqlite:///folder", "folder can't be written: check DATABASE_URL."),
    ("DATABASE_URL", "sqlite:///text/crm.sqlite", "text can't be made (File exists): check DATABASE_URL."),
    ("DATABASE_URL", "sqlite:////proc/none/crm.sqlite", "/proc/none can't be made (No such file or directory)"),
    ("DATABASE_URL", "sqlite:///text", "The database refuses: file is not a database."),
    ("DATABASE_URL", "postgresql://eva:can/ary@db/crm", "In a password the characters / : @ # ? are written as"),
]

IN_FILES = [
    ("crm360.toml", b"port = abc", "crm360.toml can't be read: Invalid value"),
    ("crm360.toml", b"prot = 1", "prot in crm360.toml: there is no such setting; did you mean port?"),
    ("crm360.toml", b"\xff", ".env or crm360.toml can't be read: 'utf-8' codec"),
    (".env", b"CRM360_PROT=1", "CRM360_PROT in .env: there is no such setting; did you mean CRM360_PORT?"),
    (".env", b"\xff\xfe", ".env or crm360.toml can't be read: 'utf-8' codec"),
]


@pytest.fixture(scope="module")
def migrated() -> Iterator[str]:
    """A database with tables, of which no mistyped line changes anything."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/crm.sqlite"
        migrations.upgrade(url)
        yield url


@pytest.fixture(autouse=True)
def one_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that need the schema share one."""
    for command in (usage, schema, explain):
        monkeypatch.setattr(command, "build", built)


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder with another folder and a file in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("Something else, and long enough to be looked at.")


def run(line: str, **environment: str) -> Result:
    """What a command line comes to."""
    return CliRunner().invoke(app, shlex.split(line), env={"COLUMNS": "200", "TERM": "dumb", **environment})


def told(result: Result) -> str:
    """All that is said, which is no traceback."""
    assert result.exception is None or isinstance(result.exception, SystemExit)
    said = f"{result.stdout}\n{result.stderr}"
    for bad in ("Traceback", "internal error", "canary", "Errno", 'File "'):
        assert bad not in said
    return said


@pytest.mark.parametrize(("line", "code", "expected"), MISTYPED, ids=[line for line, _, _ in MISTYPED])
def test_what_is_mistyped_is_told(line: str, code: int, expected: str, migrated: str) -> None:
    result = run(line, DATABASE_URL=migrated)

    assert expected in told(result)
    assert result.exit_code == code


@pytest.mark.parametrize(("name", "value", "expected"), MISSET)
def test_a_setting_that_is_none_is_told(name: str, value: str, expected: str) -> None:
    result = run("migrate", **{"DATABASE_URL": "sqlite:///crm.sqlite", name: value})

    assert expected in told(result)
    assert (result.exit_code, result.stdout) == (FAILED, "")


@pytest.mark.parametrize(("name", "text", "expected"), IN_FILES)
def test_a_file_of_settings_that_is_none_is_told(name: str, text: bytes, expected: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(text)

    result = run("migrate", DATABASE_URL="sqlite:///crm.sqlite")

    assert expected in told(result)
    assert (result.exit_code, result.stdout) == (FAILED, "")


def test_what_needs_tables_says_so(tmp_path: Path) -> None:
    lines = (
        "jobs",
        "check",
        "usage",
        "token list",
        "export out",
        "import files tags.jsonl",
        "recommend all",
        "backup out",
    )

    results = [run(line, DATABASE_URL="sqlite:///crm.sqlite") for line in lines]

    assert {told(result).strip() for result in results} == {
        "The database has no tables yet: run `crm360 migrate` first."
    }
    assert {result.exit_code for result in results} == {FAILED}
    assert not (tmp_path / "crm.sqlite").exists()


def test_help_is_had_by_a_letter_too() -> None:
    for line in ("", "serve", "import", "import files", "token", "token create", "recommend all"):
        long, short = run(f"{line} --help"), run(f"{line} -h")

        assert (short.exit_code, short.stdout) == (0, long.stdout)


def test_an_order_to_go_up_does_not_say_that_the_tables_went_down(migrated: str) -> None:
    result = run("migrate --revision 0001", DATABASE_URL=migrated)

    assert result.stdout.endswith(" is at the newest revision.\n")
