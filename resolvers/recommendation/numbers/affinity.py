"""Which products go together: on one bill, or with the same customers.

Two products are as near as the cosine of the baskets that hold them. Each product keeps its nearest few. Baskets are
cut to a bounded size and products taken a stretch at a time, so that work grows with the lines and memory doesn't.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resolvers.recommendation.numbers.history import History, Numbers, Places

NEAREST = 30
"""How many products each one keeps."""
TOGETHER_AT_LEAST = 3
"""Fewer baskets with both are chance."""
SOLD_AT_LEAST = 10
STRETCH = 1_000
"""How many products are compared with all others at once."""
OF_A_BILL, OF_A_CUSTOMER = 60, 60
"""How many products of a basket count at most."""
MEMORY = 20.0
"""After so many bills a purchase counts for a third (1/e) of a new one."""


def on_bills(history: History) -> sparse.csr_array:
    """How often each product goes with others on a bill."""
    size = np.bincount(history.line_bill, minlength=len(history.bill_at))
    place = np.arange(len(history.line_bill)) - np.repeat(np.cumsum(size) - size, size)
    kept = place < OF_A_BILL
    return nearest(_baskets(history.line_bill[kept], history.line_product[kept], len(size), len(history.catalogue)))


def with_customers(history: History) -> sparse.csr_array:
    """How often customers who buy one product buy another, by what each buys most."""
    shares = strongest(profiles(history), OF_A_CUSTOMER)
    rows = np.repeat(np.arange(shares.shape[0]), np.diff(shares.indptr))
    return nearest(_baskets(rows, shares.indices, *shares.shape))


def profiles(history: History) -> sparse.csr_array:
    """Each customer's share of bills with each product; the newer a bill, the more it counts."""
    weight = np.exp(-history.from_newest / MEMORY)
    total = np.bincount(history.bill_customer, weights=weight, minlength=len(history.customers))
    share = weight[history.line_bill] / total[history.line_customer]
    shape = (len(history.customers), len(history.catalogue))
    summed = sparse.csr_array((share.astype("f4"), (history.line_customer, history.line_product)), shape=shape)
    summed.sum_duplicates()
    return summed


def newest_bills(history: History) -> sparse.csr_array:
    """What each customer's newest bill holds."""
    newest = history.from_newest[history.line_bill] == 0
    shape = (len(history.customers), len(history.catalogue))
    return _baskets(history.line_customer[newest], history.line_product[newest], *shape)


def nearest(baskets: sparse.csr_array, count: int = NEAREST) -> sparse.csr_array:
    """The nearest products of each, with how near they are, from 0 to 1."""
    held = np.asarray(baskets.sum(axis=0)).ravel()
    usual = np.flatnonzero(held >= SOLD_AT_LEAST)
    narrow = baskets[:, usual].tocsr()
    across, length = narrow.T.tocsr(), (1 / np.sqrt(held[usual])).astype("f4")
    found = []
    for first in range(0, len(usual), STRETCH):
        both = (across[first : first + STRETCH] @ narrow).tocoo()
        row, column = both.row + first, both.col
        kept = (row != column) & (both.data >= TOGETHER_AT_LEAST)
        row, column = row[kept], column[kept]
        near = both.data[kept] * length[row] * length[column]
        best = _first(row, near, column, count)
        found.append((usual[row[best]], usual[column[best]], near[best]))
    rows, columns, values = (np.concatenate(parts) for parts in zip(*found, strict=True)) if found else ([], [], [])
    size = baskets.shape[1]
    made = sparse.csr_array((np.asarray(values, dtype="f4"), (rows, columns)), shape=(size, size))
    made.sort_indices()
    return made


def strongest(values: sparse.csr_array, count: int) -> sparse.csr_array:
    """The largest entries of each row."""
    row = np.repeat(np.arange(values.shape[0]), np.diff(values.indptr))
    best = np.sort(_first(row, values.data, values.indices, count))
    made = sparse.csr_array((values.data[best], (row[best], values.indices[best])), shape=values.shape)
    made.sort_indices()
    return made


def _first(row: Places, value: Numbers, column: Places, count: int) -> NDArray[np.int64]:
    """Where the largest values of each row are; of equal ones those that stand first."""
    order = np.lexsort((column, -value, row))
    ranked = row[order]
    place = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    return order[place < count]


def _baskets(rows: Places, products: Places, baskets: int, size: int) -> sparse.csr_array:
    made = sparse.csr_array((np.ones(len(rows), dtype="f4"), (rows, products)), shape=(baskets, size))
    made.sort_indices()
    return made
