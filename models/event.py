"""The outbox: what changed, written in the transaction of the change; and the keys that make retries safe."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, Index
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.functions import FunctionElement

from models.base import Base
from models.scope import ViewerKind
from models.types import BigKey, choice, text

if TYPE_CHECKING:
    from models.customer import Customer
    from models.token import Token


_CURRENT = "CAST(CAST(pg_current_xact_id() AS text) AS bigint)"
_OLDEST_RUNNING = "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"
_AHEAD = "COALESCE((SELECT ahead FROM outbox_epoch), 0)"


class CurrentTransaction(FunctionElement[int]):
    """The number of the running transaction on PostgreSQL; 0 on SQLite, where writers follow one another."""

    type = BigInteger()
    inherit_cache = True


class OutboxNumber(FunctionElement[int]):
    """The number that the running transaction gives to its events; 0 on SQLite."""

    type = BigInteger()
    inherit_cache = True


class IsSettled(FunctionElement[bool]):
    """Whether all transactions up to the one that gave its events a number have ended."""

    type = Boolean()
    inherit_cache = True


@compiles(CurrentTransaction)
@compiles(CurrentTransaction, "sqlite")
@compiles(OutboxNumber)
@compiles(OutboxNumber, "sqlite")
def _no_transaction(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "0"


@compiles(CurrentTransaction, "postgresql")
def _current_transaction(_element: Any, _compiler: Any, **_options: Any) -> str:
    return _CURRENT


@compiles(OutboxNumber, "postgresql")
def _outbox_number(_element: Any, _compiler: Any, **_options: Any) -> str:
    return f"({_CURRENT} + {_AHEAD})"


@compiles(IsSettled)
@compiles(IsSettled, "sqlite")
def _always(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "1 = 1"


@compiles(IsSettled, "postgresql")
def _is_settled(element: Any, compiler: Any, **options: Any) -> str:
    number = compiler.process(element.clauses, **options)
    return f"{number} < {_OLDEST_RUNNING} + {_AHEAD}"


class Event(Base):
    """One change. Events are only ever added, and read in the order of their transactions' numbers, then of their ids.

    An event is shown once all transactions with smaller numbers have ended: from then on nothing is added before it.
    Ids alone keep no order: of two open transactions the later may draw the smaller id, and commit after the other.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_customer_id", "customer_id", "id"),
        Index("ix_event_entity", "entity", "entity_key"),
        Index("ix_event_transaction_id", "transaction_id", "id"),
    )

    change: Mapped[str] = mapped_column(
        text(32), doc="The change that this event is a part of; one operation is one change."
    )
    kind: Mapped[str] = mapped_column(text(64), doc="What happened: one of `EventKind`, such as CARD_BLOCKED.")
    entity: Mapped[str] = mapped_column(text(64), doc="The type of what changed.")
    entity_key: Mapped[int] = mapped_column(BigKey, doc="The key of what changed.")
    customer_id: Mapped[int | None] = mapped_column(BigKey, doc="The customer concerned, if one is.")
    at: Mapped[datetime] = mapped_column(doc="When it happened.")
    viewer_kind: Mapped[ViewerKind | None] = choice(
        ViewerKind, "On whose behalf it was done; OPEN where anyone may do anything, or the gateway did it by itself."
    )
    token_id: Mapped[int | None] = mapped_column(BigKey, doc="The token by which it was done, if it was by one.")
    data: Mapped[dict[str, Any] | None] = mapped_column(doc="What else a reader of events needs; no personal data.")
    transaction_id: Mapped[int] = mapped_column(
        BigKey, default=OutboxNumber(), server_default="0", doc="The number of the transaction that wrote it."
    )

    customer: Mapped[Customer | None] = relationship(
        primaryjoin="foreign(Event.customer_id) == Customer.id", viewonly=True, lazy="raise"
    )
    token: Mapped[Token | None] = relationship(
        primaryjoin="foreign(Event.token_id) == Token.id", viewonly=True, lazy="raise"
    )


class EventReader(Base):
    """How far a reader of the outbox inside the gateway has come."""

    __tablename__ = "event_reader"

    name: Mapped[str] = mapped_column(text(64), unique=True, doc="Which reader.")
    transaction_id: Mapped[int] = mapped_column(
        BigKey, default=0, server_default="0", doc="The number of the last event it has dealt with."
    )
    event_id: Mapped[int] = mapped_column(BigKey, doc="The last event it has dealt with.")


class OutboxEpoch(Base):
    """One row, once a database was restored on another server: events go on with larger numbers than are there."""

    __tablename__ = "outbox_epoch"

    ahead: Mapped[int] = mapped_column(BigInteger, doc="What is added to the server's own numbers of transactions.")


class IdempotencyKey(Base):
    """A key under which an operation was done, with its answer, for as long as it may be retried."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_expires_at", "expires_at"),)

    key: Mapped[str] = mapped_column(text(128), unique=True, doc="The caller's key; unique.")
    operation: Mapped[str] = mapped_column(text(64), doc="The operation done under it.")
    fingerprint: Mapped[str] = mapped_column(text(64), doc="Hash of the operation's input.")
    answer: Mapped[dict[str, Any]] = mapped_column(
        doc="What the operation answered; nothing any more once a customer concerned was erased."
    )
    change: Mapped[str | None] = mapped_column(
        text(32), index=True, doc="The change that it was; its events say whom it concerned."
    )
    created_at: Mapped[datetime] = mapped_column(doc="When it was done.")
    expires_at: Mapped[datetime] = mapped_column(doc="Until when the key is kept.")
