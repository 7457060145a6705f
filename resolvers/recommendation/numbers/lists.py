"""Each customer's list: candidates by their chance, cut by the rules, with what each recommendation follows from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.rules.recommending import ListRules, RecommendationBasis, Wanted, choose
from resolvers.recommendation.numbers.affinity import OF_A_CUSTOMER, newest_bills, profiles, strongest
from resolvers.recommendation.numbers.candidates import BillStatistics, Candidates, candidates
from resolvers.recommendation.numbers.history import History, Numbers
from resolvers.recommendation.numbers.model import Weights
from resolvers.recommendation.numbers.popular import ALL, Favourites

LITTLE = 3
"""Customers with fewer bills get what is popular in place of what their few bills would suggest."""
BEST, BEST_NEW = 80, 20
"""How many candidates are looked at for a list: the likeliest, and of each kind of new ones."""
EXPECTED = 0.5
"""The chance of a product bought before where there are too few bills to learn from: halved by each newer bill."""


@dataclass(frozen=True, slots=True)
class ListedRecommendation:
    """A recommendation with all keys as the database has them; 0 is none, and moments are seconds since 1970."""

    customer: int
    product: int
    score: float
    basis: RecommendationBasis
    times: int = 0
    last_at: int = 0
    near: int = 0
    segment: int = 0


@dataclass(frozen=True)
class Model:
    """All that lists are made from."""

    known: BillStatistics
    weights: Weights | None
    favourites: Mapping[int, Favourites]
    rules: ListRules


@dataclass(frozen=True)
class About:
    """What else is known of customers, by their keys: their segments, and the products they dismissed."""

    segments: Mapping[int, list[int]]
    dismissed: Mapping[int, frozenset[int]]


NOTHING_ELSE = About({}, {})


def lists(
    history: History, model: Model, about: About = NOTHING_ELSE
) -> Iterator[dict[int, list[ListedRecommendation]]]:
    """The list of each customer by key, a stretch of customers at a time."""
    for _, block in history.blocks():
        yield dict(zip(block.customers.tolist(), _Stretch(block, model, about).lists(), strict=True))


class _Stretch:
    def __init__(self, history: History, model: Model, about: About) -> None:
        self.history, self.model, self.about = history, model, about
        self.found = candidates(history, model.known)
        self.score = chances(self.found, model.weights)
        self.starts = np.searchsorted(self.found.customer, np.arange(len(history.customers) + 1))
        self.habits = strongest(profiles(history), OF_A_CUSTOMER)
        self.newest = newest_bills(history)
        self.alike = model.known.alike.tocsc()
        self.together = model.known.together.tocsc()

    def lists(self) -> Iterator[list[ListedRecommendation]]:
        """Of each customer, the likeliest product first."""
        for customer in range(len(self.history.customers)):
            wanted, segment = self._wanted(customer)
            chosen = choose(wanted.values(), self.model.rules)
            yield [self._listed(customer, one, segment.get(one.product, 0)) for one in chosen]

    def _wanted(self, customer: int) -> tuple[dict[int, Wanted], dict[int, int]]:
        """By product: what the customer may want, and which segment's favourite it is."""
        key, little = int(self.history.customers[customer]), bool(self.history.bills_of[customer] < LITTLE)
        wanted = {one.product: one for one in self._ranked(customer, own_only=little)}
        segment: dict[int, int] = {}
        if little:
            for liked_by in (*self.about.segments.get(key, ()), ALL):
                for one in self._favourites(liked_by):
                    if one.product not in wanted or self._beats(one, wanted[one.product]):
                        wanted[one.product], segment[one.product] = one, liked_by
        dismissed = self.about.dismissed.get(key, ())
        kept = {one: each for one, each in wanted.items() if int(self.history.catalogue.keys[one]) not in dismissed}
        return kept, segment

    @staticmethod
    def _beats(one: Wanted, other: Wanted) -> bool:
        """A segment's favourite that is one of all customers' too is what it is liked for more."""
        return other.basis is not RecommendationBasis.BOUGHT_AGAIN and one.score > other.score

    def _ranked(self, customer: int, *, own_only: bool) -> Iterator[Wanted]:
        first, last = self.starts[customer], self.starts[customer + 1]
        found, score = self.found, self.score[first:last]
        own = found.times[first:last] > 0
        alike, together = found.alike[first:last], found.together[first:last]
        for place in _best(score, own, alike, together, own_only=own_only):
            product = int(found.product[first + place])
            if own[place]:
                basis = RecommendationBasis.BOUGHT_AGAIN
            elif max(alike[place], together[place]) <= 0:
                basis = RecommendationBasis.POPULAR
            elif together[place] >= alike[place]:
                basis = RecommendationBasis.BOUGHT_TOGETHER
            else:
                basis = RecommendationBasis.BOUGHT_BY_SIMILAR
            yield Wanted(product, int(self.history.catalogue.groups[product]), float(score[place]), basis)

    def _favourites(self, key: int) -> Iterator[Wanted]:
        liked = self.model.favourites.get(key)
        if liked is None:
            return
        basis = RecommendationBasis.POPULAR_IN_SEGMENT if key else RecommendationBasis.POPULAR
        for product, share in zip(liked.products.tolist(), liked.shares.tolist(), strict=True):
            yield Wanted(product, int(self.history.catalogue.groups[product]), share, basis)

    def _listed(self, customer: int, one: Wanted, segment: int) -> ListedRecommendation:
        key, product = int(self.history.customers[customer]), int(self.history.catalogue.keys[one.product])
        match one.basis:
            case RecommendationBasis.BOUGHT_AGAIN:
                first, last = self.starts[customer], self.starts[customer + 1]
                place = first + np.searchsorted(self.found.product[first:last], one.product)
                # Days are kept as small floats: the bill itself says the moment.
                times, at = int(self.found.times[place]), self._last_at(customer, one.product)
                return ListedRecommendation(key, product, one.score, one.basis, times=times, last_at=at)
            case RecommendationBasis.BOUGHT_TOGETHER:
                near = self._nearest(self.newest, self.together, customer, one.product)
                return ListedRecommendation(key, product, one.score, one.basis, near=near)
            case RecommendationBasis.BOUGHT_BY_SIMILAR:
                near = self._nearest(self.habits, self.alike, customer, one.product)
                return ListedRecommendation(key, product, one.score, one.basis, near=near)
            case _:
                return ListedRecommendation(key, product, one.score, one.basis, segment=segment)

    def _last_at(self, customer: int, product: int) -> int:
        history = self.history
        first, last = np.searchsorted(history.line_customer, [customer, customer + 1])
        lines = first + np.flatnonzero(history.line_product[first:last] == product)
        return int(history.bill_at[history.line_bill[lines[-1]]])

    def _nearest(self, bought: sparse.csr_array, near: sparse.csc_array, customer: int, product: int) -> int:
        """The product among those bought to which a product is nearest."""
        mine = slice(bought.indptr[customer], bought.indptr[customer + 1])
        theirs = slice(near.indptr[product], near.indptr[product + 1])
        _, ours, others = np.intersect1d(bought.indices[mine], near.indices[theirs], return_indices=True)
        pull = bought.data[mine][ours] * near.data[theirs][others]
        return int(self.history.catalogue.keys[near.indices[theirs][others[np.argmax(pull)]]])


def chances(found: Candidates, weights: Weights | None) -> Numbers:
    """The chance of each candidate; a rough one where nothing could be learnt so far."""
    if weights is not None:
        return weights.chances(found)
    own = found.times / (found.times + 1) * EXPECTED
    near = (found.alike + found.together) / (1 + found.alike + found.together) * (EXPECTED / 10)
    return np.where(found.times > 0, own, near).astype("f4")


def _best(
    score: Numbers, own: NDArray[np.bool_], alike: Numbers, together: Numbers, *, own_only: bool
) -> NDArray[np.int64]:
    """The likeliest, and among the products not bought so far the likeliest of each kind."""
    order = np.argsort(-score, kind="stable")
    if own_only:
        return order[own[order]][:BEST]
    new = order[~own[order]]
    pair = together[new] >= alike[new]
    kinds = (new[pair & (together[new] > 0)], new[~pair])
    return np.unique(np.concatenate([order[:BEST], *(kind[:BEST_NEW] for kind in kinds)]))
