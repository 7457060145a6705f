"""Relations that no foreign key describes: what applies to a customer, and the tree of product groups."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Boolean, ColumnElement, Integer, Select, and_, exists, func, literal_column, not_, or_, select
from sqlalchemy.orm import aliased

from models import (
    Base,
    CampaignProduct,
    CampaignProductSegment,
    Card,
    ConditionRole,
    Customer,
    Product,
    ProductGroup,
    ProductGroupAncestor,
    ProductReservation,
    Purchase,
    Reward,
    RewardCondition,
    RewardConditionTarget,
    RewardSegment,
    RewardStatus,
    SegmentMember,
    StatusRecord,
    Voucher,
    VoucherState,
)
from resolvers.query.columns import Expression
from resolvers.query.expressions import OFFER_VALID, POINTS_ACTIVE, VALID_NOW, word
from resolvers.query.link import Link, link
from resolvers.storage.sql import SqlColumn, SqlValue

Key = ColumnElement[int]
"""The key of the row from which a relation leads."""


def _segments_of(customer: Key) -> Select[int]:
    member = aliased(SegmentMember)
    return select(member.segment_id).where(member.customer_id == customer)


def _for_segments(
    table: type[RewardSegment | CampaignProductSegment], owner: str, row: type[Base], customer: Key
) -> ColumnElement[bool]:
    """Whether a row is for no segment in particular, or for one of the customer's."""
    target = aliased(table)
    mine = getattr(target, owner) == row.id
    none: ColumnElement[bool] = not_(exists(select(target.id).where(mine)))
    other = aliased(table)
    one = exists(select(other.id).where(getattr(other, owner) == row.id, other.segment_id.in_(_segments_of(customer))))
    return or_(none, one)


def _for_status(reward: type[Reward], customer: Key) -> ColumnElement[bool]:
    any_, mine, record = aliased(RewardStatus), aliased(RewardStatus), aliased(StatusRecord)
    held = select(record.status_id).where(record.customer_id == customer, record.ended_at.is_(None))
    return or_(
        not_(exists(select(any_.id).where(any_.reward_id == reward.id))),
        exists(select(mine.id).where(mine.reward_id == reward.id, mine.status_id.in_(held))),
    )


def _under_limit(reward: type[Reward], customer: Key) -> ColumnElement[bool]:
    used = aliased(Voucher)

    def count(who: SqlColumn) -> SqlValue:
        which = used.reward_id == reward.id, who == customer, used.state != word(VoucherState.CANCELLED)
        return select(func.count()).where(*which).scalar_subquery()

    # Who has a voucher is not named again as whom it was issued to.
    got = count(used.customer_id) + count(used.issued_to_id)
    return or_(reward.limit_per_customer.is_(None), got < reward.limit_per_customer)


def _affordable(reward: type[Reward], customer: Key) -> ColumnElement[bool]:
    holder = aliased(Customer)
    points = select(POINTS_ACTIVE.sql(holder)).where(holder.id == customer).scalar_subquery()
    return or_(reward.points_cost == literal_column("0"), reward.points_cost <= points)


def _within_reach(reward: type[Reward], customer: Key) -> ColumnElement[bool]:
    return and_(
        VALID_NOW.sql(reward),
        _for_segments(RewardSegment, "reward_id", reward, customer),
        _for_status(reward, customer),
        _under_limit(reward, customer),
        _affordable(reward, customer),
    )


def _offered(offer: type[CampaignProduct], customer: Key) -> ColumnElement[bool]:
    return and_(OFFER_VALID.sql(offer), _for_segments(CampaignProductSegment, "campaign_product_id", offer, customer))


REWARDS_WITHIN_REACH = Link(Reward, _within_reach)
"""Rewards valid now, for the customer's segments and status, below the limits, that the active points can pay."""

CAMPAIGN_OFFERS = Link(CampaignProduct, _offered)
"""Campaign products valid now that are for all, or for one of the customer's segments; see `OFFER_VALID`."""


def _ancestors(group: type[ProductGroup], key: Key) -> ColumnElement[bool]:
    pair = aliased(ProductGroupAncestor)
    above = select(pair.ancestor_id).where(pair.group_id == key)
    # A filter nests it in a row of the group's own statement, which is not the one around.
    return group.id.in_(above.correlate_except(pair))


GROUP_PATH = Link(ProductGroup, _ancestors)
"""A group with all groups above it."""


def _depth(group: type[ProductGroup]) -> ColumnElement[int]:
    pair = aliased(ProductGroupAncestor)
    return select(func.count()).where(pair.group_id == group.id).scalar_subquery()


GROUP_DEPTH = Expression("depth", _depth, Integer())
"""How many groups there are from the top to this one."""


def _in_subtree(product: type[Product], key: Key) -> ColumnElement[bool]:
    pair = aliased(ProductGroupAncestor)
    return product.group_id.in_(select(pair.group_id).where(pair.ancestor_id == key))


_SUBTREE = Link(Product, _in_subtree)


def products_of_group(args: Mapping[str, object]) -> Link:
    """A group's own products, or with those of its subgroups."""
    return _SUBTREE if args.get("includeSubgroups") else link(ProductGroup, "products")


def _rules_of(role: ConditionRole) -> Link:
    def on(rule: type[RewardCondition], reward: Key) -> ColumnElement[bool]:
        return and_(rule.reward_id == reward, rule.role == word(role))

    return Link(RewardCondition, on)


def _has_rule(role: ConditionRole) -> Expression:
    def sql(reward: type[Reward]) -> ColumnElement[bool]:
        rule = aliased(RewardCondition)
        return exists(select(rule.id).where(rule.reward_id == reward.id, rule.role == word(role)))

    return Expression(f"has_{role.lower()}", sql, Boolean())


REWARD_CONDITIONS = _rules_of(ConditionRole.CONDITION)
REWARD_BONUSES = _rules_of(ConditionRole.BONUS)
HAS_CONDITION = _has_rule(ConditionRole.CONDITION)
HAS_BONUS = _has_rule(ConditionRole.BONUS)


def _names_product(reward: type[Reward], product: Key) -> ColumnElement[bool]:
    rule, target = aliased(RewardCondition), aliased(RewardConditionTarget)
    named = select(rule.reward_id).join(target, target.condition_id == rule.id).where(target.product_id == product)
    # A filter nests it in a row of the product's own statement, which is not the one around.
    return reward.id.in_(named.correlate_except(rule, target))


REWARDS_OF_PRODUCT = Link(Reward, _names_product)
"""Rewards that name a product itself; those that name its group or brand are not among them."""


def _shown_at(purchase: type[Purchase], card: Key) -> ColumnElement[bool]:
    shown = aliased(Card)
    number = select(shown.number).where(shown.id == card).correlate_except(shown)
    return purchase.card_number == number.scalar_subquery()


BILLS_OF_CARD = Link(Purchase, _shown_at)
"""The bills at which a card was shown."""


def _ended_in(purchase: type[Purchase], reservation: Key) -> ColumnElement[bool]:
    bill, made = aliased(Purchase), aliased(ProductReservation)
    known = and_(bill.external_id == made.external_purchase_id, bill.customer_id == made.customer_id)
    bills = select(bill.id).join(made, known).where(made.id == reservation)
    return purchase.id.in_(bills.correlate_except(bill, made))


BILLS_OF_RESERVATION = Link(Purchase, _ended_in)
"""The bills that a reservation ended in: its customer's, under the external id that the till told."""
