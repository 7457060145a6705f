"""Rewards and vouchers as rules see them: by the codes a shopper names, by what they have, by what comes by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from models import (
    ConditionRole,
    OnReturn,
    ProductBrand,
    ProductGroup,
    RewardCondition,
    RewardConditionTarget,
    RewardGroup,
    RewardSegment,
    RewardStatus,
    RewardStore,
    State,
)
from models import Product as ProductRow
from models import Reward as RewardRow
from models import Voucher as VoucherRow
from models.rules.basket import ProductRelation, Reward, Voucher, VoucherState, weekdays
from models.scope import Scope
from models.types import text
from resolvers.query.columns import NOW
from resolvers.query.compiled_query import AnyQuery, CompiledQuery, Found, ShapedQuery, Together, among
from resolvers.query.expressions import VALID_NOW, word
from resolvers.storage.context import RequestContext, Viewer
from resolvers.storage.reader import Row
from resolvers.storage.sql import AnySelect, SqlColumn, SqlValue
from resolvers.storage.statement import parameter

ISSUED_FIRST = frozenset({RewardGroup.PARTY_TIME, RewardGroup.CAMPAIGN})
"""Rewards of these groups are used only through vouchers; when they are automatic, bills are rewarded with one."""

Rules = dict[ConditionRole, tuple[ProductRelation, ...]]
"""The conditions and the bonuses of a reward."""

NO_TARGETS = frozenset[int]()
MOST_OFFERED = 200
ZERO: SqlValue = literal_column("0")

REWARD_COLUMNS = (
    RewardRow.id,
    RewardRow.code,
    RewardRow.name,
    RewardRow.kind,
    RewardRow.value,
    RewardRow.minimum_purchase,
    RewardRow.maximum_discount,
    RewardRow.currency_code,
    RewardRow.valid_from,
    RewardRow.valid_to,
    RewardRow.weekdays,
    RewardRow.time_from,
    RewardRow.time_to,
    RewardRow.priority,
    RewardRow.is_exclusive,
    RewardRow.points_cost,
    RewardRow.limit_per_customer,
    RewardRow.limit_total,
    RewardRow.max_per_bill,
    RewardRow.group,
    RewardRow.is_automated,
    RewardRow.is_portable,
    RewardRow.on_return,
)
REWARD_NAMES = [column.key for column in REWARD_COLUMNS]
VOUCHER_COLUMNS = (
    VoucherRow.id,
    VoucherRow.code,
    VoucherRow.reward_id,
    VoucherRow.customer_id,
    VoucherRow.state,
    VoucherRow.valid_from,
    VoucherRow.valid_to,
    VoucherRow.reserved_for,
    VoucherRow.reserved_until,
    VoucherRow.value,
    VoucherRow.currency_code,
)
OFFERED = (RewardRow.state == word(State.ACTIVE),)


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward with what the till asks of it besides its terms."""

    terms: Reward
    group: RewardGroup
    is_automated: bool
    is_portable: bool

    @property
    def needs_voucher(self) -> bool:
        """Whether it is used only through vouchers."""
        return self.group in ISSUED_FIRST


REWARDS_BY_KEY = CompiledQuery(lambda backend: select(*REWARD_COLUMNS).where(among(RewardRow.id, "keys", backend)))
REWARDS_BY_CODE = CompiledQuery(
    lambda backend: select(*REWARD_COLUMNS).where(among(RewardRow.code_key, "codes", backend, text()), *OFFERED)
)
COMES_BY_ITSELF = (RewardRow.is_automated.is_(True), RewardRow.points_cost == ZERO, *OFFERED)
AUTOMATIC = CompiledQuery(lambda _: select(*REWARD_COLUMNS).where(*COMES_BY_ITSELF))
ON_OFFER = CompiledQuery(
    lambda _: (
        select(*REWARD_COLUMNS)
        .where(
            RewardRow.group.not_in([word(group) for group in sorted(ISSUED_FIRST)]),
            VALID_NOW.sql(RewardRow),
        )
        .order_by(RewardRow.priority, RewardRow.id)
        .limit(literal_column(str(MOST_OFFERED)))
    )
)


def _named(backend: str) -> AnySelect:
    """Vouchers of these codes, and the shopper's own usable ones of rewards of these codes."""
    by_code = select(VoucherRow.id).where(among(VoucherRow.code_key, "codes", backend, text()))
    rewards = select(RewardRow.id).where(among(RewardRow.code_key, "codes", backend, text()))
    own = select(VoucherRow.id).where(_usable_of_customer(), VoucherRow.reward_id.in_(rewards))
    return select(*VOUCHER_COLUMNS).where(VoucherRow.id.in_(union_all(by_code, own))).order_by(VoucherRow.id)


