"""Recommendations: a product, a service or a piece of information for a customer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, External, Stateful, Timestamped, Translated, known_outside, utc_now
from models.rules.recommending import RecommendationBasis
from models.types import BigKey, ExactDecimal, choice, owner, reference, text

if TYPE_CHECKING:
    from models.customer import Consent, Customer
    from models.product import Product, ProductGroup
    from models.segment import Segment
    from models.status import Status

SCORE = ExactDecimal(4, precision=9)


class RecommendationKind(StrEnum):
    """What is recommended."""

    PRODUCT = "PRODUCT"
    SERVICE = "SERVICE"
    INFORMATION = "INFORMATION"


class Audience(StrEnum):
    """Whom a recommendation is for."""

    ALL = "ALL"
    SEGMENT = "SEGMENT"
    CUSTOMER = "CUSTOMER"


class Recommendation(Base, Stateful, Timestamped, External, Translated):
    """Something recommended to all, to a segment or to one customer, for a time."""

    __tablename__ = "recommendation"
    TEXTS = ("name", "brief_description", "detailed_description", "content", "reason")
    __table_args__ = (
        *known_outside("recommendation"),
        Index("ix_recommendation_customer_id", "customer_id", "priority", "id"),
        Index("ix_recommendation_audience", "audience", "priority", "id"),
        Index("ix_recommendation_segment_id", "segment_id", "priority", "id"),
        Index("ix_recommendation_name", "name", "id"),
        Index("ix_recommendation_priority", "priority", "id"),
        CheckConstraint("(audience = 'SEGMENT') = (segment_id IS NOT NULL)", name="segment"),
        CheckConstraint("(audience = 'CUSTOMER') = (customer_id IS NOT NULL)", name="customer"),
        CheckConstraint("(kind = 'PRODUCT') = (product_id IS NOT NULL)", name="product"),
        CheckConstraint("priority BETWEEN 1 AND 9", name="priority"),
    )

    name: Mapped[str] = mapped_column(text(255), doc="Heading.")
    kind: Mapped[RecommendationKind] = choice(RecommendationKind, "What is recommended.")
    audience: Mapped[Audience] = choice(Audience, "Whom it is for.")
    segment_id: Mapped[int | None] = reference("segment", "The segment it is for.", index=False)
    customer_id: Mapped[int | None] = reference("customer", "The customer it is for.", index=False)
    product_id: Mapped[int | None] = reference("product", "The product recommended.")
    brief_description: Mapped[str | None] = mapped_column(doc="A line or two.")
    detailed_description: Mapped[str | None] = mapped_column(doc="A paragraph or more.")
    content: Mapped[str | None] = mapped_column(doc="The whole text, where there is one.")
    picture_urls: Mapped[list[str]] = mapped_column(default=list, doc="Addresses of pictures.")
    web_url: Mapped[str | None] = mapped_column(doc="A page about it.")
    priority: Mapped[int] = mapped_column(default=5, doc="1 is shown first, 9 last.")
    score: Mapped[Decimal | None] = mapped_column(
        SCORE, doc="How well it fits, from 0 to 1, where that was worked out."
    )
    reason: Mapped[str | None] = mapped_column(doc="Why it is recommended, in words for the customer.")
    valid_from: Mapped[datetime | None] = mapped_column(doc="From when it is shown; none means always.")
    valid_to: Mapped[datetime | None] = mapped_column(
        doc="Until when it is shown, itself not included; none means no end."
    )
    system: Mapped[str | None] = mapped_column(text(64), doc="The outside system that worked it out.")
    dataset: Mapped[str | None] = mapped_column(text(64), doc="The data that system worked with.")
    status_id: Mapped[int | None] = reference("status", "Only those who hold this status see it.", index=False)
    consent_id: Mapped[int | None] = reference("consent", "Only those who gave this consent see it.", index=False)
    basis: Mapped[RecommendationBasis | None] = choice(
        RecommendationBasis, "What it was worked out from; none where it was made otherwise."
    )
    times_bought: Mapped[int | None] = mapped_column(doc="On how many bills the customer bought it before.")
    last_bought_at: Mapped[datetime | None] = mapped_column(doc="When the customer bought it last.")
    goes_with_id: Mapped[int | None] = reference("product", "The product bought that led to it.", index=False)
    popular_in_id: Mapped[int | None] = reference("segment", "The segment it is popular in.", index=False)

    segment: Mapped[Segment | None] = relationship(
        back_populates="recommendations", lazy="raise", foreign_keys=segment_id
    )
    customer: Mapped[Customer | None] = relationship(lazy="raise")
    product: Mapped[Product | None] = relationship(
        back_populates="recommendations", lazy="raise", foreign_keys=product_id
    )
    status: Mapped[Status | None] = relationship(lazy="raise")
    consent: Mapped[Consent | None] = relationship(lazy="raise")
    goes_with: Mapped[Product | None] = relationship(lazy="raise", foreign_keys=goes_with_id)
    popular_in: Mapped[Segment | None] = relationship(lazy="raise", foreign_keys=popular_in_id)


class RecommendationResponse(Base):
    """What a customer made of a recommendation. Dismissed, it is not shown to them again, nor is its product."""

    __tablename__ = "recommendation_response"
    __table_args__ = (
        UniqueConstraint("recommendation_id", "customer_id"),
        Index("ix_recommendation_response_customer_id", "customer_id", "id"),
        CheckConstraint("shown >= 0 AND clicked >= 0", name="counts"),
    )

    recommendation_id: Mapped[int] = owner("recommendation", "What was recommended.", index=False)
    customer_id: Mapped[int] = owner("customer", "To whom.", index=False)
    product_id: Mapped[int | None] = reference("product", "The product recommended, if one was.", index=False)
    shown: Mapped[int] = mapped_column(default=0, doc="How many times it was shown.")
    clicked: Mapped[int] = mapped_column(default=0, doc="How many times it was clicked.")
    shown_at: Mapped[datetime | None] = mapped_column(doc="When it was last shown.")
    clicked_at: Mapped[datetime | None] = mapped_column(doc="When it was last clicked.")
    dismissed_at: Mapped[datetime | None] = mapped_column(doc="When the customer dismissed it; none while they didn't.")

    recommendation: Mapped[Recommendation] = relationship(lazy="raise")
    customer: Mapped[Customer] = relationship(lazy="raise")
    product: Mapped[Product | None] = relationship(lazy="raise")


class RecommendationBlock(Base):
    """A product, or a group with all below it, that is blocked from being recommended."""

    __tablename__ = "recommendation_block"
    __table_args__ = (CheckConstraint("(product_id IS NULL) <> (group_id IS NULL)", name="target"),)

    product_id: Mapped[int | None] = mapped_column(
        BigKey, ForeignKey("product.id", ondelete="CASCADE"), unique=True, doc="The product."
    )
    group_id: Mapped[int | None] = mapped_column(
        BigKey, ForeignKey("product_group.id", ondelete="CASCADE"), unique=True, doc="The group."
    )
    note: Mapped[str | None] = mapped_column(doc="Why it is not recommended.")
    created_at: Mapped[datetime] = mapped_column(default=utc_now, doc="Since when.")

    product: Mapped[Product | None] = relationship(lazy="raise")
    group: Mapped[ProductGroup | None] = relationship(lazy="raise")


class ProductAffinity(Base):
    """How near a product is to another one on whose bills it is."""

    __tablename__ = "product_affinity"
    __table_args__ = (
        UniqueConstraint("product_id", "other_id"),
        CheckConstraint("score BETWEEN 0 AND 1", name="score"),
    )

    product_id: Mapped[int] = owner("product", "The product on the bill.", index=False)
    other_id: Mapped[int] = owner("product", "The product that goes with it.", index=False)
    score: Mapped[float] = mapped_column(doc="From 0, never together, to 1, always together.")

    product: Mapped[Product] = relationship(lazy="raise", foreign_keys=product_id)
    other: Mapped[Product] = relationship(lazy="raise", foreign_keys=other_id)


class ProductPopularity(Base):
    """A product that many customers bought lately."""

    __tablename__ = "product_popularity"
    __table_args__ = (CheckConstraint("share BETWEEN 0 AND 1", name="share"),)

    product_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("product.id", ondelete="CASCADE"), unique=True, doc="The product."
    )
    share: Mapped[float] = mapped_column(doc="The share of all who bought something within four weeks that bought it.")

    product: Mapped[Product] = relationship(lazy="raise")


class RecommendationModel(Base):
    """What was worked out over all customers, by which each one's list is made anew when they have bought something."""

    __tablename__ = "recommendation_model"

    made_at: Mapped[datetime] = mapped_column(doc="The moment as of which it was worked out.")
    customers: Mapped[int] = mapped_column(doc="How many customers have lists.")
    bill_lines: Mapped[int] = mapped_column(doc="How many lines of bills it was worked out from.")
    count: Mapped[int] = mapped_column(doc="How many products a list has at most.")
    per_group: Mapped[int] = mapped_column(doc="How many of them are of one product group at most.")
    arrays: Mapped[bytes] = mapped_column(LargeBinary, doc="The numbers, in NumPy's own format.")
