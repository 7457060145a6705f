"""Custom properties: what a retailer wants to know that has no column of its own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CodeList, Timestamped
from models.types import Json, choice, owner, reference

if TYPE_CHECKING:
    from models.customer import Customer


class PropertyType(StrEnum):
    """What kind of value a property takes."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    CHOICE = "CHOICE"


class Property(Base, CodeList):
    """The definition of a custom property."""

    __tablename__ = "property"

    description: Mapped[str | None] = mapped_column(doc="What the property says.")
    data_type: Mapped[PropertyType] = choice(PropertyType, "What kind of value it takes.")
    is_required: Mapped[bool] = mapped_column(default=False, doc="Whether every owner must have one.")
    is_unique: Mapped[bool] = mapped_column(default=False, doc="Whether no two owners may share a value.")

    items: Mapped[list[PropertyItem]] = relationship(back_populates="property", lazy="raise")


class PropertyItem(Base):
    """One of the values that a CHOICE property may take."""

    __tablename__ = "property_item"
    __table_args__ = (UniqueConstraint("property_id", "value"),)

    property_id: Mapped[int] = owner("property", "The property.", index=False)
    value: Mapped[str] = mapped_column(doc="The value as it is stored.")
    name: Mapped[str] = mapped_column(doc="The value as people read it.")

    property: Mapped[Property] = relationship(back_populates="items", lazy="raise")


OWNERS = (
    "customer_id",
    "product_id",
    "purchase_id",
    "purchase_item_id",
    "reward_id",
    "campaign_product_id",
    "store_id",
)


class PropertyRecord(Base, Timestamped):
    """A property's value for one owner; exactly one of the owners is set."""

    __tablename__ = "property_record"
    __table_args__ = (
        CheckConstraint(
            " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in OWNERS) + " = 1",
            name="one_owner",
        ),
        *(UniqueConstraint(name, "property_id") for name in OWNERS),
    )

    property_id: Mapped[int] = reference("property", "The property.")
    value: Mapped[Any] = mapped_column(Json, doc="The value: text, number, boolean, or a date as ISO 8601 text.")
    customer_id: Mapped[int | None] = owner("customer", "The customer described.", index=False)
    product_id: Mapped[int | None] = owner("product", "The product described.", index=False)
    purchase_id: Mapped[int | None] = owner("purchase", "The purchase described.", index=False)
    purchase_item_id: Mapped[int | None] = owner("purchase_item", "The line described.", index=False)
    reward_id: Mapped[int | None] = owner("reward", "The reward described.", index=False)
    campaign_product_id: Mapped[int | None] = owner("campaign_product", "The offer described.", index=False)
    store_id: Mapped[int | None] = owner("store", "The store described.", index=False)

    property: Mapped[Property] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(back_populates="properties", lazy="raise")
