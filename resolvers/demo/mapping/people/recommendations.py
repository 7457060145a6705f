"""Recommendations: a few made up for all and for segments, and for each customer what they buy again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

import models
from resolvers.demo.journey import SOURCE, Journey
from resolvers.demo.reading.dates import to_local
from resolvers.demo.writing.batch import Mapped, Note, records

BEST = 3
AT_LEAST = 2
NOT_GOODS = {"COUPON", "FUEL", "MISCELLANEOUS", "CHARITABLE CONT", "CNTRL/STORE SUP", "POSTAL CENTER"}
EDITORIAL = (
    ("Cooking with what is in season", "INFORMATION", "ALL", 6, "Recipes for this week's vegetables."),
    ("Have your shopping brought home", "SERVICE", "ALL", 7, "Ordered before noon, delivered by the evening."),
    ("How points work", "INFORMATION", "ALL", 8, "A point for every dollar, good for twelve months."),
    ("Come back for a coffee", "SERVICE", "Loyal but quiet", 2, "The first one is on us."),
    ("A trolley for the big shopping", "SERVICE", "Big baskets", 3, "Reserve one at the entrance."),
)


def recommendations(journey: Journey) -> Mapped:
    """Editorial ones, then products bought again."""
    segments = {name: key for key, name in journey.criteria_segments.items()}
    editorial = [
        (f"editorial-{place}", name, kind, "ALL" if aim == "ALL" else "SEGMENT", segments.get(aim), priority, words)
        for place, (name, kind, aim, priority, words) in enumerate(EDITORIAL, 1)
    ]
    columns = "external_id name kind audience segment_id priority brief_description"
    address = "https://shop.example.com/advice"
    yield records(models.Recommendation, columns, editorial, source=SOURCE, web_url=address)
    columns = "external_id name customer_id product_id priority score reason"
    rows = list(_bought_again(journey))
    yield records(
        models.Recommendation,
        columns,
        rows,
        kind="PRODUCT",
        audience="CUSTOMER",
        source=SOURCE,
        system="crm360",
        dataset="bought-again",
        created_at=journey.calendar.now,
    )
    yield Note(f"{len(EDITORIAL)} recommendations are made up, {len(rows):,} follow from what customers bought again.")


def _bought_again(journey: Journey) -> Iterator[tuple[Any, ...]]:
    """Each customer's most bought products; the score is the share of their bills that has the product."""
    bills, households = journey.source.bills, journey.source.households.tolist()
    days = to_local(journey.paid_at).astype("M8[D]").tolist()
    of_customer = np.diff(bills.starts).tolist()
    for customer, product, times, bill, place in _pairs(journey):
        name = journey.product_names[product - 1]
        score = (Decimal(times) / of_customer[customer - 1]).quantize(Decimal("0.0001"))
        identity = f"again-{households[customer - 1]}-{place}"
        yield identity, name, customer, product, place, min(score, Decimal(1)), _reason(times, days[bill])


def _pairs(journey: Journey) -> Iterator[tuple[int, int, int, int, int]]:
    """Every (customer, product, bills with it, last of these, place among the customer's)."""
    bills = journey.source.bills
    goods = np.array([False, *(row["department"] not in NOT_GOODS for row in journey.source.products)])
    lines = np.flatnonzero(goods[bills.lines.product])
    pairs, which, times = np.unique(
        bills.line_customer[lines].astype("i8") << 32 | bills.lines.product[lines],
        return_inverse=True,
        return_counts=True,
    )
    last = np.zeros(len(pairs), dtype="i8")
    last[which] = bills.of_line[lines]
    # By customer, most bought first, of those the latest.
    order = np.lexsort((-last, -times, pairs >> 32))
    order = order[times[order] >= AT_LEAST]
    customer = pairs[order] >> 32
    place = np.arange(len(order)) - np.searchsorted(customer, customer) + 1
    best = place <= BEST
    columns = (customer, pairs[order] & 0xFFFFFFFF, times[order], last[order], place)
    yield from zip(*(column[best].tolist() for column in columns), strict=True)


def _reason(times: int, day: date) -> str:
    return f"You have bought it {times} times, last on {day:%B} {day.day}."
