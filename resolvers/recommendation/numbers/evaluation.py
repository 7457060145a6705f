"""How well recommendations foresee what customers buy, beside the two simplest ways to recommend.

Nothing is chosen on what is held out: the weights are learnt from the bills before it, and all else there is to set was
set by the validation part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.rules.recommending import ListRules
from resolvers.recommendation.numbers.candidates import Candidates, candidates
from resolvers.recommendation.numbers.demand import KEPT_WEEKS
from resolvers.recommendation.numbers.history import History, Numbers, Places
from resolvers.recommendation.numbers.lists import Model, chances, lists
from resolvers.recommendation.numbers.model import know, learn
from resolvers.recommendation.numbers.popular import NO_MEMBERS, favourites
from resolvers.recommendation.numbers.splits import HeldOut, Split, SplitPart, split

TOP = 10
SUBSETS = 5
SEED = 1


class Method(StrEnum):
    """A way to recommend."""

    POPULARITY = "popularity"
    FREQUENCY = "personal frequency"
    RANKED = "crm360"
    LISTED = "crm360, lists as shown"


@dataclass(frozen=True)
class Figures:
    """Of one method: a value a customer, and the share of all products that it recommends to anybody."""

    recall: NDArray[np.float64]
    ndcg: NDArray[np.float64]
    coverage: float


@dataclass(frozen=True)
class Compared:
    """The methods on one split; `subset` says which of five random parts of the customers each one is in."""

    held: HeldOut
    part: SplitPart
    subset: NDArray[np.int64]
    figures: Mapping[Method, Figures]

    def subsets(self, values: NDArray[np.float64]) -> list[float]:
        """The mean of each subset."""
        return [float(values[self.subset == one].mean()) for one in range(SUBSETS)]

    def gain(self, metric: str, over: Method, of: Method = Method.RANKED) -> tuple[float, float, float]:
        """How much better a method is than another one: on all, the spread over the subsets, and the least of them.

        The spread is the standard deviation of the subsets' differences.
        """
        difference = getattr(self.figures[of], metric) - getattr(self.figures[over], metric)
        parts = self.subsets(difference)
        return float(difference.mean()), float(np.std(parts, ddof=1)), min(parts)


Top = Sequence[Places]
"""Each customer's ten products; fewer where there are no more."""


def compare(history: History, held: HeldOut, part: SplitPart = SplitPart.TEST) -> Compared:
    """Recommend by each method to each customer of whom something is known and who bought something since."""
    parts = split(history, held, part)
    truth = _truth(parts)
    counted = np.flatnonzero((parts.known.bills_of > 0) & (parts.bought.bills_of > 0)).tolist()
    by_method = {method: [top[place] for place in counted] for method, top in _methods(parts).items()}
    figures = {method: _figures(top, [truth[place] for place in counted], parts) for method, top in by_method.items()}
    shuffled = np.random.default_rng(SEED).permutation(len(counted))
    return Compared(held, part, shuffled % SUBSETS, figures)


def _methods(parts: Split) -> dict[Method, Top]:
    known, weights = know(parts.known, KEPT_WEEKS), learn(parts.known)
    quarter = known.demand.quarter[0].astype("f8")
    # Of products bought equally often, the more popular comes first.
    tie = quarter / (quarter.max(initial=0) + 1)
    model = Model(known, weights, favourites(parts.known, NO_MEMBERS), ListRules())
    ranked: dict[Method, list[Places]] = {Method.FREQUENCY: [], Method.RANKED: []}
    for _, block in parts.known.blocks():
        found = candidates(block, known)
        ranked[Method.FREQUENCY] += _ranked(found, found.times + tie[found.product], len(block.customers))
        ranked[Method.RANKED] += _ranked(found, chances(found, weights), len(block.customers))
    places = parts.known.catalogue.places
    shown = [
        places(np.array([one.product for one in each[:TOP]], dtype="i8"))
        for stretch in lists(parts.known, model)
        for each in stretch.values()
    ]
    popular = [known.popular[:TOP]] * len(parts.known.customers)
    return {Method.POPULARITY: popular, **ranked, Method.LISTED: shown}


def _ranked(found: Candidates, score: Numbers | NDArray[np.float64], customers: int) -> list[Places]:
    order = np.lexsort((found.product, -score, found.customer))
    starts = np.searchsorted(found.customer[order], np.arange(customers + 1))
    return [found.product[order[first : min(first + TOP, last)]] for first, last in pairwise(starts.tolist())]


def _truth(parts: Split) -> list[Places]:
    """What each customer bought, each product once."""
    bought, size = parts.bought, len(parts.bought.catalogue)
    keys = np.unique(bought.line_customer.astype("i8") * size + bought.line_product)
    starts = np.searchsorted(keys // size, np.arange(1, len(bought.customers)))
    return [part.astype("i4") for part in np.split(keys % size, starts)]


def _figures(top: Top, truth: Sequence[Places], parts: Split) -> Figures:
    worth = 1 / np.log2(np.arange(2, TOP + 2))
    recall, ndcg = np.zeros(len(top)), np.zeros(len(top))
    for place, (guessed, bought) in enumerate(zip(top, truth, strict=True)):
        hit = np.isin(guessed, bought)
        recall[place] = hit.sum() / len(bought)
        ndcg[place] = worth[: len(hit)][hit].sum() / worth[: len(bought)].sum()
    sold = len(np.unique(parts.known.line_product))
    return Figures(recall, ndcg, len(np.unique(np.concatenate(top))) / sold)
