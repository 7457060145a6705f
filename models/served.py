"""What gateways agree on: which versions can serve from the tables as they are, and which replicas nobody asks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.types import text


class ServedRevision(Base):
    """One row: servers of this revision and of later ones may go on, though the tables are those of a newer one."""

    __tablename__ = "served_revision"

    revision: Mapped[str] = mapped_column(text(32), doc="The oldest revision whose servers can use the tables.")


class ReplicaLeftOut(Base):
    """A replica that is away or behind: no gateway reads from it, and none waits for it before it tells of a change."""

    __tablename__ = "replica_left_out"

    name: Mapped[str] = mapped_column(text(255), unique=True, doc="The replica, as its address names it.")
    at: Mapped[datetime] = mapped_column(doc="When it was last found to be away or behind.")
