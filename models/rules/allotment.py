"""Which pieces meet the conditions of a reward: each piece meets one of them at most."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.rules.basket import ProductRelation
from models.rules.goods import Goods, LineSet

Allotted = dict[int, int]
"""How many pieces of the lines are taken, by place."""


@dataclass(slots=True)
class _Asking:
    """A condition: the lines that can meet it, how many pieces it still needs, and what it was given."""

    lines: LineSet
    needed: int
    given: Allotted


def may_clash(asked: Iterable[tuple[ProductRelation, Decimal | int, Decimal | int]], times: int = 1) -> bool:
    """Whether conditions might be in each other's way, for what each of them wants and would find by itself.

    Served in the order of what they find, each finds enough if it does after all before it took theirs.
    """
    whole: Decimal | int = 0
    for found, wanted in sorted([(found, wanted) for one, wanted, found in asked if not one.by_weight]):
        whole += wanted * times
        if found < whole:
            return True
    return False


def allot(
    conditions: Sequence[ProductRelation], goods: Goods, times: int, spared: LineSet = 0
) -> tuple[Allotted, ProductRelation | None, int]:
    """Pieces for each condition, so many times; else a condition that is short, and of how many.

    Lines that are not `spared` are taken first, and then the dearest, so that a reward given on the spared ones loses
    as little as can be. What a condition took is handed over where another has no other choice. Goods that are asked
    for by weight are shared: a kilogram may meet two conditions.
    """
    free = list(goods.pieces)
    asking = []
    for condition in conditions:
        if condition.by_weight:
            continue
        wanted, _ = goods.found(condition)
        one = _Asking(goods.matching(condition), int(wanted) * times, {})
        asking.append(one)
        _take_first(one, goods, free, spared)
        while one.needed and _hand_over(one, asking, goods, free):
            pass
        if one.needed:
            return {}, condition, one.needed
    taken: Allotted = {}
    for one in asking:
        for place, pieces in one.given.items():
            taken[place] = taken.get(place, 0) + pieces
    return taken, None, 0


def _take_first(one: _Asking, goods: Goods, free: list[int], spared: LineSet) -> None:
    for is_spared in (0, 1) if spared else (0,):
        for place in goods.dearest_first(one.lines):
            if spared >> place & 1 != is_spared:
                continue
            if taken := min(free[place], one.needed):
                one.given[place] = taken
                free[place] -= taken
                one.needed -= taken
            if not one.needed:
                return


def _hand_over(one: _Asking, asking: Sequence[_Asking], goods: Goods, free: list[int]) -> bool:
    """One piece more for a condition, by a chain of others that make do with another piece each."""
    came_from: dict[int, tuple[int, int]] = {}
    waiting = deque([asking.index(one)])
    seen = {waiting[0]}
    while waiting:
        at = waiting.popleft()
        for place in goods.places(asking[at].lines):
            if free[place]:
                _pass_along(at, place, came_from, asking, free)
                one.needed -= 1
                return True
            for other, holder in enumerate(asking):
                if other not in seen and holder.given.get(place):
                    seen.add(other)
                    came_from[other] = (at, place)
                    waiting.append(other)
    return False


def _pass_along(
    at: int, place: int, came_from: dict[int, tuple[int, int]], asking: Sequence[_Asking], free: list[int]
) -> None:
    free[place] -= 1
    while True:
        asking[at].given[place] = asking[at].given.get(place, 0) + 1
        if at not in came_from:
            return
        before, handed = came_from[at]
        asking[at].given[handed] -= 1
        at, place = before, handed
