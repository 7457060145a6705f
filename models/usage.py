"""What of the schema was used on which day, so that a deprecated field can be taken out on evidence."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.types import text


class SchemaUse(Base):
    """How many operations used a coordinate of the schema on a day."""

    __tablename__ = "schema_use"
    __table_args__ = (UniqueConstraint("coordinate", "day"),)

    coordinate: Mapped[str] = mapped_column(text(256), doc="As in `Customer.phone`, or `Query.customers(first:)`.")
    day: Mapped[date] = mapped_column(doc="The day, in UTC.")
    uses: Mapped[int] = mapped_column(BigInteger, doc="How many operations used it.")
