"""What gateways call a replica among each other, and how often a server is asked on behalf of many."""

import asyncio

import pytest

from resolvers.storage.replicas.replica import name_of
from resolvers.storage.replicas.sharing import Shared


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql+asyncpg://u:p@b:5433/crm?sslmode=require", "b:5433/crm"),
        ("postgresql+asyncpg://b/crm", "b/crm"),
        ("postgresql+asyncpg://u@/crm?host=/run/b&port=5433", "/run/b:5433/crm"),
    ],
)
def test_a_replica_is_named_by_where_it_is_and_not_by_who_connects(url: str, name: str) -> None:
    assert name_of(url) == name


async def test_who_comes_while_it_is_asked_shares_the_next_answer_and_not_the_one_under_way() -> None:
    asked, open_ = 0, asyncio.Event()

    async def ask() -> int:
        nonlocal asked
        asked += 1
        mine = asked
        await open_.wait()
        return mine

    shared = Shared(ask, 10)
    first = asyncio.create_task(shared.answer())
    while not asked:
        await asyncio.sleep(0)
    others = [asyncio.create_task(shared.answer()) for _ in range(5)]
    others[0].cancel()
    open_.set()

    assert await first == 1
    assert await asyncio.gather(*others[1:]) == [2] * 4
    await shared.stop()


async def test_an_answer_that_takes_too_long_is_waited_for_no_longer() -> None:
    shared: Shared[bool] = Shared(asyncio.Event().wait, 0.01)

    with pytest.raises(TimeoutError):
        await shared.answer()
