"""Budgets: how much cost a token, a customer or an address has taken of what it may ask for."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.types import text


class Budget(Base):
    """A bucket of points that flow back. One that is full again is of no use, and deleted."""

    __tablename__ = "budget"
    __table_args__ = (Index("ix_budget_full_at", "full_at"),)

    subject: Mapped[str] = mapped_column(
        text(80), unique=True, doc="Whose it is: a token's key, a customer's, or the hash of an address."
    )
    full_at: Mapped[int] = mapped_column(
        BigInteger,
        doc="When all of it is there again, in nanoseconds since 1970: what is taken has flown back by then.",
    )
    granted: Mapped[int] = mapped_column(
        BigInteger, doc="What was given to whoever asked last, in nanoseconds of flowing back."
    )
