"""The naive gateway, beside which the real one is tested: it answers first, and commits a little later.

python -m tests.faults.naive_gateway serve
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from resolvers.operation import perform
from server.cli import main
from tests.faults.rounds import WITHIN

LATER = 5 * WITHIN
WITH_CARE = perform._once

_committing: set[asyncio.Task[Any]] = set()


async def in_haste(engine: Any, context: Any, call: Any, show: Callable[[Any, Any], Awaitable[Any]]) -> Any:
    """Do an operation, and tell of it while its transaction is still open."""
    told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def tell(payload: Any, inside: Any) -> Any:
        told.set_result(await show(payload, inside))
        await asyncio.sleep(LATER)
        return told.result()

    doing = asyncio.ensure_future(WITH_CARE(engine, context, call, tell))
    _committing.add(doing)
    doing.add_done_callback(_committing.discard)
    await asyncio.wait({told, doing}, return_when=asyncio.FIRST_COMPLETED)
    return told.result() if told.done() else doing.result()


if __name__ == "__main__":
    perform._once = in_haste
    main()
