"""Segments: groups of customers, kept by hand or by criteria."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CodeList, External, Stateful, Timestamped, known_outside
from models.types import choice, owner, reference, text

if TYPE_CHECKING:
    from models.campaign import Campaign, CampaignProduct
    from models.customer import Customer
    from models.programme import EarningRule
    from models.recommendation import Recommendation
    from models.reward import Reward


class SegmentKind(StrEnum):
    """How a segment gets its members."""

    LIST = "LIST"
    CRITERIA = "CRITERIA"


class SegmentGroup(Base, CodeList):
    """A folder of segments."""

    __tablename__ = "segment_group"

    parent_id: Mapped[int | None] = reference("segment_group", "The folder above.")
    note: Mapped[str | None] = mapped_column(doc="What the folder is for.")

    parent: Mapped[SegmentGroup | None] = relationship(
        back_populates="children", remote_side="SegmentGroup.id", lazy="raise"
    )
    children: Mapped[list[SegmentGroup]] = relationship(back_populates="parent", lazy="raise")
    segments: Mapped[list[Segment]] = relationship(back_populates="group", lazy="raise")


class Segment(Base, Stateful, Timestamped, External):
    """A group of customers: a LIST is kept by hand, CRITERIA are worked out from a stored filter."""

    __tablename__ = "segment"
    __table_args__ = (
        *known_outside("segment"),
        Index("ix_segment_name", "name", "id"),
        CheckConstraint("(kind = 'CRITERIA') = (criteria IS NOT NULL)", name="criteria"),
    )

    name: Mapped[str] = mapped_column(text(255), doc="Name of the segment.")
    kind: Mapped[SegmentKind] = choice(
        SegmentKind, "LIST is kept by hand; CRITERIA is worked out from a stored filter."
    )
    group_id: Mapped[int | None] = reference("segment_group", "The folder it is kept in.")
    picture_url: Mapped[str | None] = mapped_column(doc="Address of a picture.")
    note: Mapped[str | None] = mapped_column(doc="What the segment is for.")
    criteria: Mapped[dict[str, Any] | None] = mapped_column(
        doc="For CRITERIA: the filter its members pass, in the form of the `where` argument of `customers`."
    )
    refreshed_at: Mapped[datetime | None] = mapped_column(
        doc="When the members were last worked out from the criteria."
    )

    group: Mapped[SegmentGroup | None] = relationship(back_populates="segments", lazy="raise")
    members: Mapped[list[SegmentMember]] = relationship(back_populates="segment", lazy="raise")
    rewards: Mapped[list[Reward]] = relationship(secondary="reward_segment", back_populates="segments", lazy="raise")
    campaigns: Mapped[list[Campaign]] = relationship(back_populates="segment", lazy="raise")
    campaign_products: Mapped[list[CampaignProduct]] = relationship(
        secondary="campaign_product_segment", back_populates="segments", lazy="raise"
    )
    earning_rules: Mapped[list[EarningRule]] = relationship(
        secondary="earning_rule_target", viewonly=True, lazy="raise"
    )
    recommendations: Mapped[list[Recommendation]] = relationship(
        back_populates="segment", foreign_keys="Recommendation.segment_id", lazy="raise"
    )


class SegmentMember(Base):
    """A customer's membership in a segment."""

    __tablename__ = "segment_member"
    __table_args__ = (
        UniqueConstraint("segment_id", "customer_id"),
        Index("ix_segment_member_customer_id", "customer_id", "id"),
        Index("ix_segment_member_segment_id", "segment_id", "id"),
    )

    segment_id: Mapped[int] = owner("segment", "The segment.", index=False)
    customer_id: Mapped[int] = owner("customer", "The member.", index=False)
    since: Mapped[datetime] = mapped_column(doc="Since when the customer has been a member.")

    segment: Mapped[Segment] = relationship(back_populates="members", lazy="raise")
    customer: Mapped[Customer] = relationship(back_populates="segment_members", lazy="raise")
