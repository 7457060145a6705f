"""The picture of the domain in `docs/domain.md`, made from the models."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import models
from models.base import Base

PAGE = Path(__file__).parents[2] / "docs" / "domain.md"
BEGIN, END = "<!-- The picture, made by `make schema`: -->\n", "<!-- The end of the picture. -->"
PARTS: dict[str, tuple[type[Base], ...]] = {
    "The customer": (
        models.Customer,
        models.CustomerSourceRecord,
        models.Card,
        models.Token,
        models.SegmentMember,
        models.Segment,
    ),
    "What they do": (models.Purchase, models.PurchaseItem, models.ProductReservation, models.ProductReservationItem),
    "What they get": (
        models.PointEntry,
        models.PointLot,
        models.Voucher,
        models.Reward,
        models.StatusRecord,
        models.Status,
        models.Recommendation,
    ),
    "What is sold, and where": (
        models.Product,
        models.ProductBrand,
        models.ProductGroup,
        models.Store,
        models.ReservableProduct,
        models.ReservableOffer,
        models.Campaign,
        models.CampaignProduct,
    ),
}
"""What the picture shows. Lists of codes, and details that are read with what they belong to, are left out."""

ASIDE = {"purchase_item.bought_for_id"}
"""What would mislead: a line is its bill's, whoever it was bought for."""


def picture() -> str:
    """A flowchart of Mermaid's: arrows lead from a record to those that belong to it, dotted where they needn't."""
    shown = {model.__tablename__: model for part in PARTS.values() for model in part}
    lines = ["flowchart LR"]
    for place, (title, part) in enumerate(PARTS.items()):
        inner = [f'    {model.__tablename__}["{model.__name__}"]' for model in part]
        lines += [f'  subgraph part{place}["{title}"]', *inner, "  end"]
    return "\n".join([*lines, *(arrow for model in shown.values() for arrow in arrows(model, set(shown)))])


def arrows(model: type[Base], shown: set[str]) -> Iterator[str]:
    """What a model belongs to. Many may name a store; drawn are those that must."""
    seen = {model.__tablename__}
    for column in model.__table__.columns:
        for key in column.foreign_keys:
            target = key.column.table.name
            aside = str(column) in ASIDE or (column.nullable and target == "store")
            if target not in shown or target in seen or aside:
                continue
            seen.add(target)
            yield f"  {target} {'-.->' if column.nullable else '-->'} {model.__tablename__}"


def table() -> Iterator[str]:
    """What each of them is."""
    for part in PARTS.values():
        for model in part:
            yield f"| {model.__name__} | {(inspect.getdoc(model) or '').splitlines()[0]} |"


def page() -> str:
    """The page with its picture as it should be."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    made = "\n".join(["```mermaid", picture(), "```", "", "| | |", "|---|---|", *table(), ""])
    return f"{before}{BEGIN}{made}{END}{rest.partition(END)[2]}"
