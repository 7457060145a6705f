"""The ledger of points in groups: how many entries there are, and what they come to."""

from __future__ import annotations

import models
from resolvers.query.groups.grouping import Period
from schema.declaring.declarations import (
    aggregated,
    aggregates,
    different,
    figures,
    grouped_by,
    grouped_by_period,
    query,
)


@aggregates(models.PointEntry)
class PointEntryAggregate:
    """Entries of the ledger that have something in common, counted and summed up."""

    day = grouped_by_period(Period.DAY, "at")
    week = grouped_by_period(Period.WEEK, "at")
    month = grouped_by_period(Period.MONTH, "at")
    year = grouped_by_period(Period.YEAR, "at")
    kind = grouped_by(value="kind")
    point_type = grouped_by()
    partner = grouped_by()
    store = grouped_by()
    customer = grouped_by()
    customer_status = grouped_by("customer", "status", "status", description="The status that the customer holds now.")
    customers = different("customer_id", "How many different customers there are.")
    amount = figures()
    owed = figures()


@query
class PointEntryAggregateQueries:
    """Summing up points."""

    point_entry_aggregates = aggregated("PointEntryAggregate", "The whole ledger in groups, counted and summed up.")
