"""What is worked out over all customers at once."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.types import MONEY, choice


class ScoreMetric(StrEnum):
    """What customers are compared by."""

    RECENCY = "RECENCY"
    FREQUENCY = "FREQUENCY"
    MONETARY = "MONETARY"


class ScoreBand(Base):
    """Where a score begins: customers at or above `floor` (days without a purchase counted negative) have it.

    Scores run from 1 to 5, a fifth of the customers each.
    """

    __tablename__ = "score_band"
    __table_args__ = (UniqueConstraint("metric", "score"),)

    metric: Mapped[ScoreMetric] = choice(ScoreMetric, "What customers are compared by.")
    score: Mapped[int] = mapped_column(doc="The score, 1 (lowest) to 5.")
    floor: Mapped[Decimal] = mapped_column(MONEY, doc="Lowest value that has the score.")
    worked_out_at: Mapped[datetime] = mapped_column(doc="When the bands were worked out.")


class ImportStep(Base):
    """A finished step of an import, so that a later run goes on after it."""

    __tablename__ = "import_step"
    __table_args__ = (UniqueConstraint("run", "step"),)

    run: Mapped[str] = mapped_column(doc="Which import.")
    step: Mapped[str] = mapped_column(doc="Which of its steps.")
    finished_at: Mapped[datetime] = mapped_column(doc="When the step was committed.")
    report: Mapped[dict[str, object] | None] = mapped_column(doc="What the step counted.")
