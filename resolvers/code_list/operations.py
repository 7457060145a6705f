"""Code lists: an entry is found by its code, and created or updated."""

from __future__ import annotations

from typing import TypeVar

import models
from models import Base
from resolvers.code_list.inputs import (
    CampaignProductTypeAnswer,
    CampaignProductTypeUpsert,
    ConsentAnswer,
    ConsentUpsert,
    EntryUpsert,
    ExternalApplicationAnswer,
    ExternalApplicationUpsert,
    ExternalListTypeAnswer,
    ExternalListTypeUpsert,
    PartnerAnswer,
    PartnerUpsert,
    PointTypeAnswer,
    PointTypeUpsert,
    ProductReservationSourceAnswer,
    ProductReservationSourceUpsert,
    PurchaseItemTypeAnswer,
    PurchaseItemTypeUpsert,
    PurchaseTypeAnswer,
    PurchaseTypeUpsert,
    RewardTypeAnswer,
    RewardTypeUpsert,
    TagAnswer,
    TagUpsert,
)
from resolvers.operation.activation import typed
from resolvers.operation.answers import Answer
from resolvers.operation.perform import Operation
from resolvers.operation.upsert import UpsertSpec, upsert
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

AnAnswer = TypeVar("AnAnswer", bound=Answer)
ENTRY = {name: name for name in ("code", "name", "state")}


def entry_of(entity: type[Base], *columns: str) -> UpsertSpec[EntryUpsert]:
    """What an upsert of an entry takes: its code, its name, its state, and what more columns hold."""
    more = {name: name for name in columns}
    return UpsertSpec[EntryUpsert](entity, columns=ENTRY | more, required=("code", "name"), known_by="code")


def upsert_operation(form: UpsertSpec[EntryUpsert], given: type[EntryUpsert], answer: type[AnAnswer]) -> Operation:
    """An operation that creates or updates an entry, and answers nothing but the entry."""
    (shown,) = answer.__annotations__

    async def put(transaction: Transaction, entry: EntryUpsert) -> AnAnswer:
        row = await upsert(form, transaction, entry)
        return answer(**{shown: RowRef(form.entity.__name__, row.id)})

    return typed(put, given, answer)


upsert_consent = upsert_operation(entry_of(models.Consent, "description"), ConsentUpsert, ConsentAnswer)
upsert_tag = upsert_operation(entry_of(models.Tag), TagUpsert, TagAnswer)
upsert_partner = upsert_operation(entry_of(models.Partner), PartnerUpsert, PartnerAnswer)
upsert_point_type = upsert_operation(entry_of(models.PointType), PointTypeUpsert, PointTypeAnswer)
upsert_purchase_type = upsert_operation(entry_of(models.PurchaseType), PurchaseTypeUpsert, PurchaseTypeAnswer)
upsert_purchase_item_type = upsert_operation(
    entry_of(models.PurchaseItemType), PurchaseItemTypeUpsert, PurchaseItemTypeAnswer
)
upsert_reward_type = upsert_operation(entry_of(models.RewardType), RewardTypeUpsert, RewardTypeAnswer)
upsert_campaign_product_type = upsert_operation(
    entry_of(models.CampaignProductType), CampaignProductTypeUpsert, CampaignProductTypeAnswer
)
upsert_product_reservation_source = upsert_operation(
    entry_of(models.ProductReservationSource), ProductReservationSourceUpsert, ProductReservationSourceAnswer
)
upsert_external_list_type = upsert_operation(
    entry_of(models.ExternalListType), ExternalListTypeUpsert, ExternalListTypeAnswer
)
upsert_external_application = upsert_operation(
    entry_of(models.ExternalApplication), ExternalApplicationUpsert, ExternalApplicationAnswer
)
