"""Rewards: the patterns from which vouchers are issued."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import Base, CodeList, External, Stateful, Timestamped, Translated, known_outside
from models.rules.basket import RelatedTo, RewardKind
from models.rules.returning import OnReturn
from models.rules.validity import VoucherValidity
from models.rules.voucher_code import LONGEST_CODE, LONGEST_KEY, CodeGeneration, code_key
from models.types import MONEY, POINTS, QUANTITY, choice, owner, reference, text

if TYPE_CHECKING:
    from models.campaign import Campaign
    from models.partner import Partner
    from models.product import Product, ProductBrand, ProductGroup
    from models.property import PropertyRecord
    from models.segment import Segment
    from models.status import Status
    from models.store import Store
    from models.tag import Tag
    from models.voucher import Voucher, VoucherBatch


class RewardGroup(StrEnum):
    """Where a reward is offered."""

    PARTY_TIME = "PARTY_TIME"
    CATALOGUE = "CATALOGUE"
    CAMPAIGN = "CAMPAIGN"
    SIMPLE = "SIMPLE"
    GIFT = "GIFT"


class ConditionRole(StrEnum):
    """Whether the lines must be on the bill, or get the benefit."""

    CONDITION = "CONDITION"
    BONUS = "BONUS"


class RewardType(Base, CodeList):
    """The retailer's own sorting of rewards."""

    __tablename__ = "reward_type"


