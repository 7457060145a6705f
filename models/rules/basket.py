"""What meets at the till: a bill, the shopper, and the rewards and vouchers that may take something off.

Amounts are in the bill's currency, in whole numbers of its smallest unit. A period holds from its beginning until
just before its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum

from models.rules.goods import FEW_TO_SORT, Goods, LineSet, line_set
from models.rules.money import ZERO, unit_of

EVERY_DAY = frozenset(range(7))


class RewardKind(StrEnum):
    """What a reward gives."""

    PERCENT = "PERCENT"
    AMOUNT = "AMOUNT"
    FINAL_PRICE = "FINAL_PRICE"
    FREE_PRODUCT = "FREE_PRODUCT"
    GIFT = "GIFT"


class RelatedTo(StrEnum):
    """What a condition or bonus looks at."""

    PRODUCT = "PRODUCT"
    PRODUCT_GROUP = "PRODUCT_GROUP"
    PRODUCT_BRAND = "PRODUCT_BRAND"
    ANY = "ANY"


class VoucherState(StrEnum):
    """Where a voucher is in its life. EXPIRED is an active one past its last moment."""

    ACTIVE = "ACTIVE"
    RESERVED = "RESERVED"
    APPLIED = "APPLIED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a bill: what is to pay for all of it before loyalty. Groups include those above its own.

    A line that the till voided stays on the bill as nothing for nothing.
    """

    id: str
    quantity: Decimal
    paid: Decimal
    product_id: int | None = None
    group_ids: frozenset[int] = frozenset()
    brand_id: int | None = None
    loyalty_off: bool = False
    is_reduced: bool = False
    """Whether the till itself took something off it: a status' basic discount is for lines that weren't discounted."""

    @property
    def unit_price(self) -> Decimal:
        """The price of one piece, or of one kilogram of goods sold by weight; none where the line was voided."""
        return self.paid / self.quantity if self.quantity else ZERO

    @property
    def pieces(self) -> int:
        """Goods sold by weight are one piece, whatever they weigh."""
        whole = int(self.quantity)
        return whole if whole == self.quantity else 1


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill that is about to be paid, at a store whose clocks show its zone's time."""

    currency: str
    store_id: int
    lines: tuple[Line, ...]
    store_zone: str = "UTC"
    id: str | None = None
    total: Decimal | None = None
    goods: Goods = field(init=False, repr=False, compare=False)
    """The lines as rules find them, worked out once for all of them."""

    def __post_init__(self) -> None:
        """Rules look at the same goods all the time."""
        object.__setattr__(self, "goods", Goods(self.lines, unit_of(self.currency)))

    @property
    def worth(self) -> Decimal:
        """What the lines in loyalty come to before any discount."""
        return self.goods.worth * self.goods.unit


@dataclass(frozen=True, slots=True)
class Standing:
    """A line as it stands after the discounts so far: what is left to pay, and how many pieces became free."""

    line: Line
    left: Decimal
    freed: int = 0


@dataclass(frozen=True, slots=True)
class ProductRelation:
    """Goods that a condition asks for or a bonus is given on, within a range of unit prices.

    A count that is a fraction is meant by weight, any other in pieces. A condition without one asks for one piece;
    a bonus without one is given on all of the goods.
    """

    related_to: RelatedTo = RelatedTo.ANY
    target_ids: frozenset[int] = frozenset()
    count: Decimal | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    name: str = ""
    by_weight: bool = field(init=False, repr=False, compare=False)
    """Whether its count is meant by weight."""
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Every bill looks for its goods by each rule: its hash is worked out once."""
        prices = (self.count, self.min_price, self.max_price)
        object.__setattr__(self, "by_weight", self.count is not None and self.count != int(self.count))
        object.__setattr__(self, "_hash", hash((self.related_to, self.target_ids, *prices, self.name)))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Reward:
    """A pattern of benefit. Sets that are empty set no bounds: all stores, segments and statuses.

    The value is per cent off, an amount off, a price per unit, or how many pieces are free (at least one). The
    discount is given on the bonuses; without any, on all goods that meet a condition; without either, on all.
    """

    id: int
    code: str
    name: str
    kind: RewardKind
    value: Decimal = ZERO
    conditions: tuple[ProductRelation, ...] = ()
    bonuses: tuple[ProductRelation, ...] = ()
    minimum_purchase: Decimal | None = None
    maximum_discount: Decimal | None = None
    currency: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    weekdays: frozenset[int] = EVERY_DAY
    time_from: time | None = None
    time_to: time | None = None
    store_ids: frozenset[int] = frozenset()
    segment_ids: frozenset[int] = frozenset()
    status_ids: frozenset[int] = frozenset()
    priority: int = 5
    exclusive: bool = False
    points_cost: Decimal = ZERO
    limit_per_customer: int | None = None
    limit_total: int | None = None
    max_per_bill: int = 1
    withdrawn_on_return: bool = False
    """Whether it is taken back when so much of a bill is returned that the rest would not have got it."""

    @property
    def terms(self) -> Reward:
        """A reward applied as it is has its own terms."""
        return self


@dataclass(frozen=True, slots=True)
class Voucher:
    """One use of a reward in a customer's hands.

    Its dates take the place of the reward's, which say when vouchers are issued; so does its value, if it has one.
    With a store, it can be used only there.
    """

    id: int
    code: str
    reward: Reward
    customer_id: int
    state: VoucherState = VoucherState.ACTIVE
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    store_id: int | None = None
    portable: bool = False
    reserved_for: str | None = None
    reserved_until: datetime | None = None
    value: Decimal | None = None
    currency: str | None = None
    terms: Reward = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """The reward as this voucher gives it, worked out once: it is looked at all the time."""
        terms = replace(
            self.reward,
            value=self.reward.value if self.value is None else self.value,
            currency=self.currency or self.reward.currency,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )
        object.__setattr__(self, "terms", terms)


Benefit = Reward | Voucher
"""What a shopper asks for at the till: a reward directly, or a voucher issued before."""


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who is paying, as far as rewards ask: nobody is recognised without a customer id.

    `used` counts, by reward, the vouchers that the customer was issued and the rewards applied directly;
    `used_in_total` counts those of all customers. `discount` is the status' basic discount in per cent.
    """

    customer_id: int | None = None
    segment_ids: frozenset[int] = frozenset()
    status_id: int | None = None
    discount: Decimal = ZERO
    discounts_discounted_items: bool = False
    collects: bool = True
    pays: bool = True
    points: Decimal = ZERO
    used: Mapping[int, int] = field(default_factory=dict)
    used_in_total: Mapping[int, int] = field(default_factory=dict)


