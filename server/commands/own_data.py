"""A retailer's own data: what is declared of its files, where it may go, and a folder to begin with."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.pool import NullPool

import models
from resolvers.files import Declared, template
from resolvers.files.declared import said
from resolvers.storage.engine import make_engine
from server.cli_errors import Obstacle
from server.commands import database
from server.settings import Settings

APART = (
    "This database holds the demo's data. Give yours one of its own: set DATABASE_URL, as in "
    "sqlite:///my-shop.sqlite, and run `crm360 migrate`. --beside-demo puts them together all the same."
)


def declared(**given: str | None) -> Declared:
    """What the command line says of files."""
    try:
        return said(**given)
    except ValueError as error:
        raise Obstacle(f"{error}.") from None


def keep_apart(settings: Settings) -> None:
    """Keep own data out of the demo's database."""
    database.require(settings)
    if asyncio.run(_holds_demo(settings.database_url)):
        raise Obstacle(APART)


async def _holds_demo(url: str) -> bool:
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return bool(await connection.scalar(select(exists().where(models.ImportStep.id.is_not(None)))))
    finally:
        await engine.dispose()


def write_template(folder: Path, locale: str) -> str:
    """Write a starter folder, and tell what to do with it."""
    try:
        names = template.write(folder, locale)
    except (ValueError, FileExistsError) as error:
        raise Obstacle(f"{error}.") from None
    return (
        f"{folder} has {', '.join(names)}.\nReplace the rows by yours, leave out the files that you have nothing for, "
        f"and run `crm360 import {folder} --dry-run`."
    )
