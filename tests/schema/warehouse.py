"""A retailer large enough that a database would rather use an index than read a whole table."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import models
from resolvers.text import customer_terms, fold, product_terms
from tests.factories import NOW

CUSTOMERS, PRODUCTS, BILLS = 2000, 3000, 8000
STORES, GROUPS, BRANDS, REWARDS, SEGMENTS = 20, 60, 100, 40, 10
STAMPS = {"created_at": NOW, "updated_at": NOW}
FAMILIES = ("Novák", "Svoboda", "Dvořák", "Černý", "Procházka", "Kučera", "Veselý")
LARGE = {
    "purchase",
    "purchase_item",
    "product",
    "product_term",
    "product_price",
    "point_entry",
    "point_entry_lot",
    "point_lot",
    "voucher",
    "voucher_event",
    "customer",
    "customer_term",
    "card",
    "card_event",
    "status_record",
    "segment_member",
    "recommendation",
    "customer_source_record",
    "campaign_product",
}
"""Tables that no page may read whole."""


def some(index: int, count: int) -> int:
    """A key from 1 to count, spread evenly."""
    return index * 7919 % count + 1


def people() -> dict[type[models.Base], list[dict[str, Any]]]:
    """Customers with what is found by them."""
    rows: dict[type[models.Base], list[dict[str, Any]]] = {
        entity: []
        for entity in (
            models.Customer,
            models.CustomerTerm,
            models.Card,
            models.CardEvent,
            models.StatusRecord,
            models.SegmentMember,
            models.Recommendation,
            models.CustomerSourceRecord,
        )
    }
    for key in range(1, CUSTOMERS + 1):
        first, last = f"Jan{key % 50}", FAMILIES[key % 7]
        email, phone, number = f"c{key}@example.com", f"+420601{key:06d}", f"99{key:06d}"
        rows[models.Customer].append(
            {
                "id": key,
                "first_name": first,
                "last_name": last,
                "first_name_key": fold(first),
                "last_name_key": fold(last),
                "email": email,
                "email_key": email,
                "phone": phone,
                "store_id": some(key, STORES),
                "state": "ACTIVE",
                **STAMPS,
            }
        )
        terms = sorted(customer_terms((first, last), email, phone, (number,)))
        rows[models.CustomerTerm] += [{"customer_id": key, "term": term} for term in terms]
        rows[models.Card].append(
            {"id": key, "customer_id": key, "card_type_id": 1, "number": number, "state": "ASSIGNED", **STAMPS}
        )
        rows[models.CardEvent].append({"card_id": key, "customer_id": key, "change": "ASSIGNED", "at": NOW})
        rows[models.StatusRecord].append({"customer_id": key, "status_id": 1, "change": "SET", "valid_from": NOW})
        segments = {some(key + step, SEGMENTS) for step in range(3)}
        rows[models.SegmentMember] += [
            {"segment_id": each, "customer_id": key, "since": NOW} for each in sorted(segments)
        ]
        rows[models.Recommendation].append(
            {
                "name": f"For {key}",
                "kind": "INFORMATION",
                "audience": "CUSTOMER",
                "customer_id": key,
                "segment_id": None,
                **STAMPS,
            }
        )
        rows[models.CustomerSourceRecord].append(
            {"customer_id": key, "source_id": 1, "external_id": f"x{key}", **STAMPS}
        )
    return rows


def goods() -> dict[type[models.Base], list[dict[str, Any]]]:
    """Products with their words, prices and offers."""
    rows: dict[type[models.Base], list[dict[str, Any]]] = {
        entity: [] for entity in (models.Product, models.ProductTerm, models.ProductPrice, models.CampaignProduct)
    }
    for key in range(1, PRODUCTS + 1):
        name = f"{('Milk', 'Butter', 'Bread', 'Cheese')[key % 4]} {key % 97}"
        rows[models.Product].append(
            {
                "id": key,
                "name": name,
                "code": f"P{key}",
                "group_id": some(key, GROUPS),
                "brand_id": some(key, BRANDS),
                **STAMPS,
            }
        )
        rows[models.ProductTerm] += [
            {"product_id": key, "term": term} for term in sorted(product_terms(name, (f"P{key}",)))
        ]
        rows[models.ProductPrice].append({"product_id": key, "currency_code": "CZK", "amount": Decimal(10)})
        rows[models.CampaignProduct].append(
            {
                "product_id": key,
                "campaign_id": 1,
                "value_kind": "PERCENT",
                "value": Decimal(10),
                "display_in": [],
                **STAMPS,
                "valid_from": NOW - timedelta(days=400),
                "valid_to": NOW + timedelta(days=key % 400 - 390),
            }
        )
    return rows


def bills() -> dict[type[models.Base], list[dict[str, Any]]]:
    """Bills with their lines, points and vouchers."""
    rows: dict[type[models.Base], list[dict[str, Any]]] = {
        entity: []
        for entity in (
            models.Purchase,
            models.PurchaseItem,
            models.PointEntry,
            models.PointLot,
            models.PointEntryLot,
            models.Voucher,
            models.VoucherEvent,
        )
    }
    for key in range(1, BILLS + 1):
        customer, at = some(key, CUSTOMERS), NOW - timedelta(minutes=key * 50)
        rows[models.Purchase].append(
            {
                "id": key,
                "customer_id": customer,
                "store_id": some(key, STORES),
                "external_id": f"b{key}",
                "paid_at": at,
                "currency_code": "CZK",
                "total": Decimal(100),
                "items_count": 2,
                **STAMPS,
            }
        )
        rows[models.PurchaseItem] += [
            {
                "purchase_id": key,
                "line": line,
                "product_id": some(key * 2 + line, PRODUCTS),
                "quantity": Decimal(1),
                "price": Decimal(50),
            }
            for line in (1, 2)
        ]
        rows[models.PointLot].append(
            {
                "id": key,
                "customer_id": customer,
                "amount": Decimal(1),
                "remaining": Decimal(key % 2),
                "active_from": at,
                "expires_at": at + timedelta(days=365),
                "created_at": at,
            }
        )
        rows[models.PointEntry].append(
            {
                "id": key,
                "customer_id": customer,
                "kind": "EARN",
                "amount": Decimal(1),
                "at": at,
                "purchase_id": key,
            }
        )
        rows[models.PointEntryLot].append({"entry_id": key, "lot_id": key, "amount": Decimal(1)})
        rows[models.Voucher].append(
            {
                "id": key,
                "customer_id": customer,
                "reward_id": some(key, REWARDS),
                "code": f"V{key}",
                "state": "ACTIVE",
                "valid_from": at,
                **STAMPS,
            }
        )
        rows[models.VoucherEvent].append({"voucher_id": key, "customer_id": customer, "change": "ISSUED", "at": at})
    return rows


def lists() -> dict[type[models.Base], list[dict[str, Any]]]:
    """What is few."""
    short: dict[str, Any] = {"code": "one", "name": "One", **STAMPS}
    return {
        models.CardType: [{"id": 1, "prefix": "99", "number_length": 8, **short}],
        models.CustomerSource: [{"id": 1, **short}],
        models.Status: [{"id": 1, "rank": 1, "qualification": "MANUAL", **short}],
        models.Store: [
            {"id": key, "code": f"s{key}", "name": f"Store {key}", "currency_code": "CZK", **STAMPS}
            for key in range(1, STORES + 1)
        ],
        models.ProductGroup: [{"id": key, "name": f"Group {key}", **STAMPS} for key in range(1, GROUPS + 1)],
        models.ProductGroupAncestor: [
            {"group_id": key, "ancestor_id": key, "distance": 0} for key in range(1, GROUPS + 1)
        ],
        models.ProductBrand: [{"id": key, "name": f"Brand {key}", **STAMPS} for key in range(1, BRANDS + 1)],
        models.Campaign: [{"id": 1, "name": "Spring", **STAMPS}],
        models.Segment: [
            {"id": key, "name": f"Segment {key}", "kind": "LIST", **STAMPS} for key in range(1, SEGMENTS + 1)
        ],
        models.Reward: [
            {"id": key, "code": f"r{key}", "name": f"Reward {key}", "kind": "GIFT", **STAMPS}
            for key in range(1, REWARDS + 1)
        ],
    }


async def fill(engine: AsyncEngine) -> None:
    """Put everything into a database, and let it count its rows."""
    async with engine.begin() as connection:
        for tables in (lists(), goods(), people(), bills()):
            for entity, rows in tables.items():
                await connection.execute(insert(entity.__table__), rows)
    async with engine.connect() as connection:
        await _analyze(connection)


async def _analyze(connection: AsyncConnection) -> None:
    autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
    await autocommit.execute(text("ANALYZE"))
