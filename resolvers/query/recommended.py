"""Which recommendations apply to a customer, and which products may be recommended at all."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, Integer, and_, exists, func, not_, or_, select, union_all
from sqlalchemy.orm import aliased

from models import (
    Audience,
    CampaignProduct,
    CampaignProductSegment,
    CampaignProductStore,
    ConsentValue,
    CustomerConsent,
    Product,
    ProductGroupAncestor,
    Recommendation,
    RecommendationBlock,
    RecommendationResponse,
    ReservableOffer,
    ReservableProduct,
    SegmentMember,
    State,
    StatusRecord,
)
from resolvers.query.columns import Expression
from resolvers.query.expressions import OFFER_VALID, VALID_NOW, within, word
from resolvers.query.link import Link
from resolvers.storage.sql import SqlColumn, SqlValue


def is_recommendable(product: type[Product]) -> ColumnElement[bool]:
    """Whether a product is on offer, not blocked, and not out of stock where it can be reserved."""
    return and_(product.state == word(State.ACTIVE), not_(is_blocked(product)), not_(_is_out_of_stock(product)))


def is_blocked(product: type[Product]) -> ColumnElement[bool]:
    """Whether a product, or a group that it is in, is not to be recommended."""
    one, group, above = aliased(RecommendationBlock), aliased(RecommendationBlock), aliased(ProductGroupAncestor)
    return or_(
        exists(select(one.id).where(one.product_id == product.id)),
        exists(
            select(above.id).join(group, group.group_id == above.ancestor_id).where(above.group_id == product.group_id)
        ),
    )


def _is_out_of_stock(product: type[Product]) -> ColumnElement[bool]:
    reservable, offer = aliased(ReservableProduct), aliased(ReservableOffer)
    there = exists(select(offer.id).where(offer.reservable_product_id == reservable.id, offer.stock > 0))
    return exists(
        select(reservable.id).where(
            reservable.product_id == product.id, reservable.state == word(State.ACTIVE), not_(there)
        )
    )


def is_dismissed(customer: SqlColumn, recommendation: SqlColumn | None, product: SqlColumn) -> ColumnElement[bool]:
    """Whether the customer dismissed a recommendation, or another one of the same product."""
    response = aliased(RecommendationResponse)
    same = response.product_id == product
    which = same if recommendation is None else or_(response.recommendation_id == recommendation, same)
    return exists(
        select(response.id).where(response.customer_id == customer, response.dismissed_at.is_not(None), which)
    )


def is_on_offer(product: SqlColumn, customer: SqlColumn | None, store: SqlColumn) -> ColumnElement[bool]:
    """Whether a campaign offers a product now: to all or to the customer, everywhere or in the store.

    Where no store is known, an offer of any store applies.
    """
    offer = aliased(CampaignProduct)
    target, place, here = aliased(CampaignProductSegment), aliased(CampaignProductStore), aliased(CampaignProductStore)
    for_all = not_(exists(select(target.id).where(target.campaign_product_id == offer.id)))
    mine = _is_for(customer, offer) if customer is not None else None
    everywhere = not_(exists(select(place.id).where(place.campaign_product_id == offer.id)))
    here_too = exists(select(here.id).where(here.campaign_product_id == offer.id, here.store_id == store))
    return exists(
        select(offer.id).where(
            offer.product_id == product,
            OFFER_VALID.sql(offer),
            for_all if mine is None else or_(for_all, mine),
            or_(store.is_(None), here_too, everywhere),
        )
    )


def _is_for(customer: SqlColumn, offer: type[CampaignProduct]) -> ColumnElement[bool]:
    segment, member = aliased(CampaignProductSegment), aliased(SegmentMember)
    return exists(
        select(segment.id)
        .join(member, member.segment_id == segment.segment_id)
        .where(segment.campaign_product_id == offer.id, member.customer_id == customer)
    )


def _recommended(recommendation: type[Recommendation], customer: SqlColumn) -> ColumnElement[bool]:
    own, common, shared = aliased(Recommendation), aliased(Recommendation), aliased(Recommendation)
    member, product = aliased(SegmentMember), aliased(Product)
    segments = select(member.segment_id).where(member.customer_id == customer)
    # Three look-ups by index, where one condition with OR would read the whole table.
    for_them = union_all(
        select(own.id).where(own.customer_id == customer),
        select(common.id).where(common.audience == word(Audience.ALL)),
        select(shared.id).where(shared.segment_id.in_(segments)),
    )
    goods = exists(select(product.id).where(product.id == recommendation.product_id, is_recommendable(product)))
    return and_(
        recommendation.id.in_(for_them),
        VALID_NOW.sql(recommendation),
        or_(recommendation.product_id.is_(None), goods),
        or_(recommendation.status_id.is_(None), _holds(customer, recommendation.status_id)),
        or_(recommendation.consent_id.is_(None), _agreed(customer, recommendation.consent_id)),
        not_(is_dismissed(customer, recommendation.id, recommendation.product_id)),
    )


def _holds(customer: SqlColumn, status: SqlColumn) -> ColumnElement[bool]:
    record = aliased(StatusRecord)
    return exists(
        select(record.id).where(
            record.customer_id == customer, record.status_id == status, record.ended_at.is_(None), within(record)
        )
    )


def _agreed(customer: SqlColumn, consent: SqlColumn) -> ColumnElement[bool]:
    answer = aliased(CustomerConsent)
    return exists(
        select(answer.id).where(
            answer.customer_id == customer, answer.consent_id == consent, answer.value == word(ConsentValue.GIVEN)
        )
    )


RECOMMENDED = Link(Recommendation, _recommended)
"""What is recommended to a customer now: to all, to one of their segments, or to them alone.

It is valid now, and for those of its status and consent if it names one. Its product may be recommended, and they
didn't dismiss it.
"""


def _total(column: str) -> Callable[[type[Recommendation]], SqlValue]:
    def sql(recommendation: type[Recommendation]) -> SqlValue:
        response = aliased(RecommendationResponse)
        summed = select(func.sum(getattr(response, column))).where(response.recommendation_id == recommendation.id)
        return func.coalesce(summed.scalar_subquery(), 0)

    return sql


def _dismissals(recommendation: type[Recommendation]) -> SqlValue:
    response = aliased(RecommendationResponse)
    counted = select(func.count()).where(
        response.recommendation_id == recommendation.id, response.dismissed_at.is_not(None)
    )
    return counted.scalar_subquery()


SHOWN = Expression("shown_count", _total("shown"), Integer())
CLICKED = Expression("clicked_count", _total("clicked"), Integer())
DISMISSED = Expression("dismissed_count", _dismissals, Integer())
