"""Products, brands and groups."""

from __future__ import annotations

import models
from resolvers.relations import GROUP_DEPTH, GROUP_PATH, products_of_group
from schema.declarations import (
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
from schema.shared import Listed, Owned
from schema.strawberries import FieldSpec, input_type


@exposes(models.Tag, order=[by("name")])
class Tag(Listed):
    """A label on products or rewards."""


@exposes(models.Partner, order=[by("name")])
class Partner(Listed):
    """A company that shares the loyalty programme."""


@exposes(models.Product, searchable=True)
class Product(Owned):
    """Something the retailer sells."""

    name = leaf()
    code = leaf()
    package_size = leaf()
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


@exposes(models.ProductCode, is_node=False)
class ProductCode:
    """A product's code in one list."""

    list_code = leaf()
    code = leaf()


@exposes(models.ProductPrice, is_node=False)
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
        filterable=False,
        description="The groups from the top down to this one.",
    )
    products = many(
        link=products_of_group,
        type_name="Product",
        order=[by("name")],
        arguments=[Argument("include_subgroups", "bool", "Whether products of the groups below count too.", False)],
        description="The products of the group.",
    )


input_type(
    "ProductCodeInput",
    "A product's code in one list.",
    {"list": FieldSpec("str", "Which list, such as EAN or PLU."), "code": FieldSpec("str", "The code in it.")},
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
