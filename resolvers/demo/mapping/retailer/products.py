"""Products with their groups, brands, codes, prices and search words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import count
from random import Random
from typing import Any

import numpy as np
from faker.providers.person.en_US import Provider as Names

import models
from resolvers import normalise
from resolvers.demo.journey import CURRENCY, SOURCE, Journey
from resolvers.demo.mapping.retailer.lists import key_of
from resolvers.demo.reading.tree import Brand, path_of
from resolvers.demo.writing.batch import Mapped, Note, RowBatch, records

KINDS = ("Foods", "Farms", "Brothers", "Kitchens", "Mills", "Company", "Market", "Home", "Goods", "Makers")
FRESH = {"PRODUCE", "MEAT", "SEAFOOD", "DELI", "PASTRY", "FLORAL", "SALAD BAR"}
CODE_LIST = "PLU"
TERMS_AT_ONCE = 20_000


def groups(journey: Journey) -> Mapped:
    """Departments, categories and types as one tree."""
    tree = journey.tree
    rows = [(key, path[-1], str(key), "/".join(path), tree.parent(path)) for path, key in tree.keys.items()]
    yield records(models.ProductGroup, "id name code external_id parent_id", rows, source=SOURCE)
    yield records(models.ProductGroupAncestor, "group_id ancestor_id distance", list(tree.ancestors()))


def products(journey: Journey) -> Mapped:
    """The products as the source lists them, bought or not."""
    rows, names = journey.source.products, journey.product_names
    yield records(models.ProductBrand, "id name external_id", list(_brand_rows(journey.brands)), source=SOURCE)
    ids = [str(row["product_id"]) for row in rows]
    keys = np.arange(1, len(rows) + 1)
    columns = {
        "id": keys,
        "name": names,
        "code": ids,
        "package_size": [row["package_size"] for row in rows],
        "group_id": [journey.tree.keys[path_of(row)] for row in rows],
        "brand_id": [journey.brands[Brand.of(row)] for row in rows],
        "source": SOURCE,
        "external_id": ids,
    }
    yield RowBatch(models.Product, columns)
    yield RowBatch(models.ProductCode, {"product_id": keys, "list_code": CODE_LIST, "code": ids})
    yield from _prices(journey)
    yield records(models.ProductTag, "product_id tag_id", list(_tags(rows)))
    yield Note("Names of products are made of type and package size; names of brands are made up.")


def product_terms(journey: Journey) -> Mapped:
    """The words by which products are found."""
    words = cache(lambda name: normalise.product_terms(name, ()))
    found: list[tuple[int, str]] = []
    for key, (row, name) in enumerate(zip(journey.source.products, journey.product_names, strict=True), 1):
        found.extend((key, term) for term in sorted({*words(name), str(row["product_id"])}))
        if len(found) > TERMS_AT_ONCE:
            yield records(models.ProductTerm, "product_id term", found)
            found = []
    yield records(models.ProductTerm, "product_id term", found)


def _prices(journey: Journey) -> Mapped:
    sold = np.flatnonzero(journey.prices)
    yield RowBatch(
        models.ProductPrice,
        {"product_id": sold + 1, "currency_code": CURRENCY, "amount": journey.prices[sold]},
    )
    yield Note(
        f"{len(journey.prices) - len(sold):,} products have no price: no bill shows one. The others have the price "
        "at which they were sold most often, before discounts."
    )


def _brand_rows(brands: dict[Brand, int]) -> Iterator[tuple[Any, ...]]:
    """A name for each manufacturer, made of a family name and a word; the retailer's own brands say that they are."""
    families, taken = list(Names.last_names), set[str]()
    for brand, key in brands.items():
        pick = Random(f"manufacturer {brand.manufacturer}")  # noqa: S311 - made up, not secret
        names = (f"{pick.choice(families)} {pick.choice(KINDS)}" for _ in count())
        name = next(name for name in names if name not in taken)
        taken.add(name)
        yield key, f"{name} (own brand)" if brand.is_own else name, f"{brand.manufacturer}-{brand.kind}"


def _tags(rows: list[dict[str, object]]) -> Iterator[tuple[int, int]]:
    own, fresh = key_of(models.Tag, "own-brand"), key_of(models.Tag, "fresh")
    for key, row in enumerate(rows, 1):
        if Brand.of(row).is_own:
            yield key, own
        if row["department"] in FRESH:
            yield key, fresh
