"""Campaigns, and the products they offer under special conditions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import models
from models import CampaignValueKind
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
from resolvers.operation.activation import delete_operation
from resolvers.operation.checks import By
from resolvers.operation.upsert import Record, UpsertSpec, no_twice, refuse_cycle, replace_parts, upsert
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


delete_campaign = delete_operation(models.Campaign, EventKind.CAMPAIGN_DELETED, CampaignId, DeletedCampaign)
delete_product = delete_operation(
    models.CampaignProduct, EventKind.CAMPAIGN_PRODUCT_DELETED, CampaignProductId, DeletedCampaignProduct
)


_refuse_cycle = refuse_cycle("parent")


async def _check_campaign(record: Record) -> None:
    await _refuse_cycle(record)
    in_order(record.will_be("valid_from"), record.will_be("valid_to"), record.problems.at("valid_to"))


async def _check_product(record: Record) -> None:
    """The value is a percentage, or a price in a currency; the validity has a beginning and an end."""
    at = record.problems.at
    await property_values.read(record, "campaign_product_id")
    with record.problems.noted():
        _check_value(record)
    with record.problems.noted():
        in_order(record.will_be("valid_from"), record.will_be("valid_to"), at("valid_to"))
    for name, entity, column in LINKS:
        if name in record.given:
            with record.problems.noted():
                record.lists[name] = await _linked(record, name, entity, column)


def _check_value(record: Record) -> None:
    at = record.problems.at
    if "currency" in record.given:
        record.values["currency_code"] = record.given["currency"]
    if record.will_be("value_kind") is CampaignValueKind.FINAL_PRICE:
        if record.will_be("currency_code") is None:
            raise Refused(ErrorCode.REQUIRED, "A final price needs its currency.", at("currency"))
        return
    if record.will_be("currency_code") is not None and "currency" in record.given:
        raise Refused(ErrorCode.WRONG_KIND, "A percentage has no currency.", at("currency"))
    record.values["currency_code"] = None
    if record.will_be("value") > WHOLE:
        raise Refused(ErrorCode.OUT_OF_RANGE, "A percentage must be from 0 to 100.", at("value"))


async def _linked(record: Record, name: str, entity: type[models.Base], column: str) -> list[dict[str, int]]:
    given: Sequence[By] = record.given[name] or ()
    path = record.problems.at(name)
    keys = [(await record.references.find(entity, by, f"{path}[{place}]")).id for place, by in enumerate(given)]
    no_twice(keys, record.problems, name, "")
    return [{column: key} for key in keys]


async def _follow_product(record: Record) -> None:
    await property_values.write(record, "campaign_product_id")
    for name, _, column in LINKS:
        if name in record.lists:
            await replace_parts(record, TABLES[name], "campaign_product_id", column, record.lists[name])


LINKS: tuple[tuple[str, type[models.Base], str], ...] = (
    ("stores", models.Store, "store_id"),
    ("segments", models.Segment, "segment_id"),
)
TABLES: dict[str, type[models.Base]] = {
    "stores": models.CampaignProductStore,
    "segments": models.CampaignProductSegment,
}

CAMPAIGN = UpsertSpec(
    models.Campaign,
    columns={name: name for name in ("name", "kind", "valid_from", "valid_to")},
    references={"parent": ("parent_id", models.Campaign), "segment": ("segment_id", models.Segment)},
    required=("name",),
    check=_check_campaign,
)

PRODUCT = UpsertSpec(
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
