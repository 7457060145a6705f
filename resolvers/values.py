"""Values that resolvers work out, for the graph to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency."""

    amount: Decimal
    currency_code: str


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Edge:
    """A row at its place in a list."""

    cursor: str
    node: object


@dataclass(frozen=True, slots=True)
class Connection:
    """A page of a list."""

    edges: Sequence[Any]
    page_info: PageInfo
    total_count: int | None = None

    @property
    def nodes(self) -> Sequence[object]:
        """The rows of the page."""
        return [edge.node for edge in self.edges]


def decimal_text(units: int, scale: int, places: int) -> str:
    """An integer in units of the last place as decimal text, idle zeros beyond `places` left off."""
    sign, digits = ("-", -units) if units < 0 else ("", units)
    whole, rest = divmod(digits, 10**scale)
    fraction = f"{rest:0{scale}d}".rstrip("0").ljust(places, "0") if scale else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def amount(units: int, scale: int, places: int) -> Decimal:
    """An integer in units of the last place as a decimal, idle zeros beyond `places` left off."""
    return Decimal(decimal_text(units, scale, places))


def money(value: Decimal, currency: str) -> Money:
    """An amount in a currency, idle zeros beyond the cents left off."""
    return Money(amount(int(value.scaleb(4)), 4, 2), currency)


def points(value: Decimal) -> Decimal:
    """Points without idle zeros."""
    return amount(int(value.scaleb(2)), 2, 0)
