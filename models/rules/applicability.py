"""Whether a reward or voucher applies to a bill, and if not, why and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from models.rules import allotment
from models.rules.basket import Benefit, Bill, Reward, Shopper, Voucher, VoucherState
from models.rules.error_codes import ErrorCode
from models.rules.goods import Goods
from models.rules.ledger import points_short
from models.rules.money import ZERO
from models.rules.refusals import Refusal, Shortfall, in_money


def refusals(benefit: Benefit, bill: Bill, shopper: Shopper, at: datetime) -> list[Refusal]:
    """Every reason why a benefit doesn't apply to a bill paid at a moment; none when it applies.

    A voucher that is used up says only that. Limits and points were asked when a voucher was issued, and are not
    asked again; nor are segments and statuses of a portable one, as it may be in anyone's hands.
    """
    reward = benefit.terms
    if isinstance(benefit, Reward):
        return [
            *_when(reward, at),
            *_where(reward, bill, at),
            *_whom(reward, shopper),
            *affordable(reward, shopper),
            *_what(reward, bill),
        ]
    if over := _used_up(benefit):
        return [over]
    whom = () if benefit.portable else _whom(reward, shopper)
    mine = _in_these_hands(benefit, bill, shopper, at)
    return [*mine, *_when(reward, at), *_where(reward, bill, at), *whom, *_what(reward, bill)]


def issue_refusals(reward: Reward, shopper: Shopper, at: datetime) -> list[Refusal]:
    """Every reason why a customer can't be issued a voucher: what the bill must be is asked when it is applied."""
    if shopper.customer_id is None:
        return [Refusal(ErrorCode.CUSTOMER_REQUIRED, "A voucher is issued to a customer.")]
    return [*_when(reward, at), *_whom(reward, shopper), *affordable(reward, shopper)]


def affordable(reward: Reward, shopper: Shopper, times: int = 1) -> Iterator[Refusal]:
    """Limits are not exceeded by so many more uses, and the points they cost can be spent."""
    if reward.limit_per_customer is not None:
        if shopper.customer_id is None:
            yield Refusal(ErrorCode.CUSTOMER_REQUIRED, "It is limited per customer, so it needs one.")
        elif shopper.used.get(reward.id, 0) + times > reward.limit_per_customer:
            message = f"A customer may have it {reward.limit_per_customer} times."
            yield Refusal(ErrorCode.LIMIT_REACHED, message)
    if reward.limit_total is not None and shopper.used_in_total.get(reward.id, 0) + times > reward.limit_total:
        yield Refusal(ErrorCode.LIMIT_REACHED, f"It was there {reward.limit_total} times, and all are taken.")
    cost = reward.points_cost * times
    if cost > ZERO and not shopper.pays:
        yield Refusal(ErrorCode.POINTS_OFF, "The customer's status doesn't allow paying with points.")
    elif cost > shopper.points:
        yield points_short(cost, shopper.points)


def unmet(reward: Reward, goods: Goods, times: int = 1) -> Iterator[Refusal]:
    """Each condition needs its count of goods, and no piece meets two of them; applied twice it needs twice as many."""
    asked = [(one, *goods.found(one)) for one in reward.conditions]
    lacking = [(one, wanted * times - found) for one, wanted, found in asked if found < wanted * times]
    if not lacking and allotment.may_clash(asked, times):
        _, unmet_one, pieces = allotment.allot(reward.conditions, goods, times)
        lacking = [(unmet_one, pieces)] if unmet_one is not None else []
    for condition, missing in lacking:
        more = Shortfall(quantity=Decimal(missing), of=condition.name or None)
        yield Refusal(ErrorCode.CONDITION_NOT_MET, "The bill lacks goods that it asks for.", more)


def goods_lacking(reward: Reward, goods: Goods) -> Shortfall | None:
    """What would have to be on the bill for a reward on certain goods; none where they are, or any will do."""
    if not reward.bonuses or goods.quantity_of(goods.matching_any(reward.bonuses)):
        return None
    names = " or ".join(bonus.name for bonus in reward.bonuses if bonus.name)
    return Shortfall(quantity=Decimal(1), of=names or None)


