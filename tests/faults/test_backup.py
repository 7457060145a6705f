"""A backup that is taken while tills call holds one moment: all that was acknowledged before, and nothing by halves."""

import asyncio
from pathlib import Path

from resolvers.storage.engine import make_engine
from server.commands.backup import back_up, restore
from server.settings import load
from tests.conftest import NewDatabase
from tests.faults.books import faults
from tests.faults.load import Load
from tests.faults.processes import Gateway
from tests.faults.shop import open_shop
from tests.resolvers.books.proved import findings

CLIENTS, CALLS, ENOUGH = 4, 500, 12
"""Far more calls than are made meanwhile; the backup begins after so many answers."""

LONGEST = 120.0


async def test_a_backup_under_load_is_restored_with_books_that_are_right(
    database_kind: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    url, empty = new_database(database_kind), new_database(database_kind, migrated=False)
    shop = await open_shop(url)
    clients = [list(shop.calls(f"TILL{each}", 0, CALLS)) for each in range(CLIENTS)]

    async with asyncio.timeout(LONGEST), Gateway(url) as gateway, Load(gateway, clients, ENOUGH) as calling:
        running = asyncio.create_task(calling.run())
        await calling.heard_enough.wait()
        before = dict(calling.acknowledged)
        await asyncio.to_thread(back_up, load(database_url=url), tmp_path / "backup")
        after = len(calling.acknowledged)
        running.cancel()
    await asyncio.to_thread(restore, load(database_url=empty), tmp_path / "backup", replace=False)

    engine = make_engine(empty)
    books = await findings(engine)
    await engine.dispose()
    assert after > len(before) >= ENOUGH
    assert calling.refused == []
    assert (await faults(empty, [call for calls in clients for call in calls], before), books) == ([], [])
