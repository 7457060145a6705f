"""Turns: so many at once, first come, first served."""

import asyncio

import pytest

from resolvers.errors import Unavailable
from resolvers.storage.patience.turns import Turns


async def test_those_who_wait_get_their_turn_in_the_order_in_which_they_came() -> None:
    turns, order = Turns(1), list[str]()

    async def one(name: str) -> None:
        await turns.take()
        order.append(name)
        await asyncio.sleep(0)
        turns.give()

    await asyncio.gather(*(one(name) for name in ("first", "second", "third")))

    assert order == ["first", "second", "third"]


async def test_a_turn_handed_to_who_has_just_left_goes_to_the_next() -> None:
    turns = Turns(1)
    await turns.take()
    leaving, staying = asyncio.ensure_future(turns.take()), asyncio.ensure_future(turns.take())
    await asyncio.sleep(0)

    turns.give()
    leaving.cancel()
    await asyncio.wait({leaving, staying})

    assert leaving.cancelled()
    assert staying.result() is None


async def test_who_left_while_waiting_is_passed_over() -> None:
    turns = Turns(1)
    await turns.take()
    leaving, staying = asyncio.ensure_future(turns.take()), asyncio.ensure_future(turns.take())
    await asyncio.sleep(0)

    leaving.cancel()
    await asyncio.sleep(0)
    turns.give()
    await staying
    turns.give()
    await turns.take(0)

    assert leaving.cancelled()


async def test_who_has_waited_long_enough_is_told_to_come_back() -> None:
    turns = Turns(1)
    await turns.take()

    with pytest.raises(Unavailable):
        await turns.take(0)

    turns.give()
    await turns.take(0)
