"""The database that a command needs: there, and with tables that this version can use."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence

import typer
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.pool import NullPool

from models import migrations, outbox
from resolvers.storage.engine import make_engine
from server.cli_errors import Obstacle, none_such
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
        folder = settings.database_file.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Obstacle(f"{folder} can't be made ({error.strerror}): check DATABASE_URL.") from None
        if settings.database_file.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise Obstacle(f"{settings.database_file} can't be written: check DATABASE_URL.")


def migrate(settings: Settings, revision: str | None, *, down: bool = False, yes: bool = False) -> str:
    """Move the tables to a revision, and tell where they are then."""
    known = migrations.revisions()
    if revision and revision not in (*known, "base" if down else "head"):
        raise none_such("There is no revision", revision, known)
    if down and not yes:
        _ask()
    try:
        if down:
            migrations.downgrade(settings.database_url, revision or "base")
        else:
            prepare_folder(settings)
            migrations.upgrade(settings.database_url, revision or "head")
    except CommandError as error:
        raise Obstacle(_explain(settings, error)) from None
    where = f" ({settings.database_file})" if settings.is_embedded else ""
    return f"The database{where} is at {_place(asyncio.run(_revision(settings)), known)}."


async def _revision(settings: Settings) -> str | None:
    engine = make_engine(settings.database_url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    finally:
        await engine.dispose()


def _place(revision: str | None, known: Sequence[str]) -> str:
    """Where the tables are, which an order that leads the other way doesn't move."""
    if revision is None:
        return "its beginning"
    return "the newest revision" if revision == known[-1] else revision


def _ask() -> None:
    """Nothing is dropped by a slip of the hand."""
    if not sys.stdin.isatty():
        raise Obstacle(f"{LOSS}: add --yes, if you mean it.")
    typer.confirm(f"{LOSS}. Go on?", abort=True)


def _explain(settings: Settings, error: CommandError) -> str:
    obstacle, _ = asyncio.run(readiness.obstacle(settings))
    if obstacle == readiness.NEW or (obstacle is None and "locate" in str(error)):
        known = migrations.newest()
        return f"The database's tables are those of a newer version: this one knows revisions up to {known}."
    return f"{error}."