def _used_up(voucher: Voucher) -> Refusal | None:
    if voucher.state is VoucherState.APPLIED:
        return Refusal(ErrorCode.ALREADY_APPLIED, "The voucher has been used.")
    if voucher.state is VoucherState.CANCELLED:
        return Refusal(ErrorCode.WRONG_STATE, "The voucher has been cancelled.")
    if voucher.state is VoucherState.EXPIRED:
        return Refusal(ErrorCode.EXPIRED, "The voucher has expired.")
    return None


def _in_these_hands(voucher: Voucher, bill: Bill, shopper: Shopper, at: datetime) -> Iterator[Refusal]:
    """A voucher is reserved for one bill for a time, and belongs to one customer unless it is portable."""
    held = voucher.reserved_until is not None and at < voucher.reserved_until
    if voucher.state is VoucherState.RESERVED and held and voucher.reserved_for != bill.id:
        yield Refusal(ErrorCode.RESERVED_ELSEWHERE, "The voucher is reserved for another bill.")
    if not voucher.portable and voucher.customer_id != shopper.customer_id:
        yield Refusal(ErrorCode.WRONG_CUSTOMER, "The voucher belongs to another customer.")
    if voucher.store_id is not None and voucher.store_id != bill.store_id:
        yield Refusal(ErrorCode.WRONG_STORE, "The voucher is for another store.")


def _when(reward: Reward, at: datetime) -> Iterator[Refusal]:
    if reward.valid_from is not None and at < reward.valid_from:
        yield Refusal(ErrorCode.NOT_YET_VALID, f"It is valid from {reward.valid_from.isoformat()}.")
    if reward.valid_to is not None and at >= reward.valid_to:
        yield Refusal(ErrorCode.EXPIRED, f"It was valid until {reward.valid_to.isoformat()}.")


def _where(reward: Reward, bill: Bill, at: datetime) -> Iterator[Refusal]:
    """Days and times are those of the store; hours over midnight belong to the day on which they began."""
    local = at.astimezone(ZoneInfo(bill.store_zone))
    start, end = reward.time_from or time.min, reward.time_to or time.min
    now, day = local.time(), local
    if end <= start and now < end:
        day -= timedelta(days=1)
    elif now < start or start < end <= now:
        hours = f"from {start:%H:%M} to {end:%H:%M}"
        yield Refusal(ErrorCode.WRONG_TIME, f"It is for use {hours}.", hours)
    if day.weekday() not in reward.weekdays:
        yield Refusal(ErrorCode.WRONG_DAY, "It is not for use on this day of the week.")
    if reward.store_ids and bill.store_id not in reward.store_ids:
        yield Refusal(ErrorCode.WRONG_STORE, "It is for other stores.")
    if reward.currency is not None and reward.currency != bill.currency:
        yield Refusal(ErrorCode.WRONG_CURRENCY, f"It is for bills in {reward.currency}.")


def _whom(reward: Reward, shopper: Shopper) -> Iterator[Refusal]:
    if reward.segment_ids and reward.segment_ids.isdisjoint(shopper.segment_ids):
        yield Refusal(ErrorCode.SEGMENT_REQUIRED, "It is for customers of other segments.")
    if reward.status_ids and shopper.status_id not in reward.status_ids:
        yield Refusal(ErrorCode.STATUS_REQUIRED, "It is for customers of another status.")


def _what(reward: Reward, bill: Bill) -> Iterator[Refusal]:
    """The minimum purchase counts what takes part in loyalty, before any discount."""
    if reward.minimum_purchase is not None and (worth := bill.worth) < reward.minimum_purchase:
        short = Shortfall(reward.minimum_purchase - worth, bill.currency)
        least = in_money(reward.minimum_purchase, bill.currency)
        yield Refusal(ErrorCode.MINIMUM_NOT_MET, f"The bill must come to {least}.", short)
    yield from unmet(reward, bill.goods)
