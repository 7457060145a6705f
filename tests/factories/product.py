"""Products, brands and groups."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import models
from tests.factories.building import build, external, number


def product_brand(**overrides: Any) -> models.ProductBrand:
    return external(models.ProductBrand, overrides, name="Madeta")


def product_group(**overrides: Any) -> models.ProductGroup:
    return external(models.ProductGroup, overrides, name="Dairy")


def product(**overrides: Any) -> models.Product:
    return external(models.Product, overrides, name="Butter", code=lambda: f"product-{number()}")


def product_code(**overrides: Any) -> models.ProductCode:
    return build(models.ProductCode, overrides, product=product, list_code="EAN", code=lambda: f"859{number():010d}")


def product_price(**overrides: Any) -> models.ProductPrice:
    return build(models.ProductPrice, overrides, product=product, currency_code="CZK", amount=Decimal("59.90"))


def product_tag(**overrides: Any) -> models.ProductTag:
    """A product and a tag, given by their keys."""
    return models.ProductTag(**overrides)
