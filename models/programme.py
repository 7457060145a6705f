"""The loyalty programme as records with validity: what earns points, what they are worth, how long they last."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CodeList
from models.rules.programme import AutomaticChoice, EarningKind, PointRounding, PointsEnd, TurnoverBasis
from models.types import MONEY, PERCENT, POINTS, RATE, choice, owner, reference, text

if TYPE_CHECKING:
    from models.product import Product, ProductBrand, ProductGroup
    from models.segment import Segment
    from models.status import Status
    from models.store import Store

TARGETS = ("product_id", "group_id", "brand_id", "store_id", "status_id", "segment_id")


class Programme(Base, CodeList):
    """The terms of the loyalty programme for a time. Of those that are valid, the one that began last holds.

    A bill is judged by the programme that held when it was paid.
    """

    __tablename__ = "programme"
    __table_args__ = (
        Index("ix_programme_valid_from", "valid_from", "id"),
        CheckConstraint("valid_to > valid_from", name="valid_to"),
        CheckConstraint("point_decimals >= 0 AND point_decimals <= 2", name="point_decimals"),
        CheckConstraint("most_share >= 0", name="most_share"),
        CheckConstraint("clock_tolerance >= 0", name="clock_tolerance"),
    )

    description: Mapped[str | None] = mapped_column(doc="What the programme promises, in words.")
    valid_from: Mapped[datetime] = mapped_column(doc="From when it holds.")
    valid_to: Mapped[datetime | None] = mapped_column(doc="Until when it holds; none means until another one begins.")
    time_zone: Mapped[str] = mapped_column(
        text(64), default="UTC", doc="Time zone of its calendar, by which points expire and statuses end (IANA)."
    )
    country_code: Mapped[str | None] = mapped_column(
        text(2),
        doc="Country in which phone numbers without a prefix are meant, where the customer's address names none "
        "(ISO 3166-1 alpha-2).",
    )
    points_last: Mapped[str | None] = mapped_column(
        text(16), doc="How long points last from when they count: a period such as P12M, or none for ever."
    )
    points_end: Mapped[PointsEnd] = choice(
        PointsEnd,
        "Until when they last once that time is over: that MOMENT, or the end of its DAY, MONTH, QUARTER or YEAR.",
        default=PointsEnd.DAY,
    )
    rounding: Mapped[PointRounding] = choice(
        PointRounding, "How the points of a bill are rounded.", default=PointRounding.DOWN
    )
    point_decimals: Mapped[int] = mapped_column(
        default=0, doc="To how many decimals the points of a bill are rounded, 0 to 2."
    )
    least_points: Mapped[Decimal | None] = mapped_column(POINTS, doc="The fewest points that pay a part of a bill.")
    most_points: Mapped[Decimal | None] = mapped_column(POINTS, doc="The most points that pay a part of one bill.")
    most_share: Mapped[Decimal] = mapped_column(
        PERCENT, default=Decimal(100), doc="Which part of a bill points may pay, in per cent."
    )
    turnover_basis: Mapped[TurnoverBasis] = choice(
        TurnoverBasis,
        "What of a bill counts as turnover for statuses: FULL, what was paid in whatever way; MONEY, without what "
        "points paid.",
        default=TurnoverBasis.FULL,
    )
    automatic_choice: Mapped[AutomaticChoice] = choice(
        AutomaticChoice,
        "How rewards that apply by themselves are chosen: the BEST_COMBINATION for the customer, or by PRIORITY.",
        default=AutomaticChoice.BEST_COMBINATION,
    )
    clock_tolerance: Mapped[int] = mapped_column(
        default=300, doc="By how many seconds the clocks of tills may differ from the gateway's."
    )

    currencies: Mapped[list[ProgrammeCurrency]] = relationship(back_populates="programme", lazy="raise")
    earning_rules: Mapped[list[EarningRule]] = relationship(back_populates="programme", lazy="raise")


class ProgrammeCurrency(Base):
    """What a point is worth in a currency; in a currency that is not listed, points pay nothing."""

    __tablename__ = "programme_currency"
    __table_args__ = (
        UniqueConstraint("programme_id", "currency_code"),
        CheckConstraint("point_value > 0", name="point_value"),
    )

    programme_id: Mapped[int] = owner("programme", "The programme.", index=False)
    currency_code: Mapped[str] = mapped_column(text(3), doc="Currency, ISO 4217.")
    point_value: Mapped[Decimal] = mapped_column(RATE, doc="What one point pays.")

    programme: Mapped[Programme] = relationship(back_populates="currencies", lazy="raise")


class EarningRule(Base):
    """A rule by which bills earn points. What it names bounds it: goods, stores, statuses, segments, a time."""

    __tablename__ = "earning_rule"
    __table_args__ = (
        UniqueConstraint("programme_id", "code"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("per_amount > 0", name="per_amount"),
        CheckConstraint("factor >= 0", name="factor"),
        CheckConstraint("kind != 'AMOUNT' OR currency_code IS NOT NULL", name="currency"),
        CheckConstraint("valid_to > valid_from", name="valid_to"),
    )

    programme_id: Mapped[int] = owner("programme", "The programme.", index=False)
    code: Mapped[str] = mapped_column(text(64), doc="Short name that programs use; unique in the programme.")
    name: Mapped[str] = mapped_column(text(255), doc="Name that people read.")
    kind: Mapped[EarningKind] = choice(
        EarningKind,
        "What it gives points for: an AMOUNT that is paid in money, a VISIT, which is a bill; a MULTIPLIER multiplies "
        "what goods earn by amount.",
    )
    currency_code: Mapped[str | None] = mapped_column(
        text(3), doc="Currency of its amounts, ISO 4217; bills in others don't earn by it. AMOUNT needs one."
    )
    points: Mapped[Decimal] = mapped_column(
        RATE, default=Decimal(0), doc="For AMOUNT: points for each amount. For VISIT: points for the bill."
    )
    per_amount: Mapped[Decimal] = mapped_column(
        MONEY, default=Decimal(1), doc="For AMOUNT: the amount that earns the points, such as 1 or 100."
    )
    whole_steps: Mapped[bool] = mapped_column(
        default=False, doc="For AMOUNT: whether only the whole amount earns, so that 250 are two steps of 100."
    )
    exclusive: Mapped[bool] = mapped_column(
        default=False, doc="For AMOUNT: whether its goods earn by no other amount that comes after it."
    )
    factor: Mapped[Decimal] = mapped_column(
        RATE, default=Decimal(1), doc="For MULTIPLIER: by what points are multiplied; 0 gives none."
    )
    minimum_purchase: Mapped[Decimal | None] = mapped_column(MONEY, doc="What the bill must come to.")
    delay: Mapped[str | None] = mapped_column(
        text(16), doc="After which period its points count, such as P14D; they are pending until then."
    )
    priority: Mapped[int] = mapped_column(default=5, doc="1 is applied first, 9 last.")
    valid_from: Mapped[datetime | None] = mapped_column(doc="From when it holds; none means as long as the programme.")
    valid_to: Mapped[datetime | None] = mapped_column(doc="Until when it holds; none means as long as the programme.")

    programme: Mapped[Programme] = relationship(back_populates="earning_rules", lazy="raise")
    targets: Mapped[list[EarningRuleTarget]] = relationship(back_populates="rule", lazy="raise")


class EarningRuleTarget(Base):
    """Something that a rule of earning is bound to; exactly one of them is set.

    Of goods, any one is enough; of stores, statuses and segments, each kind that is named has to match.
    """

    __tablename__ = "earning_rule_target"
    __table_args__ = (
        *(UniqueConstraint("rule_id", name) for name in TARGETS),
        CheckConstraint(
            " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in TARGETS) + " = 1", name="one"
        ),
    )

    rule_id: Mapped[int] = owner("earning_rule", "The rule.", index=False)
    product_id: Mapped[int | None] = reference("product", "A product that earns by it.")
    group_id: Mapped[int | None] = reference("product_group", "A group whose products earn by it, subgroups included.")
    brand_id: Mapped[int | None] = reference("product_brand", "A brand whose products earn by it.")
    store_id: Mapped[int | None] = reference("store", "A store where it holds.")
    status_id: Mapped[int | None] = reference("status", "A status that it is for.")
    segment_id: Mapped[int | None] = reference("segment", "A segment that it is for.")

    rule: Mapped[EarningRule] = relationship(back_populates="targets", lazy="raise")
    product: Mapped[Product | None] = relationship(lazy="raise")
    group: Mapped[ProductGroup | None] = relationship(lazy="raise")
    brand: Mapped[ProductBrand | None] = relationship(lazy="raise")
    store: Mapped[Store | None] = relationship(lazy="raise")
    status: Mapped[Status | None] = relationship(lazy="raise")
    segment: Mapped[Segment | None] = relationship(lazy="raise")
