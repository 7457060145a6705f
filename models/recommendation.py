"""Recommendations: a product, a service or a piece of information for somebody."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, External, Stateful, Timestamped, known_outside
from models.types import ExactDecimal, choice, reference, text

if TYPE_CHECKING:
    from models.customer import Customer
    from models.product import Product
    from models.segment import Segment

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


class Recommendation(Base, Stateful, Timestamped, External):
    """Something recommended to all, to a segment or to one customer, for a time."""

    __tablename__ = "recommendation"
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

    segment: Mapped[Segment | None] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(lazy="raise")
    product: Mapped[Product | None] = relationship(lazy="raise")
