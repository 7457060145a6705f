"""Campaigns, and the products they offer under special conditions."""

from __future__ import annotations

from decimal import Decimal

from msgspec import UNSET

import models
from models import CampaignProduct, CampaignValueKind, PropertyRecord
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.campaign.inputs import (
    CampaignAnswer,
    CampaignId,
    CampaignProductAnswer,
    CampaignProductId,
    CampaignProductUpsert,
    CampaignUpsert,
    DeletedCampaign,
    DeletedCampaignProduct,
)
from resolvers.errors import Refused
from resolvers.operation import property_values
from resolvers.operation.activation import delete_operation, switch_operation
from resolvers.operation.records.links import Links
from resolvers.operation.records.translations import read_translations
from resolvers.operation.upsert import Record, UpsertSpec, refuse_cycle, upsert
from resolvers.operation.validation import in_order
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

WHOLE = Decimal(100)
PRESENTATION = ("name", "subtitle", "note", "description", "image_url")


async def upsert_campaign(transaction: Transaction, given: CampaignUpsert) -> CampaignAnswer:
    """Create or update a campaign."""
    return CampaignAnswer(campaign=RowRef("Campaign", (await upsert(CAMPAIGN, transaction, given)).id))


async def upsert_product(transaction: Transaction, given: CampaignProductUpsert) -> CampaignProductAnswer:
    """Create or update an offer of a campaign."""
    row = await upsert(PRODUCT, transaction, given)
    return CampaignProductAnswer(campaign_product=RowRef("CampaignProduct", row.id))


OFF, ON = models.State.INACTIVE, models.State.ACTIVE
deactivate_campaign = switch_operation(models.Campaign, OFF, EventKind.CAMPAIGN_DEACTIVATED, CampaignId, CampaignAnswer)
reactivate_campaign = switch_operation(models.Campaign, ON, EventKind.CAMPAIGN_REACTIVATED, CampaignId, CampaignAnswer)
deactivate_product = switch_operation(
    CampaignProduct, OFF, EventKind.CAMPAIGN_PRODUCT_DEACTIVATED, CampaignProductId, CampaignProductAnswer
)
reactivate_product = switch_operation(
    CampaignProduct, ON, EventKind.CAMPAIGN_PRODUCT_REACTIVATED, CampaignProductId, CampaignProductAnswer
)
delete_campaign = delete_operation(models.Campaign, EventKind.CAMPAIGN_DELETED, CampaignId, DeletedCampaign)
delete_product = delete_operation(
    models.CampaignProduct, EventKind.CAMPAIGN_PRODUCT_DELETED, CampaignProductId, DeletedCampaignProduct
)


_refuse_cycle = refuse_cycle(models.Campaign.parent_id)


async def _check_campaign(record: Record[CampaignUpsert]) -> None:
    await _refuse_cycle(record)
    read_translations(record, record.input.translations, models.Campaign.translations)
    ends = models.Campaign.valid_to
    in_order(record.will_be(models.Campaign.valid_from), record.will_be(ends), record.problems.at(ends))


STORES = Links(
    "stores", models.CampaignProductStore.campaign_product_id, models.CampaignProductStore.store_id, models.Store
)
SEGMENTS = Links(
    "segments",
    models.CampaignProductSegment.campaign_product_id,
    models.CampaignProductSegment.segment_id,
    models.Segment,
)


async def _check_product(record: Record[CampaignProductUpsert]) -> None:
    """The value is a percentage, or a price in a currency; the validity has a beginning and an end."""
    starts, ends = CampaignProduct.valid_from, CampaignProduct.valid_to
    await property_values.read(record, record.input.properties, PropertyRecord.campaign_product_id)
    read_translations(record, record.input.translations, CampaignProduct.translations)
    with record.problems.noted():
        _check_value(record)
    with record.problems.noted():
        in_order(record.will_be(starts), record.will_be(ends), record.problems.at(ends))
    await STORES.read(record, record.input.stores)
    await SEGMENTS.read(record, record.input.segments)


def _check_value(record: Record[CampaignProductUpsert]) -> None:
    at, given, currency = record.problems.at, record.input.currency, CampaignProduct.currency_code
    if given is not UNSET:
        record.put(currency, given)
    if record.will_be(CampaignProduct.value_kind) is CampaignValueKind.FINAL_PRICE:
        if record.will_be(currency) is None:
            raise Refused(ErrorCode.REQUIRED, "A final price needs its currency.", at("currency"))
        return
    if record.will_be(currency) is not None and given is not UNSET:
        raise Refused(ErrorCode.WRONG_KIND, "A percentage has no currency.", at("currency"))
    record.put(currency, None)
    value = record.will_be(CampaignProduct.value)
    if value is not None and value > WHOLE:
        raise Refused(ErrorCode.OUT_OF_RANGE, "A percentage must be from 0 to 100.", at(CampaignProduct.value))


async def _follow_product(record: Record[CampaignProductUpsert]) -> None:
    await property_values.write(record, PropertyRecord.campaign_product_id)
    await STORES.write(record)
    await SEGMENTS.write(record)


CAMPAIGN = UpsertSpec[CampaignUpsert](
    models.Campaign,
    columns={name: name for name in ("name", "kind", "valid_from", "valid_to")},
    references={"parent": ("parent_id", models.Campaign), "segment": ("segment_id", models.Segment)},
    required=("name",),
    check=_check_campaign,
)

PRODUCT = UpsertSpec[CampaignProductUpsert](
    models.CampaignProduct,
    columns={
        **{name: name for name in ("value_kind", "value", "valid_from", "valid_to", "display_in")},
        **{f"presentation.{name}": name for name in PRESENTATION},
    },
    references={
        "product": ("product_id", models.Product),
        "campaign": ("campaign_id", models.Campaign),
        "type": ("type_id", models.CampaignProductType),
    },
    required=("product", "campaign", "value_kind", "value", "valid_from", "valid_to"),
    check=_check_product,
    follow=_follow_product,
)
