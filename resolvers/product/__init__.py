"""Products, brands and the tree of groups."""

from resolvers.product.operations import (
    deactivate,
    deactivate_brand,
    deactivate_group,
    reactivate,
    reactivate_brand,
    reactivate_group,
    upsert_brand,
    upsert_brands,
    upsert_group,
    upsert_groups,
    upsert_product,
    upsert_products,
)

__all__ = [
    "deactivate",
    "deactivate_brand",
    "deactivate_group",
    "reactivate",
    "reactivate_brand",
    "reactivate_group",
    "upsert_brand",
    "upsert_brands",
    "upsert_group",
    "upsert_groups",
    "upsert_product",
    "upsert_products",
]
