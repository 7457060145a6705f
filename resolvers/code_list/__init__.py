"""The short lists that people maintain: tags, partners, kinds of bills, consents, custom properties and the like."""

from resolvers.code_list.operations import (
    upsert_campaign_product_type,
    upsert_consent,
    upsert_external_application,
    upsert_external_list_type,
    upsert_partner,
    upsert_point_type,
    upsert_product_reservation_source,
    upsert_purchase_item_type,
    upsert_purchase_type,
    upsert_reward_type,
    upsert_tag,
)
from resolvers.code_list.properties import upsert_property

__all__ = [
    "upsert_campaign_product_type",
    "upsert_consent",
    "upsert_external_application",
    "upsert_external_list_type",
    "upsert_partner",
    "upsert_point_type",
    "upsert_product_reservation_source",
    "upsert_property",
    "upsert_purchase_item_type",
    "upsert_purchase_type",
    "upsert_reward_type",
    "upsert_tag",
]
