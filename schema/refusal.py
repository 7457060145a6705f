"""Why something is refused, as the graph tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from models.rules import refusals
from models.rules.refusals import in_words, plain
from resolvers.storage.context import RowRef
from resolvers.values import Money, money
from schema.declaring.base import Declaration
from schema.declaring.declarations import shown, structure
from schema.declaring.kinds.worded import worded


@dataclass(frozen=True, slots=True)
class Lacking:
    """A shortfall in the graph's own types."""

    money: Money | None
    points: Decimal | None
    quantity: Decimal | None
    goods: str | None
    product: RowRef | None


@structure
class Shortfall:
    """What would have made the difference: money, points or pieces of something. Below zero it is what is too much."""

    money = shown("Money | None", "The money that is missing; null where it isn't money.")
    points = shown("Decimal | None", "The points that are missing; null where it isn't points.")
    quantity = shown("Decimal | None", "The pieces that are missing; null where it isn't pieces.")
    goods = shown("str | None", "What the pieces are of, in words; null where any will do.")
    product = shown("Product | None", "The product that the pieces are of; null where it isn't one product.")


def missing() -> Declaration:
    """What is missing, in words."""

    def pick(lacking: refusals.Shortfall | str | None, _args: Mapping[str, object]) -> str | None:
        return in_words(lacking)

    return shown("str | None", "What is missing, in English, such as “12 points” or “4.50 USD”.", pick=pick)


def shortfall() -> Declaration:
    """What is missing, for programs."""

    def pick(lacking: refusals.Shortfall | str | None, _args: Mapping[str, object]) -> Lacking | None:
        return _lacking(lacking) if isinstance(lacking, refusals.Shortfall) else None

    description = (
        "What is missing, for pages that say it in their own words; null where it is no amount, or nothing is."
    )
    return shown("Shortfall | None", description, attribute="missing", pick=pick)


def _bare(number: Decimal | None) -> Decimal | None:
    """A number without idle zeros, as all others are shown."""
    return None if number is None else Decimal(plain(number))


def _lacking(of: refusals.Shortfall) -> Lacking:
    return Lacking(
        money=None if of.amount is None or of.currency is None else money(of.amount, of.currency),
        points=_bare(of.points),
        quantity=_bare(of.quantity),
        goods=of.of,
        product=None if of.product_id is None else RowRef("Product", of.product_id),
    )


@structure
class UserError:
    """Why an operation was refused: something that the caller, or the customer, can act on."""

    code = shown("str", "What is wrong, for programs: one of `ErrorCode`, such as POINTS_SHORT, EXPIRED, NOT_FOUND.")
    message = worded("What is wrong, for people, in the language of `Accept-Language`: English or Czech.")
    field = shown("str | None", "The field of the input that is to blame.")
    missing = missing()
    shortfall = shortfall()
