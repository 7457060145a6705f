"""What the operations on code lists take, and what they answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from models.property import PropertyType
from resolvers.operation.answers import Answer, row
from resolvers.operation.checks import IN_USE_OR_NOT, at_most, column, key, text
from resolvers.operation.inputs import Input
from resolvers.operation.parts import RECORD_ID
from resolvers.storage.context import RowRef

MOST_CHOICES = 500
LONGEST_CODE, LONGEST_NAME, LONGEST_CHOICE = 64, 255, 4000


class EntryUpsert(Input):
    """An entry of a code list to be created or updated."""

    code: Annotated[
        str | UnsetType,
        text(LONGEST_CODE),
        "Short name that programs use; by it an entry is found, or made where it isn't.",
    ] = UNSET
    name: Annotated[str | UnsetType, text(LONGEST_NAME), "Name that people read; a new entry needs one."] = UNSET
    state: Annotated[
        models.State | UnsetType, IN_USE_OR_NOT, "Whether it is in use: ACTIVE or INACTIVE. What refers to it keeps it."
    ] = UNSET


class TagUpsert(EntryUpsert):
    """A tag to be created or updated."""

    id: Annotated[int | None, key(models.Tag), RECORD_ID] = None


class TagAnswer(Answer):
    """A tag, as it is now."""

    tag: Annotated[RowRef, row("Tag"), "The tag."]


class PartnerUpsert(EntryUpsert):
    """A partner to be created or updated."""

    id: Annotated[int | None, key(models.Partner), RECORD_ID] = None


class PartnerAnswer(Answer):
    """A partner, as it is now."""

    partner: Annotated[RowRef, row("Partner"), "The partner."]


class PointTypeUpsert(EntryUpsert):
    """A type of points to be created or updated."""

    id: Annotated[int | None, key(models.PointType), RECORD_ID] = None


class PointTypeAnswer(Answer):
    """A type of points, as it is now."""

    point_type: Annotated[RowRef, row("PointType"), "The type of points."]


class PurchaseTypeUpsert(EntryUpsert):
    """A kind of bills to be created or updated."""

    id: Annotated[int | None, key(models.PurchaseType), RECORD_ID] = None


class PurchaseTypeAnswer(Answer):
    """A kind of bills, as it is now."""

    purchase_type: Annotated[RowRef, row("PurchaseType"), "The kind of bills."]


class PurchaseItemTypeUpsert(EntryUpsert):
    """A kind of lines of bills to be created or updated."""

    id: Annotated[int | None, key(models.PurchaseItemType), RECORD_ID] = None


class PurchaseItemTypeAnswer(Answer):
    """A kind of lines of bills, as it is now."""

    purchase_item_type: Annotated[RowRef, row("PurchaseItemType"), "The kind of lines of bills."]


class RewardTypeUpsert(EntryUpsert):
    """A kind of rewards to be created or updated."""

    id: Annotated[int | None, key(models.RewardType), RECORD_ID] = None


class RewardTypeAnswer(Answer):
    """A kind of rewards, as it is now."""

    reward_type: Annotated[RowRef, row("RewardType"), "The kind of rewards."]


class CampaignProductTypeUpsert(EntryUpsert):
    """A kind of campaign products to be created or updated."""

    id: Annotated[int | None, key(models.CampaignProductType), RECORD_ID] = None


class CampaignProductTypeAnswer(Answer):
    """A kind of campaign products, as it is now."""

    campaign_product_type: Annotated[RowRef, row("CampaignProductType"), "The kind of campaign products."]


class ProductReservationSourceUpsert(EntryUpsert):
    """A source of reservations to be created or updated."""

    id: Annotated[int | None, key(models.ProductReservationSource), RECORD_ID] = None


class ProductReservationSourceAnswer(Answer):
    """A source of reservations, as it is now."""

    product_reservation_source: Annotated[RowRef, row("ProductReservationSource"), "The source of reservations."]


class ExternalListTypeUpsert(EntryUpsert):
    """A kind of outside codes of reservations to be created or updated."""

    id: Annotated[int | None, key(models.ExternalListType), RECORD_ID] = None


class ExternalListTypeAnswer(Answer):
    """A kind of outside codes of reservations, as it is now."""

    external_list_type: Annotated[RowRef, row("ExternalListType"), "The kind of outside codes of reservations."]


class ExternalApplicationUpsert(EntryUpsert):
    """An application to be created or updated."""

    id: Annotated[int | None, key(models.ExternalApplication), RECORD_ID] = None


class ExternalApplicationAnswer(Answer):
    """An application, as it is now."""

    external_application: Annotated[RowRef, row("ExternalApplication"), "The application."]


class ConsentUpsert(EntryUpsert):
    """A consent to be created or updated."""

    id: Annotated[int | None, key(models.Consent), RECORD_ID] = None
    description: Annotated[
        str | UnsetType | None, column(models.Consent.description), "The words that the customer agrees to."
    ] = UNSET


class ConsentAnswer(Answer):
    """A consent, as it is now."""

    consent: Annotated[RowRef, row("Consent"), "The consent."]


class PropertyItemInput(Input):
    """One of the values that a CHOICE property may take."""

    value: Annotated[str, text(LONGEST_CHOICE), "The value as it is stored."]
    name: Annotated[str, text(LONGEST_NAME), "The value as people read it."]


class PropertyUpsert(EntryUpsert):
    """A custom property to be created or updated."""

    id: Annotated[int | None, key(models.Property), RECORD_ID] = None
    description: Annotated[str | UnsetType | None, column(models.Property.description), "What the property says."] = (
        UNSET
    )
    data_type: Annotated[
        PropertyType | UnsetType,
        "What kind of value it takes; a new property needs it. It stays as it is once there are values.",
    ] = UNSET
    is_required: Annotated[bool | UnsetType, "Whether every owner must have one, so that none is taken away."] = UNSET
    is_unique: Annotated[bool | UnsetType, "Whether no two owners may share a value."] = UNSET
    items: Annotated[
        tuple[PropertyItemInput, ...] | UnsetType | None,
        at_most(MOST_CHOICES),
        "For CHOICE: the values it may take; they take the place of those there, but none that is used goes.",
    ] = UNSET


class PropertyAnswer(Answer):
    """A custom property, as it is now."""

    property: Annotated[RowRef, row("Property"), "The property."]
