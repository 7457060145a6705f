"""The model as bytes: arrays of plain numbers in NumPy's own format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
from scipy import sparse

from models.rules.recommending import ListRules
from resolvers.recommendation.numbers.candidates import BillStatistics
from resolvers.recommendation.numbers.demand import Demand
from resolvers.recommendation.numbers.history import Catalogue, Keys
from resolvers.recommendation.numbers.lists import Model
from resolvers.recommendation.numbers.model import Weights
from resolvers.recommendation.numbers.popular import Favourites

Arrays = Mapping[str, object]


def pack(catalogue: Catalogue, model: Model) -> bytes:
    """Write a model with the products that it knows."""
    known, weights = model.known, model.weights
    arrays: dict[str, Any] = {
        "keys": catalogue.keys,
        "groups": catalogue.groups,
        "newest": np.int64(known.demand.newest),
        "popular": known.popular,
        **known.demand.arrays,
        **_packed("alike", known.alike),
        **_packed("together", known.together),
        "segments": np.array(list(model.favourites), dtype="i8"),
    }
    for key, liked in model.favourites.items():
        arrays |= {f"liked{key}": liked.products, f"share{key}": liked.shares}
    if weights is not None:
        arrays |= {"mean": weights.mean, "spread": weights.spread, "weight": weights.weight}
        arrays["constant"] = np.float64(weights.constant)
    file = BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def unpack(data: bytes, rules: ListRules) -> tuple[Catalogue, Model]:
    """Read a model."""
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        catalogue = Catalogue(arrays["keys"], arrays["groups"])
        size = len(catalogue)
        counted = {name: arrays[name] for name in ("lately", "quarter", "lines", "buyers", "again")}
        known = BillStatistics(
            Demand(newest=int(arrays["newest"]), **counted),
            _unpacked("alike", arrays, size),
            _unpacked("together", arrays, size),
            arrays["popular"],
        )
        weights = None
        if "weight" in arrays:
            weights = Weights(arrays["mean"], arrays["spread"], arrays["weight"], float(arrays["constant"]))
        favourites = {
            int(key): Favourites(arrays[f"liked{key}"], arrays[f"share{key}"]) for key in arrays["segments"].tolist()
        }
    return catalogue, Model(known, weights, favourites, rules)


def with_products(catalogue: Catalogue, model: Model, keys: Keys, groups: Keys) -> tuple[Catalogue, Model]:
    """The same with further products, of which nobody's bills say anything so far."""
    if not len(keys):
        return catalogue, model
    together = np.concatenate([catalogue.keys, keys])
    order = np.argsort(together, kind="stable")
    place = np.empty(len(order), dtype="i4")
    place[order] = np.arange(len(order), dtype="i4")
    known = model.known

    def moved(values: np.ndarray) -> np.ndarray:
        padding = [(0, 0)] * (values.ndim - 1) + [(0, len(keys))]
        return np.pad(values, padding)[..., order]

    demand = known.demand
    wider = replace(
        known,
        demand=Demand(demand.newest, *(moved(values) for values in demand.arrays.values())),
        alike=_spread_out(known.alike, place),
        together=_spread_out(known.together, place),
        popular=place[known.popular],
    )
    favourites = {key: replace(liked, products=place[liked.products]) for key, liked in model.favourites.items()}
    all_groups = np.concatenate([catalogue.groups, groups])[order]
    return Catalogue(together[order], all_groups), replace(model, known=wider, favourites=favourites)


def _packed(name: str, values: sparse.csr_array) -> Arrays:
    return {f"{name}_{part}": getattr(values, part) for part in ("data", "indices", "indptr")}


def _unpacked(name: str, arrays: Arrays, size: int) -> sparse.csr_array:
    parts = tuple(arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr"))
    return sparse.csr_array(parts, shape=(size, size))


def _spread_out(values: sparse.csr_array, place: np.ndarray) -> sparse.csr_array:
    entries = values.tocoo()
    size = len(place)
    made = sparse.csr_array((entries.data, (place[entries.row], place[entries.col])), shape=(size, size))
    made.sort_indices()
    return made
