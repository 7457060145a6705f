"""The database that a command needs: there, and with tables that this version can use."""

from __future__ import annotations

import asyncio
import sys

import typer
from alembic.util import CommandError
from sqlalchemy.pool import NullPool

from models import migrations, outbox
from resolvers.storage.engine import make_engine
from server.cli_errors import Obstacle
from server.http import readiness
from server.settings import Settings

REMEDIES = {
    readiness.UNREACHABLE: "check DATABASE_URL, and that the database runs",
    readiness.NOT_MIGRATED: "run `crm360 migrate` first",
    readiness.OLD: "run `crm360 migrate` first",
    readiness.NEW: "install the version that migrated it",
}
LOSS = "Going back drops tables and columns with all that they hold"


def require(settings: Settings) -> None:
    """See that the database can be used as it is."""
    obstacle, reason = asyncio.run(_obstacle(settings))
    if obstacle is not None:
        why = f" ({reason})" if reason else ""
        raise Obstacle(f"{obstacle[0].upper()}{obstacle[1:]}{why}: {REMEDIES[obstacle]}.")


async def _obstacle(settings: Settings) -> tuple[str | None, str]:
    obstacle, reason = await readiness.obstacle(settings)
    if obstacle is None and not settings.is_embedded:
        # It may have been restored on another server since it was last served from.
        engine = make_engine(settings.database_url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(outbox.go_on)
        await engine.dispose()
    return obstacle, reason


def prepare_folder(settings: Settings) -> None:
    """Make the folder that the embedded database's file goes into."""
    if settings.is_embedded:
        settings.database_file.parent.mkdir(parents=True, exist_ok=True)


def migrate(settings: Settings, revision: str | None, *, down: bool = False, yes: bool = False) -> str:
    """Move the tables to a revision, and tell where they are then."""
    if down and not yes:
        _ask()
    try:
        if down:
            migrations.downgrade(settings.database_url, revision or "base")
        else:
            prepare_folder(settings)
            migrations.upgrade(settings.database_url, revision or "head")
    except CommandError as error:
        raise Obstacle(_explain(settings, error, revision)) from None
    where = f" ({settings.database_file})" if settings.is_embedded else ""
    return f"The database{where} is at {revision or ('its beginning' if down else 'the newest revision')}."


def _ask() -> None:
    """Nothing is dropped by a slip of the hand."""
    if not sys.stdin.isatty():
        raise Obstacle(f"{LOSS}: add --yes, if you mean it.")
    typer.confirm(f"{LOSS}. Go on?", abort=True)


def _explain(settings: Settings, error: CommandError, revision: str | None) -> str:
    known = migrations.revisions()
    if revision is None or revision in known:
        obstacle, _ = asyncio.run(readiness.obstacle(settings))
        if obstacle == readiness.NEW or (obstacle is None and "locate" in str(error)):
            return f"The database's tables are those of a newer version: this one knows revisions up to {known[-1]}."
    return f"{error}. The revisions are {', '.join(known)}."
