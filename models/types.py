"""Column types and shorthands that mean the same on SQLite and PostgreSQL.

Money, points, quantities and rates are exact decimals: `NUMERIC` on PostgreSQL, integers scaled by a power of
ten on SQLite, which has no decimal type of its own. Instants are UTC: `timestamptz` on PostgreSQL, ISO 8601
text on SQLite, whose byte order is the order of time. Text compares by code point on both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, ForeignKey, Integer, Numeric, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit key; SQLite needs the word INTEGER to make it the row's own id."""

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON document, indexed and compared as `jsonb` on PostgreSQL; None is no document, not one that says null."""


def text(length: int | None = None) -> TypeEngine[str]:
    """Text that compares by code point on both databases, so that sorting and cursors agree."""
    kind = String if length else Text
    return kind(length).with_variant(kind(length, collation="C"), "postgresql")


def _decimal(value: Decimal | int) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:
        return Decimal("NaN")


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places, and refused when it has more: nothing is rounded silently."""

    impl = Numeric
    cache_ok = True

    def __init__(self, scale: int, precision: int = 18) -> None:
        super().__init__(precision, scale)
        self.scale = scale
        self.precision = precision
        self._unit = Decimal(1).scaleb(-scale)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Integers on SQLite, NUMERIC elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(self.precision, self.scale))

    def scaled(self, value: Decimal | int) -> int:
        """The value in units of the last place; `ValueError` when it does not fit."""
        exact = value if type(value) is Decimal else _decimal(value)
        if not exact:
            return 0
        if not exact.is_finite():
            raise ValueError(f"{value} is not a number")
        # Before the digits of 1e999999 are written out.
        if exact.adjusted() + self.scale >= self.precision:
            raise ValueError(f"{value} is too large")
        units = int(exact.scaleb(self.scale))
        if Decimal(units).scaleb(-self.scale) != exact:
            raise ValueError(f"{value} has more than {self.scale} decimal places")
        return units

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | int | None:
        """Scale on the way in."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return self.scaled(value)
        exact = value if type(value) is Decimal else _decimal(value)
        if not self._fits(exact):
            # It says what is wrong.
            self.scaled(exact)
        return exact

    def _fits(self, exact: Decimal) -> bool:
        """The same without the digits: there may be thousands of amounts in a statement."""
        if not exact.is_finite() or exact.adjusted() + self.scale >= self.precision:
            return False
        return exact.quantize(self._unit) == exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Scale back on the way out; a sum over integers comes back whole."""
        if value is None:
            return None
        return Decimal(value).scaleb(-self.scale) if dialect.name == "sqlite" else Decimal(value)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; a time without an offset is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """ISO 8601 text on SQLite, `timestamptz` elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """To UTC, and to text where the database knows no instants."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no offset")
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        return moment.isoformat() if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Back to an aware datetime."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


MONEY = ExactDecimal(4)
"""Four places hold every currency's minor unit and prices below it."""
POINTS = ExactDecimal(2)
QUANTITY = ExactDecimal(3)
PERCENT = ExactDecimal(4, precision=9)
RATE = ExactDecimal(6)
"""What a point is worth, or a factor."""
DEGREES = ExactDecimal(6, precision=9)


def key() -> MappedColumn[int]:
    """The row's own 64-bit key; the API shows it only inside an opaque id."""
    return mapped_column(BigKey, primary_key=True, sort_order=-10)


def reference(target: str, doc: str, *, index: bool = True) -> MappedColumn[Any]:
    """A foreign key to another table's key.

    Nullable as the annotation says. `index=False` where a wider index starts with it, or nothing looks it up.
    """
    return mapped_column(BigKey, ForeignKey(f"{target}.id"), index=index, doc=doc)


def owner(target: str, doc: str, *, index: bool = True) -> MappedColumn[Any]:
    """A foreign key to the row that this one is a part of, and goes away with."""
    return mapped_column(BigKey, ForeignKey(f"{target}.id", ondelete="CASCADE"), index=index, doc=doc)


def choice(kind: type[StrEnum], doc: str, **options: Any) -> MappedColumn[Any]:
    """One of an enum's names, kept as text and checked by the database."""
    column_type = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=f"{options.pop('called', kind.__name__).lower()}",
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(column_type, doc=doc, **options)
