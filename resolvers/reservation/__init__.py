"""Reservations of products, and the stock that they hold."""

from resolvers.reservation.catalogue import remove_reservable, upsert_reservable
from resolvers.reservation.operations import advance, comment, create
from resolvers.reservation.stock import adjust_stock, remove_offer, set_stock

__all__ = [
    "adjust_stock",
    "advance",
    "comment",
    "create",
    "remove_offer",
    "remove_reservable",
    "set_stock",
    "upsert_reservable",
]
