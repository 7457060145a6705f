"""What the operations on campaigns and their products take, and what they answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from resolvers.operation.answers import OPAQUE_ID, Answer, row
from resolvers.operation.checks import CURRENCY, By, at_most, by, column, key, text
from resolvers.operation.inputs import Input
from resolvers.operation.parts import RECORD_ID, ExternalId, Properties, Source
from resolvers.operation.records.translations import MOST_LANGUAGES, REPLACING, TranslationInput
from resolvers.storage.context import RowRef

CAMPAIGN, OFFER = models.Campaign, models.CampaignProduct
MOST_PLACES = 500
GONE = "Its id, which leads nowhere now."


class CampaignTranslationInput(TranslationInput):
    """A campaign's texts in a language."""

    name: Annotated[str | None, text(255), "Name of the campaign."] = None


class CampaignUpsert(Input):
    """A campaign to be created or updated."""

    id: Annotated[int | None, key(CAMPAIGN), RECORD_ID] = None
    source: Source = None
    external_id: ExternalId = None
    name: Annotated[str | UnsetType, column(CAMPAIGN.name), "Name of the campaign; a new one needs it."] = UNSET
    translations: Annotated[
        tuple[CampaignTranslationInput, ...] | UnsetType | None, at_most(MOST_LANGUAGES), REPLACING
    ] = UNSET
    kind: Annotated[str | UnsetType | None, column(CAMPAIGN.kind), "The retailer's own kind of campaign."] = UNSET
    valid_from: Annotated[datetime | UnsetType | None, column(CAMPAIGN.valid_from), "When it starts."] = UNSET
    valid_to: Annotated[datetime | UnsetType | None, column(CAMPAIGN.valid_to), "When it ends."] = UNSET
    parent: Annotated[By | UnsetType | None, by(CAMPAIGN), "The campaign this is a part of."] = UNSET
    segment: Annotated[By | UnsetType | None, by(models.Segment), "The customers it addresses; null means all."] = UNSET


class CampaignId(Input):
    """A campaign."""

    id: Annotated[int, key(CAMPAIGN), "The campaign."]


class CampaignAnswer(Answer):
    """A campaign, as it is now."""

    campaign: Annotated[RowRef, row("Campaign"), "The campaign."]


class DeletedCampaign(Answer):
    """A campaign that was deleted."""

    deleted_id: Annotated[str, OPAQUE_ID, GONE]


class CampaignPresentationInput(Input):
    """How an offer is presented. What is left out stays as it is, null clears it."""

    name: Annotated[
        str | UnsetType | None, column(OFFER.name), "Heading of the offer; the product's name where none is given."
    ] = UNSET
    subtitle: Annotated[str | UnsetType | None, column(OFFER.subtitle), "Line below the heading."] = UNSET
    note: Annotated[str | UnsetType | None, column(OFFER.note), "Small print."] = UNSET
    description: Annotated[str | UnsetType | None, column(OFFER.description), "Text of the offer."] = UNSET
    image_url: Annotated[str | UnsetType | None, column(OFFER.image_url), "Address of the offer's picture."] = UNSET


class CampaignProductTranslationInput(TranslationInput):
    """An offer's texts in a language."""

    name: Annotated[str | None, text(255), "Heading of the offer."] = None
    subtitle: Annotated[str | None, column(OFFER.subtitle), "Line below the heading."] = None
    note: Annotated[str | None, column(OFFER.note), "Small print."] = None
    description: Annotated[str | None, column(OFFER.description), "Text of the offer."] = None


class CampaignProductUpsert(Input):
    """An offer of a campaign to be created or updated."""

    id: Annotated[int | None, key(OFFER), RECORD_ID] = None
    source: Source = None
    external_id: ExternalId = None
    product: Annotated[By | UnsetType | None, by(models.Product), "What is offered; a new offer needs it."] = UNSET
    campaign: Annotated[By | UnsetType | None, by(CAMPAIGN), "Under which campaign; a new offer needs it."] = UNSET
    type: Annotated[
        int | UnsetType | None, key(models.CampaignProductType), "What kind of offer it is: a `CampaignProductType`."
    ] = UNSET
    value_kind: Annotated[
        models.CampaignValueKind | UnsetType,
        column(OFFER.value_kind),
        "Whether the value is a percentage off or a final price.",
    ] = UNSET
    value: Annotated[
        Decimal | UnsetType,
        column(OFFER.value),
        "Per cent off the price, or the price to pay; a new offer needs it.",
    ] = UNSET
    currency: Annotated[
        str | UnsetType | None, CURRENCY, "Currency of a final price, ISO 4217; none for a percentage."
    ] = UNSET
    valid_from: Annotated[
        datetime | UnsetType, column(OFFER.valid_from), "First moment of the offer; a new offer needs it."
    ] = UNSET
    valid_to: Annotated[
        datetime | UnsetType, column(OFFER.valid_to), "End of the offer, itself not included; a new offer needs it."
    ] = UNSET
    display_in: Annotated[
        tuple[str, ...] | UnsetType,
        column(OFFER.display_in),
        "Where it is shown, such as “web”; they take the place of those there.",
    ] = UNSET
    presentation: Annotated[
        CampaignPresentationInput | UnsetType | None, "How it is presented; null clears all of it."
    ] = UNSET
    translations: Annotated[
        tuple[CampaignProductTranslationInput, ...] | UnsetType | None, at_most(MOST_LANGUAGES), REPLACING
    ] = UNSET
    properties: Properties = UNSET
    stores: Annotated[
        tuple[By, ...] | UnsetType | None,
        by(models.Store),
        at_most(MOST_PLACES),
        "Where it holds, everywhere if empty; they take the place of those there.",
    ] = UNSET
    segments: Annotated[
        tuple[By, ...] | UnsetType | None,
        by(models.Segment),
        at_most(MOST_PLACES),
        "Whom it is for, all where empty; they take the place of those there.",
    ] = UNSET


class CampaignProductId(Input):
    """An offer of a campaign."""

    id: Annotated[int, key(OFFER), "The campaign product."]


class CampaignProductAnswer(Answer):
    """An offer of a campaign, as it is now."""

    campaign_product: Annotated[RowRef, row("CampaignProduct"), "The offer."]


class DeletedCampaignProduct(Answer):
    """An offer that was deleted."""

    deleted_id: Annotated[str, OPAQUE_ID, GONE]
