"""Bills in groups: how many there are, and what they come to."""

from __future__ import annotations

import models
from resolvers.query.expressions import PAID_IN_MONEY, REFUNDED, TURNOVER
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


@aggregates(models.Purchase)
class PurchaseAggregate:
    """Bills that have something in common, counted and summed up.

    Cancelled ones are among them unless they are filtered out; only the turnover is without them.
    """

    day = grouped_by_period(Period.DAY, "paid_at")
    week = grouped_by_period(Period.WEEK, "paid_at")
    month = grouped_by_period(Period.MONTH, "paid_at")
    year = grouped_by_period(Period.YEAR, "paid_at")
    store = grouped_by()
    customer = grouped_by()
    customer_status = grouped_by("customer", "status", "status", description="The status that the customer holds now.")
    currency = grouped_by_currency()
    state = grouped_by(value="state")
    type = grouped_by()
    payment_type = grouped_by(value="payment_type")
    source = grouped_by(value="source")
    customers = different("customer_id", "How many different customers there are.")
    total = figures()
    turnover = figures(
        TURNOVER, description="What counts as turnover: the total less what was returned; nothing of cancelled bills."
    )
    paid_in_points = figures("paid_with_points")
    paid_in_vouchers = figures("paid_with_vouchers")
    paid_in_money = figures(PAID_IN_MONEY, description="What of the total was paid in money.")
    refunded = figures(REFUNDED, description="What was paid back in money for returned items.")
    items_count = figures()
    points_earned = figures()
    points_spent = figures()


@query
class PurchaseAggregateQueries:
    """Summing up purchases."""

    purchase_aggregates = aggregated("PurchaseAggregate", "All bills in groups, counted and summed up.")
