"""Customers, where they came from, what they agreed to, and what else is known of them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Computed, Index, Integer, UniqueConstraint, literal_column
from sqlalchemy import text as sql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.functions import FunctionElement

from models.base import Base, CodeList, Stateful, Timestamped
from models.scope import ViewerKind
from models.types import BigKey, choice, owner, reference, text

if TYPE_CHECKING:
    from models.card import Card, CardEvent
    from models.figures import CustomerStatistics
    from models.point import PointEntry, PointLot, PointReservation
    from models.property import PropertyRecord
    from models.purchase import Purchase
    from models.reservation import ProductReservation
    from models.segment import SegmentMember
    from models.status import StatusRecord
    from models.store import Store
    from models.token import Token
    from models.voucher import Voucher, VoucherEvent

FULL_NAME = (
    "nullif(trim(coalesce(pre_nominals || ' ', '') || coalesce(first_name || ' ', '')"
    " || coalesce(last_name, '') || coalesce(', ' || post_nominals, '')), '')"
)


class birthday_of(FunctionElement[int]):  # noqa: N801
    """The day of the year of a date, the month times 100 plus the day."""

    type = Integer()
    inherit_cache = True
    name = "birthday_of"


@compiles(birthday_of, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    (day,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(extract(month FROM {day})::integer * 100 + extract(day FROM {day})::integer)"


@compiles(birthday_of, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    (day,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(substr({day}, 6, 2) || substr({day}, 9, 2) AS INTEGER)"


class Gender(StrEnum):
    """How a customer wishes to be addressed."""

    FEMALE = "FEMALE"
    MALE = "MALE"
    NON_BINARY = "NON_BINARY"
    OTHER = "OTHER"
    UNDISCLOSED = "UNDISCLOSED"


class ConsentValue(StrEnum):
    """What a customer answered."""

    GIVEN = "GIVEN"
    WITHDRAWN = "WITHDRAWN"
    NOT_SET = "NOT_SET"


NAMELESS = "\U0010ffff"
"""What a missing name is sorted as: it comes after all names, as nulls come after all values."""


class Customer(Base, Stateful, Timestamped):
    """A person in the loyalty programme: the root of the 360° view."""

    __tablename__ = "customer"
    __table_args__ = (
        Index(
            "uq_customer_email_key",
            "email_key",
            unique=True,
            sqlite_where=sql("state != 'DELETED'"),
            postgresql_where=sql("state != 'DELETED'"),
        ),
        Index(
            "uq_customer_phone",
            "phone",
            unique=True,
            sqlite_where=sql("state != 'DELETED'"),
            postgresql_where=sql("state != 'DELETED'"),
        ),
        Index("ix_customer_last_name_key", "last_name_key", "id"),
        Index("ix_customer_first_name_key", "first_name_key", "id"),
        Index("ix_customer_created_at", "created_at", "id"),
        Index("ix_customer_birthdate", "birthdate", "id"),
        Index("ix_customer_birthday", birthday_of(literal_column("birthdate")), "id"),
        CheckConstraint("(email IS NULL) = (email_key IS NULL)", name="email_has_key"),
    )

    salutation: Mapped[str | None] = mapped_column(text(64), doc="Form of address, such as “Ms” or “Dear Jana”.")
    pre_nominals: Mapped[str | None] = mapped_column(text(64), doc="Titles before the name, such as “Dr.”.")
    first_name: Mapped[str | None] = mapped_column(text(128), doc="Given name.")
    last_name: Mapped[str | None] = mapped_column(text(128), doc="Family name.")
    post_nominals: Mapped[str | None] = mapped_column(text(64), doc="Titles after the name, such as “PhD”.")
    full_name: Mapped[str | None] = mapped_column(
        text(), Computed(FULL_NAME, persisted=True), doc="Titles, given and family name in one line."
    )
    first_name_key: Mapped[str] = mapped_column(
        text(),
        default=NAMELESS,
        server_default="",
        doc="Given name folded for sorting; where there is none, what comes last.",
    )
    last_name_key: Mapped[str] = mapped_column(
        text(),
        default=NAMELESS,
        server_default="",
        doc="Family name folded for sorting; where there is none, what comes last.",
    )
    gender: Mapped[Gender | None] = choice(Gender, "Gender, as far as the customer told it.")
    birthdate: Mapped[date | None] = mapped_column(doc="Date of birth.")
    email: Mapped[str | None] = mapped_column(text(320), doc="E-mail address as the customer wrote it.")
    email_key: Mapped[str | None] = mapped_column(text(320), doc="E-mail address case-folded, for comparing.")
    email_confirmed_at: Mapped[datetime | None] = mapped_column(doc="When the e-mail address was confirmed.")
    phone: Mapped[str | None] = mapped_column(text(20), doc="Phone number in E.164 form, such as +420601234567.")
    phone_confirmed_at: Mapped[datetime | None] = mapped_column(doc="When the phone number was confirmed.")
    language_code: Mapped[str | None] = mapped_column(text(8), doc="Preferred language, ISO 639-1.")
    photo_url: Mapped[str | None] = mapped_column(doc="Address of a portrait.")
    address1: Mapped[str | None] = mapped_column(doc="Street and number, or the first line.")
    address2: Mapped[str | None] = mapped_column(doc="Second line of the address.")
    address3: Mapped[str | None] = mapped_column(doc="Third line of the address.")
    address4: Mapped[str | None] = mapped_column(doc="Fourth line of the address.")
    address5: Mapped[str | None] = mapped_column(doc="Fifth line of the address.")
    address6: Mapped[str | None] = mapped_column(doc="Sixth line of the address.")
    address7: Mapped[str | None] = mapped_column(doc="Seventh line of the address.")
    zip: Mapped[str | None] = mapped_column(text(32), doc="Postal code.")
    city: Mapped[str | None] = mapped_column(doc="Town or city.")
    country_code: Mapped[str | None] = mapped_column(text(2), doc="Country, ISO 3166-1 alpha-2.")
    store_id: Mapped[int | None] = reference("store", "The customer's home store.")

    store: Mapped[Store | None] = relationship(back_populates="customers", lazy="raise")
    sources: Mapped[list[CustomerSourceRecord]] = relationship(back_populates="customer", lazy="raise")
    consents: Mapped[list[CustomerConsent]] = relationship(back_populates="customer", lazy="raise")
    consent_changes: Mapped[list[ConsentChange]] = relationship(back_populates="customer", lazy="raise")
    properties: Mapped[list[PropertyRecord]] = relationship(back_populates="customer", lazy="raise")
    cards: Mapped[list[Card]] = relationship(back_populates="customer", lazy="raise")
    card_events: Mapped[list[CardEvent]] = relationship(back_populates="customer", lazy="raise")
    purchases: Mapped[list[Purchase]] = relationship(back_populates="customer", lazy="raise")
    vouchers: Mapped[list[Voucher]] = relationship(
        back_populates="customer", foreign_keys="Voucher.customer_id", lazy="raise"
    )
    voucher_events: Mapped[list[VoucherEvent]] = relationship(back_populates="customer", lazy="raise")
    point_entries: Mapped[list[PointEntry]] = relationship(back_populates="customer", lazy="raise")
    point_lots: Mapped[list[PointLot]] = relationship(back_populates="customer", lazy="raise")
    point_reservations: Mapped[list[PointReservation]] = relationship(back_populates="customer", lazy="raise")
    segment_members: Mapped[list[SegmentMember]] = relationship(back_populates="customer", lazy="raise")
    reservations: Mapped[list[ProductReservation]] = relationship(back_populates="customer", lazy="raise")
    tokens: Mapped[list[Token]] = relationship(back_populates="customer", lazy="raise")
    # The database makes the row along with the customer's.
    statistics: Mapped[CustomerStatistics] = relationship(uselist=False, viewonly=True, innerjoin=True, lazy="raise")
    status_records: Mapped[list[StatusRecord]] = relationship(back_populates="customer", lazy="raise")
    status: Mapped[StatusRecord | None] = relationship(
        primaryjoin="and_(StatusRecord.customer_id == Customer.id, StatusRecord.ended_at.is_(None))",
        uselist=False,
        viewonly=True,
        lazy="raise",
    )


class CustomerMerge(Base):
    """A customer who was merged into another one: what names the former leads to the latter."""

    __tablename__ = "customer_merge"
    __table_args__ = (
        UniqueConstraint("merged_id"),
        Index("ix_customer_merge_customer_id", "customer_id", "id"),
        CheckConstraint("merged_id != customer_id", name="two"),
    )

    customer_id: Mapped[int] = owner("customer", "The customer who goes on.", index=False)
    merged_id: Mapped[int] = reference("customer", "The customer who was merged, and is no longer found.", index=False)
    merged_at: Mapped[datetime] = mapped_column(doc="When they were merged.")

    customer: Mapped[Customer] = relationship(foreign_keys=[customer_id], lazy="raise")
    merged: Mapped[Customer] = relationship(foreign_keys=[merged_id], lazy="raise")


class CustomerTerm(Base):
    """A folded word by which a customer is found: of the name, e-mail, phone or a card's number."""

    __tablename__ = "customer_term"
    __table_args__ = (
        UniqueConstraint("customer_id", "term"),
        Index("ix_customer_term_term", "term", "customer_id"),
    )

    customer_id: Mapped[int] = owner("customer", "Whom the word finds.", index=False)
    term: Mapped[str] = mapped_column(doc="The word, folded.")


