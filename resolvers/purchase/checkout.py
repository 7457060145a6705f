"""A bill with everything that decides about it: its shopper, what they ask for, and what comes by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from models.rules.basket import Benefit, Reward, Shopper, Voucher
from models.rules.combination import Combination
from models.rules.error_codes import ErrorCode
from models.rules.late import as_paid, takes_rewards
from models.rules.ledger import NEVER
from models.rules.money import ZERO
from models.rules.programme import Programme
from models.rules.refusals import Refusal
from models.rules.settlement import RequestedBenefits, Settlement, best_of, settle
from models.rules.voucher_code import code_key, readings
from resolvers.access.throttle import TOO_MANY
from resolvers.benefit.limits import lock_limited
from resolvers.benefit.offers import (
    AT_THE_TILL,
    VOUCHERS_LOCKED,
    VOUCHERS_NAMED,
    Offer,
    is_told,
    offers_of,
    vouchers_with,
)
from resolvers.benefit.shopper import OF_THE_SHOPPER, PointBalance, shopper_of
from resolvers.point.account import OWED
from resolvers.programme.reading import read_terms
from resolvers.purchase.bill import TillBill
from resolvers.query.compiled_query import Found, Together
from resolvers.segment.qualifying import qualifies_for
from resolvers.status.requalifying import BEFORE_A_BILL, Before, before_of
from resolvers.storage.beside import beside
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Row

T = TypeVar("T")
Coded = TypeVar("Coded", Reward, Voucher)

NOT_LATE = Refusal(ErrorCode.VOUCHER_REQUIRED, "On a bill that was paid so long ago, rewards take a voucher.")
NOT_TOLD = Refusal(ErrorCode.TOO_MANY_ATTEMPTS, TOO_MANY)
KNOWN = Together(**AT_THE_TILL, **OF_THE_SHOPPER, owed=OWED, **BEFORE_A_BILL)
"""All that decides about a bill, read in one statement once the customer and the vouchers are locked."""

AT_ONCE = 1000
"""How many benefits times lines are worked out without letting others in between: a millisecond or two."""


@dataclass(frozen=True, slots=True)
class NamedBenefits:
    """The benefits that codes name, and the codes that name none."""

    benefits: Sequence[Benefit] = ()
    unknown: Sequence[tuple[str, Refusal]] = ()

    @property
    def direct(self) -> list[Reward]:
        """The rewards to be applied as they are."""
        return [one for one in self.benefits if isinstance(one, Reward)]

    @property
    def vouchers(self) -> list[Voucher]:
        """The vouchers among them."""
        return [one for one in self.benefits if isinstance(one, Voucher)]


@dataclass(frozen=True, slots=True)
class Checkout:
    """What is known when a bill is decided about."""

    bill: TillBill
    shopper: Shopper
    purse: PointBalance
    named: NamedBenefits
    automatic: Sequence[Offer]
    programme: Programme
    at: datetime
    takes_rewards: bool = True
    """Whether rewards may be applied without a voucher."""
    owed: Decimal = ZERO
    """What the shopper owes before the bill."""
    before: Before | None = None
    """What decides about the shopper's status before the bill."""

    def asked(self, points: Decimal | None = None) -> RequestedBenefits:
        """What the shopper asks for, and what comes by itself."""
        automatic = [offer.terms for offer in self.automatic if not offer.needs_voucher and self.takes_rewards]
        return RequestedBenefits(self.named.benefits, automatic, points)

    async def settle(self, points: Decimal | None) -> Settlement:
        """The bill with all that was asked for, paid in part with so many points."""
        asked = self.asked(points)
        return await self.worked_out(
            len(asked.benefits) + len(asked.automatic),
            lambda: settle(asked, self.bill.rules, self.shopper, self.programme, self.at),
        )

    async def best(self) -> Combination:
        """What takes most off the bill of all that could be had."""
        asked = self.asked()
        return await self.worked_out(
            len(asked.benefits) + len(asked.automatic),
            lambda: best_of(asked, self.bill.rules, self.shopper, self.at),
        )

    async def worked_out(self, benefits: int, work: Callable[[], T]) -> T:
        """What rules say; of a long bill with many benefits in a thread, so that others are answered meanwhile."""
        if benefits * len(self.bill.items) <= AT_ONCE:
            return work()
        return await beside(object(), work)


def judged_at(context: RequestContext, bill: TillBill) -> datetime:
    """The moment by which a bill is judged: when it was paid, and never one to come."""
    return min(bill.paid_at, context.now)


