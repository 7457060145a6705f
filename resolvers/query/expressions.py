"""SQL over a row for what no column holds: states that time changes, balances, and sums over a customer's rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

from sqlalchemy import Boolean, ColumnElement, and_, case, exists, func, literal_column, or_, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeEngine

from models import (
    Campaign,
    CampaignProduct,
    Card,
    CardState,
    Customer,
    CustomerMerge,
    PointEntry,
    PointLot,
    PointReservation,
    PointReservationState,
    Product,
    Purchase,
    PurchaseDiscount,
    PurchaseState,
    State,
    StatusRecord,
    Voucher,
    VoucherState,
)
from models.types import MONEY, POINTS, Instant
from resolvers.query.columns import NOW, Expression
from resolvers.storage.sql import SqlValue

T = TypeVar("T")
OfLot = Callable[[type[PointLot]], ColumnElement[bool]]


class Valid(Protocol):
    """What is valid from a moment until another, or from ever, or for good."""

    valid_from: Mapped[datetime | None]
    valid_to: Mapped[datetime | None]


class ValidInUse(Valid, Protocol):
    """What is valid while it is in use."""

    state: Mapped[State]


def word(text: str) -> ColumnElement[str]:
    """A constant of the code's own, written into the statement so that partial indexes are found."""
    return literal_column(f"'{text}'")


def within(alias: type[Valid] | type[StatusRecord]) -> ColumnElement[bool]:
    """Whether a row's validity holds now; a missing bound is no bound."""
    return and_(
        or_(alias.valid_from.is_(None), alias.valid_from <= NOW), or_(alias.valid_to.is_(None), alias.valid_to > NOW)
    )


def _card_state(card: type[Card]) -> ColumnElement[str]:
    over = and_(card.state != word(CardState.BLOCKED), card.valid_to <= NOW)
    return case((over, word(CardState.EXPIRED)), else_=card.state)


def _voucher_state(voucher: type[Voucher]) -> ColumnElement[str]:
    let_go = and_(voucher.state == word(VoucherState.RESERVED), voucher.reserved_until <= NOW)
    usable = or_(voucher.state == word(VoucherState.ACTIVE), let_go)
    return case(
        (and_(usable, voucher.valid_to <= NOW), word(VoucherState.EXPIRED)),
        (let_go, word(VoucherState.ACTIVE)),
        else_=voucher.state,
    )


def _valid(alias: type[ValidInUse]) -> ColumnElement[bool]:
    return and_(alias.state == word(State.ACTIVE), within(alias))


def goes_on_as(key: SqlValue) -> SqlValue:
    """The key of the customer whom a key leads to: of one who was merged, the one who goes on."""
    merge = aliased(CustomerMerge)
    other = select(merge.customer_id).where(merge.merged_id == key).scalar_subquery()
    return func.coalesce(other, key)


CUSTOMER_ID = Expression(
    "id",
    lambda customer: customer.id,
    Customer.__table__.c.id.type,
    equal=lambda customer, key: customer.id == goes_on_as(key),
)
"""A customer's key; that of one who was merged leads to the one who goes on."""
CARD_STATE = Expression("state", _card_state, Card.__table__.c.state.type)
CARD_VALID = Expression(
    "is_valid", lambda card: and_(_card_state(card) == word(CardState.ASSIGNED), within(card)), Boolean()
)
VOUCHER_STATE = Expression("state", _voucher_state, Voucher.__table__.c.state.type)
VOUCHER_VALID = Expression(
    "is_valid", lambda voucher: and_(_voucher_state(voucher) == word(VoucherState.ACTIVE), within(voucher)), Boolean()
)
VOUCHER_WORTH = Expression(
    "worth", lambda voucher: case((voucher.currency_code.is_not(None), voucher.value)), MONEY, nullable=True
)
"""A voucher's own value where it is money, and not a share."""


def _subtotal(bill: type[Purchase]) -> ColumnElement[Decimal]:
    off = aliased(PurchaseDiscount)
    taken = select(func.sum(off.amount, type_=MONEY)).where(off.purchase_id == bill.id).scalar_subquery()
    return bill.total + func.coalesce(taken, literal_column("0"), type_=MONEY)


SUBTOTAL = Expression("subtotal", _subtotal, MONEY)
"""What the lines of a bill come to before any discount."""
PAID_IN_MONEY = Expression("paid_in_money", lambda bill: bill.total - bill.paid_with_points, MONEY)
REFUNDED = Expression("refunded", lambda bill: bill.returned - bill.returned_with_points - bill.withheld, MONEY)
TURNOVER = Expression(
    "turnover",
    lambda bill: case((bill.state != word(PurchaseState.CANCELLED), bill.total - bill.returned)),
    MONEY,
    nullable=True,
)
"""What of a bill counts as turnover; nothing of one that was cancelled."""
SHARE = Expression("share", lambda discount: func.coalesce(discount.share, discount.amount), MONEY)
"""What of a discount falls to a line when it is returned."""
VALID_NOW = Expression("is_valid", _valid, Boolean())


def _offer_valid(offer: type[CampaignProduct]) -> ColumnElement[bool]:
    campaign, product = aliased(Campaign), aliased(Product)
    return and_(
        VALID_NOW.sql(offer),
        exists(select(campaign.id).where(campaign.id == offer.campaign_id, VALID_NOW.sql(campaign))),
        exists(select(product.id).where(product.id == offer.product_id, product.state == word(State.ACTIVE))),
    )


OFFER_VALID = Expression("is_valid", _offer_valid, Boolean())
"""What a campaign offers ends with the campaign, and with the product."""
STATUS_VALID = Expression("is_valid", lambda record: and_(record.ended_at.is_(None), within(record)), Boolean())


