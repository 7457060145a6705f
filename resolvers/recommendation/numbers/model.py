"""The chance that a customer buys a product within four weeks, learnt from the last eight weeks of the bills there are.

A logistic regression over the signals of each customer and product: as of four weeks before the end, and of eight, it
is known what was bought within four weeks. Learning looks at some thousands of customers, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from resolvers.recommendation.numbers.affinity import on_bills, with_customers
from resolvers.recommendation.numbers.candidates import POPULAR, BillStatistics, Candidates, candidates
from resolvers.recommendation.numbers.demand import Demand
from resolvers.recommendation.numbers.history import DAY, History, Numbers, Places

AHEAD = 28 * DAY
LEARNT_FROM = 3_000
"""How many customers tell enough."""
WINDOWS = 2
"""How many times four weeks are learnt from."""
SEED = 20
RIDGE = 1.0
"""Keeps weights of signals that say the same from growing against each other."""


@dataclass(frozen=True)
class Weights:
    """What each signal counts for, in units of its spread."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    weight: NDArray[np.float64]
    constant: float

    def chances(self, found: Candidates) -> Numbers:
        """The chance of each candidate, from 0 to 1."""
        slope = self.weight / self.spread
        raw = found.signals @ slope.astype("f4") + np.float32(self.constant - self.mean @ slope)
        chances: Numbers = special.expit(raw).astype("f4")
        return chances


def know(history: History, weeks: int = 1) -> BillStatistics:
    """Work out what all bills say."""
    demand = Demand.of(history, weeks)
    order = np.argsort(-demand.quarter[0], kind="stable")[:POPULAR]
    popular = order[demand.quarter[0][order] > 0]
    return BillStatistics(demand, with_customers(history), on_bills(history), popular.astype("i4"))


def learn(history: History) -> Weights | None:
    """Fit the weights; nothing where there are too few bills to learn from."""
    end = int(history.bill_at.max(initial=0)) + 1
    found = [_examples(history, end - AHEAD * back) for back in range(WINDOWS)]
    signals = [each for window in found for each, _ in window]
    bought = [each for window in found for _, each in window]
    if not bought:
        return None
    wanted = np.concatenate(bought)
    # Where all was bought, or nothing, no signal tells one from the other.
    return None if wanted.all() or not wanted.any() else _fit(np.concatenate(signals), wanted)


def _examples(history: History, end: int) -> Iterable[tuple[NDArray[np.float32], NDArray[np.bool_]]]:
    """What was known of customers four weeks before a moment, and what they bought until then."""
    start = end - AHEAD
    before = history.before(np.full(len(history.customers), start, dtype="i8"))
    since = history.only((history.bill_at >= start) & (history.bill_at < end))
    told = np.flatnonzero((since.bills_of > 0) & (before.bills_of > 0)).astype("i4")
    if not len(told):
        return []
    if len(told) > LEARNT_FROM:
        told = np.sort(np.random.default_rng(SEED).choice(told, LEARNT_FROM, replace=False))
    known, since, examples = know(before), since.of_customers(told), []
    for first, block in before.of_customers(told).blocks():
        found = candidates(block, known)
        examples.append((found.signals, _bought(since, found.customer + np.int32(first), found.product)))
    return examples


def _bought(since: History, customer: Places, product: Places) -> NDArray[np.bool_]:
    size = len(since.catalogue)
    keys = since.line_customer.astype("i8") * size + since.line_product
    return np.isin(customer.astype("i8") * size + product, keys)


def _fit(signals: NDArray[np.float32], bought: NDArray[np.bool_]) -> Weights:
    mean = signals.mean(axis=0, dtype="f8")
    spread = signals.std(axis=0, dtype="f8")
    spread[spread == 0] = 1
    scaled = ((signals - mean.astype("f4")) / spread.astype("f4")).astype("f4")
    wanted = bought.astype("f4")

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        raw = scaled @ values[:-1].astype("f4") + np.float32(values[-1])
        off = special.expit(raw) - wanted
        pull = RIDGE * values[:-1]
        total = (
            float(np.logaddexp(0, raw).sum(dtype="f8") - raw[bought].sum(dtype="f8")) + float(pull @ values[:-1]) / 2
        )
        slope = np.append((off @ scaled).astype("f8") + pull, off.sum(dtype="f8"))
        return total / len(wanted), slope / len(wanted)

    start = np.append(np.zeros(len(mean)), special.logit(wanted.mean(dtype="f8")))
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return Weights(mean, spread, found.x[:-1], float(found.x[-1]))
