"""Vouchers in groups: how many there are, and what they are worth."""

from __future__ import annotations

import models
from resolvers.query.expressions import VOUCHER_STATE, VOUCHER_WORTH
from resolvers.query.groups.grouping import Period
from schema.declaring.declarations import (
    aggregated,
    aggregates,
    different,
    figures,
    grouped_by,
    grouped_by_currency,
    grouped_by_period,
    query,
)


@aggregates(models.Voucher)
class VoucherAggregate:
    """Vouchers that have something in common, counted and summed up."""

    day = grouped_by_period(Period.DAY, "created_at")
    week = grouped_by_period(Period.WEEK, "created_at")
    month = grouped_by_period(Period.MONTH, "created_at")
    year = grouped_by_period(Period.YEAR, "created_at")
    redemption_month = grouped_by_period(Period.MONTH, "redeemed_at")
    state = grouped_by(
        value=VOUCHER_STATE, description="Where they are in their lives; EXPIRED from the end of their validity on."
    )
    reward = grouped_by()
    batch = grouped_by()
    store = grouped_by()
    customer = grouped_by()
    customer_status = grouped_by("customer", "status", "status", description="The status that the customer holds now.")
    currency = grouped_by_currency()
    customers = different("customer_id", "How many different customers there are.")
    value = figures(VOUCHER_WORTH, description="What they are worth where that is money, and not a share.")


@query
class VoucherAggregateQueries:
    """Summing up vouchers."""

    voucher_aggregates = aggregated("VoucherAggregate", "All vouchers in groups, counted and summed up.")
