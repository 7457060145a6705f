"""What a product costs under an offer."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from sqlalchemy import case, func, literal_column, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from models import CampaignProduct, CampaignValueKind, Product, ProductPrice
from models.types import MONEY, text
from resolvers.query.columns import Expression
from resolvers.query.expressions import word
from resolvers.storage.sql import SqlValue


class less_percent(FunctionElement[Decimal]):  # noqa: N801
    """An amount less a percentage, both of four places, rounded half up to the cent."""

    type = MONEY
    inherit_cache = True
    name = "less_percent"


@compiles(less_percent, "sqlite")
def _on_sqlite(element: less_percent, compiler: SQLCompiler, **options: object) -> str:
    amount, percent = (compiler.process(clause, **options) for clause in element.clauses)
    # Both are integers in ten-thousandths; the cent is a hundred of them.
    return f"(({amount} * (1000000 - {percent}) / 1000000 + 50) / 100 * 100)"


@compiles(less_percent, "postgresql")
def _on_postgresql(element: less_percent, compiler: SQLCompiler, **options: object) -> str:
    amount, percent = (compiler.process(clause, **options) for clause in element.clauses)
    return f"round({amount} * (100 - {percent}) / 100, 2)"


def _listed_price(offer: type[CampaignProduct], column: str) -> SqlValue:
    """The product's price; the first by currency where it has several."""
    price = aliased(ProductPrice)
    found = select(getattr(price, column)).where(price.product_id == offer.product_id)
    return found.order_by(price.currency_code).limit(literal_column("1")).scalar_subquery()


def _price_now(offer: type[CampaignProduct]) -> SqlValue:
    final = offer.value_kind == word(CampaignValueKind.FINAL_PRICE)
    return type_coerce(
        case((final, offer.value), else_=less_percent(_listed_price(offer, "amount"), offer.value)), MONEY
    )


def _price_now_currency(offer: type[CampaignProduct]) -> SqlValue:
    return func.coalesce(offer.currency_code, _listed_price(offer, "currency_code"))


PRICE_NOW = Expression("price_now", _price_now, MONEY, nullable=True)
PRICE_NOW_CURRENCY = Expression("price_now_currency", _price_now_currency, text(3), nullable=True)


@cache
def price_in(currency: str) -> Expression:
    """What a product costs in a currency of the ISO list."""

    def sql(product: type[Product]) -> SqlValue:
        price = aliased(ProductPrice)
        its = select(price.amount).where(price.product_id == product.id, price.currency_code == word(currency))
        return its.scalar_subquery()

    return Expression(f"price_in_{currency}", sql, MONEY, nullable=True)
