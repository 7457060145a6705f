import asyncio

import pytest

from resolvers.files.importer import _end


class Transaction:
    """One whose end takes until it is let go on."""

    def __init__(self) -> None:
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()
        self.ended = ""

    async def commit(self) -> None:
        await self._end("committed")

    async def rollback(self) -> None:
        await self._end("rolled back")

    async def _end(self, how: str) -> None:
        self.begun.set()
        await self.goes_on.wait()
        self.ended = how


@pytest.mark.parametrize(("keep", "ended"), [(True, "committed"), (False, "rolled back")])
async def test_an_import_that_is_interrupted_at_its_end_is_ended_all_the_same(keep: bool, ended: str) -> None:
    transaction = Transaction()
    ending = asyncio.create_task(_end(transaction, keep=keep))
    await transaction.begun.wait()

    ending.cancel()
    transaction.goes_on.set()
    await ending

    assert transaction.ended == ended
