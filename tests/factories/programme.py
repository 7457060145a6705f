"""The programme: its terms, what points are worth, and what earns them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import models
from tests.factories.building import NOW, build, coded, number
from tests.factories.product import product


def programme(**overrides: Any) -> models.Programme:
    """Terms that have held for two years; points last twelve months, to the end of the day."""
    return coded(
        models.Programme, overrides, "programme", "Club", valid_from=NOW - timedelta(days=731), points_last="P12M"
    )


def programme_currency(**overrides: Any) -> models.ProgrammeCurrency:
    return build(
        models.ProgrammeCurrency, overrides, programme=programme, currency_code="CZK", point_value=Decimal("0.01")
    )


def earning_rule(**overrides: Any) -> models.EarningRule:
    """A point for a crown."""
    return build(
        models.EarningRule,
        {"code": f"rule-{number()}"} | overrides,
        programme=programme,
        name="A point for a crown",
        kind="AMOUNT",
        currency_code="CZK",
        points=Decimal(1),
    )


def earning_rule_target(**overrides: Any) -> models.EarningRuleTarget:
    """A product that a rule is bound to, unless something else is given."""
    named = {"group", "brand", "store", "status", "segment"} & {name.removesuffix("_id") for name in overrides}
    defaults = {} if named else {"product": product}
    return build(models.EarningRuleTarget, overrides, rule=earning_rule, **defaults)


def usual_programme(**overrides: Any) -> models.Programme:
    """A point for each crown, euro and dollar; a point pays a hundredth of one."""
    made = programme(**overrides)
    for code in ("CZK", "EUR", "USD"):
        programme_currency(programme=made, currency_code=code)
        earning_rule(programme=made, currency_code=code, code=f"base-{code}", name=f"A point for each {code}")
    return made