class Reward(Base, Stateful, Timestamped, External, Translated):
    """A pattern for vouchers: what it gives, to whom, when and where, and what it costs."""

    __tablename__ = "reward"
    TEXTS = ("name", "subtitle", "note", "description")
    __table_args__ = (
        *known_outside("reward"),
        Index("ix_reward_priority", "priority", "id"),
        Index("ix_reward_name", "name", "id"),
        Index("ix_reward_valid_to", "valid_to", "id"),
        Index("uq_reward_code_key", "code_key", unique=True),
        CheckConstraint("priority BETWEEN 1 AND 9", name="priority"),
        CheckConstraint("points_cost >= 0", name="points_cost"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("limit_per_customer > 0", name="limit_per_customer"),
        CheckConstraint("limit_total > 0", name="limit_total"),
        CheckConstraint("max_per_bill > 0", name="max_per_bill"),
        CheckConstraint("weekdays BETWEEN 0 AND 127", name="weekdays"),
    )

    code: Mapped[str] = mapped_column(text(LONGEST_CODE), unique=True, doc="Code of the reward; unique.")
    code_key: Mapped[str] = mapped_column(
        text(LONGEST_KEY), server_default="", doc="The code as it is compared; unique."
    )
    name: Mapped[str] = mapped_column(text(255), doc="Name as customers read it.")
    subtitle: Mapped[str | None] = mapped_column(doc="Line below the name.")
    note: Mapped[str | None] = mapped_column(doc="Small print.")
    description: Mapped[str | None] = mapped_column(doc="Text about the reward.")
    kind: Mapped[RewardKind] = choice(RewardKind, "What the reward gives.")
    group: Mapped[RewardGroup] = choice(RewardGroup, "Where the reward is offered.", default=RewardGroup.SIMPLE)
    type_id: Mapped[int | None] = reference("reward_type", "The retailer's own sorting.")
    value: Mapped[Decimal | None] = mapped_column(
        MONEY, doc="Per cent off, amount off or price per unit, as the kind says."
    )
    currency_code: Mapped[str | None] = mapped_column(
        text(3), doc="Currency of its amounts, ISO 4217; none for a percentage in any."
    )
    minimum_purchase: Mapped[Decimal | None] = mapped_column(MONEY, doc="What the bill must come to.")
    maximum_discount: Mapped[Decimal | None] = mapped_column(MONEY, doc="The most it takes off a bill.")
    points_cost: Mapped[Decimal] = mapped_column(POINTS, default=Decimal(0), doc="Points that a voucher of it costs.")
    valid_from: Mapped[datetime | None] = mapped_column(doc="First moment it is offered; none means always.")
    valid_to: Mapped[datetime | None] = mapped_column(doc="End of the offer, itself not included; none means no end.")
    weekdays: Mapped[int] = mapped_column(
        default=127,
        doc="Days of the week on which it applies, Monday as 1, Tuesday 2, Wednesday 4 … added up.",
    )
    time_from: Mapped[str | None] = mapped_column(
        text(5), doc="Time of day from which it applies (HH:MM, in the store's zone)."
    )
    time_to: Mapped[str | None] = mapped_column(
        text(5), doc="Time of day until which it applies (HH:MM, in the store's zone); may be past midnight."
    )
    priority: Mapped[int] = mapped_column(default=5, doc="1 is applied first, 9 last.")
    is_exclusive: Mapped[bool] = mapped_column(
        default=False, doc="Whether it can't be combined with others on one bill."
    )
    is_automated: Mapped[bool] = mapped_column(
        default=False, doc="Whether it applies, or is issued, without being asked for."
    )
    is_portable: Mapped[bool] = mapped_column(
        default=False, doc="Whether a voucher may be passed on to another customer."
    )
    is_draft: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        doc="Whether it is prepared and was never offered. A draft is INACTIVE: never applied, issued or recommended.",
    )
    limit_per_customer: Mapped[int | None] = mapped_column(
        doc="How many vouchers one customer may be given, by issue or transfer, also those they transferred since; "
        "none means any number."
    )
    limit_total: Mapped[int | None] = mapped_column(doc="How many vouchers there may be in all; none means any number.")
    max_per_bill: Mapped[int] = mapped_column(
        default=1, server_default="1", doc="How many times it may be used on one bill, whether directly or by vouchers."
    )
    on_return: Mapped[OnReturn] = choice(
        OnReturn,
        "What becomes of its discount when so much of a bill is returned that the rest would not have got it.",
        default=OnReturn.KEEP,
        server_default="KEEP",
    )
    voucher_validity: Mapped[VoucherValidity] = choice(
        VoucherValidity, "How long a voucher lives.", default=VoucherValidity.REWARD_VALIDITY
    )
    voucher_validity_value: Mapped[str | None] = mapped_column(
        text(16),
        doc="For INTERVAL a period such as P30D; for END_OF_TIME_UNIT: DAY, WEEK, MONTH, QUARTER or YEAR.",
    )
    code_generation: Mapped[CodeGeneration] = choice(
        CodeGeneration, "How a voucher's code is made.", default=CodeGeneration.RANDOM
    )
    image_urls: Mapped[list[str]] = mapped_column(default=list, doc="Addresses of pictures.")
    external_url: Mapped[str | None] = mapped_column(doc="A page about the reward.")
    campaign_id: Mapped[int | None] = reference("campaign", "The campaign it belongs to.")
    partner_id: Mapped[int | None] = reference("partner", "The partner who gives it.")

    type: Mapped[RewardType | None] = relationship(lazy="raise")
    campaign: Mapped[Campaign | None] = relationship(back_populates="rewards", lazy="raise")
    partner: Mapped[Partner | None] = relationship(lazy="raise")
    stores: Mapped[list[Store]] = relationship(secondary="reward_store", back_populates="rewards", lazy="raise")
    segments: Mapped[list[Segment]] = relationship(secondary="reward_segment", back_populates="rewards", lazy="raise")
    statuses: Mapped[list[Status]] = relationship(secondary="reward_status", back_populates="rewards", lazy="raise")
    tags: Mapped[list[Tag]] = relationship(secondary="reward_tag", lazy="raise")
    rules: Mapped[list[RewardCondition]] = relationship(back_populates="reward", lazy="raise")
    vouchers: Mapped[list[Voucher]] = relationship(back_populates="reward", lazy="raise")
    voucher_batches: Mapped[list[VoucherBatch]] = relationship(back_populates="reward", lazy="raise")
    properties: Mapped[list[PropertyRecord]] = relationship(lazy="raise")

    @validates("code")
    def _compare(self, _name: str, code: str) -> str:
        self.code_key = code_key(code)
        return code


