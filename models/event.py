"""The outbox: what changed, written in the transaction of the change; and the keys that make retries safe."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.columns import BigKey, text


class Event(Base):
    """One change. Events are only ever added, and read in the order of their ids."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_customer_id", "customer_id", "id"),
        Index("ix_event_entity", "entity", "entity_key"),
    )

    change: Mapped[str] = mapped_column(
        text(32), doc="The change that this event is a part of; one operation is one change."
    )
    kind: Mapped[str] = mapped_column(text(64), doc="What happened, such as CARD_BLOCKED.")
    entity: Mapped[str] = mapped_column(text(64), doc="The type of what changed.")
    entity_key: Mapped[int] = mapped_column(BigKey, doc="The key of what changed.")
    customer_id: Mapped[int | None] = mapped_column(BigKey, doc="The customer concerned, if one is.")
    at: Mapped[datetime] = mapped_column(doc="When it happened.")
    data: Mapped[dict[str, Any] | None] = mapped_column(doc="What else a reader of events needs; no personal data.")


class IdempotencyKey(Base):
    """A key under which an operation was done, with its answer, for as long as it may be retried."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_expires_at", "expires_at"),)

    key: Mapped[str] = mapped_column(text(128), unique=True, doc="The caller's key; unique.")
    operation: Mapped[str] = mapped_column(text(64), doc="The operation done under it.")
    fingerprint: Mapped[str] = mapped_column(text(64), doc="Hash of the operation's input.")
    answer: Mapped[dict[str, Any]] = mapped_column(doc="What the operation answered.")
    created_at: Mapped[datetime] = mapped_column(doc="When it was done.")
    expires_at: Mapped[datetime] = mapped_column(doc="Until when the key is kept.")
