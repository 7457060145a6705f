"""Kept figures: sums over a customer's bills and points, kept by the database in the transaction that changes them.

Whatever writes a bill or an entry of the ledger, triggers follow it (see figure_triggers). Cancelled bills don't count,
and what was returned is taken off. `crm360 check` proves the figures against the rows that they sum.

What can't be added to, such as what is on most bills of a year that goes on by itself, is worked out every so often;
triggers say in the transaction of a change that it no longer holds.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.figure_triggers import keep_figures
from models.types import MONEY, POINTS, BigKey, Json, owner, text

SORTED = (
    "purchase_count",
    "turnover",
    "average_basket",
    "first_purchase_at",
    "last_purchase_at",
    "points",
    "recency_score",
    "frequency_score",
    "monetary_score",
)
"""What customers are found and sorted by: each has an index."""


class CustomerStatistics(Base):
    """What a customer's bills and points come to; each customer has one row, whose key is the customer's own.

    Turnover is that of the currency in which most of the bills are; of equals, the first by its code.
    """

    __tablename__ = "customer_statistics"
    __table_args__ = (
        # No check that counts are positive: should figures ever be wrong, no bill may be refused for that.
        *(Index(f"ix_customer_statistics_{name}", name, "id") for name in SORTED),
    )

    id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, sort_order=-10
    )
    purchase_count: Mapped[int] = mapped_column(
        default=0, server_default="0", doc="How many bills there are, cancelled ones not counted."
    )
    currency_code: Mapped[str | None] = mapped_column(
        text(3), doc="Currency in which most of the bills are, ISO 4217; none before the first one."
    )
    turnover: Mapped[Decimal] = mapped_column(
        MONEY, default=Decimal(0), server_default="0", doc="What was bought and kept in that currency."
    )
    average_basket: Mapped[Decimal | None] = mapped_column(
        MONEY, doc="Mean of the bills in that currency, rounded to the cent."
    )
    first_purchase_at: Mapped[datetime | None] = mapped_column(doc="When the first bill was paid.")
    last_purchase_at: Mapped[datetime | None] = mapped_column(doc="When the last bill was paid.")
    points: Mapped[Decimal] = mapped_column(
        POINTS,
        default=Decimal(0),
        server_default="0",
        doc="The sum of all entries of the ledger: all points there are, pending and reserved ones among them.",
    )
    recency_score: Mapped[int | None] = mapped_column(
        SmallInteger, doc="1 to 5 among all customers by the days since the last purchase, as last worked out."
    )
    frequency_score: Mapped[int | None] = mapped_column(
        SmallInteger, doc="1 to 5 among all customers by the number of purchases in 12 months, as last worked out."
    )
    monetary_score: Mapped[int | None] = mapped_column(
        SmallInteger, doc="1 to 5 among all customers by the turnover in 12 months, as last worked out."
    )
    revision: Mapped[int] = mapped_column(
        default=0, server_default="0", doc="Moves on with each change of the bills or of what is on them."
    )


class CustomerMonth(Base):
    """What a customer bought in one month, as UTC has months, in one currency; no row where there is no bill."""

    __tablename__ = "customer_month"
    __table_args__ = (
        UniqueConstraint("customer_id", "currency_code", "month"),
        Index("ix_customer_month_month", "month", "customer_id"),
    )

    customer_id: Mapped[int] = owner("customer", "Who bought.", index=False)
    currency_code: Mapped[str] = mapped_column(text(3), doc="Currency of the bills, ISO 4217.")
    month: Mapped[date] = mapped_column(doc="The month's first day.")
    purchase_count: Mapped[int] = mapped_column(doc="How many bills were paid.")
    turnover: Mapped[Decimal] = mapped_column(MONEY, doc="What was bought and kept.")


class CustomerYear(Base):
    """What a customer's bills of twelve months come to, as it was worked out; its key is the customer's own.

    It holds as long as the customer's revision is the one that it was worked out of, and for every period from now back
    that begins between `since` and `first_at`: such a period has the same bills. What doesn't hold is never shown; it
    is worked out from the bills instead, until the job `keep-years` has come round.
    """

    __tablename__ = "customer_year"

    id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, sort_order=-10
    )
    revision: Mapped[int] = mapped_column(doc="The customer's revision that it was worked out of.")
    since: Mapped[datetime] = mapped_column(doc="From when on bills are in it.")
    first_at: Mapped[datetime] = mapped_column(doc="When the first of them was paid.")
    turnover: Mapped[list[Any]] = mapped_column(
        Json, doc="Each currency with the number of bills in it and what was bought and kept, in ten-thousandths."
    )
    stores: Mapped[list[Any]] = mapped_column(Json, doc="The stores of most of the bills, each with their number.")
    products: Mapped[list[Any]] = mapped_column(Json, doc="The products on most of the bills, each with their number.")
    brands: Mapped[list[Any]] = mapped_column(Json, doc="The brands on most of the bills, each with their number.")
    groups: Mapped[list[Any]] = mapped_column(Json, doc="The groups on most of the bills, each with their number.")


keep_figures(Base.metadata)