def _usable_of_customer() -> ColumnElement[bool]:
    return and_(
        VoucherRow.customer_id == parameter("customer", BigInteger()),
        VoucherRow.state.in_([word(VoucherState.ACTIVE), word(VoucherState.RESERVED)]),
        or_(VoucherRow.valid_to.is_(None), VoucherRow.valid_to > NOW),
    )


VOUCHERS_NAMED = CompiledQuery(_named)
VOUCHERS_LOCKED = CompiledQuery(lambda backend: _named(backend).with_for_update(key_share=True))
VOUCHERS_OF = CompiledQuery(
    lambda _: (
        select(*VOUCHER_COLUMNS)
        .where(_usable_of_customer())
        .order_by(VoucherRow.id)
        .limit(literal_column(str(MOST_OFFERED)))
    )
)
REWARDS_LOCKED = CompiledQuery(
    lambda backend: (
        select(RewardRow.id)
        .where(among(RewardRow.id, "keys", backend), RewardRow.limit_total.is_not(None))
        .order_by(RewardRow.id)
        .with_for_update(key_share=True)
    )
)
Meant = Callable[[SqlColumn, str], ColumnElement[bool]]
"""Whether a column is the key of one of the rewards that a statement is about."""


def _among_keys(column: SqlColumn, backend: str) -> ColumnElement[bool]:
    return among(column, "keys", backend)


def _at_the_till(column: SqlColumn, backend: str) -> ColumnElement[bool]:
    """The rewards of a bill: those with some keys, those with some codes, and those that come by themselves."""
    by_key = select(RewardRow.id).where(among(RewardRow.id, "rewards", backend))
    by_code = select(RewardRow.id).where(among(RewardRow.code_key, "codes", backend, text()), *OFFERED)
    return column.in_(union_all(by_key, by_code, select(RewardRow.id).where(*COMES_BY_ITSELF)))


def _rules(backend: str, meant: Meant) -> AnySelect:
    return (
        select(
            RewardCondition.reward_id,
            RewardCondition.id,
            RewardCondition.role,
            RewardCondition.related_to,
            RewardCondition.count,
            RewardCondition.min_price,
            RewardCondition.max_price,
            func.coalesce(
                RewardConditionTarget.product_id, RewardConditionTarget.group_id, RewardConditionTarget.brand_id
            ).label("target"),
            func.coalesce(ProductRow.name, ProductGroup.name, ProductBrand.name).label("name"),
        )
        .join(RewardConditionTarget, RewardConditionTarget.condition_id == RewardCondition.id, isouter=True)
        .join(ProductRow, ProductRow.id == RewardConditionTarget.product_id, isouter=True)
        .join(ProductGroup, ProductGroup.id == RewardConditionTarget.group_id, isouter=True)
        .join(ProductBrand, ProductBrand.id == RewardConditionTarget.brand_id, isouter=True)
        .where(meant(RewardCondition.reward_id, backend))
        .order_by(RewardCondition.id, RewardConditionTarget.id)
    )


def _aimed(backend: str, meant: Meant) -> CompoundSelect[int, str, int]:
    parts: list[Select[int, str, int]] = [
        select(table.reward_id.label("reward"), literal_column(f"'{name}'").label("kind"), getattr(table, name)).where(
            meant(table.reward_id, backend)
        )
        for table, name in ((RewardStore, "store_id"), (RewardSegment, "segment_id"), (RewardStatus, "status_id"))
    ]
    return union_all(*parts)


def _by_reward(rows: Sequence[Row]) -> list[tuple[int, Rules]]:
    """The conditions and bonuses of each reward; those that mean the same are one."""
    by_rule: dict[int, list[Row]] = {}
    for row in rows:
        by_rule.setdefault(row[1], []).append(row)
    known: dict[tuple[object, ...], ProductRelation] = {}
    found: dict[int, dict[ConditionRole, list[ProductRelation]]] = {}
    for its in by_rule.values():
        key, _, role, *terms, target, name = its[0]
        if len(its) > 1:
            targets, name = frozenset(row[7] for row in its), None
        else:
            targets = NO_TARGETS if target is None else frozenset((target,))
        related_to, *numbers = terms
        about = (related_to, targets, *numbers, name or "")
        relation = known.get(about)
        if relation is None:
            relation = known[about] = ProductRelation(*about)
        found.setdefault(key, {}).setdefault(role, []).append(relation)
    return [(key, {role: tuple(its) for role, its in rules.items()}) for key, rules in found.items()]


def _parts_of(meant: Meant) -> dict[str, AnyQuery]:
    return {
        "rules": ShapedQuery(lambda backend: _rules(backend, meant), _by_reward),
        "aims": CompiledQuery(lambda backend: _aimed(backend, meant)),
    }


