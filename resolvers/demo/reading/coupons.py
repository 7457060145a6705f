"""The coupons: what each is for, and what it takes off."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from resolvers.demo.reading.source import Source, keys


@dataclass(frozen=True)
class Coupon:
    """A coupon of a campaign with the keys of its products, ascending."""

    campaign: int
    upc: int
    products: np.ndarray
    links: int
    unknown: int

    @property
    def repeated(self) -> int:
        """How many of the source's links say the same again."""
        return self.links - self.unknown - len(self.products)

    @property
    def code(self) -> str:
        """The same coupon may be in several campaigns: a reward in each."""
        return f"CJ{self.campaign:02d}-{self.upc}"


def find_coupons(source: Source) -> list[Coupon]:
    """All coupons by campaign and number; of a limited import with the products that are in it."""
    return [
        _coupon(source, campaign, upc, np.array([product for *_, product in rows]))
        for (campaign, upc), rows in groupby(source.coupon_rows, lambda row: row[:2])
    ]


def _coupon(source: Source, campaign: int, upc: int, products: np.ndarray) -> Coupon:
    found = keys(source.product_ids, products)
    known = found[found > 0]
    return Coupon(campaign, upc, np.unique(known), len(products), len(products) - len(known))