def _lots(customer: type[Customer], *conditions: OfLot) -> tuple[type[PointLot], ColumnElement[bool]]:
    lot = aliased(PointLot)
    left = lot.remaining > literal_column("0")
    unexpired = or_(lot.expires_at.is_(None), lot.expires_at > NOW)
    return lot, and_(lot.customer_id == customer.id, left, unexpired, *(condition(lot) for condition in conditions))


def _sum_of_lots(customer: type[Customer], *conditions: OfLot) -> ColumnElement[Decimal]:
    lot, which = _lots(customer, *conditions)
    return func.coalesce(select(func.sum(lot.remaining)).where(which).scalar_subquery(), literal_column("0"))


def _reserved(customer: type[Customer]) -> ColumnElement[Decimal]:
    kept = aliased(PointReservation)
    which = and_(
        kept.customer_id == customer.id,
        kept.state == word(PointReservationState.ACTIVE),
        kept.expires_at > NOW,
    )
    return func.coalesce(select(func.sum(kept.amount)).where(which).scalar_subquery(), literal_column("0"))


class larger(FunctionElement[Decimal]):  # noqa: N801
    """The larger of two values."""

    type = POINTS
    inherit_cache = True
    name = "larger"


class smaller(FunctionElement[Decimal]):  # noqa: N801
    """The smaller of two values."""

    type = POINTS
    inherit_cache = True
    name = "smaller"


class mean_of(FunctionElement[Decimal]):  # noqa: N801
    """A sum of money by how many it is a sum of, rounded to the cent as people round; none where it is of nothing."""

    type = MONEY
    inherit_cache = True
    name = "mean_of"


@compiles(mean_of, "postgresql")
def _mean_on_postgresql(element: mean_of, compiler: SQLCompiler, **options: object) -> str:
    total, count = (compiler.process(clause, **options) for clause in element.clauses)
    return f"round({total} / nullif({count}, 0), 2)"


@compiles(mean_of, "sqlite")
def _mean_on_sqlite(element: mean_of, compiler: SQLCompiler, **options: object) -> str:
    total, count = (compiler.process(clause, **options) for clause in element.clauses)
    cents = f"(2 * abs({total}) + 100 * {count}) / (200 * nullif({count}, 0))"
    return f"(iif({total} < 0, -1, 1) * ({cents}) * 100)"


@compiles(larger)
def _larger(element: larger, compiler: SQLCompiler, **options: object) -> str:
    name = "max" if compiler.dialect.name == "sqlite" else "greatest"
    return f"{name}({compiler.process(element.clauses, **options)})"


@compiles(smaller)
def _smaller(element: smaller, compiler: SQLCompiler, **options: object) -> str:
    name = "min" if compiler.dialect.name == "sqlite" else "least"
    return f"{name}({compiler.process(element.clauses, **options)})"


def _active(customer: type[Customer]) -> ColumnElement[Decimal]:
    return _sum_of_lots(customer, lambda lot: lot.active_from <= NOW)


def _spendable(customer: type[Customer]) -> ColumnElement[Decimal]:
    """Reservations may hold more than there is, when points expired or were taken back meanwhile."""
    return larger(_active(customer) - _reserved(customer), literal_column("0"))


def _owed(customer: type[Customer]) -> ColumnElement[Decimal]:
    entry = aliased(PointEntry)
    which = and_(entry.customer_id == customer.id, entry.owed != literal_column("0"))
    return func.coalesce(select(func.sum(entry.owed)).where(which).scalar_subquery(), literal_column("0"))


def _expiring(customer: type[Customer]) -> tuple[type[PointLot], ColumnElement[bool]]:
    """The lots that are active and expire some day."""
    return _lots(customer, lambda lot: lot.active_from <= NOW, lambda lot: lot.expires_at.is_not(None))


def _expiring_at(customer: type[Customer]) -> ColumnElement[datetime | None]:
    lot, which = _expiring(customer)
    return select(func.min(lot.expires_at)).where(which).scalar_subquery()


def _expiring_amount(customer: type[Customer]) -> ColumnElement[Decimal]:
    """What the lots of the earliest moment hold together."""
    lot, which = _expiring(customer)
    by_moment = select(func.sum(lot.remaining)).where(which).group_by(lot.expires_at)
    return by_moment.order_by(lot.expires_at).limit(literal_column("1")).scalar_subquery()


def _typed(
    sql: Callable[[type[Customer]], ColumnElement[T]], kind: TypeEngine[T]
) -> Callable[[type[Customer]], ColumnElement[T]]:
    return lambda alias: type_coerce(sql(alias), kind)


POINTS_ACTIVE = Expression("active", _typed(_spendable, POINTS), POINTS)
POINTS_PENDING = Expression(
    "pending", _typed(lambda customer: _sum_of_lots(customer, lambda lot: lot.active_from > NOW), POINTS), POINTS
)
POINTS_RESERVED = Expression(
    "reserved", _typed(lambda customer: smaller(_active(customer), _reserved(customer)), POINTS), POINTS
)
POINTS_OWED = Expression("owed", _typed(_owed, POINTS), POINTS)
POINTS_EXPIRING_AT = Expression("expiring_at", _typed(_expiring_at, Instant()), Instant(), nullable=True)
POINTS_EXPIRING = Expression("expiring", _typed(_expiring_amount, POINTS), POINTS, nullable=True)


def _total_points(customer: type[Customer]) -> ColumnElement[Decimal]:
    entry = aliased(PointEntry)
    summed = select(func.sum(entry.amount)).where(entry.customer_id == customer.id).scalar_subquery()
    return func.coalesce(summed, literal_column("0"))


POINTS_LEDGER = Expression("ledger", _typed(_total_points, POINTS), POINTS)
