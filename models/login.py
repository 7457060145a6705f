"""How customers log in: passwords, one-time codes and their way to the customer, and the guesses that were made."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Timestamped
from models.rules.login import Subject
from models.types import choice, owner, text

if TYPE_CHECKING:
    from models.customer import Customer


class Channel(StrEnum):
    """By what a one-time code reaches the customer."""

    EMAIL = "EMAIL"
    """By e-mail."""
    SMS = "SMS"
    """By a text message to the phone."""


class CustomerPassword(Base, Timestamped):
    """A customer's password, as a slow and salted hash."""

    __tablename__ = "customer_password"
    __table_args__ = (UniqueConstraint("customer_id"),)

    customer_id: Mapped[int] = owner("customer", "Whose it is.", index=False)
    password_hash: Mapped[str] = mapped_column(text(256), doc="Hash of the password, with its salt and parameters.")

    customer: Mapped[Customer] = relationship(lazy="raise")


class OneTimeCode(Base):
    """A code that proves, once and for some minutes, that one reads a customer's e-mail or phone.

    One is also made, for no customer, where an account is asked for that isn't there.
    """

    __tablename__ = "one_time_code"
    __table_args__ = (
        Index("ix_one_time_code_customer_id", "customer_id", "id"),
        Index("ix_one_time_code_expires_at", "expires_at"),
    )

    customer_id: Mapped[int | None] = owner("customer", "Who may use it.", index=False)
    code_hash: Mapped[str] = mapped_column(text(256), doc="Hash of the code, with its salt and parameters.")
    created_at: Mapped[datetime] = mapped_column(doc="When it was made.")
    expires_at: Mapped[datetime] = mapped_column(doc="Until when it can be used.")
    used_at: Mapped[datetime | None] = mapped_column(doc="When it was used, or another took its place.")
    confirms: Mapped[str | None] = mapped_column(
        text(320), doc="The e-mail address or phone that it confirms; none where it is for logging in."
    )


class CodeMessage(Base):
    """A one-time code on its way to the customer. The row is deleted when the code is handed out."""

    __tablename__ = "code_message"

    customer_id: Mapped[int] = owner("customer", "Whom it is for.")
    channel: Mapped[Channel] = choice(Channel, "By what it is sent.")
    recipient: Mapped[str] = mapped_column(text(320), doc="Where it is sent: an e-mail address or a phone number.")
    language_code: Mapped[str | None] = mapped_column(text(8), doc="The customer's language, ISO 639-1.")
    code: Mapped[str] = mapped_column(text(16), doc="The code.")
    expires_at: Mapped[datetime] = mapped_column(doc="Until when the code can be used.")
    confirms: Mapped[bool] = mapped_column(
        default=False, server_default=false(), doc="Whether it confirms where it is sent, and doesn't log in."
    )

    customer: Mapped[Customer] = relationship(lazy="raise")


class Guess(Base):
    """An attempt to log in that failed or is under way, by one of the subjects that such attempts are counted by."""

    __tablename__ = "login_guess"
    __table_args__ = (
        Index("ix_login_guess_subject", "subject", "subject_hash", "at"),
        Index("ix_login_guess_at", "at"),
    )

    attempt: Mapped[str] = mapped_column(text(32), index=True, doc="The attempt that it is a part of.")
    subject: Mapped[Subject] = choice(Subject, "By what it is counted.")
    subject_hash: Mapped[str] = mapped_column(text(64), doc="Hash of the address, of the words, or of the account.")
    at: Mapped[datetime] = mapped_column(doc="When it was made.")
