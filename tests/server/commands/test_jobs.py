import asyncio
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from resolvers import jobs
from resolvers.jobs import JOBS
from server import settings
from server.app import create_app
from server.cli import app
from tests.schema.both_ways import schema


@pytest.fixture
def at_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url


def test_jobs_are_done_by_command(at_database: str) -> None:
    done = CliRunner().invoke(app, ["jobs", "expire-vouchers", "purge-keys"])

    assert (done.exit_code, done.stdout) == (0, "expire-vouchers: 0 changed\npurge-keys: 0 changed\n")


def test_an_unknown_job_is_told_in_one_line(at_database: str) -> None:
    done = CliRunner().invoke(app, ["jobs", "nothing"])

    assert done.exit_code == 1
    assert done.stderr.startswith("There is no job called nothing. There are: expire-points, expire-vouchers,")


@pytest.mark.parametrize(("named", "code"), [(["recommend"], 1), ([], 0)])
def test_a_job_without_its_extra_fails_only_where_it_was_asked_for(
    at_database: str, monkeypatch: pytest.MonkeyPatch, named: list[str], code: int
) -> None:
    schema()
    lacking = replace(JOBS["recommend"], needs=("no_such_module",))
    monkeypatch.setattr(jobs, "JOBS", {"recommend": lacking})

    done = CliRunner().invoke(app, ["jobs", *named])

    told = "recommend: left out for lack of no_such_module: install the extra `recommend`\n"
    assert (done.exit_code, done.stdout) == (code, told)


def test_what_there_is_to_do_is_listed() -> None:
    listed = CliRunner().invoke(app, ["jobs", "--list"])

    name, told = listed.stdout.splitlines()[1].split(maxsplit=1)
    assert (name, told) == ("expire-vouchers", "Mark vouchers whose validity is over as expired.")


@pytest.mark.parametrize(("minutes", "running"), [(10, True), (0, False)])
async def test_a_server_does_jobs_unless_it_is_told_not_to(at_database: str, minutes: int, running: bool) -> None:
    made = create_app(settings.load(jobs_every=minutes), schema())

    async with made.router.lifespan_context(made):
        names = {task.get_name() for task in asyncio.all_tasks()}

    assert ("jobs" in names) is running
    assert "jobs" not in {task.get_name() for task in asyncio.all_tasks()}
