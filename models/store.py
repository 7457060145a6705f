"""Stores: the retailer's branches."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, External, Stateful, Timestamped, known_outside
from models.types import DEGREES, reference, text

if TYPE_CHECKING:
    from models.campaign import CampaignProduct
    from models.card import Card
    from models.customer import Customer
    from models.partner import Partner
    from models.property import PropertyRecord
    from models.purchase import Purchase
    from models.reward import Reward


class Store(Base, Stateful, Timestamped, External):
    """A branch where customers buy and collect."""

    __tablename__ = "store"
    __table_args__ = (
        *known_outside("store"),
        Index("ix_store_position", "latitude", "longitude"),
        Index("ix_store_name", "name", "id"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="whole_position"),
    )

    code: Mapped[str] = mapped_column(text(64), unique=True, doc="The retailer's own code of the store; unique.")
    name: Mapped[str] = mapped_column(text(255), doc="Name as customers know it.")
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
    contact_email: Mapped[str | None] = mapped_column(text(320), doc="E-mail address for customers.")
    phone: Mapped[str | None] = mapped_column(text(20), doc="Phone number in E.164 form.")
    manager_name: Mapped[str | None] = mapped_column(doc="Who manages the store.")
    url: Mapped[str | None] = mapped_column(doc="The store's own page.")
    latitude: Mapped[Decimal | None] = mapped_column(DEGREES, doc="Degrees north of the equator, WGS 84.")
    longitude: Mapped[Decimal | None] = mapped_column(DEGREES, doc="Degrees east of Greenwich, WGS 84.")
    time_zone: Mapped[str] = mapped_column(
        text(64),
        default="UTC",
        doc="IANA time zone in which opening hours and rewards' times of day are meant.",
    )
    currency_code: Mapped[str] = mapped_column(text(3), default="EUR", doc="Currency of its prices, ISO 4217.")
    opening: Mapped[dict[str, Any] | None] = mapped_column(
        doc='Opening hours: a day to its [from, to] in local time, as in {"MONDAY": [["08:00", "20:00"]]}.'
    )
    image_urls: Mapped[list[str]] = mapped_column(default=list, doc="Addresses of pictures.")
    visible_to_customers: Mapped[bool] = mapped_column(default=True, doc="Whether shops and apps show the store.")
    short_description: Mapped[str | None] = mapped_column(doc="One line about the store.")
    description: Mapped[str | None] = mapped_column(doc="Text about the store.")
    registration_id: Mapped[str | None] = mapped_column(text(64), doc="Number in the register of companies.")
    partner_id: Mapped[int | None] = reference("partner", "The partner that runs the store.")

    partner: Mapped[Partner | None] = relationship(lazy="raise")
    properties: Mapped[list[PropertyRecord]] = relationship(lazy="raise")
    customers: Mapped[list[Customer]] = relationship(back_populates="store", lazy="raise")
    cards: Mapped[list[Card]] = relationship(back_populates="store", lazy="raise")
    purchases: Mapped[list[Purchase]] = relationship(back_populates="store", lazy="raise")
    rewards: Mapped[list[Reward]] = relationship(secondary="reward_store", back_populates="stores", lazy="raise")
    campaign_products: Mapped[list[CampaignProduct]] = relationship(
        secondary="campaign_product_store", back_populates="stores", lazy="raise"
    )
