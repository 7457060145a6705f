"""Which versions of the gateway can serve from the tables as they are."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.types import text


class ServedRevision(Base):
    """One row: servers of this revision and of later ones may go on, though the tables are those of a newer one."""

    __tablename__ = "served_revision"

    revision: Mapped[str] = mapped_column(text(32), doc="The oldest revision whose servers can use the tables.")
