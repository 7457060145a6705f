"""What the operations on products, brands and groups take, and what they answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from resolvers.operation.answers import Answer, row
from resolvers.operation.checks import By, at_most, by, column, key, text
from resolvers.operation.inputs import Input
from resolvers.operation.parts import MOST_RECORDS, RECORD_ID, ExternalId, MoneyInput, Properties, Source
from resolvers.operation.records.translations import MOST_LANGUAGES, REPLACING, TranslationInput
from resolvers.storage.context import RowRef

PRODUCT, BRAND, GROUP = models.Product, models.ProductBrand, models.ProductGroup
MOST_PARTS = 100


class ProductCodeInput(Input):
    """A product's code in one list."""

    list: Annotated[str, text(64), "Which list, such as EAN or PLU."]
    code: Annotated[str, text(64), "The code in it."]


class ProductTranslationInput(TranslationInput):
    """A product's texts in a language."""

    name: Annotated[str | None, text(255), "Name as customers know it."] = None


class ProductUpsertInput(Input):
    """A product to be created or updated."""

    id: Annotated[int | None, key(PRODUCT), RECORD_ID] = None
    source: Source = None
    external_id: ExternalId = None
    name: Annotated[str | UnsetType, column(PRODUCT.name), "Name as customers know it; a new product needs one."] = (
        UNSET
    )
    code: Annotated[
        str | UnsetType, column(PRODUCT.code), "The retailer's own code of the product; a new product needs one."
    ] = UNSET
    package_size: Annotated[
        str | UnsetType | None, column(PRODUCT.package_size), "Size of the package as printed on it."
    ] = UNSET
    group: Annotated[By | UnsetType | None, by(GROUP), "The group it belongs to."] = UNSET
    brand: Annotated[By | UnsetType | None, by(BRAND), "The brand it belongs to."] = UNSET
    partner: Annotated[By | UnsetType | None, by(models.Partner), "The partner that owns it."] = UNSET
    translations: Annotated[
        tuple[ProductTranslationInput, ...] | UnsetType | None, at_most(MOST_LANGUAGES), REPLACING
    ] = UNSET
    image_urls: Annotated[
        tuple[str, ...] | UnsetType,
        column(PRODUCT.image_urls),
        "Addresses of pictures; they take the place of those that are there.",
    ] = UNSET
    codes: Annotated[
        tuple[ProductCodeInput, ...] | UnsetType | None,
        at_most(MOST_PARTS),
        "Its codes in lists; they take the place of those that are there.",
    ] = UNSET
    prices: Annotated[
        tuple[MoneyInput, ...] | UnsetType | None,
        at_most(MOST_PARTS),
        "Its price in each currency; they take the place of those there.",
    ] = UNSET
    tags: Annotated[
        tuple[By, ...] | UnsetType | None,
        by(models.Tag),
        at_most(MOST_PARTS),
        "Its tags; they take the place of those that are there.",
    ] = UNSET
    properties: Properties = UNSET


class ProductsUpsert(Input):
    """Products to be created or updated."""

    products: Annotated[tuple[ProductUpsertInput, ...], at_most(MOST_RECORDS), "The products."]


class ProductId(Input):
    """A product."""

    id: Annotated[int, key(PRODUCT), "Which one."]


class ProductAnswer(Answer):
    """A product, as it is now."""

    product: Annotated[RowRef, row("Product"), "The product."]


class ProductsAnswer(Answer):
    """Products, as they are now."""

    products: Annotated[list[RowRef], row("Product"), "The products, in the order given."]


class ProductBrandUpsertInput(Input):
    """A brand to be created or updated."""

    id: Annotated[int | None, key(BRAND), RECORD_ID] = None
    source: Source = None
    external_id: ExternalId = None
    name: Annotated[str | UnsetType, column(BRAND.name), "Name of the brand; a new one needs it."] = UNSET


class ProductBrandsUpsert(Input):
    """Brands to be created or updated."""

    brands: Annotated[tuple[ProductBrandUpsertInput, ...], at_most(MOST_RECORDS), "The brands."]


class ProductBrandId(Input):
    """A brand."""

    id: Annotated[int, key(BRAND), "Which one."]


class ProductBrandAnswer(Answer):
    """A brand, as it is now."""

    brand: Annotated[RowRef, row("ProductBrand"), "The brand."]


class ProductBrandsAnswer(Answer):
    """Brands, as they are now."""

    brands: Annotated[list[RowRef], row("ProductBrand"), "The brands, in the order given."]


class ProductGroupUpsertInput(Input):
    """A group to be created or updated."""

    id: Annotated[int | None, key(GROUP), RECORD_ID] = None
    source: Source = None
    external_id: ExternalId = None
    name: Annotated[str | UnsetType, column(GROUP.name), "Name of the group; a new one needs it."] = UNSET
    code: Annotated[str | UnsetType | None, column(GROUP.code), "The retailer's own code of the group."] = UNSET
    parent: Annotated[By | UnsetType | None, by(GROUP), "The group above; null moves it to the top."] = UNSET
    store: Annotated[
        By | UnsetType | None, by(models.Store), "The only store that has the group, if it is one store's own."
    ] = UNSET
    partner: Annotated[By | UnsetType | None, by(models.Partner), "The partner that owns the group."] = UNSET


class ProductGroupsUpsert(Input):
    """Groups to be created or updated."""

    groups: Annotated[tuple[ProductGroupUpsertInput, ...], at_most(MOST_RECORDS), "The groups."]


class ProductGroupId(Input):
    """A group."""

    id: Annotated[int, key(GROUP), "Which one."]


class ProductGroupAnswer(Answer):
    """A group, as it is now."""

    group: Annotated[RowRef, row("ProductGroup"), "The group."]


class ProductGroupsAnswer(Answer):
    """Groups, as they are now."""

    groups: Annotated[list[RowRef], row("ProductGroup"), "The groups, in the order given."]
