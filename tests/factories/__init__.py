"""Rows for tests: `factories.customer(first_name="Eva")` makes one with sane values for all else.

Relations are given as objects, and made where one is needed and none is given. `save` puts rows into the
database with everything that they refer to.
"""

from tests.factories.building import NOW, number, restart
from tests.factories.campaign import (
    campaign,
    campaign_product,
    campaign_product_segment,
    campaign_product_store,
    campaign_product_type,
)
from tests.factories.card import card, card_event, card_type
from tests.factories.customer import (
    consent,
    consent_change,
    customer,
    customer_consent,
    customer_merge,
    customer_source,
    customer_source_record,
)
from tests.factories.event import event, event_reader, idempotency_key, outbox_epoch
from tests.factories.insight import import_step, score_band
from tests.factories.job import job_run, replica_left_out, schema_use, served_revision
from tests.factories.partner import partner
from tests.factories.persistence import save
from tests.factories.point import point_entry, point_entry_lot, point_lot, point_reservation, point_type, points
from tests.factories.product import product, product_brand, product_code, product_group, product_price, product_tag
from tests.factories.programme import (
    earning_rule,
    earning_rule_target,
    programme,
    programme_currency,
    usual_programme,
)
from tests.factories.property import property, property_item, property_record
from tests.factories.purchase import (
    purchase,
    purchase_discount,
    purchase_item,
    purchase_item_type,
    purchase_payment,
    purchase_return,
    purchase_return_item,
    purchase_type,
)
from tests.factories.recommendation import (
    product_affinity,
    product_popularity,
    recommendation,
    recommendation_block,
    recommendation_model,
    recommendation_response,
)
from tests.factories.reservation import (
    external_list_type,
    product_reservation,
    product_reservation_comment,
    product_reservation_item,
    product_reservation_progress,
    product_reservation_source,
    reservable_offer,
    reservable_price,
    reservable_product,
    reservation_external_code,
)
from tests.factories.reward import (
    reward,
    reward_condition,
    reward_condition_target,
    reward_segment,
    reward_status,
    reward_store,
    reward_tag,
    reward_type,
)
from tests.factories.segment import segment, segment_group, segment_member
from tests.factories.status import status, status_record, status_turnover
from tests.factories.store import store
from tests.factories.tag import tag
from tests.factories.token import (
    audit_checkpoint,
    audit_entry,
    audit_seal,
    budget,
    code_message,
    customer_password,
    external_application,
    login_guess,
    one_time_code,
    token,
)
from tests.factories.voucher import voucher, voucher_batch, voucher_event

__all__ = [
    "NOW",
    "audit_checkpoint",
    "audit_entry",
    "audit_seal",
    "budget",
    "campaign",
    "campaign_product",
    "campaign_product_segment",
    "campaign_product_store",
    "campaign_product_type",
    "card",
    "card_event",
    "card_type",
    "code_message",
    "consent",
    "consent_change",
    "customer",
    "customer_consent",
    "customer_merge",
    "customer_password",
    "customer_source",
    "customer_source_record",
    "earning_rule",
    "earning_rule_target",
    "event",
    "event_reader",
    "external_application",
    "external_list_type",
    "idempotency_key",
    "import_step",
    "job_run",
    "login_guess",
    "number",
    "one_time_code",
    "outbox_epoch",
    "partner",
    "point_entry",
    "point_entry_lot",
    "point_lot",
    "point_reservation",
    "point_type",
    "points",
    "product",
    "product_affinity",
    "product_brand",
    "product_code",
    "product_group",
    "product_popularity",
    "product_price",
    "product_reservation",
    "product_reservation_comment",
    "product_reservation_item",
    "product_reservation_progress",
    "product_reservation_source",
    "product_tag",
    "programme",
    "programme_currency",
    "property",
    "property_item",
    "property_record",
    "purchase",
    "purchase_discount",
    "purchase_item",
    "purchase_item_type",
    "purchase_payment",
    "purchase_return",
    "purchase_return_item",
    "purchase_type",
    "recommendation",
    "recommendation_block",
    "recommendation_model",
    "recommendation_response",
    "replica_left_out",
    "reservable_offer",
    "reservable_price",
    "reservable_product",
    "reservation_external_code",
    "restart",
    "reward",
    "reward_condition",
    "reward_condition_target",
    "reward_segment",
    "reward_status",
    "reward_store",
    "reward_tag",
    "reward_type",
    "save",
    "schema_use",
    "score_band",
    "segment",
    "segment_group",
    "segment_member",
    "served_revision",
    "status",
    "status_record",
    "status_turnover",
    "store",
    "tag",
    "token",
    "usual_programme",
    "voucher",
    "voucher_batch",
    "voucher_event",
]
