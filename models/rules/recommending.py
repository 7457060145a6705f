"""Which of the products a customer may want are recommended, and the words why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RecommendationBasis(StrEnum):
    """What a recommended product follows from."""

    BOUGHT_AGAIN = "BOUGHT_AGAIN"
    BOUGHT_BY_SIMILAR = "BOUGHT_BY_SIMILAR"
    BOUGHT_TOGETHER = "BOUGHT_TOGETHER"
    POPULAR_IN_SEGMENT = "POPULAR_IN_SEGMENT"
    POPULAR = "POPULAR"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product that a customer may want, with the chance of it, from 0 to 1; a product without a group has group 0."""

    product: int
    group: int
    score: float
    basis: RecommendationBasis


@dataclass(frozen=True, slots=True)
class ListRules:
    """How many products are recommended, and how many of one group at most.

    The first places go to the likeliest. Of the others so many are for products of each kind that the customer
    hasn't bought so far, which on their chance alone would hardly ever be seen.
    """

    count: int = 20
    per_group: int = 3
    likeliest: int = 10
    new: int = 4


NEW = (RecommendationBasis.BOUGHT_TOGETHER, RecommendationBasis.BOUGHT_BY_SIMILAR)


def choose(wanted: Iterable[Wanted], rules: ListRules) -> list[Wanted]:
    """The products to recommend, the likeliest first."""
    ranked = sorted(wanted, key=_place)
    kept = Counter[int]()
    taken = _take(ranked, rules.likeliest, rules.per_group, kept)
    seen = {one.product for one in taken}
    rest = [one for one in ranked if one.product not in seen]
    for basis in NEW:
        left = min(rules.new, rules.count - len(taken))
        taken += _take([one for one in rest if one.basis is basis], left, rules.per_group, kept)
    seen = {one.product for one in taken}
    taken += _take([one for one in rest if one.product not in seen], rules.count - len(taken), rules.per_group, kept)
    return sorted(taken, key=_place)


def first_of(ranked: Iterable[Wanted], count: int, per_group: int) -> list[Wanted]:
    """The first so many products, each once, and so many of one group at most."""
    once: dict[int, Wanted] = {}
    for one in ranked:
        once.setdefault(one.product, one)
    return _take(once.values(), count, per_group, Counter())


def _take(ranked: Iterable[Wanted], count: int, per_group: int, kept: Counter[int]) -> list[Wanted]:
    """The first so many whose group has room left."""
    taken: list[Wanted] = []
    for one in ranked:
        if len(taken) >= count:
            break
        if one.group and kept[one.group] >= per_group:
            continue
        kept[one.group] += 1
        taken.append(one)
    return taken


def _place(one: Wanted) -> tuple[float, int]:
    return -one.score, one.product


def reason(basis: RecommendationBasis, times: int = 0, last: datetime | None = None, near: str | None = None) -> str:
    """Why a product is recommended, in words for the customer; `near` is the name of the product it goes with."""
    match basis:
        case RecommendationBasis.BOUGHT_AGAIN:
            often = "once" if times == 1 else "twice" if times == 2 else f"{times} times"
            return f"Bought {often}, last on {last:%B} {last.day}." if last else f"Bought {often}."
        case RecommendationBasis.BOUGHT_TOGETHER:
            return f"Goes with {near}."
        case RecommendationBasis.BOUGHT_BY_SIMILAR:
            return f"Bought by customers who buy {near}, too."
        case RecommendationBasis.POPULAR_IN_SEGMENT:
            return "Popular with customers like you."
        case _:
            return "Popular with our customers."
