"""Weekly promotions: what a store displayed, or its leaflet showed, becomes a campaign product.

A product has one offer a week, shown in all the places and holding in all the stores that the source names; which
place was in which store is not kept. The source doesn't say what was taken off: that is read from the bills. After a
shift the offers of the source's last week go on for some weeks after the import, so that there are some to see.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np
import pyarrow as pa

import models
from resolvers.demo.journey import SOURCE, Journey
from resolvers.demo.mapping.retailer.lists import key_of
from resolvers.demo.reading.dates import to_local
from resolvers.demo.reading.source import keys
from resolvers.demo.writing.batch import Mapped, Note, RowBatch, records

LAST_WEEK = 53
GOES_ON = timedelta(weeks=8)
CAMPAIGN_KEYS = 1000
OFFER_KEYS = 100_000
GUESS = 10
PLACES = {
    "1": "store front",
    "2": "store rear",
    "3": "front end of an aisle",
    "4": "middle of an aisle",
    "5": "rear end of an aisle",
    "6": "side of an aisle",
    "7": "in the aisle",
    "9": "second place in the store",
    "A": "shelf",
}
PAGES = {
    "A": "leaflet inside",
    "C": "leaflet list",
    "D": "leaflet front page",
    "F": "leaflet back page",
    "H": "leaflet wrap, front",
    "J": "leaflet wrap, coupon",
    "L": "leaflet wrap, back",
    "P": "leaflet coupon",
    "X": "leaflet inside, free article",
    "Z": "leaflet front page, free article",
}


def week(number: int) -> Callable[[Journey], Mapped]:
    """The mapping of one week's promotions."""
    return partial(promotions, number)


def promotions(number: int, journey: Journey) -> Mapped:
    """A campaign for the week with an offer for each product. Keys are set by the week: weeks may come later."""
    table = journey.source.promotions(number)
    product = keys(journey.source.product_ids, np.asarray(table["product_id"]))
    store = keys(journey.source.stores, np.asarray(table["store_id"]))
    known = (product > 0) & (store > 0)
    start, end = _period(journey, number)
    campaign = [(CAMPAIGN_KEYS + number, f"Leaflet of week {number}", f"week-{number}", start, end)]
    yield records(models.Campaign, "id name external_id valid_from valid_to", campaign, kind="Leaflet", source=SOURCE)
    pairs = np.unique(product[known].astype("i8") << 32 | store[known])
    offered, place = np.unique(pairs >> 32, return_inverse=True)
    first = number * OFFER_KEYS
    yield RowBatch(
        models.CampaignProduct,
        {
            "id": np.arange(first, first + len(offered)),
            "product_id": offered,
            "campaign_id": CAMPAIGN_KEYS + number,
            "type_id": key_of(models.CampaignProductType, "leaflet"),
            "value_kind": "PERCENT",
            "value": _percent(journey, number)[offered] * 10_000,
            "valid_from": start,
            "valid_to": end,
            "display_in": _shown(table, product, known, offered),
            "source": SOURCE,
            "external_id": [f"week-{number}-{journey.source.product_ids[key - 1]}" for key in offered.tolist()],
            "created_at": start,
        },
    )
    yield RowBatch(models.CampaignProductStore, {"campaign_product_id": place + first, "store_id": pairs & 0xFFFFFFFF})
    dropped = int((~known).sum())
    yield Note(
        f"Week {number}: {len(table):,} promotions became {len(offered):,} offers, {len(pairs):,} times a store; "
        f"{dropped:,} name products that aren't there. Percentages are read from bills, or guessed."
    )


def monday(number: int) -> date:
    """The first day of a week; the source's first week has one day, a Sunday."""
    return date(2016, 12, 26) + timedelta(weeks=number - 1)


def _period(journey: Journey, number: int) -> tuple[datetime, datetime]:
    calendar = journey.calendar
    start, end = calendar.start_of(monday(number)), calendar.start_of(monday(number + 1))
    return start, calendar.now + GOES_ON if number == LAST_WEEK and calendar.weeks else end


def _percent(journey: Journey, number: int) -> np.ndarray:
    """Each product's discount by its key: of the week's bills, else of all that show one, else a guess."""
    bills = journey.source.bills
    days = to_local(bills.at).astype("M8[D]")
    since, until = (int(np.searchsorted(days, np.datetime64(monday(number + later)))) for later in (0, 1))
    lines = np.append(bills.first_line, len(bills.of_line))
    found = np.full(len(journey.source.products) + 1, GUESS, dtype="i8")
    for part in (slice(0, None), slice(int(lines[since]), int(lines[until]))):
        off, full = _discounts(journey, part)
        known = off > 0
        found[known] = np.clip(np.rint(100 * off[known] / full[known]), 1, 90).astype("i8")
    return found


def _discounts(journey: Journey, part: slice) -> tuple[np.ndarray, np.ndarray]:
    """By product: what was taken off the lines that had a discount, and what these had cost without."""
    lines, size = journey.source.bills.lines, len(journey.source.products) + 1
    product, off = lines.product[part], lines.retail[part]
    full = np.where(off > 0, lines.paid[part] + off + lines.match[part], 0)
    return np.bincount(product, off, size), np.bincount(product, full, size)


def _shown(table: pa.Table, product: np.ndarray, known: np.ndarray, offered: np.ndarray) -> list[list[str]]:
    """The places of each product offered, in the order of their codes."""
    shown: list[list[str]] = [[] for _ in offered]
    for column, names in (("display_location", PLACES), ("mailer_location", PAGES)):
        codes = table[column].combine_chunks().dictionary_encode()
        which = np.asarray(codes.indices)
        for code, name in sorted(names.items()):
            if code in (letters := codes.dictionary.to_pylist()):
                here = np.unique(product[known & (which == letters.index(code))])
                for place in np.searchsorted(offered, here).tolist():
                    shown[place].append(name)
    return shown
