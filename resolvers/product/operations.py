"""Products, brands and the tree of groups, as outside systems keep them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from sqlalchemy import delete, insert, select

import models
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.normalise import product_terms
from resolvers.operation import property_values
from resolvers.operation.activation import switch_operation
from resolvers.operation.parts import MoneyInput
from resolvers.operation.records.links import Links
from resolvers.operation.records.translations import read_translations
from resolvers.operation.upsert import Kept, Part, Record, UpsertSpec, no_twice, replace_parts, upsert, upsert_all
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
CODE, PRICE, TERM = models.ProductCode, models.ProductPrice, models.ProductTerm

CODES = Kept[set[tuple[str, str]]]()
"""The codes that a product is to have, each with its list."""
PRICES = Kept[Sequence[Part]]()
TAGS = Links("tags", models.ProductTag.product_id, models.ProductTag.tag_id, models.Tag)


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


async def _check_product(record: Record[ProductUpsertInput]) -> None:
    """Codes, prices and tags are good by themselves, and no code is another product's."""
    given = record.input
    if given.codes is not UNSET:
        with record.problems.noted():
            record.keep(CODES, await _codes(record, given.codes or ()))
    if given.prices is not UNSET:
        with record.problems.noted():
            record.keep(PRICES, _prices(record, given.prices or ()))
    await TAGS.read(record, given.tags)
    await property_values.read(record, given.properties, models.PropertyRecord.product_id)
    read_translations(record, given.translations, models.Product.translations)


async def _codes(record: Record[ProductUpsertInput], given: Sequence[ProductCodeInput]) -> set[tuple[str, str]]:
    pairs = [(one.list, one.code) for one in given]
    no_twice(pairs, record.problems, "codes", ".code")
    for place, (list_code, code) in enumerate(pairs):
        others = select(CODE.product_id).where(CODE.list_code == list_code, CODE.code == code)
        owner = await record.transaction.session.scalar(others)
        if owner is not None and owner != record.holds(models.Product.id):
            path = f"{record.problems.at('codes')}[{place}].code"
            raise Refused(ErrorCode.TAKEN, f"The code {code} of {list_code} is another product's.", path)
    return set(pairs)


def _prices(record: Record[ProductUpsertInput], given: Sequence[MoneyInput]) -> list[Part]:
    no_twice((price.currency for price in given), record.problems, "prices", ".currency")
    return [{PRICE.currency_code: price.currency, PRICE.amount: price.amount} for price in given]


async def _follow_product(record: Record[ProductUpsertInput]) -> None:
    codes, prices = record.kept(CODES), record.kept(PRICES)
    if codes is not None:
        await _write_codes(record, codes)
    if prices is not None:
        await replace_parts(record, PRICE.product_id, PRICE.currency_code, prices)
    await TAGS.write(record)
    await property_values.write(record, models.PropertyRecord.product_id)
    await _write_terms(record)


async def _write_codes(record: Record[ProductUpsertInput], wanted: set[tuple[str, str]]) -> None:
    session = record.transaction.session
    known = await session.scalars(select(CODE).where(CODE.product_id == record.key))
    there = {(row.list_code, row.code): row for row in known}
    for pair in there.keys() - wanted:
        await session.delete(there[pair])
    session.add_all(
        CODE(product_id=record.key, list_code=pair[0], code=pair[1]) for pair in sorted(wanted - there.keys())
    )
    record.changed |= wanted != there.keys()


async def _write_terms(record: Record[ProductUpsertInput]) -> None:
    """A product is found by each word of its name, in whatever language, and by its codes."""
    session, product = record.transaction.session, record.row
    assert isinstance(product, models.Product)
    await session.flush()
    codes = list(await session.scalars(select(CODE.code).where(CODE.product_id == record.key)))
    wanted = product_terms(product.name, [product.code, *codes], product.translations)
    there = set(await session.scalars(select(TERM.term).where(TERM.product_id == record.key)))
    if gone := there - wanted:
        await session.execute(delete(TERM).where(TERM.product_id == record.key, TERM.term.in_(gone)))
    if new := sorted(wanted - there):
        await session.execute(insert(TERM), [{"product_id": record.key, "term": term} for term in new])


PRODUCT = UpsertSpec[ProductUpsertInput](
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

BRAND = UpsertSpec[ProductBrandUpsertInput](models.ProductBrand, columns={"name": "name"}, required=("name",))

GROUP = UpsertSpec[ProductGroupUpsertInput](
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