class RewardStore(Base):
    """A store where a reward holds; a reward with none holds everywhere."""

    __tablename__ = "reward_store"
    __table_args__ = (UniqueConstraint("reward_id", "store_id"),)

    reward_id: Mapped[int] = owner("reward", "The reward.", index=False)
    store_id: Mapped[int] = owner("store", "Where it holds.")


class RewardSegment(Base):
    """A segment that a reward is for; a reward with none is for all."""

    __tablename__ = "reward_segment"
    __table_args__ = (UniqueConstraint("reward_id", "segment_id"),)

    reward_id: Mapped[int] = owner("reward", "The reward.", index=False)
    segment_id: Mapped[int] = owner("segment", "Whom it is for.")


class RewardStatus(Base):
    """A status that a reward is for; a reward with none is for all."""

    __tablename__ = "reward_status"
    __table_args__ = (UniqueConstraint("reward_id", "status_id"),)

    reward_id: Mapped[int] = owner("reward", "The reward.", index=False)
    status_id: Mapped[int] = owner("status", "Whom it is for.")


class RewardTag(Base):
    """A tag on a reward."""

    __tablename__ = "reward_tag"
    __table_args__ = (UniqueConstraint("reward_id", "tag_id"),)

    reward_id: Mapped[int] = owner("reward", "The reward.", index=False)
    tag_id: Mapped[int] = owner("tag", "The tag.")


class RewardCondition(Base):
    """Lines that must be on the bill (CONDITION), or that get the benefit (BONUS)."""

    __tablename__ = "reward_condition"
    __table_args__ = (CheckConstraint("count > 0", name="count"),)

    reward_id: Mapped[int] = owner("reward", "The reward.")
    role: Mapped[ConditionRole] = choice(
        ConditionRole, "Whether the lines must be there, or get the benefit.", default=ConditionRole.CONDITION
    )
    related_to: Mapped[RelatedTo] = choice(RelatedTo, "What is looked at.")
    count: Mapped[Decimal | None] = mapped_column(
        QUANTITY,
        doc="How many units it takes; where none is said, one for a condition and all of the goods for a bonus.",
    )
    min_price: Mapped[Decimal | None] = mapped_column(MONEY, doc="Lowest price of a unit that counts.")
    max_price: Mapped[Decimal | None] = mapped_column(MONEY, doc="Highest price of a unit that counts.")

    reward: Mapped[Reward] = relationship(back_populates="rules", lazy="raise")
    targets: Mapped[list[RewardConditionTarget]] = relationship(back_populates="condition", lazy="raise")


class RewardConditionTarget(Base):
    """A product, group or brand that a condition accepts; exactly one of them is set."""

    __tablename__ = "reward_condition_target"
    __table_args__ = (
        UniqueConstraint("condition_id", "product_id"),
        UniqueConstraint("condition_id", "group_id"),
        UniqueConstraint("condition_id", "brand_id"),
        CheckConstraint(
            " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in ("product_id", "group_id", "brand_id"))
            + " = 1",
            name="one_target",
        ),
    )

    condition_id: Mapped[int] = owner("reward_condition", "The condition.", index=False)
    product_id: Mapped[int | None] = reference("product", "A product that counts.")
    group_id: Mapped[int | None] = reference("product_group", "A group whose products count, subgroups included.")
    brand_id: Mapped[int | None] = reference("product_brand", "A brand whose products count.")

    condition: Mapped[RewardCondition] = relationship(back_populates="targets", lazy="raise")
    product: Mapped[Product | None] = relationship(lazy="raise")
    group: Mapped[ProductGroup | None] = relationship(lazy="raise")
    brand: Mapped[ProductBrand | None] = relationship(lazy="raise")
