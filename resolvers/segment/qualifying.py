"""Whether a customer meets the criteria of segments right now, whenever their members were last worked out."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from sqlalchemy import select
from sqlalchemy.orm import aliased

import models
from models import SegmentKind, State
from models.types import BigKey
from resolvers.errors import BadFilter
from resolvers.query.compiled_query import CompiledQuery, among
from resolvers.query.expressions import word
from resolvers.segment.criteria import matching
from resolvers.storage.context import RequestContext
from resolvers.storage.statement import compile_statement, parameter

MOST_LOOKED_AT = 20
"""How many segments are looked at for one bill; members of the others are those who were worked out last."""

CRITERIA = CompiledQuery(
    lambda backend: (
        select(models.Segment.id, models.Segment.criteria)
        .where(
            among(models.Segment.id, "keys", backend),
            models.Segment.kind == word(SegmentKind.CRITERIA),
            models.Segment.state == word(State.ACTIVE),
        )
        .order_by(models.Segment.id)
    )
)


async def qualifies_for(context: RequestContext, customer_id: int, keys: Iterable[int]) -> frozenset[int]:
    """Of the segments with these keys, those by criteria that the customer meets as they are now."""
    wanted = sorted(keys)[:MOST_LOOKED_AT]
    if not wanted:
        return frozenset()
    found = [
        key
        for key, criteria in await CRITERIA.read(context, keys=wanted)
        # Readers give JSON as text.
        if await _meets(context, customer_id, orjson.loads(criteria) if isinstance(criteria, str) else criteria)
    ]
    return frozenset(found)


async def _meets(context: RequestContext, customer_id: int, criteria: dict[str, object]) -> bool:
    customer = aliased(models.Customer)
    try:
        met, values = matching(criteria, customer, context.backend, one=True)
    except BadFilter:
        # Criteria may name what is gone by now; the job that works members out says so in the log.
        return False
    one = select(customer.id).where(customer.id == parameter("key", BigKey), met)
    return bool(await context.fetch(compile_statement(one, context.backend), {**values, "key": customer_id}))
