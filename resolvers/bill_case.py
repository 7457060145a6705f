"""A bill with everything that decides about it: its shopper, what they ask for, and what comes by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from models.columns import POINTS
from models.rules.basket import Benefit, Reward, Shopper, Voucher
from models.rules.ledger import NEVER
from models.rules.programme import PROGRAMME
from models.rules.refusals import Refusal, RefusalCode
from models.rules.settlement import Asked, Settlement, settle
from models.rules.voucher_code import normalised
from resolvers import checking
from resolvers.bill import TillBill
from resolvers.bill_benefits import (
    AUTOMATIC,
    REWARDS_BY_CODE,
    REWARDS_LOCKED,
    VOUCHERS_LOCKED,
    VOUCHERS_NAMED,
    Offer,
    read_offers,
    spellings,
    vouchers_of,
)
from resolvers.bill_shopper import Purse, read_shopper
from resolvers.errors import Refused
from resolvers.reading import Reading

MOST_CODES = 50


@dataclass(frozen=True, slots=True)
class Named:
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
class Case:
    """What is known when a bill is decided about."""

    bill: TillBill
    shopper: Shopper
    purse: Purse
    named: Named
    automatic: Sequence[Offer]
    at: datetime

    def settle(self, points: Decimal | None) -> Settlement:
        """The bill with all that was asked for, paid in part with so many points."""
        direct = [offer.terms for offer in self.automatic if not offer.needs_voucher]
        asked = Asked(self.named.benefits, direct, points)
        return settle(asked, self.bill.rules, self.shopper, PROGRAMME, self.at)


async def read_case(
    reading: Reading, bill: TillBill, customer_id: int | None, codes: Sequence[str] = (), *, locked: bool = False
) -> Case:
    """Everything about a bill; `locked` where it is going to be closed, the customer being locked already."""
    named = await read_named(reading, customer_id, codes, locked=locked)
    automatic = await read_offers(reading, await AUTOMATIC.read(reading))
    rewards = [*named.direct, *(offer.terms for offer in automatic)]
    if locked:
        await lock_limited(reading, rewards)
    shopper, purse = await read_shopper(reading, customer_id, rewards)
    return Case(bill, shopper, purse, named, automatic, min(bill.paid_at, reading.now))


async def lock_limited(reading: Reading, rewards: Iterable[Reward]) -> None:
    """Only one at a time may use up what there is only so much of."""
    limited = sorted({one.id for one in rewards if one.limit_total is not None})
    if limited:
        await REWARDS_LOCKED.read(reading, keys=limited)


async def read_named(reading: Reading, customer_id: int | None, codes: Sequence[str], *, locked: bool = False) -> Named:
    """What codes name: a voucher; of a reward's code, a voucher of the shopper's, or else the reward as it is."""
    if not codes:
        return Named()
    if len(codes) > MOST_CODES:
        raise Refused("TOO_MANY", f"A bill takes {MOST_CODES} codes at most.", "benefitCodes")
    given = [checking.text(code, f"benefitCodes[{place}]", 64) for place, code in enumerate(codes)]
    spelt = sorted({spelling for code in given for spelling in spellings(code)})
    statement = VOUCHERS_LOCKED if locked else VOUCHERS_NAMED
    vouchers = await vouchers_of(reading, await statement.read(reading, codes=spelt, customer=customer_id or 0))
    named = {voucher.code for voucher in vouchers}
    left = [code for code in given if named.isdisjoint(spellings(code))]
    spelt = sorted({each for code in left for each in spellings(code)})
    rows = await REWARDS_BY_CODE.read(reading, codes=spelt) if spelt else []
    offers = await read_offers(reading, rows)
    return _named(given, vouchers, {offer.terms.code: offer for offer in offers}, customer_id)


def _named(
    codes: Sequence[str], vouchers: Sequence[Voucher], offers: Mapping[str, Offer], customer_id: int | None
) -> Named:
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
    return Named(found, unknown)


def _own(offer: Offer, vouchers: Iterable[Voucher], customer_id: int | None) -> Voucher | None:
    own = [one for one in vouchers if one.reward.id == offer.terms.id and one.customer_id == customer_id]
    return min(own, key=lambda one: (one.valid_to or NEVER, one.id), default=None)


def points_given(given: Mapping[str, Any]) -> Decimal | None:
    """The points that are to pay a part of the bill; none of them is none."""
    points = given.get("spend_points")
    if points is None:
        return None
    return checking.exact(POINTS, points, "spendPoints") or None


def _unknown(offer: Offer | None) -> Refusal:
    if offer is None:
        return Refusal(RefusalCode.UNKNOWN_CODE, "There is no voucher and no reward of this code.")
    return Refusal(RefusalCode.VOUCHER_REQUIRED, "The reward takes a voucher, and the customer has none.")
