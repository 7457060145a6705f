"""Statuses and who held them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import models
from tests.factories.building import NOW, build, coded, number
from tests.factories.customer import customer


def status(**overrides: Any) -> models.Status:
    """A tier that is given by hand, above those made before it."""
    return coded(
        models.Status,
        overrides,
        "status",
        "Silver",
        rank=number,
        qualification=models.Qualification.MANUAL,
    )


def status_turnover(**overrides: Any) -> models.StatusTurnover:
    return build(models.StatusTurnover, overrides, status=status, currency_code="CZK", amount=Decimal(10_000))


def status_record(**overrides: Any) -> models.StatusRecord:
    """The status that a customer holds now."""
    return build(
        models.StatusRecord,
        overrides,
        customer=customer,
        status=status,
        change=models.StatusChange.REGISTERED,
        valid_from=NOW,
    )
