"""Products, brands and the tree of groups, as outside systems keep them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

import models
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.normalise import product_terms
from resolvers.operation import property_values
from resolvers.operation.activation import switch_operation
from resolvers.operation.checks import By
from resolvers.operation.parts import MoneyInput
from resolvers.operation.upsert import Record, UpsertSpec, no_twice, replace_parts, upsert, upsert_all
from resolvers.product import group_tree
from resolvers.product.inputs import (
    ProductAnswer,
    ProductBrandAnswer,
    ProductBrandId,
    ProductBrandsAnswer,
    ProductBrandsUpsert,
    ProductBrandUpsertInput,
    ProductCodeInput,
    ProductGroupAnswer,
    ProductGroupId,
    ProductGroupsAnswer,
    ProductGroupsUpsert,
    ProductGroupUpsertInput,
    ProductId,
    ProductsAnswer,
    ProductsUpsert,
    ProductUpsertInput,
)
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

ON, OFF = models.State.ACTIVE, models.State.INACTIVE
CODE = models.ProductCode
TERM = models.ProductTerm


async def upsert_product(transaction: Transaction, given: ProductUpsertInput) -> ProductAnswer:
    """Create or update a product."""
    return ProductAnswer(product=_shown(await upsert(PRODUCT, transaction, given)))


async def upsert_products(transaction: Transaction, given: ProductsUpsert) -> ProductsAnswer:
    """Create or update several products, all or none."""
    rows = await upsert_all(PRODUCT, transaction, given.products, "products")
    return ProductsAnswer(products=[_shown(row) for row in rows])


async def upsert_brand(transaction: Transaction, given: ProductBrandUpsertInput) -> ProductBrandAnswer:
    """Create or update a brand."""
    return ProductBrandAnswer(brand=_shown(await upsert(BRAND, transaction, given)))


async def upsert_brands(transaction: Transaction, given: ProductBrandsUpsert) -> ProductBrandsAnswer:
    """Create or update several brands, all or none."""
    rows = await upsert_all(BRAND, transaction, given.brands, "brands")
    return ProductBrandsAnswer(brands=[_shown(row) for row in rows])


async def upsert_group(transaction: Transaction, given: ProductGroupUpsertInput) -> ProductGroupAnswer:
    """Create or update a group, at its place in the tree."""
    return ProductGroupAnswer(group=_shown(await upsert(GROUP, transaction, given)))


async def upsert_groups(transaction: Transaction, given: ProductGroupsUpsert) -> ProductGroupsAnswer:
    """Create or update several groups, all or none; one may name a parent that comes before it in the list."""
    rows = await upsert_all(GROUP, transaction, given.groups, "groups")
    return ProductGroupsAnswer(groups=[_shown(row) for row in rows])


deactivate = switch_operation(models.Product, OFF, EventKind.PRODUCT_DEACTIVATED, ProductId, ProductAnswer)
reactivate = switch_operation(models.Product, ON, EventKind.PRODUCT_REACTIVATED, ProductId, ProductAnswer)
deactivate_brand = switch_operation(
    models.ProductBrand, OFF, EventKind.PRODUCT_BRAND_DEACTIVATED, ProductBrandId, ProductBrandAnswer
)
reactivate_brand = switch_operation(
    models.ProductBrand, ON, EventKind.PRODUCT_BRAND_REACTIVATED, ProductBrandId, ProductBrandAnswer
)
deactivate_group = switch_operation(
    models.ProductGroup, OFF, EventKind.PRODUCT_GROUP_DEACTIVATED, ProductGroupId, ProductGroupAnswer
)
reactivate_group = switch_operation(
    models.ProductGroup, ON, EventKind.PRODUCT_GROUP_REACTIVATED, ProductGroupId, ProductGroupAnswer
)


def _shown(row: models.Base) -> RowRef:
    return RowRef(type(row).__name__, row.id)


async def _check_product(record: Record) -> None:
    """Codes, prices and tags are good by themselves, and no code is another product's."""
    for name, read in (("codes", _codes), ("prices", _prices), ("tags", _tags)):
        if name in record.given:
            with record.problems.noted():
                record.lists[name] = await read(record, record.given[name] or ())
    await property_values.read(record, "product_id")


async def _codes(record: Record, given: Sequence[ProductCodeInput]) -> list[dict[str, object]]:
    pairs = [(one.list, one.code) for one in given]
    no_twice(pairs, record.problems, "codes", ".code")
    for place, (list_code, code) in enumerate(pairs):
        others = select(CODE.product_id).where(CODE.list_code == list_code, CODE.code == code)
        owner = await record.transaction.session.scalar(others)
        if owner is not None and owner != getattr(record.row, "id", None):
            path = f"{record.problems.at('codes')}[{place}].code"
            raise Refused(ErrorCode.TAKEN, f"The code {code} of {list_code} is another product's.", path)
    return [{"of": pair, "list_code": pair[0], "code": pair[1]} for pair in pairs]


async def _prices(record: Record, given: Sequence[MoneyInput]) -> list[dict[str, object]]:
    no_twice((price.currency for price in given), record.problems, "prices", ".currency")
    return [{"currency_code": price.currency, "amount": price.amount} for price in given]


async def _tags(record: Record, given: Sequence[By]) -> list[dict[str, object]]:
    at = record.problems.at("tags")
    keys = [(await record.references.find(models.Tag, by, f"{at}[{place}]")).id for place, by in enumerate(given)]
    no_twice(keys, record.problems, "tags", "")
    return [{"tag_id": key} for key in keys]


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
