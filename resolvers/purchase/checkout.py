"""A bill with everything that decides about it: its shopper, what they ask for, and what comes by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from models.rules.basket import Benefit, Reward, Shopper, Voucher
from models.rules.error_codes import ErrorCode
from models.rules.ledger import NEVER
from models.rules.programme import PROGRAMME
from models.rules.refusals import Refusal, RefusalCode
from models.rules.settlement import RequestedBenefits, Settlement, settle
from models.rules.voucher_code import normalised
from models.types import POINTS
from resolvers.benefit.limits import lock_limited
from resolvers.benefit.offers import (
    AUTOMATIC,
    REWARDS_BY_CODE,
    VOUCHERS_LOCKED,
    VOUCHERS_NAMED,
    Offer,
    read_offers,
    spellings,
    vouchers_of,
)
from resolvers.benefit.shopper import PointBalance, read_shopper
from resolvers.errors import Refused
from resolvers.operation import validation
from resolvers.purchase.bill import TillBill
from resolvers.storage.context import RequestContext

MOST_CODES = 50


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
    at: datetime

    def settle(self, points: Decimal | None) -> Settlement:
        """The bill with all that was asked for, paid in part with so many points."""
        direct = [offer.terms for offer in self.automatic if not offer.needs_voucher]
        asked = RequestedBenefits(self.named.benefits, direct, points)
        return settle(asked, self.bill.rules, self.shopper, PROGRAMME, self.at)


async def read_checkout(
    context: RequestContext, bill: TillBill, customer_id: int | None, codes: Sequence[str] = (), *, locked: bool = False
) -> Checkout:
    """Everything about a bill; `locked` where it is going to be closed, the customer being locked already."""
    named = await read_named(context, customer_id, codes, locked=locked)
    automatic = await read_offers(context, await AUTOMATIC.read(context))
    rewards = [*named.direct, *(offer.terms for offer in automatic)]
    if locked:
        await lock_limited(context, rewards)
    shopper, purse = await read_shopper(context, customer_id, rewards)
    return Checkout(bill, shopper, purse, named, automatic, min(bill.paid_at, context.now))


async def read_named(
    context: RequestContext, customer_id: int | None, codes: Sequence[str], *, locked: bool = False
) -> NamedBenefits:
    """What codes name: a voucher; of a reward's code, a voucher of the shopper's, or else the reward as it is."""
    if not codes:
        return NamedBenefits()
    if len(codes) > MOST_CODES:
        raise Refused(ErrorCode.TOO_MANY, f"A bill takes {MOST_CODES} codes at most.", "benefitCodes")
    given = [validation.text(code, f"benefitCodes[{place}]", 64) for place, code in enumerate(codes)]
    spelt = sorted({spelling for code in given for spelling in spellings(code)})
    statement = VOUCHERS_LOCKED if locked else VOUCHERS_NAMED
    vouchers = await vouchers_of(context, await statement.read(context, codes=spelt, customer=customer_id or 0))
    named = {voucher.code for voucher in vouchers}
    left = [code for code in given if named.isdisjoint(spellings(code))]
    spelt = sorted({each for code in left for each in spellings(code)})
    rows = await REWARDS_BY_CODE.read(context, codes=spelt) if spelt else []
    offers = await read_offers(context, rows)
    return _named(given, vouchers, {offer.terms.code: offer for offer in offers}, customer_id)


def _named(
    codes: Sequence[str], vouchers: Sequence[Voucher], offers: Mapping[str, Offer], customer_id: int | None
) -> NamedBenefits:
    """Each code in turn; of one's own vouchers of a reward, the one that expires first is taken."""
    by_code = {voucher.code: voucher for voucher in vouchers}
    taken: set[int] = set()
    found: list[Benefit] = []
    unknown: list[tuple[str, Refusal]] = []
    for code in codes:
        tries = (code, normalised(code))
        voucher = next((by_code[each] for each in tries if each in by_code), None)
        offer = next((offers[each] for each in tries if each in offers), None)
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


def points_given(given: Mapping[str, Any]) -> Decimal | None:
    """The points that are to pay a part of the bill; none of them is none."""
    points = given.get("spend_points")
    if points is None:
        return None
    return validation.exact(POINTS, points, "spendPoints") or None


def _unknown(offer: Offer | None) -> Refusal:
    if offer is None:
        return Refusal(RefusalCode.UNKNOWN_CODE, "There is no voucher and no reward of this code.")
    return Refusal(RefusalCode.VOUCHER_REQUIRED, "The reward takes a voucher, and the customer has none.")
