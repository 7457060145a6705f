"""The audit trail: who read or changed which customer's personal data, and the seals that chain it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.append_only import append_only
from models.base import Base
from models.event import CurrentTransaction
from models.scope import ViewerKind
from models.types import BigKey, choice, text

if TYPE_CHECKING:
    from models.customer import Customer
    from models.token import Token


class AuditAction(StrEnum):
    """What was done with personal data."""

    READ = "READ"
    """It was shown to a shop, a till or a back office."""
    CHANGE = "CHANGE"
    """It was created, changed or erased."""


class AuditEntry(Base):
    """One request's reading or changing of one customer's personal data. Entries are only ever added."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_customer_id", "customer_id", "id"),
        Index("ix_audit_entry_token_id", "token_id", "id"),
    )

    action: Mapped[AuditAction] = choice(AuditAction, "Whether it was read or changed.")
    customer_id: Mapped[int] = mapped_column(BigKey, doc="Whose data it is.")
    what: Mapped[str] = mapped_column(
        text(64), doc="The kind of the change, such as CUSTOMER_UPDATED, or the name of the query."
    )
    request: Mapped[str] = mapped_column(
        text(32), doc="What all entries of one request share; for a change, what its events share."
    )
    viewer_kind: Mapped[ViewerKind] = choice(ViewerKind, "On whose behalf it was done.")
    token_id: Mapped[int | None] = mapped_column(BigKey, doc="The token by which it was done, if it was by one.")
    at: Mapped[datetime] = mapped_column(doc="When it was done.")
    transaction_id: Mapped[int] = mapped_column(
        BigKey, default=CurrentTransaction(), server_default="0", doc="The database's transaction that wrote it."
    )

    customer: Mapped[Customer | None] = relationship(
        primaryjoin="foreign(AuditEntry.customer_id) == Customer.id", viewonly=True, lazy="raise"
    )
    token: Mapped[Token | None] = relationship(
        primaryjoin="foreign(AuditEntry.token_id) == Token.id", viewonly=True, lazy="raise"
    )


class AuditSeal(Base):
    """A link of the chain: the hash of the link before it and of the entries that it seals."""

    __tablename__ = "audit_seal"

    first_entry_id: Mapped[int] = mapped_column(BigKey, unique=True, doc="The first entry that it seals.")
    last_entry_id: Mapped[int] = mapped_column(BigKey, unique=True, doc="The last entry that it seals.")
    entries: Mapped[int] = mapped_column(doc="How many entries it seals.")
    digest: Mapped[str] = mapped_column(text(64), doc="Hash of the seal before it and of its entries, SHA-256.")
    at: Mapped[datetime] = mapped_column(doc="When it was made.")


class AuditCheckpoint(Base):
    """A seal up to which entries are no longer kept: what is left of the chain is proved from there on."""

    __tablename__ = "audit_checkpoint"

    seal_id: Mapped[int] = mapped_column(BigKey, unique=True, doc="The last seal whose entries are no longer kept.")
    last_entry_id: Mapped[int] = mapped_column(BigKey, doc="The last entry that is no longer kept.")
    entries: Mapped[int] = mapped_column(BigInteger, doc="How many entries were sealed up to it.")
    digest: Mapped[str] = mapped_column(text(64), doc="The seal's digest, from which the chain goes on.")
    at: Mapped[datetime] = mapped_column(doc="When it was made.")


append_only(AuditEntry, until=AuditCheckpoint)
append_only(AuditSeal)
append_only(AuditCheckpoint)
