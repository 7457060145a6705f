"""Products, with the brands and the tree of groups they belong to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, External, Stateful, Timestamped, Translated, known_outside
from models.types import MONEY, owner, reference, text

if TYPE_CHECKING:
    from models.campaign import CampaignProduct
    from models.partner import Partner
    from models.property import PropertyRecord
    from models.purchase import PurchaseItem
    from models.recommendation import Recommendation
    from models.reservation import ReservableProduct
    from models.store import Store
    from models.tag import Tag


class ProductBrand(Base, Stateful, Timestamped, External):
    """A set of products under one brand."""

    __tablename__ = "product_brand"
    __table_args__ = (*known_outside("product_brand"), Index("ix_product_brand_name", "name", "id"))

    name: Mapped[str] = mapped_column(text(255), doc="Name of the brand.")

    products: Mapped[list[Product]] = relationship(back_populates="brand", lazy="raise")


class ProductGroup(Base, Stateful, Timestamped, External):
    """A node in the tree of product groups."""

    __tablename__ = "product_group"
    __table_args__ = (
        *known_outside("product_group"),
        Index("ix_product_group_name", "name", "id"),
        Index("ix_product_group_parent_id", "parent_id", "id"),
    )

    name: Mapped[str] = mapped_column(text(255), doc="Name of the group.")
    code: Mapped[str | None] = mapped_column(text(64), index=True, doc="The retailer's own code of the group.")
    parent_id: Mapped[int | None] = reference("product_group", "The group above; none at the top.", index=False)
    store_id: Mapped[int | None] = reference("store", "The only store that has this group, if it is one store's own.")
    partner_id: Mapped[int | None] = reference("partner", "The partner that owns the group.")

    parent: Mapped[ProductGroup | None] = relationship(
        back_populates="children", remote_side="ProductGroup.id", lazy="raise"
    )
    children: Mapped[list[ProductGroup]] = relationship(back_populates="parent", lazy="raise")
    products: Mapped[list[Product]] = relationship(back_populates="group", lazy="raise")
    store: Mapped[Store | None] = relationship(lazy="raise")
    partner: Mapped[Partner | None] = relationship(lazy="raise")


class ProductGroupAncestor(Base):
    """The tree once more, as every pair of a group and a group above it (itself at distance 0)."""

    __tablename__ = "product_group_ancestor"
    __table_args__ = (
        UniqueConstraint("group_id", "ancestor_id"),
        Index("ix_product_group_ancestor_ancestor_id", "ancestor_id", "group_id"),
        CheckConstraint("distance >= 0", name="distance"),
    )

    group_id: Mapped[int] = owner("product_group", "The group.", index=False)
    ancestor_id: Mapped[int] = owner("product_group", "A group above it, or itself.", index=False)
    distance: Mapped[int] = mapped_column(doc="How many steps above.")


class Product(Base, Stateful, Timestamped, External, Translated):
    """Something the retailer sells."""

    __tablename__ = "product"
    TEXTS = ("name",)
    __table_args__ = (
        *known_outside("product"),
        Index("ix_product_name", "name", "id"),
        Index("ix_product_group_id", "group_id", "id"),
        Index("ix_product_brand_id", "brand_id", "id"),
    )

    name: Mapped[str] = mapped_column(text(255), doc="Name as customers know it.")
    code: Mapped[str] = mapped_column(text(64), index=True, doc="The retailer's own code of the product.")
    package_size: Mapped[str | None] = mapped_column(text(64), doc="Size of the package as printed on it.")
    group_id: Mapped[int | None] = reference("product_group", "The group it belongs to.", index=False)
    brand_id: Mapped[int | None] = reference("product_brand", "The brand it belongs to.", index=False)
    partner_id: Mapped[int | None] = reference("partner", "The partner that owns the product.")
    image_urls: Mapped[list[str]] = mapped_column(default=list, doc="Addresses of pictures.")

    group: Mapped[ProductGroup | None] = relationship(back_populates="products", lazy="raise")
    brand: Mapped[ProductBrand | None] = relationship(back_populates="products", lazy="raise")
    partner: Mapped[Partner | None] = relationship(lazy="raise")
    codes: Mapped[list[ProductCode]] = relationship(back_populates="product", lazy="raise")
    prices: Mapped[list[ProductPrice]] = relationship(back_populates="product", lazy="raise")
    tags: Mapped[list[Tag]] = relationship(secondary="product_tag", lazy="raise")
    properties: Mapped[list[PropertyRecord]] = relationship(lazy="raise")
    campaign_products: Mapped[list[CampaignProduct]] = relationship(back_populates="product", lazy="raise")
    reservable: Mapped[ReservableProduct | None] = relationship(back_populates="product", lazy="raise")
    purchase_items: Mapped[list[PurchaseItem]] = relationship(back_populates="product", lazy="raise")
    recommendations: Mapped[list[Recommendation]] = relationship(
        back_populates="product", foreign_keys="Recommendation.product_id", lazy="raise"
    )


class ProductTerm(Base):
    """A folded word of a product's name or code, by which it is found."""

    __tablename__ = "product_term"
    __table_args__ = (
        UniqueConstraint("product_id", "term"),
        Index("ix_product_term_term", "term", "product_id"),
    )

    product_id: Mapped[int] = owner("product", "What the word finds.", index=False)
    term: Mapped[str] = mapped_column(doc="The word, folded.")


class ProductCode(Base):
    """A product's code (PLU) in one of the lists that tills and scales use."""

    __tablename__ = "product_code"
    __table_args__ = (
        UniqueConstraint("list_code", "code"),
        Index("ix_product_code_code", "code", "product_id"),
    )

    product_id: Mapped[int] = owner("product", "The product.")
    list_code: Mapped[str] = mapped_column(text(64), doc="Which list, such as EAN or PLU.")
    code: Mapped[str] = mapped_column(text(64), doc="The product's code in that list; unique there.")

    product: Mapped[Product] = relationship(back_populates="codes", lazy="raise")


class ProductPrice(Base):
    """What a product costs in one currency."""

    __tablename__ = "product_price"
    __table_args__ = (
        UniqueConstraint("product_id", "currency_code"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    product_id: Mapped[int] = owner("product", "The product.", index=False)
    currency_code: Mapped[str] = mapped_column(text(3), doc="Currency, ISO 4217.")
    amount: Mapped[Decimal] = mapped_column(MONEY, doc="Price of one unit.")

    product: Mapped[Product] = relationship(back_populates="prices", lazy="raise")


class ProductTag(Base):
    """A tag on a product."""

    __tablename__ = "product_tag"
    __table_args__ = (UniqueConstraint("product_id", "tag_id"),)

    product_id: Mapped[int] = owner("product", "The product.", index=False)
    tag_id: Mapped[int] = owner("tag", "The tag.")
