"""Baskets become bills with their lines.

A line's price is the source's `sales_value`: what the retailer got for it. The loyalty discount and the retailer's
match of a coupon are taken off in it already. A manufacturer's coupon is not: the household paid that much less at
the till, and the manufacturer the rest.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

import models
from resolvers.demo.journey import CURRENCY, SOURCE, Journey
from resolvers.demo.mapping.people.cards import card_number
from resolvers.demo.mapping.retailer.lists import key_of
from resolvers.demo.reading.bills import Bills
from resolvers.demo.writing.batch import Mapped, Note, RowBatch

MONEY = 100
"""Cents to units of money's last place; for quantities and points the factors are these."""
QUANTITY = 1000
POINTS = 100
BILLS_AT_ONCE = 10_000
COUPONS = "COUPON"


def purchases(journey: Journey) -> Mapped:
    """The bills, oldest first, then their lines."""
    bills = journey.source.bills
    numbers = [card_number(household) for household in journey.source.households.tolist()]
    columns = {
        "id": np.arange(1, len(bills) + 1),
        "customer_id": bills.customer,
        "store_id": bills.store,
        "type_id": key_of(models.PurchaseType, "till"),
        "source": SOURCE,
        "external_id": [str(basket) for basket in bills.basket.tolist()],
        "paid_at": journey.paid_at,
        "currency_code": CURRENCY,
        "total": bills.total * MONEY,
        "items_count": bills.size,
        "card_number": [numbers[customer - 1] for customer in bills.customer.tolist()],
        "points_earned": bills.points * POINTS,
        "created_at": journey.paid_at,
    }
    yield RowBatch(models.Purchase, columns)
    coupons = [row["department"] == COUPONS for row in journey.source.products]
    is_coupon = np.array([False, *coupons])
    for first, last in pairwise([*range(0, len(bills), BILLS_AT_ONCE), len(bills)]):
        yield _lines(bills, first, last, is_coupon)
    yield from _notes(bills)


def _lines(bills: Bills, first: int, last: int, is_coupon: np.ndarray) -> RowBatch:
    lines = bills.lines
    start = int(bills.first_line[first])
    part = slice(start, int(bills.first_line[last - 1] + bills.size[last - 1]))
    bill, product = bills.of_line[part], lines.product[part]
    kinds = np.where(is_coupon[product], key_of(models.PurchaseItemType, "coupon"), 1)
    columns = {
        "id": np.arange(part.start + 1, part.stop + 1),
        "purchase_id": bill + 1,
        "line": np.arange(part.start, part.stop) - bills.first_line[bill] + 1,
        "product_id": _known(product),
        "product_name": _unknown(product, lines.product_id[part]),
        "type_id": kinds,
        "quantity": _counted(lines.quantity[part].astype("i8"), lines.paid[part]) * QUANTITY,
        "price": lines.paid[part] * MONEY,
        "retail_discount": lines.retail[part] * MONEY,
        "coupon_discount": lines.coupon[part] * MONEY,
        "coupon_match_discount": lines.match[part] * MONEY,
    }
    return RowBatch(models.PurchaseItem, columns)


def _counted(quantity: np.ndarray, paid: np.ndarray) -> np.ndarray:
    """What was paid for but not counted is one piece; nothing for nothing was voided at the till."""
    return np.where((quantity == 0) & (paid > 0), 1, quantity)


def _known(product: np.ndarray) -> np.ndarray | list[int | None]:
    return product if product.all() else [key or None for key in product.tolist()]


def _unknown(product: np.ndarray, product_id: np.ndarray) -> list[str | None] | None:
    """The till's code, where the source doesn't list the product."""
    names: list[str | None] = [None] * len(product)
    for place in np.flatnonzero(product == 0).tolist():
        names[place] = f"Article {product_id[place]}"
    return names


def _notes(bills: Bills) -> Mapped:
    lines = bills.lines
    unknown = lines.product == 0
    yield Note(
        f"{int(unknown.sum()):,} lines have one of {len(np.unique(lines.product_id[unknown]))} product codes that the "
        "source doesn't list: they are kept without a product, the code as their name."
    )
    uncounted = int(((lines.quantity == 0) & (lines.paid > 0)).sum())
    yield Note(f"{uncounted} lines were paid for but not counted: they are kept as one piece.")
    yield Note(f"Turnover {bills.total.sum() / 100:,.2f} USD on {len(bills):,} bills, the source's `sales_value`.")
    yield Note("Quantities are the source's: of fuel they count thousandths of a gallon.")