class Standings:
    """The lines of a bill as they stand: what is left to pay for each, in the smallest unit, and its free pieces.

    `open` are the lines from which something can still be taken off, `whole` those of them that nothing was taken off.
    """

    __slots__ = ("_cheapest", "freed", "goods", "left", "open", "whole")

    def __init__(self, goods: Goods, left: list[int], freed: Mapping[int, int], open_: LineSet, whole: LineSet) -> None:
        self.goods = goods
        self.left = left
        self.freed = freed
        self.open = open_
        self.whole = whole
        self._cheapest: dict[bool, list[int]] = {}

    def sum_of(self, lines: LineSet) -> int:
        """What is left to pay for the lines of a set."""
        return sum(map(self.left.__getitem__, self.goods.places(lines)))

    def cheapest_first(self, lines: LineSet, *, by_weight: bool) -> Iterable[int]:
        """Lines from which something can be taken off, by what is left to pay for a piece, or by weight.

        A few are sorted by themselves; of many, all lines are sorted once, and gone through as far as is asked.
        """
        places = self.goods.places(lines)
        if len(places) <= FEW_TO_SORT:
            return self._sorted(places, by_weight=by_weight)
        if by_weight not in self._cheapest:
            self._cheapest[by_weight] = self._sorted(self.goods.places(self.open), by_weight=by_weight)
        return (place for place in self._cheapest[by_weight] if lines >> place & 1)

    def _sorted(self, places: Sequence[int], *, by_weight: bool) -> list[int]:
        units = self.goods.quantities if by_weight else self.goods.pieces
        pieces, left, freed = self.goods.pieces, self.left, self.freed
        # What is left to pay for a unit of a line, of which so many units are sold; free pieces don't count, and a
        # line may have no others, though a part of it is left to pay.
        prices = [
            (left[place] * pieces[place] / (units[place] * paid_for), place)
            for place in places
            if (paid_for := pieces[place] - freed.get(place, 0)) > 0
        ]
        return [place for _, place in sorted(prices)]

    def less(self, amounts: Mapping[int, int], freed: Mapping[int, int]) -> Standings:
        """The lines once so much came off them, and so many more pieces of them are free."""
        left = self.left.copy()
        for place, amount in amounts.items():
            left[place] -= amount
        touched = line_set(amounts, len(left))
        gone = line_set((place for place in amounts if left[place] <= 0), len(left))
        more = {place: self.freed.get(place, 0) + pieces for place, pieces in freed.items()}
        return Standings(self.goods, left, {**self.freed, **more}, self.open & ~gone, self.whole & ~touched)

    def __getitem__(self, place: int) -> Standing:
        return Standing(self.goods.lines[place], self.left[place] * self.goods.unit, self.freed.get(place, 0))

    def __len__(self) -> int:
        return len(self.left)

    def __iter__(self) -> Iterator[Standing]:
        return map(self.__getitem__, range(len(self)))


def standings(bill: Bill) -> Standings:
    """The lines before any discount."""
    goods = bill.goods
    return Standings(goods, goods.paid, {}, goods.payable, goods.payable & ~goods.reduced)


def weekdays(mask: int) -> frozenset[int]:
    """Days of the week from their sum: Monday as 1, Tuesday 2, Wednesday 4; in rules Monday is 0."""
    return frozenset(day for day in EVERY_DAY if mask >> day & 1)