PARTS = Together(**_parts_of(_among_keys))
AT_THE_TILL = {
    "named": CompiledQuery(lambda backend: select(*REWARD_COLUMNS).where(among(RewardRow.id, "rewards", backend))),
    "coded": REWARDS_BY_CODE,
    "automatic": AUTOMATIC,
    **_parts_of(_at_the_till),
}
"""All that is to be known of the rewards of a bill: to be read together with what is to be known of the shopper."""


@dataclass(slots=True)
class _Parts:
    """What belongs to a reward besides its own columns."""

    rules: Rules = field(default_factory=dict)
    aims: dict[str, set[int]] = field(
        default_factory=lambda: {"store_id": set(), "segment_id": set(), "status_id": set()}
    )


async def read_offers(context: RequestContext, rows: Sequence[Row]) -> list[Offer]:
    """Rewards with their conditions, bonuses, stores, segments and statuses, for rows of `REWARD_COLUMNS`."""
    keys = sorted(row[0] for row in rows)
    return offers_of(rows, await PARTS.read(context, keys=keys)) if keys else []


def offers_of(rows: Sequence[Row], found: Found) -> list[Offer]:
    """The same where their parts were read already."""
    parts = {row[0]: _Parts() for row in rows}
    for key, rules in found["rules"]:
        if key in parts:
            parts[key].rules = rules
    for key, kind, target in found["aims"]:
        if key in parts:
            parts[key].aims[kind].add(target)
    return [_offer(row, parts[row[0]]) for row in rows]


async def offers_by_key(context: RequestContext, keys: Iterable[int]) -> dict[int, Offer]:
    """Rewards by their keys, whatever their state."""
    wanted = sorted(set(keys))
    rows = await REWARDS_BY_KEY.read(context, keys=wanted) if wanted else []
    return {offer.terms.id: offer for offer in await read_offers(context, rows)}


async def vouchers_of(context: RequestContext, rows: Sequence[Row]) -> list[Voucher]:
    """Vouchers with their rewards, for rows of `VOUCHER_COLUMNS`."""
    return vouchers_with(rows, await offers_by_key(context, (row[2] for row in rows)))


def vouchers_with(rows: Sequence[Row], offers: Mapping[int, Offer]) -> list[Voucher]:
    """The same where their rewards were read already."""
    return [_voucher(row, offers[row[2]]) for row in rows]


def is_told(voucher: Voucher, customer_id: int | None, viewer: Viewer) -> bool:
    """Whether a code that was typed is answered for what it is, and not as one that there isn't.

    Of what the customer could never use, only who keeps vouchers learns that it is there.
    """
    if voucher.customer_id == customer_id or viewer.has(Scope.VOUCHERS_WRITE):
        return True
    return voucher.portable and voucher.state not in (VoucherState.APPLIED, VoucherState.CANCELLED)


def _offer(row: Row, parts: _Parts) -> Offer:
    of = dict(zip(REWARD_NAMES, row, strict=True))
    terms = Reward(
        id=of["id"],
        code=of["code"],
        name=of["name"],
        kind=of["kind"],
        value=Decimal(0) if of["value"] is None else of["value"],
        conditions=parts.rules.get(ConditionRole.CONDITION, ()),
        bonuses=parts.rules.get(ConditionRole.BONUS, ()),
        minimum_purchase=of["minimum_purchase"],
        maximum_discount=of["maximum_discount"],
        currency=of["currency_code"],
        valid_from=of["valid_from"],
        valid_to=of["valid_to"],
        weekdays=weekdays(of["weekdays"]),
        time_from=_clock(of["time_from"]),
        time_to=_clock(of["time_to"]),
        store_ids=frozenset(parts.aims["store_id"]),
        segment_ids=frozenset(parts.aims["segment_id"]),
        status_ids=frozenset(parts.aims["status_id"]),
        priority=of["priority"],
        exclusive=of["is_exclusive"],
        points_cost=of["points_cost"],
        limit_per_customer=of["limit_per_customer"],
        limit_total=of["limit_total"],
        max_per_bill=of["max_per_bill"],
        withdrawn_on_return=of["on_return"] is OnReturn.WITHDRAW,
    )
    return Offer(terms, of["group"], of["is_automated"], of["is_portable"])


def _clock(written: str | None) -> time | None:
    """A time of day; 24:00 is midnight, as no time is."""
    return None if written is None or written == "24:00" else time.fromisoformat(written)


def _voucher(row: Row, offer: Offer) -> Voucher:
    key, code, _, customer, state, valid_from, valid_to, reserved_for, reserved_until, value, currency = row
    return Voucher(
        key,
        code,
        offer.terms,
        customer,
        state,
        valid_from,
        valid_to,
        portable=offer.is_portable,
        reserved_for=reserved_for,
        reserved_until=reserved_until,
        value=value,
        currency=currency,
    )
