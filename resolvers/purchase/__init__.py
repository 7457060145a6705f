"""Purchases: bills previewed, closed, reversed, and imported late."""

from resolvers.purchase.inputs import (
    BillInput,
    OfflineBillInput,
    PreviewRequest,
    ProductsRequest,
    RecommendationRequest,
)
from resolvers.purchase.offline import assign_customer, import_bills
from resolvers.purchase.operations import cancel, send
from resolvers.purchase.previewing import preview, recommended, recommended_products
from resolvers.purchase.returning import give_back

__all__ = [
    "BillInput",
    "OfflineBillInput",
    "PreviewRequest",
    "ProductsRequest",
    "RecommendationRequest",
    "assign_customer",
    "cancel",
    "give_back",
    "import_bills",
    "preview",
    "recommended",
    "recommended_products",
    "send",
]
