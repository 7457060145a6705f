"""What every table shares: the metadata, its naming convention, and the columns most records carry."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Date, Index, MetaData, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from models.types import Instant, Json, choice, key, text

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """A table of the CRM. Rows are found by a 64-bit key; nothing loads lazily."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: text(),
        datetime: Instant(),
        date: Date(),
        dict[str, Any]: Json,
        dict[str, object]: Json,
        list[str]: Json,
    }

    id: Mapped[int] = key()


class State(StrEnum):
    """Whether a record is in use."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    DELETED = "DELETED"


def utc_now() -> datetime:
    """The present moment, for columns that note when a row was written."""
    return datetime.now(UTC)


class Timestamped:
    """When a record was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=utc_now, doc="When the record was made.", sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(
        default=utc_now, onupdate=utc_now, doc="When the record last changed.", sort_order=91
    )

    def touch(self, at: datetime) -> None:
        """Note when the record changed, also where that is the moment when it was made or changed before."""
        self.updated_at = at
        flag_modified(self, "updated_at")


class Stateful:
    """A record that can be switched off, or deleted while what refers to it stays whole."""

    state: Mapped[State] = choice(
        State,
        "ACTIVE, INACTIVE (kept but not offered) or DELETED (kept for what refers to it; not listed).",
        default=State.ACTIVE,
        server_default=State.ACTIVE.value,
        sort_order=80,
    )


class Translated:
    """A record whose texts may be kept in further languages."""

    TEXTS: ClassVar[tuple[str, ...]]
    """The columns that may be translated."""

    translations: Mapped[dict[str, Any] | None] = mapped_column(
        doc="Its texts in further languages: by language (a tag of BCP 47), the text of each field.", sort_order=72
    )


class External:
    """A record that an outside system owns; (source, external id) finds it again."""

    source: Mapped[str | None] = mapped_column(
        text(64), doc="Code of the outside system that owns the record.", sort_order=70
    )
    external_id: Mapped[str | None] = mapped_column(
        text(128), doc="The record's id in that system, unique within it.", sort_order=71
    )


def known_outside(table: str) -> tuple[UniqueConstraint, Index]:
    """No two records of a table share a source and an external id, nor an external id where no source is named."""
    alone = sql("source IS NULL AND external_id IS NOT NULL")
    name = f"uq_{table}_external_id_alone"
    return (
        UniqueConstraint("source", "external_id"),
        Index(name, "external_id", unique=True, sqlite_where=alone, postgresql_where=alone),
    )


class CodeList(Stateful, Timestamped):
    """An entry of a short list that people maintain: a code that programs know, a name that people read."""

    code: Mapped[str] = mapped_column(text(64), unique=True, doc="Short name that programs use; unique.")
    name: Mapped[str] = mapped_column(text(255), doc="Name that people read.")


ZERO = Decimal(0)
