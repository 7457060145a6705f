"""When the scheduled jobs last ran."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.types import text


class JobRun(Base):
    """The last run of a job that came to its end, whichever process did it."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(text(64), unique=True, doc="Which job.")
    started_at: Mapped[datetime] = mapped_column(doc="When the run began.")
    finished_at: Mapped[datetime] = mapped_column(doc="When it came to its end.")
    done: Mapped[int] = mapped_column(doc="How many records it changed.")
