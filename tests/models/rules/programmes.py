"""Programmes for tests of rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models.rules.programme import EarningKind, EarningRule, Programme


def by_amount(code: str = "base", points: str = "1", per: str = "1", currency: str = "EUR", **more: Any) -> EarningRule:
    """So many points for so much money."""
    rates = {"points": Decimal(points), "per_amount": Decimal(per)}
    return EarningRule(code, EarningKind.AMOUNT, currency=currency, **rates, **more)


def visit(code: str = "visit", points: str = "50", **more: Any) -> EarningRule:
    """Points for a bill."""
    return EarningRule(code, EarningKind.VISIT, points=Decimal(points), **more)


def times(factor: str, code: str = "times", **more: Any) -> EarningRule:
    """A multiplier."""
    return EarningRule(code, EarningKind.MULTIPLIER, factor=Decimal(factor), **more)


PROGRAMME = Programme(
    code="usual",
    point_values={"EUR": Decimal("0.01"), "CZK": Decimal("0.01")},
    rules=(by_amount(), by_amount("crowns", currency="CZK")),
    points_last="P12M",
)
"""A point for a euro or a crown; a point pays a hundredth of either; points last twelve months."""