async def read_checkout(
    context: RequestContext,
    bill: TillBill,
    customer_id: int | None,
    codes: Sequence[str] = (),
    *,
    terms: Programme | None = None,
    locked: bool = False,
    untold: Collection[str] = (),
) -> Checkout:
    """Everything about a bill; `locked` where it is going to be closed, the customer being locked already.

    It is judged by what held when it was paid, by a clock that may be slow. Of `untold` codes nothing is said.
    """
    at = judged_at(context, bill)
    terms = await read_terms(context, at) if terms is None else terms
    told = [code for code in codes if code not in untold]
    vouchers = await read_vouchers(context, customer_id, told, locked=locked)
    asked = {"rewards": sorted({row[2] for row in vouchers}), "codes": _readings(told)}
    found = await KNOWN.read(context, **asked, customer=customer_id or 0, keys=[customer_id or 0], at=at)
    named = named_by(context, told, vouchers, found, customer_id)
    automatic = offers_of(found["automatic"], found)
    rewards = [*named.direct, *(offer.terms for offer in automatic)]
    if locked:
        await lock_limited(context, rewards)
    shopper, purse = await shopper_of(context, customer_id, rewards, found)
    shopper = await with_segments(context, shopper, [*rewards, *(one.terms for one in named.vouchers)])
    benefits = [as_paid(one, at, terms.clocks_differ) for one in named.benefits]
    unknown = [*named.unknown, *((code, NOT_TOLD) for code in codes if code in untold)]
    if not takes_rewards(at, context.now):
        unknown += [(one.code, NOT_LATE) for one in benefits if isinstance(one, Reward)]
        benefits = [one for one in benefits if not isinstance(one, Reward)]
    named = NamedBenefits(benefits, unknown)
    owed = found["owed"][0][0] or ZERO
    return Checkout(
        bill, shopper, purse, named, automatic, terms, at, takes_rewards(at, context.now), owed, before_of(found)
    )


async def with_segments(context: RequestContext, shopper: Shopper, rewards: Iterable[Reward]) -> Shopper:
    """The shopper with the segments that they would be in, had members just been worked out, as far as rewards ask."""
    if shopper.customer_id is None:
        return shopper
    asked = {key for one in rewards if one.segment_ids.isdisjoint(shopper.segment_ids) for key in one.segment_ids}
    more = await qualifies_for(context, shopper.customer_id, asked)
    return replace(shopper, segment_ids=shopper.segment_ids | more)


async def read_vouchers(
    context: RequestContext, customer_id: int | None, codes: Sequence[str], *, locked: bool
) -> Sequence[Row]:
    """The vouchers that codes name, and the shopper's own of the rewards that codes name."""
    if not codes:
        return []
    statement = VOUCHERS_LOCKED if locked else VOUCHERS_NAMED
    return await statement.read(context, codes=_readings(codes), customer=customer_id or 0)


def named_by(
    context: RequestContext, codes: Sequence[str], rows: Sequence[Row], found: Found, customer_id: int | None
) -> NamedBenefits:
    """What codes name: a voucher; of a reward's code, a voucher of the shopper's, or else the reward as it is."""
    offers = {offer.terms.id: offer for offer in offers_of(found["named"], found)}
    vouchers = [one for one in vouchers_with(rows, offers) if is_told(one, customer_id, context.viewer)]
    return _named(codes, vouchers, offers_of(found["coded"], found), customer_id)


def _readings(codes: Iterable[str]) -> list[str]:
    return sorted({each for code in codes for each in readings(code)})


def _by_code(coded: Iterable[Coded]) -> dict[str, Coded]:
    """Vouchers or rewards by their codes, as they are and as they are read."""
    found = {code_key(one.code): one for one in coded}
    return found | {one.code: one for one in coded}


def _found(coded: Mapping[str, Coded], code: str) -> Coded | None:
    return coded.get(code) or coded.get(code_key(code))


def _named(
    codes: Sequence[str], vouchers: Sequence[Voucher], offers: Sequence[Offer], customer_id: int | None
) -> NamedBenefits:
    """Each code in turn; of one's own vouchers of a reward, the one that expires first is taken."""
    by_code, rewards = _by_code(vouchers), _by_code([offer.terms for offer in offers])
    by_reward = {offer.terms.id: offer for offer in offers}
    taken: set[int] = set()
    found: list[Benefit] = []
    unknown: list[tuple[str, Refusal]] = []
    for code in codes:
        voucher, reward = _found(by_code, code), _found(rewards, code)
        offer = by_reward[reward.id] if reward else None
        if voucher is None and offer is not None:
            voucher = _own(offer, [one for one in vouchers if one.id not in taken], customer_id)
        if voucher is not None:
            taken.add(voucher.id)
            found.append(voucher)
        elif offer is not None and not offer.needs_voucher:
            found.append(offer.terms)
        else:
            unknown.append((code, _unknown(offer)))
    return NamedBenefits(found, unknown)


def _own(offer: Offer, vouchers: Iterable[Voucher], customer_id: int | None) -> Voucher | None:
    own = [one for one in vouchers if one.reward.id == offer.terms.id and one.customer_id == customer_id]
    return min(own, key=lambda one: (one.valid_to or NEVER, one.id), default=None)


def _unknown(offer: Offer | None) -> Refusal:
    if offer is None:
        return Refusal(
            ErrorCode.UNKNOWN_CODE, "There is no voucher that can be used here, and no reward, of this code."
        )
    return Refusal(ErrorCode.VOUCHER_REQUIRED, "The reward takes a voucher, and the customer has none.")
