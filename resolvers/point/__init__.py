"""Points: a ledger, the lots it fills and empties, and reservations of them."""

from resolvers.point.operations import assign, reverse, spend, transfer
from resolvers.point.reservation import capture, release, reserve

__all__ = ["assign", "capture", "release", "reserve", "reverse", "spend", "transfer"]
