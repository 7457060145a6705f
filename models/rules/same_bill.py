"""Whether a bill that comes under a known id is the one that is known, or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

DAY = timedelta(days=1)
"""A bill may come with the till's time, or without one, and so with ours."""


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line: how much of it, and what may be told as paid for it: before or after discounts."""

    quantity: Decimal
    amounts: frozenset[Decimal]


@dataclass(frozen=True, slots=True)
class BillMark:
    """By what a bill is known again: what is left out is not compared."""

    currency: str
    paid_at: datetime | None = None
    cashdesk: str | None = None
    customer_id: int | None = None
    lines: Mapping[str, KnownLine] = field(default_factory=dict)


def difference(known: BillMark, given: BillMark) -> str | None:
    """What a bill differs in from the one that is known, as people call it; none where it is the same.

    It may have been given to its customer since, and may come as it was priced or as it was paid.
    """
    if given.currency != known.currency:
        return "currency"
    if known.paid_at is not None and given.paid_at is not None and abs(given.paid_at - known.paid_at) > DAY:
        return "day"
    if known.cashdesk is not None and given.cashdesk is not None and given.cashdesk != known.cashdesk:
        return "cash desk"
    if known.customer_id is not None and given.customer_id is not None and given.customer_id != known.customer_id:
        return "customer"
    return None if _same_lines(known.lines, given.lines) else "items"


def _same_lines(known: Mapping[str, KnownLine], given: Mapping[str, KnownLine]) -> bool:
    """A bill may be known by its total alone, such as one that came from a file."""
    if not known:
        return True
    if known.keys() != given.keys():
        return False
    return all(
        line.quantity == given[name].quantity and not line.amounts.isdisjoint(given[name].amounts)
        for name, line in known.items()
    )
