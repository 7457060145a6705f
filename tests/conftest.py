"""What tests ask for by name: databases of both kinds, and sessions to put rows into them."""

import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.rules.error_codes import ErrorCode
from resolvers.operation import perform
from resolvers.operation.structs import camel
from resolvers.storage.engine import make_engine
from schema.declaring.operations.refusals import REFUSALS
from tests import databases, factories

NewDatabase = Callable[..., str]
JANITOR = pytest.StashKey[subprocess.Popen[bytes] | None]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that all processes of the run share; the same examples whatever else has been imported."""
    config.stash[JANITOR] = databases.begin_run()
    # Hypothesis mixes in constants of the modules imported so far: alone, a test would meet others than in company.
    pytest.MonkeyPatch().setattr(providers, "_get_local_constants", Constants)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's PostgreSQL and delete the folder."""
    if janitor := config.stash.get(JANITOR, None):
        databases.end_run(janitor)


@pytest.fixture(scope="session")
def all_databases() -> Iterator[databases.Databases]:
    """Both kinds of databases, for the whole of the run."""
    made = databases.Databases()
    yield made
    made.close()


@pytest.fixture
def new_database(all_databases: databases.Databases) -> Iterator[NewDatabase]:
    """Make databases: `new_database("sqlite")`, or a bare one with `migrated=False`."""
    with ExitStack() as stack:
        yield lambda kind, *, migrated=True: stack.enter_context(all_databases.database(kind, migrated=migrated))


@pytest.fixture(params=databases.KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The test runs once with `sqlite` and once with `postgresql`."""
    return request.param


@pytest.fixture
def database_url(database_kind: str, new_database: NewDatabase) -> str:
    """The address of a migrated and empty database, of each kind in turn."""
    return new_database(database_kind)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The gateway's own engine on an empty database."""
    made = make_engine(database_url)
    yield made
    await made.dispose()


@pytest.fixture
async def session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session to put rows into the database with, and to look at what became of them."""
    async with AsyncSession(engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture(autouse=True, scope="session")
def _no_refusal_but_those_told() -> Iterator[None]:
    """A mutation that is refused with a code which its description doesn't tell fails the test that did it."""
    once = perform._once

    async def watched(engine: AsyncEngine, context: Any, call: perform.Call, show: Any) -> Any:
        async def looked_at(payload: perform.Payload, inside: Any) -> Any:
            told = {*REFUSALS.get(camel(call.name), ErrorCode), *REFUSALS["every"]}
            untold = {error.code for error in payload.user_errors} - told
            assert not untold, (
                f"Add {sorted(untold)} to {camel(call.name)} in schema/refusals.toml, and run make schema."
            )
            return await show(payload, inside)

        return await once(engine, context, call, looked_at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(perform, "_once", watched)
        yield


@pytest.fixture(autouse=True)
def _numbers_from_one() -> None:
    """Factories count from 1 in every test, so that what they make is the same each time."""
    factories.restart()
