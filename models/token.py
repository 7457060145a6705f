"""Tokens: an installation of an application on a device, or an enterprise application with scopes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CodeList, Timestamped
from models.rules.token_format import TokenKind
from models.types import choice, reference, text

if TYPE_CHECKING:
    from models.customer import Customer


class ExternalApplication(Base, CodeList):
    """An application that reads the CRM: a web shop, a mobile app or a till."""

    __tablename__ = "external_application"


class Token(Base, Timestamped):
    """What a program shows to be let in: its secret is kept as a hash only, and shown once."""

    __tablename__ = "token"
    __table_args__ = (Index("ix_token_customer_id", "customer_id", "id"),)

    kind: Mapped[TokenKind] = choice(
        TokenKind,
        "INSTALLATION: of an application on a device, on which a customer may log in. ENTERPRISE: of a shop, a till or "
        "a back office, with scopes.",
        default=TokenKind.INSTALLATION,
        server_default=TokenKind.INSTALLATION.value,
    )
    name: Mapped[str | None] = mapped_column(text(128), doc="What people call an enterprise token.")
    scopes: Mapped[list[str] | None] = mapped_column(doc="What an enterprise token may do.")
    customer_id: Mapped[int | None] = reference("customer", "Who is logged in; none without a log-in.", index=False)
    logged_in_at: Mapped[datetime | None] = mapped_column(doc="When the customer logged in.")
    application_id: Mapped[int | None] = reference("external_application", "The application installed.")
    secret_hash: Mapped[str] = mapped_column(
        text(128), unique=True, doc="Hash of the secret that the application shows."
    )
    previous_hash: Mapped[str | None] = mapped_column(
        text(128), unique=True, doc="Hash of the secret before it was last rotated."
    )
    previous_until: Mapped[datetime | None] = mapped_column(doc="Until when the secret before is accepted, too.")
    hint: Mapped[str | None] = mapped_column(text(16), doc="The first characters of the token, to know it again.")
    language_code: Mapped[str | None] = mapped_column(text(8), doc="Default language of what it reads, ISO 639-1.")
    allows_gps: Mapped[bool] = mapped_column(
        default=False, doc="Whether the person lets the application know the position."
    )
    allows_notifications: Mapped[bool] = mapped_column(default=False, doc="Whether the person wants notifications.")
    push_token: Mapped[str | None] = mapped_column(doc="Where notifications are sent.")
    device_id: Mapped[str | None] = mapped_column(text(255), doc="The device's own id.")
    device_name: Mapped[str | None] = mapped_column(text(255), doc="The device's name.")
    device_system: Mapped[str | None] = mapped_column(text(64), doc="The device's operating system.")
    device_type: Mapped[str | None] = mapped_column(text(64), doc="What kind of device it is.")
    budget_limit: Mapped[int | None] = mapped_column(
        doc="How many points of cost an enterprise token's budget holds when full; null for the usual one."
    )
    budget_refill: Mapped[int | None] = mapped_column(doc="How many of its points flow back in a second.")
    last_seen_at: Mapped[datetime | None] = mapped_column(doc="When the application last called, to the minute or so.")
    expires_at: Mapped[datetime | None] = mapped_column(doc="When the token stops being accepted; never where null.")
    revoked_at: Mapped[datetime | None] = mapped_column(doc="When the token was revoked.")

    customer: Mapped[Customer | None] = relationship(back_populates="tokens", lazy="raise")
    application: Mapped[ExternalApplication | None] = relationship(lazy="raise")
