"""Campaigns and the products they offer under special conditions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CodeList, External, Stateful, Timestamped, Translated, known_outside
from models.types import MONEY, choice, owner, reference, text

if TYPE_CHECKING:
    from models.product import Product
    from models.property import PropertyRecord
    from models.reward import Reward
    from models.segment import Segment
    from models.store import Store


class CampaignValueKind(StrEnum):
    """How a campaign product's value is meant."""

    PERCENT = "PERCENT"
    FINAL_PRICE = "FINAL_PRICE"


class Campaign(Base, Stateful, Timestamped, External, Translated):
    """A marketing campaign, perhaps a part of a larger one."""

    __tablename__ = "campaign"
    TEXTS = ("name",)
    __table_args__ = (*known_outside("campaign"), Index("ix_campaign_name", "name", "id"))

    name: Mapped[str] = mapped_column(text(255), doc="Name of the campaign.")
    kind: Mapped[str | None] = mapped_column(text(64), doc="The retailer's own kind of campaign.")
    valid_from: Mapped[datetime | None] = mapped_column(doc="When the campaign starts.")
    valid_to: Mapped[datetime | None] = mapped_column(doc="When the campaign ends.")
    parent_id: Mapped[int | None] = reference("campaign", "The campaign this is a part of.")
    segment_id: Mapped[int | None] = reference("segment", "The customers the campaign addresses; none means all.")

    parent: Mapped[Campaign | None] = relationship(back_populates="children", remote_side="Campaign.id", lazy="raise")
    children: Mapped[list[Campaign]] = relationship(back_populates="parent", lazy="raise")
    segment: Mapped[Segment | None] = relationship(back_populates="campaigns", lazy="raise")
    products: Mapped[list[CampaignProduct]] = relationship(back_populates="campaign", lazy="raise")
    rewards: Mapped[list[Reward]] = relationship(back_populates="campaign", lazy="raise")


class CampaignProductType(Base, CodeList):
    """A kind of campaign product: a leaflet's offer, a web catalogue's, a direct mail's."""

    __tablename__ = "campaign_product_type"


class CampaignProduct(Base, Stateful, Timestamped, External, Translated):
    """A product offered under a campaign at a percentage off or a final price, for a time."""

    __tablename__ = "campaign_product"
    TEXTS = ("name", "subtitle", "note", "description")
    __table_args__ = (
        *known_outside("campaign_product"),
        Index("ix_campaign_product_valid_to", "valid_to", "id"),
        Index("ix_campaign_product_product_id", "product_id", "id"),
        Index("ix_campaign_product_campaign_id", "campaign_id", "id"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("valid_from <= valid_to", name="validity"),
        CheckConstraint("(value_kind = 'FINAL_PRICE') = (currency_code IS NOT NULL)", name="price_has_currency"),
    )

    product_id: Mapped[int] = reference("product", "What is offered.", index=False)
    campaign_id: Mapped[int] = reference("campaign", "Under which campaign.", index=False)
    type_id: Mapped[int | None] = reference("campaign_product_type", "What kind of offer it is.")
    value_kind: Mapped[CampaignValueKind] = choice(
        CampaignValueKind, "Whether the value is a percentage off or a final price."
    )
    value: Mapped[Decimal] = mapped_column(MONEY, doc="Per cent off the price, or the price to pay.")
    currency_code: Mapped[str | None] = mapped_column(
        text(3), doc="Currency of a final price, ISO 4217; none for a percentage."
    )
    valid_from: Mapped[datetime] = mapped_column(doc="First moment of the offer.")
    valid_to: Mapped[datetime] = mapped_column(doc="End of the offer; from this moment on it no longer applies.")
    display_in: Mapped[list[str]] = mapped_column(
        default=list, doc="Where the offer is shown, such as “web” or “leaflet”."
    )
    name: Mapped[str | None] = mapped_column(
        text(255), doc="Heading of the offer; the product's name where none is given."
    )
    subtitle: Mapped[str | None] = mapped_column(doc="Line below the heading.")
    note: Mapped[str | None] = mapped_column(doc="Small print.")
    description: Mapped[str | None] = mapped_column(doc="Text of the offer.")
    image_url: Mapped[str | None] = mapped_column(doc="Address of the offer's picture.")

    product: Mapped[Product] = relationship(back_populates="campaign_products", lazy="raise")
    campaign: Mapped[Campaign] = relationship(back_populates="products", lazy="raise")
    type: Mapped[CampaignProductType | None] = relationship(lazy="raise")
    stores: Mapped[list[Store]] = relationship(
        secondary="campaign_product_store", back_populates="campaign_products", lazy="raise"
    )
    segments: Mapped[list[Segment]] = relationship(
        secondary="campaign_product_segment", back_populates="campaign_products", lazy="raise"
    )
    properties: Mapped[list[PropertyRecord]] = relationship(lazy="raise")


class CampaignProductStore(Base):
    """A store where an offer holds; an offer with none holds everywhere."""

    __tablename__ = "campaign_product_store"
    __table_args__ = (UniqueConstraint("campaign_product_id", "store_id"),)

    campaign_product_id: Mapped[int] = owner("campaign_product", "The offer.", index=False)
    store_id: Mapped[int] = owner("store", "Where it holds.")


class CampaignProductSegment(Base):
    """A segment that an offer is for; an offer with none is for all."""

    __tablename__ = "campaign_product_segment"
    __table_args__ = (UniqueConstraint("campaign_product_id", "segment_id"),)

    campaign_product_id: Mapped[int] = owner("campaign_product", "The offer.", index=False)
    segment_id: Mapped[int] = owner("segment", "Whom it is for.")
