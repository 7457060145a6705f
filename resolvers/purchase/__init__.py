"""Purchases: bills previewed, closed, reversed, and imported late."""

from resolvers.purchase.advice import recommended_products
from resolvers.purchase.offline import assign_customer, import_bills
from resolvers.purchase.operations import cancel, give_back, send
from resolvers.purchase.previewing import preview, recommended

__all__ = [
    "assign_customer",
    "cancel",
    "give_back",
    "import_bills",
    "preview",
    "recommended",
    "recommended_products",
    "send",
]
