"""Backup and restore from the command line, whichever database it is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import perf_counter

from models import migrations
from models.base import utc_now
from resolvers.backup import embedded, served
from resolvers.backup.manifest import BackupError, Manifest
from server.cli_errors import Obstacle
from server.commands import database
from server.settings import Settings


def back_up(settings: Settings, folder: Path) -> str:
    """Write all that the database holds into a new folder, and tell what that is."""
    database.require(settings)
    began, now = perf_counter(), utc_now()
    try:
        if settings.is_embedded:
            manifest = embedded.back_up(settings.database_file, folder, now)
        else:
            manifest = asyncio.run(served.back_up(settings.database_url, folder, now))
    except BackupError as error:
        raise Obstacle(str(error)) from None
    return f"{_told(manifest)} are in {folder}, as of {manifest.at}; that took {perf_counter() - began:.1f} s."


def restore(settings: Settings, folder: Path, *, replace: bool) -> str:
    """Make the database what a backup holds, and tell what that is."""
    began = perf_counter()
    try:
        if settings.is_embedded:
            manifest = embedded.restore(settings.database_file, folder, replace=replace)
        else:
            manifest = served.restore(settings.database_url, folder, replace=replace)
    except BackupError as error:
        raise Obstacle(str(error)) from None
    told = f"{_told(manifest)} are restored, as of {manifest.at}; that took {perf_counter() - began:.1f} s."
    if manifest.revision != migrations.newest():
        told += "\nThe tables are those of an older version: run `crm360 migrate`."
    return told


def _told(manifest: Manifest) -> str:
    return f"{manifest.total:,} rows of {len(manifest.rows)} tables"
