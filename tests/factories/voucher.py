"""Vouchers and their history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import models
from tests.factories.building import NOW, build, number, stamped
from tests.factories.customer import customer
from tests.factories.reward import reward


def voucher(**overrides: Any) -> models.Voucher:
    """An active voucher; one that is applied or reserved has the moment that belongs to it."""
    state = overrides.get("state")
    return stamped(
        models.Voucher,
        overrides,
        customer=customer,
        reward=reward,
        code=lambda: f"VOUCHER{number():06d}",
        valid_from=NOW,
        redeemed_at=NOW if state == models.VoucherState.APPLIED else None,
        reserved_until=NOW + timedelta(minutes=15) if state == models.VoucherState.RESERVED else None,
    )


def voucher_batch(**overrides: Any) -> models.VoucherBatch:
    """A batch without vouchers yet."""
    return stamped(models.VoucherBatch, overrides, code=lambda: f"batch-{number()}", name="Spring", reward=reward)


def voucher_event(**overrides: Any) -> models.VoucherEvent:
    """An event of a voucher; `customer` is the voucher's own where only the voucher is given."""
    values = {"voucher": overrides.get("voucher") or voucher()} | overrides
    return build(
        models.VoucherEvent,
        values,
        customer=lambda: values["voucher"].customer,
        change=models.VoucherChange.ISSUED,
        at=NOW,
    )
