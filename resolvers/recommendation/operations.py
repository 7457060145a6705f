"""Recommendations, as marketing or an outside system makes them."""

from __future__ import annotations

import models
from models import Audience, RecommendationKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.activation import deleting
from resolvers.operation.upsert import Record, UpsertSpec, upsert
from resolvers.operation.validation import Values, exact, in_order, whole
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

FIRST, LAST = 1, 9


async def upsert_recommendation(transaction: Transaction, given: Values) -> Values:
    """Put a recommendation in its place."""
    return {"recommendation": RowRef("Recommendation", (await upsert(FORM, transaction, given)).id)}


delete = deleting(models.Recommendation)


async def _check(record: Record) -> None:
    """Whom it is for and what it recommends are told by what it refers to."""
    at, values = record.problems.at, record.values
    with record.problems.noted():
        _check_audience(record)
    with record.problems.noted():
        product = record.will_be("product_id") is not None
        if (record.will_be("kind") is RecommendationKind.PRODUCT) != product:
            message = "A PRODUCT recommends its product, and nothing else has one."
            raise Refused(ErrorCode.WRONG_KIND if product else ErrorCode.REQUIRED, message, at("product"))
    with record.problems.noted():
        in_order(record.will_be("valid_from"), record.will_be("valid_to"), at("valid_to"))
    with record.problems.noted():
        if values.get("priority") is not None:
            whole(values["priority"], at("priority"), FIRST, LAST)
    with record.problems.noted():
        if values.get("score") is not None:
            exact(models.recommendation.SCORE, values["score"], at("score"), highest=1)


def _check_audience(record: Record) -> None:
    at, audience = record.problems.at, record.will_be("audience")
    for name, meant in (("segment", Audience.SEGMENT), ("customer", Audience.CUSTOMER)):
        has = record.will_be(f"{name}_id") is not None
        if has and audience is not meant:
            raise Refused(ErrorCode.WRONG_KIND, f"Only a recommendation for a {name} names one.", at(name))
        if audience is meant and not has:
            raise Refused(ErrorCode.REQUIRED, f"Name the {name} it is for.", at(name))


SAME = (
    "name", "kind", "audience", "brief_description", "detailed_description", "content", "picture_urls", "web_url",
    "priority", "score", "reason", "valid_from", "valid_to", "system", "dataset",
)  # fmt: skip

FORM = UpsertSpec(
    models.Recommendation,
    columns={name: name for name in SAME},
    references={
        "segment": ("segment_id", models.Segment),
        "customer": ("customer_id", models.Customer),
        "product": ("product_id", models.Product),
    },
    required=("name", "kind", "audience"),
    check=_check,
)
