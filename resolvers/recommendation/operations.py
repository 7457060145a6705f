"""Recommendations, as marketing or an outside system makes them, and what is never recommended."""

from __future__ import annotations

from sqlalchemy import delete as deletion
from sqlalchemy import select

import models
from models import Audience, Recommendation, RecommendationKind
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.ids import opaque_id
from resolvers.operation.activation import delete_operation, switch_operation
from resolvers.operation.records.translations import read_translations
from resolvers.operation.references import References
from resolvers.operation.upsert import Record, UpsertSpec, upsert
from resolvers.operation.validation import in_order
from resolvers.recommendation.inputs import (
    RecommendationAnswer,
    RecommendationBlockAnswer,
    RecommendationBlockId,
    RecommendationBlocking,
    RecommendationDeletion,
    RecommendationId,
    RecommendationUpsert,
)
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

BLOCK = models.RecommendationBlock


async def upsert_recommendation(transaction: Transaction, given: RecommendationUpsert) -> RecommendationAnswer:
    """Create or update a recommendation."""
    return RecommendationAnswer(recommendation=RowRef("Recommendation", (await upsert(FORM, transaction, given)).id))


deactivate = switch_operation(
    Recommendation,
    models.State.INACTIVE,
    EventKind.RECOMMENDATION_DEACTIVATED,
    RecommendationId,
    RecommendationAnswer,
)
reactivate = switch_operation(
    Recommendation,
    models.State.ACTIVE,
    EventKind.RECOMMENDATION_REACTIVATED,
    RecommendationId,
    RecommendationAnswer,
)
delete = delete_operation(Recommendation, EventKind.RECOMMENDATION_DELETED, RecommendationId, RecommendationDeletion)


async def block(transaction: Transaction, given: RecommendationBlocking) -> RecommendationBlockAnswer:
    """Let a product, or a group with all below it, be recommended no longer; one that is blocked stays so."""
    references, values = References(transaction), {}
    if given.product is not None:
        values["product_id"] = (await references.find(models.Product, given.product, "product")).id
    if given.group is not None:
        values["group_id"] = (await references.find(models.ProductGroup, given.group, "group")).id
    ((name, key),) = values.items()
    row = await transaction.session.scalar(select(BLOCK).where(getattr(BLOCK, name) == key).with_for_update())
    if row is None:
        row = BLOCK(**values, created_at=transaction.now)
        transaction.session.add(row)
    row.note = given.reason or given.note
    await transaction.session.flush()
    transaction.emit(EventKind.RECOMMENDATION_BLOCKED, row)
    return RecommendationBlockAnswer(block=RowRef("RecommendationBlock", row.id))


async def unblock(transaction: Transaction, given: RecommendationBlockId) -> RecommendationDeletion:
    """Let what was blocked be recommended again, where nothing else blocks it."""
    row = await transaction.locked(BLOCK, given.id, "id")
    transaction.emit(EventKind.RECOMMENDATION_UNBLOCKED, row)
    await transaction.session.execute(deletion(BLOCK).where(BLOCK.id == row.id))
    return RecommendationDeletion(deleted_id=opaque_id("RecommendationBlock", given.id))


async def _check(record: Record[RecommendationUpsert]) -> None:
    """Whom it is for and what it recommends are told by what it refers to."""
    read_translations(record, record.input.translations, Recommendation.translations)
    at, ends = record.problems.at, Recommendation.valid_to
    with record.problems.noted():
        _check_audience(record)
    with record.problems.noted():
        product = record.will_be(Recommendation.product_id) is not None
        if (record.will_be(Recommendation.kind) is RecommendationKind.PRODUCT) != product:
            message = "A PRODUCT recommends its product, and nothing else has one."
            raise Refused(ErrorCode.WRONG_KIND if product else ErrorCode.REQUIRED, message, at("product"))
    with record.problems.noted():
        in_order(record.will_be(Recommendation.valid_from), record.will_be(ends), at(ends))


def _check_audience(record: Record[RecommendationUpsert]) -> None:
    at, audience = record.problems.at, record.will_be(Recommendation.audience)
    for name, column, meant in (
        ("segment", Recommendation.segment_id, Audience.SEGMENT),
        ("customer", Recommendation.customer_id, Audience.CUSTOMER),
    ):
        has = record.will_be(column) is not None
        if has and audience is not meant:
            raise Refused(ErrorCode.WRONG_KIND, f"Only a recommendation for a {name} names one.", at(name))
        if audience is meant and not has:
            raise Refused(ErrorCode.REQUIRED, f"Name the {name} it is for.", at(name))


SAME = (
    "name", "kind", "audience", "brief_description", "detailed_description", "content", "picture_urls", "web_url",
    "priority", "score", "reason", "valid_from", "valid_to", "system", "dataset",
)  # fmt: skip

FORM = UpsertSpec[RecommendationUpsert](
    Recommendation,
    columns={name: name for name in SAME},
    references={
        "segment": ("segment_id", models.Segment),
        "customer": ("customer_id", models.Customer),
        "product": ("product_id", models.Product),
        "status": ("status_id", models.Status),
        "consent": ("consent_id", models.Consent),
    },
    required=("name", "kind", "audience"),
    check=_check,
)