class CustomerSource(Base, CodeList):
    """A place customers come from: a web shop, a till, an app, another system."""

    __tablename__ = "customer_source"

    records: Mapped[list[CustomerSourceRecord]] = relationship(back_populates="source", lazy="raise")


class CustomerSourceRecord(Base, Timestamped):
    """A customer's account in an outside system, found again by that system's id."""

    __tablename__ = "customer_source_record"
    __table_args__ = (
        UniqueConstraint("source_id", "external_id"),
        Index("ix_customer_source_record_external_id", "external_id"),
    )

    customer_id: Mapped[int] = owner("customer", "Whose account it is.")
    source_id: Mapped[int] = reference("customer_source", "The outside system.", index=False)
    external_id: Mapped[str | None] = mapped_column(text(128), doc="The customer's id there, unique within the source.")

    customer: Mapped[Customer] = relationship(back_populates="sources", lazy="raise")
    source: Mapped[CustomerSource] = relationship(back_populates="records", lazy="raise")


class Consent(Base, CodeList):
    """Something a customer can agree to, such as receiving a newsletter."""

    __tablename__ = "consent"

    description: Mapped[str | None] = mapped_column(doc="The words that the customer agrees to.")


class ConsentChange(Base):
    """An answer of a customer's to a consent: each that there ever was, and who noted it."""

    __tablename__ = "consent_change"
    __table_args__ = (Index("ix_consent_change_customer_id", "customer_id", "id"),)

    customer_id: Mapped[int] = owner("customer", "Who answered.", index=False)
    consent_id: Mapped[int] = reference("consent", "What was asked.")
    value: Mapped[ConsentValue] = choice(ConsentValue, "What was answered: GIVEN, WITHDRAWN, or NOT_SET.")
    changed_at: Mapped[datetime] = mapped_column(doc="When it was answered.")
    viewer_kind: Mapped[ViewerKind | None] = choice(
        ViewerKind, "On whose behalf it was noted; none where that isn't known, as of answers from files."
    )
    token_id: Mapped[int | None] = mapped_column(BigKey, doc="The token by which it was noted, if it was by one.")

    customer: Mapped[Customer] = relationship(back_populates="consent_changes", lazy="raise")
    consent: Mapped[Consent] = relationship(lazy="raise")
    token: Mapped[Token | None] = relationship(
        primaryjoin="foreign(ConsentChange.token_id) == Token.id", viewonly=True, lazy="raise"
    )


class CustomerConsent(Base):
    """A customer's answer to one consent; no record means that it wasn't asked for."""

    __tablename__ = "customer_consent"
    __table_args__ = (UniqueConstraint("customer_id", "consent_id"),)

    customer_id: Mapped[int] = owner("customer", "Who answered.", index=False)
    consent_id: Mapped[int] = reference("consent", "What was asked.")
    value: Mapped[ConsentValue] = choice(ConsentValue, "GIVEN, WITHDRAWN, or NOT_SET before the first answer.")
    changed_at: Mapped[datetime] = mapped_column(doc="When the answer last changed.")

    customer: Mapped[Customer] = relationship(back_populates="consents", lazy="raise")
    consent: Mapped[Consent] = relationship(lazy="raise")
