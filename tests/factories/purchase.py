"""Purchases and their lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import models
from tests.factories.building import NOW, build, coded, number, stamped
from tests.factories.product import product
from tests.factories.store import store


def purchase_type(**overrides: Any) -> models.PurchaseType:
    return coded(models.PurchaseType, overrides, "purchase-type", "Till")


def purchase_item_type(**overrides: Any) -> models.PurchaseItemType:
    return coded(models.PurchaseItemType, overrides, "item-type", "Goods")


def purchase(**overrides: Any) -> models.Purchase:
    """A bill over 100 crowns; of the lines given, numbered as they come, where there are any."""
    items = overrides.get("items", [])
    for line, item in enumerate(items, start=1):
        item.line = line
    return stamped(
        models.Purchase,
        overrides,
        store=store,
        source="till",
        external_id=lambda: f"bill-{number()}",
        paid_at=NOW,
        currency_code="CZK",
        total=sum((item.price for item in items), Decimal(0)) if items else Decimal(100),
        items_count=len(items),
    )


def purchase_item(**overrides: Any) -> models.PurchaseItem:
    """One piece for 50 crowns. Its bill is to be given, unless the bill takes it among its `items`."""
    return build(
        models.PurchaseItem,
        overrides,
        line=number,
        product=product,
        quantity=Decimal(1),
        price=Decimal(50),
    )


def purchase_discount(**overrides: Any) -> models.PurchaseDiscount:
    return build(models.PurchaseDiscount, overrides, purchase=purchase, amount=Decimal(5))


def purchase_payment(**overrides: Any) -> models.PurchasePayment:
    """All of the usual bill, in cash."""
    return build(models.PurchasePayment, overrides, purchase=purchase, kind="CASH", amount=Decimal(100))


def purchase_return(**overrides: Any) -> models.PurchaseReturn:
    """A return of nothing that was worth anything."""
    amounts = dict.fromkeys(
        ("refund", "withheld", "paid_with_points", "points_back", "points_withdrawn", "points_owed"), Decimal(0)
    )
    return build(
        models.PurchaseReturn,
        overrides,
        purchase=purchase,
        external_id=lambda: f"return-{number()}",
        at=NOW,
        **amounts,
    )


def purchase_return_item(**overrides: Any) -> models.PurchaseReturnItem:
    """A piece that was returned."""
    return build(
        models.PurchaseReturnItem,
        overrides,
        purchase_return=purchase_return,
        item=lambda: purchase_item(purchase=purchase()),
        quantity=Decimal(1),
    )
