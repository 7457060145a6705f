"""Lines of bills in groups: how many there are, and what they come to."""

from __future__ import annotations

import models
from resolvers.query.columns import Column
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


@aggregates(models.PurchaseItem)
class PurchaseItemAggregate:
    """Lines of bills that have something in common, counted and summed up.

    Those of cancelled bills are among them unless they are filtered out.
    """

    day = grouped_by_period(Period.DAY, "paid_at", "purchase")
    week = grouped_by_period(Period.WEEK, "paid_at", "purchase")
    month = grouped_by_period(Period.MONTH, "paid_at", "purchase")
    year = grouped_by_period(Period.YEAR, "paid_at", "purchase")
    product = grouped_by()
    brand = grouped_by("product", "brand")
    group = grouped_by("product", "group")
    store = grouped_by("purchase", "store")
    customer = grouped_by("purchase", "customer")
    customer_status = grouped_by(
        "purchase", "customer", "status", "status", description="The status that the customer holds now."
    )
    currency = grouped_by_currency("currency_code", "purchase")
    state = grouped_by("purchase", value="state")
    type = grouped_by()
    category_code = grouped_by(value="category_code")
    bills = different("purchase_id", "On how many different bills they are.")
    customers = different(Column(("purchase",), "customer_id"), "How many different customers there are.")
    quantity = figures()
    returned_quantity = figures()
    total = figures("price")
    retail_discount = figures()
    coupon_discount = figures()
    coupon_match_discount = figures()


@query
class PurchaseItemAggregateQueries:
    """Summing up what was bought."""

    # A bill has some ten lines.
    purchase_item_aggregates = aggregated(
        "PurchaseItemAggregate", "The lines of all bills in groups, counted and summed up.", sums=1000
    )
