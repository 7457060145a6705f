"""The database that a command needs: there, and with the tables of this version."""

from __future__ import annotations

import asyncio

from alembic.util import CommandError

from models import migrations
from server.cli_errors import Obstacle
from server.http import readiness
from server.settings import Settings

REMEDIES = {
    readiness.UNREACHABLE: "check DATABASE_URL, and that the database runs",
    readiness.NOT_MIGRATED: "run `crm360 migrate` first",
    readiness.OLD: "run `crm360 migrate` first",
}


def require(settings: Settings) -> None:
    """See that the database can be used as it is."""
    obstacle = asyncio.run(readiness.obstacle(settings))
    if obstacle is not None:
        raise Obstacle(f"{obstacle[0].upper()}{obstacle[1:]}: {REMEDIES[obstacle]}.")


def prepare_folder(settings: Settings) -> None:
    """Make the folder that the embedded database's file goes into."""
    if settings.is_embedded:
        settings.database_file.parent.mkdir(parents=True, exist_ok=True)


def migrate(settings: Settings, revision: str | None, *, down: bool = False) -> str:
    """Move the tables to a revision, and tell where they are then."""
    try:
        if down:
            migrations.downgrade(settings.database_url, revision or "base")
        else:
            prepare_folder(settings)
            migrations.upgrade(settings.database_url, revision or "head")
    except CommandError as error:
        raise Obstacle(f"{error}. The revisions are {', '.join(migrations.revisions())}.") from None
    where = f" ({settings.database_file})" if settings.is_embedded else ""
    return f"The database{where} is at {revision or ('its beginning' if down else 'the newest revision')}."
