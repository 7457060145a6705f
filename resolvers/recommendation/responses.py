"""What customers make of recommendations: shown, clicked, dismissed.

Each customer has a row of their own for each recommendation, so that nobody waits for another one's click.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite

import models
from models import Audience, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.scope import Scope
from resolvers.errors import Refused
from resolvers.ids import opaque_id
from resolvers.recommendation.inputs import (
    RecommendationAnswer,
    RecommendationFeedback,
    RecommendationOfCustomer,
    RecommendationsAnswer,
)
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

RESPONSE = models.RecommendationResponse
INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


async def feedback(transaction: Transaction, given: RecommendationFeedback) -> RecommendationsAnswer:
    """Count what was shown and what was clicked; one named twice counts twice."""
    customer = _customer(transaction, given.customer)
    shown, clicked = Counter(given.shown or ()), Counter(given.clicked or ())
    known: dict[int, models.Recommendation] = {}
    for field, named in (("shown", given.shown), ("clicked", given.clicked)):
        known |= await _theirs(transaction, customer, named or (), field)
    for key in sorted(known):
        counts = {"shown": shown[key], "clicked": clicked[key]}
        moments = {f"{name}_at": transaction.now for name, count in counts.items() if count}
        await _note(transaction, known[key], customer, counts, moments)
    first = known[min(known)]
    told = {name: _ids(each) for name, each in (("shown", shown), ("clicked", clicked)) if each}
    transaction.emit(EventKind.RECOMMENDATIONS_ANSWERED, first, customer_id=customer, data=told)
    return RecommendationsAnswer(recommendations=[RowRef("Recommendation", key) for key in sorted(known)])


async def dismiss(transaction: Transaction, given: RecommendationOfCustomer) -> RecommendationAnswer:
    """Show a recommendation to a customer no more, nor any other one of the same product."""
    customer = _customer(transaction, given.customer)
    row = (await _theirs(transaction, customer, [given.id], "id"))[given.id]
    await _note(transaction, row, customer, {}, {"dismissed_at": transaction.now})
    transaction.emit(EventKind.RECOMMENDATION_DISMISSED, row, customer_id=customer)
    return RecommendationAnswer(recommendation=RowRef("Recommendation", row.id))


async def restore(transaction: Transaction, given: RecommendationOfCustomer) -> RecommendationAnswer:
    """Undo that a customer dismissed a recommendation, and the others of its product."""
    customer = _customer(transaction, given.customer)
    row = (await _theirs(transaction, customer, [given.id], "id"))[given.id]
    same = RESPONSE.recommendation_id == row.id
    if row.product_id is not None:
        same = or_(same, RESPONSE.product_id == row.product_id)
    mine = select(RESPONSE).where(RESPONSE.customer_id == customer, RESPONSE.dismissed_at.is_not(None), same)
    for response in await transaction.session.scalars(mine.with_for_update()):
        response.dismissed_at = None
    transaction.emit(EventKind.RECOMMENDATION_RESTORED, row, customer_id=customer)
    return RecommendationAnswer(recommendation=RowRef("Recommendation", row.id))


def _customer(transaction: Transaction, named: int | None) -> int:
    """The customer who is meant: the one who asks, or any whom those name who may change customers."""
    viewer = transaction.viewer
    if viewer.has(Scope.CUSTOMERS_WRITE):
        meant = named or viewer.customer_id
        if meant is None:
            raise Refused(ErrorCode.REQUIRED, "Name the customer.", "customer")
        return meant
    if viewer.customer_id is None:
        raise Refused(
            ErrorCode.FORBIDDEN, f"It takes a customer who is logged in, or {Scope.CUSTOMERS_WRITE}.", "customer"
        )
    if named not in (None, viewer.customer_id):
        raise _unknown_customer()
    return viewer.customer_id


def _unknown_customer() -> Refused:
    return Refused(ErrorCode.NOT_FOUND, "There is no Customer with this id.", "customer")


async def _theirs(
    transaction: Transaction, customer: int, keys: Sequence[int], field: str
) -> dict[int, models.Recommendation]:
    """Recommendations that are for a customer, whether still valid or not; `NOT_FOUND` for any other one."""
    row, member = models.Recommendation, models.SegmentMember
    segments = select(member.segment_id).where(member.customer_id == customer)
    alive = select(models.Customer.id).where(models.Customer.id == customer, models.Customer.state != State.DELETED)
    if await transaction.session.scalar(alive) is None:
        raise _unknown_customer()
    found = await transaction.session.scalars(
        select(row).where(
            row.id.in_(keys),
            row.state != State.DELETED,
            or_(row.audience == Audience.ALL, row.customer_id == customer, row.segment_id.in_(segments)),
        )
    )
    known = {each.id: each for each in found}
    for place, key in enumerate(keys):
        if key not in known:
            path = field if field == "id" else f"{field}[{place}]"
            raise Refused(ErrorCode.NOT_FOUND, "There is no Recommendation with this id.", path)
    return known


async def _note(
    transaction: Transaction,
    row: models.Recommendation,
    customer: int,
    counts: dict[str, int],
    moments: dict[str, Any],
) -> None:
    """Add to what is known of a customer and a recommendation, in one statement, so that no count is lost."""
    table: Any = RESPONSE.__table__
    new = {"shown": 0, "clicked": 0} | counts | moments
    made: Any = INSERTS[transaction.backend](table).values(
        recommendation_id=row.id, customer_id=customer, product_id=row.product_id, **new
    )
    added = {name: table.c[name] + count for name, count in counts.items()}
    await transaction.session.execute(
        made.on_conflict_do_update(index_elements=["recommendation_id", "customer_id"], set_={**added, **moments})
    )


def _ids(keys: Iterable[int]) -> list[str]:
    return [opaque_id("Recommendation", key) for key in sorted(keys)]
