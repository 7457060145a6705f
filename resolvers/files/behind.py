"""What lets an import be quick: the database works at one batch while the next one is read."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress

OBJECTS = (100_000, 50, 100)
"""How many objects are made before the young ones are looked over, and how often the older ones are."""

ROWS_READ = 50
"""After how many rows that were read the batch before them gets a turn."""


class Behind:
    """Writes one batch at a time, while rows of the next are read."""

    def __init__(self) -> None:
        self._writing: asyncio.Task[None] | None = None
        self._read = 0

    async def start(self, write: Coroutine[object, object, None]) -> None:
        """Write a batch once the one before is written."""
        try:
            await self.end()
        except BaseException:
            write.close()
            raise
        self._writing = asyncio.create_task(write)

    async def go_on(self) -> None:
        """A row was read: what is being written may have to hear of the database."""
        self._read += 1
        if self._read % ROWS_READ == 0:
            await asyncio.sleep(0)

    async def end(self) -> None:
        """Wait for the batch that is being written."""
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing

    async def give_up(self) -> None:
        """Leave what is being written: what it was written for failed."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Rows are made in great numbers and go away by themselves: nearly none of them needs the collector of garbage."""
    before = gc.get_threshold()
    gc.set_threshold(*OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
