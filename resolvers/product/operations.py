"""Products, brands and the tree of groups, as outside systems keep them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

import models
from models.rules.error_codes import ErrorCode
from models.types import MONEY
from resolvers.errors import Refused
from resolvers.normalise import product_terms
from resolvers.operation import property_values
from resolvers.operation.activation import switching
from resolvers.operation.upsert import Record, UpsertSpec, no_twice, replace_parts, upsert, upsert_all
from resolvers.operation.validation import Values, currency, exact, text
from resolvers.product import group_tree
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

MOST_PARTS = 100
CODE = models.ProductCode
TERM = models.ProductTerm


async def upsert_product(transaction: Transaction, given: Values) -> Values:
    """Put a product in its place."""
    return {"product": _shown(await upsert(PRODUCT, transaction, given))}


async def upsert_products(transaction: Transaction, given: Values) -> Values:
    """Put several products in their places, all or none."""
    return {"products": [_shown(row) for row in await upsert_all(PRODUCT, transaction, given["products"], "products")]}


async def upsert_brand(transaction: Transaction, given: Values) -> Values:
    """Put a brand in its place."""
    return {"brand": _shown(await upsert(BRAND, transaction, given))}


async def upsert_brands(transaction: Transaction, given: Values) -> Values:
    """Put several brands in their places, all or none."""
    return {"brands": [_shown(row) for row in await upsert_all(BRAND, transaction, given["brands"], "brands")]}


async def upsert_group(transaction: Transaction, given: Values) -> Values:
    """Put a group in its place in the tree."""
    return {"group": _shown(await upsert(GROUP, transaction, given))}


async def upsert_groups(transaction: Transaction, given: Values) -> Values:
    """Put several groups in their places, all or none; one may name a parent that comes before it in the list."""
    return {"groups": [_shown(row) for row in await upsert_all(GROUP, transaction, given["groups"], "groups")]}


deactivate = switching(models.Product, models.State.INACTIVE, "DEACTIVATED", "product")
reactivate = switching(models.Product, models.State.ACTIVE, "REACTIVATED", "product")
deactivate_brand = switching(models.ProductBrand, models.State.INACTIVE, "DEACTIVATED", "brand")
reactivate_brand = switching(models.ProductBrand, models.State.ACTIVE, "REACTIVATED", "brand")
deactivate_group = switching(models.ProductGroup, models.State.INACTIVE, "DEACTIVATED", "group")
reactivate_group = switching(models.ProductGroup, models.State.ACTIVE, "REACTIVATED", "group")


def _shown(row: models.Base) -> RowRef:
    return RowRef(type(row).__name__, row.id)


async def _check_product(record: Record) -> None:
    """Codes, prices and tags are good by themselves, and no code is another product's."""
    for name, read in (("codes", _codes), ("prices", _prices), ("tags", _tags)):
        if name in record.given:
            with record.problems.noted():
                record.lists[name] = await read(record, record.given[name] or [])
    await property_values.read(record, "product_id")


async def _codes(record: Record, given: Sequence[Values]) -> list[dict[str, Any]]:
    at = _places(record, given, "codes")
    pairs = [
        (text(code["list"], f"{path}.list", 64), text(code["code"], f"{path}.code", 64))
        for code, path in zip(given, at, strict=True)
    ]
    no_twice(pairs, record.problems, "codes", ".code")
    for (list_code, code), path in zip(pairs, at, strict=True):
        others = select(CODE.product_id).where(CODE.list_code == list_code, CODE.code == code)
        owner = await record.transaction.session.scalar(others)
        if owner is not None and owner != getattr(record.row, "id", None):
            raise Refused(ErrorCode.TAKEN, f"The code {code} of {list_code} is another product's.", f"{path}.code")
    return [{"of": pair, "list_code": pair[0], "code": pair[1]} for pair in pairs]


async def _prices(record: Record, given: Sequence[Values]) -> list[dict[str, Any]]:
    at = _places(record, given, "prices")
    prices = [
        {
            "currency_code": currency(price["currency"], f"{path}.currency"),
            "amount": exact(MONEY, price["amount"], f"{path}.amount"),
        }
        for price, path in zip(given, at, strict=True)
    ]
    no_twice((price["currency_code"] for price in prices), record.problems, "prices", ".currency")
    return prices


async def _tags(record: Record, given: Sequence[Values]) -> list[dict[str, Any]]:
    at = _places(record, given, "tags")
    keys = [(await record.references.find(models.Tag, by, path)).id for by, path in zip(given, at, strict=True)]
    no_twice(keys, record.problems, "tags", "")
    return [{"tag_id": key} for key in keys]


def _places(record: Record, given: Sequence[Values], name: str) -> list[str]:
    if len(given) > MOST_PARTS:
        raise Refused(ErrorCode.TOO_MANY, f"A product takes {MOST_PARTS} of them at most.", record.problems.at(name))
    return [f"{record.problems.at(name)}[{place}]" for place in range(len(given))]


async def _follow_product(record: Record) -> None:
    lists = record.lists
    if "codes" in lists:
        await _write_codes(record)
    if "prices" in lists:
        await replace_parts(record, models.ProductPrice, "product_id", "currency_code", lists["prices"])
    if "tags" in lists:
        await replace_parts(record, models.ProductTag, "product_id", "tag_id", lists["tags"])
    await property_values.write(record, "product_id")
    await _write_terms(record)


async def _write_codes(record: Record) -> None:
    session, wanted = record.transaction.session, {code["of"] for code in record.lists["codes"]}
    known = await session.scalars(select(CODE).where(CODE.product_id == record.key))
    there = {(row.list_code, row.code): row for row in known}
    for pair in there.keys() - wanted:
        await session.delete(there[pair])
    session.add_all(
        CODE(product_id=record.key, list_code=pair[0], code=pair[1]) for pair in sorted(wanted - there.keys())
    )
    record.changed |= wanted != there.keys()


async def _write_terms(record: Record) -> None:
    """A product is found by each word of its name and by its codes."""
    session = record.transaction.session
    await session.flush()
    codes = list(await session.scalars(select(CODE.code).where(CODE.product_id == record.key)))
    wanted = product_terms(record.row.name, [record.row.code, *codes])
    there = set(await session.scalars(select(TERM.term).where(TERM.product_id == record.key)))
    if gone := there - wanted:
        await session.execute(delete(TERM).where(TERM.product_id == record.key, TERM.term.in_(gone)))
    if new := sorted(wanted - there):
        await session.execute(insert(TERM), [{"product_id": record.key, "term": term} for term in new])


PRODUCT = UpsertSpec(
    models.Product,
    columns={"name": "name", "code": "code", "package_size": "package_size", "image_urls": "image_urls"},
    references={
        "group": ("group_id", models.ProductGroup),
        "brand": ("brand_id", models.ProductBrand),
        "partner": ("partner_id", models.Partner),
    },
    required=("name", "code"),
    check=_check_product,
    follow=_follow_product,
)

BRAND = UpsertSpec(models.ProductBrand, columns={"name": "name"}, required=("name",))

GROUP = UpsertSpec(
    models.ProductGroup,
    columns={"name": "name", "code": "code"},
    references={
        "parent": ("parent_id", models.ProductGroup),
        "store": ("store_id", models.Store),
        "partner": ("partner_id", models.Partner),
    },
    required=("name",),
    check=group_tree.refuse_cycle,
    follow=group_tree.place,
)
