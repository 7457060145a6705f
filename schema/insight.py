"""Insights: what a customer's purchases tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from resolvers.customer.figures.insights import MOST_FAVOURITES, Favourites
from resolvers.errors import BadPage
from schema.declaring.declarations import Argument, shown, structure

FIRST = [Argument("first", "int", f"How many, {MOST_FAVOURITES} at most.", 3)]


def _first(favourites: Favourites, args: Mapping[str, Any]) -> Sequence[object]:
    if not 0 <= args["first"] <= MOST_FAVOURITES:
        raise BadPage(f"`first` must be from 0 to {MOST_FAVOURITES}, not {args['first']}.")
    return favourites.first(args["first"])


@structure
class FavouriteProduct:
    """A product that a customer buys often."""

    product = shown("Product", "The product.", attribute="what")
    purchase_count = shown("int", "On how many bills it is.")


@structure
class FavouriteBrand:
    """A brand that a customer buys often."""

    brand = shown("ProductBrand", "The brand.", attribute="what")
    purchase_count = shown("int", "On how many bills it is.")


@structure
class FavouriteGroup:
    """A product group that a customer buys often."""

    group = shown("ProductGroup", "The group.", attribute="what")
    purchase_count = shown("int", "On how many bills it is.")


@structure
class Insights:
    """What a customer's purchases tell. Cancelled bills don't count; what was returned is taken off."""

    first_purchase_at = shown("DateTime | None", "The first purchase of all.")
    last_purchase_at = shown("DateTime | None", "The last purchase of all.")
    purchase_count = shown("int", "How many purchases there were in the period.")
    turnover = shown("list[Money]", "What was spent in the period, in each currency.")
    average_basket = shown(
        "Money | None", "Mean of the period's bills in the currency of most of them, rounded to the cent."
    )
    recency_score = shown("int | None", "1 to 5 among all customers by the days since the last purchase; 5 is latest.")
    frequency_score = shown("int | None", "1 to 5 among all customers by the number of purchases in 12 months.")
    monetary_score = shown("int | None", "1 to 5 among all customers by the turnover in 12 months.")
    favourite_store = shown("Store | None", "Where most of the period's purchases were made.")
    favourite_products = shown(
        "list[FavouriteProduct]", "The products on most of the period's bills.", pick=_first, arguments=FIRST
    )
    favourite_brands = shown(
        "list[FavouriteBrand]", "The brands on most of the period's bills.", pick=_first, arguments=FIRST
    )
    favourite_groups = shown(
        "list[FavouriteGroup]", "The groups on most of the period's bills.", pick=_first, arguments=FIRST
    )
