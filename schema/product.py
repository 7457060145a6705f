"""Products, brands and groups."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import product
from resolvers.product.prices import price_in
from resolvers.query.relations import GROUP_DEPTH, GROUP_PATH, REWARDS_OF_PRODUCT, products_of_group
from schema.declaring.declarations import (
    Argument,
    LookupKey,
    by,
    currency,
    each,
    exposes,
    found_by,
    found_by_external_id,
    leaf,
    listing,
    lookup,
    many,
    one,
    query,
    texts,
)
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Listed, Owned
from schema.texts import localized, translations


@exposes(models.Tag, order=[by("name")])
class Tag(Listed):
    """A label on products or rewards."""


@exposes(models.Partner, order=[by("name")])
class Partner(Listed):
    """A company that shares the loyalty programme."""


@exposes(models.Product, searchable=True, priced=price_in)
class Product(Owned):
    """Something the retailer sells."""

    name = leaf()
    code = leaf()
    package_size = leaf()
    localized = localized(models.Product)
    translations = translations(models.Product)
    image_urls = texts()
    group = one()
    brand = one()
    partner = one()
    codes = each(order=[by("list_code")], description="Its codes in the lists that tills and scales use.")
    prices = each(order=[by("currency_code")], type_name="ProductPrice", description="Its price in each currency.")
    tags = each(order=[by("name")], description="Its tags.")
    properties = each(description="Custom properties.")
    campaign_products = many(description="The offers it is in.")
    reservable = one(description="Its place among the reservable products; null when it can't be reserved.")
    purchase_items = many(description="The lines of bills that it is on.")
    recommendations = many(description="Where it is recommended.")
    rewards = many(
        link=REWARDS_OF_PRODUCT,
        type_name="Reward",
        order=[by("name")],
        description="Rewards that ask for the product itself, or give it, among their conditions and bonuses.",
    )


@exposes(models.ProductCode, is_node=False)
class ProductCode:
    """A product's code in one list."""

    list_code = leaf()
    code = leaf()


@exposes(models.ProductPrice, is_node=False, interfaces=("MonetaryAmount",))
class ProductPrice:
    """What a product costs in one currency."""

    amount = leaf()
    currency = currency()


@exposes(models.ProductBrand, order=[by("name")])
class ProductBrand(Owned):
    """A set of products under one brand."""

    name = leaf()
    products = many(order=[by("name")], description="The products of the brand.")


@exposes(models.ProductGroup, order=[by("name")])
class ProductGroup(Owned):
    """A node in the tree of product groups."""

    name = leaf()
    code = leaf()
    parent = one()
    store = one()
    partner = one()
    children = many(order=[by("name")], description="The groups below.")
    path = each(
        link=GROUP_PATH,
        type_name="ProductGroup",
        order=[by(GROUP_DEPTH)],
        description="The groups from the top down to this one. Filtered by `some`, it finds a group and all below it.",
    )
    products = many(
        link=products_of_group,
        type_name="Product",
        order=[by("name")],
        arguments=[Argument("include_subgroups", "bool", "Whether products of the groups below count too.", False)],
        description="The products of the group.",
    )


@query
class ProductQueries:
    """Finding products."""

    product = lookup(
        "Product",
        "One product; null when there is none.",
        external_id=found_by_external_id(),
        list_code=LookupKey(
            "ProductCodeInput",
            "Its code in one of the lists.",
            lambda value: {"codes": {"some": {"listCode": {"eq": value["list"]}, "code": {"eq": value["code"]}}}},
        ),
    )
    products = listing("Product", "All products.")
    product_brand = lookup("ProductBrand", "One brand.", external_id=found_by_external_id())
    product_brands = listing("ProductBrand", "All brands.")
    product_group = lookup("ProductGroup", "One group.", external_id=found_by_external_id())
    product_groups = listing("ProductGroup", "All groups.")
    tag = lookup("Tag", "One tag.", code=found_by("Its code.", "code"))
    tags = listing("Tag", "All tags.")
    partner = lookup("Partner", "One partner.", code=found_by("Its code.", "code"))
    partners = listing("Partner", "All partners.")


@mutation
class ProductMutations:
    """Keeping the catalogue in step with the system that owns it."""

    product_upsert = mutation_field(
        product.upsert_product,
        "Create or update a product, found by its external id or its id. What is left out stays as it is.",
        scope=Scope.CATALOGUE_WRITE,
    )
    products_upsert = mutation_field(
        product.upsert_products,
        "Create or update up to 200 products, all of them or none; errors name the place in the list.",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_deactivate = mutation_field(
        product.deactivate,
        "Deactivate a product: it is offered no longer; what refers to it keeps it.",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_reactivate = mutation_field(
        product.reactivate,
        "Reactivate a product: it is offered again.",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_brand_upsert = mutation_field(
        product.upsert_brand,
        "Create or update a brand, found by its external id or its id.",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_brands_upsert = mutation_field(
        product.upsert_brands,
        "Create or update up to 200 brands, all of them or none; errors name the place in the list.",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_brand_deactivate = mutation_field(
        product.deactivate_brand,
        "Deactivate a brand; its products stay.",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_brand_reactivate = mutation_field(
        product.reactivate_brand,
        "Reactivate a brand.",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_group_upsert = mutation_field(
        product.upsert_group,
        "Create or update a group of products, found by its external id or its id; one that moves in the tree takes "
        "along all that is below it.",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_groups_upsert = mutation_field(
        product.upsert_groups,
        "Create or update up to 200 groups, all of them or none; a parent may come before its children in the list.",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_group_deactivate = mutation_field(
        product.deactivate_group,
        "Deactivate a group of products; its products and the groups below stay.",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_group_reactivate = mutation_field(
        product.reactivate_group,
        "Reactivate a group of products.",
        scope=Scope.CATALOGUE_WRITE,
    )
