"""What one benefit takes off the lines of a bill as they stand: whole units of the currency, never more than is left.

Inside, amounts are whole numbers of the currency's smallest unit, and lines are known by their places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from typing import NamedTuple

from models.rules.allotment import allot
from models.rules.basket import Benefit, Reward, RewardKind, Standings
from models.rules.goods import THOUSANDTHS, Goods, LineSet, line_set
from models.rules.money import ZERO, spread

HUNDRED = Decimal(100)
ONE = Decimal(1)
Amounts = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Award:
    """What comes off each line, by place, and how many pieces of it became free by that."""

    amounts: Amounts = field(default_factory=dict)
    freed: Mapping[int, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """What comes off in all."""
        return sum(self.amounts.values())


class _Part(NamedTuple):
    """The part of a line that a benefit may discount: what is left to pay for it, its thousandths, its units."""

    amount: int
    quantity: Decimal | int
    units: Decimal | int

    def cut(self, wanted: Decimal) -> _Part:
        """As many of the units as are wanted, as far as there are; the unit that doesn't divide comes along."""
        if wanted >= self.units:
            return self
        share = ceil(self.amount * wanted / self.units)
        return _Part(share, Decimal(self.quantity) * wanted / self.units, wanted)


Parts = Mapping[int, _Part]
MADE = tuple.__new__
"""Makes a part in a third of the time that its class takes: there may be one for each line and each of its rules."""


def discount(benefit: Benefit, lines: Standings, times: int = 1) -> dict[str, Decimal]:
    """What a benefit takes off each line; lines from which it takes nothing are not named."""
    return named(award(benefit, lines, times).amounts, lines.goods)


def named(amounts: Amounts, goods: Goods) -> dict[str, Decimal]:
    """Amounts of money by the lines' ids."""
    return {goods.lines[place].id: amount * goods.unit for place, amount in amounts.items()}


def award(benefit: Benefit, lines: Standings, times: int = 1) -> Award:
    """The discount of a benefit, cut to the most that it may take off and then spread again in proportion.

    `times` says which of several uses on the bill it is: conditions need their goods once for each.
    """
    reward = benefit.terms
    if reward.kind is RewardKind.GIFT:
        return Award()
    if reward.kind is RewardKind.FREE_PRODUCT:
        free = _free(reward, lines, times)
        amounts: Amounts = {place: part.amount for place, part in free.items() if part.amount > 0}
        freed = {place: int(part.units) for place, part in free.items()}
    else:
        amounts, freed = _amounts(reward, lines, times), {}
    most = _units(reward.maximum_discount, lines.goods)
    if most is not None and sum(amounts.values()) > most:
        # A piece that is paid for in part is no free one.
        amounts, freed = spread(most, amounts), {}
    return Award({place: amount for place, amount in amounts.items() if amount > 0}, freed)


def total(benefit: Benefit, lines: Standings) -> int | None:
    """What `award` comes to in all, where that is known before it is split: of a share or an amount of whole lines."""
    reward = benefit.terms
    if reward.kind not in {RewardKind.PERCENT, RewardKind.AMOUNT} or _has_counts(reward):
        return None
    return most(benefit, lines)


def most(benefit: Benefit, lines: Standings) -> int:
    """No less than a benefit could take off, whatever other benefits come before it."""
    reward = benefit.terms
    whole = lines.sum_of(_meant(reward, lines.goods) & lines.open)
    if reward.kind is RewardKind.GIFT:
        return 0
    if reward.kind in {RewardKind.PERCENT, RewardKind.AMOUNT}:
        whole = _off(reward, whole, lines.goods)
    bound = _units(reward.maximum_discount, lines.goods)
    return whole if bound is None else min(whole, bound)


def basic_total(lines: Standings, percent: Decimal, *, on_discounted: bool = False) -> int:
    """What a status' basic discount takes off in all."""
    return _share(lines.sum_of(lines.open if on_discounted else lines.whole), percent)


def basic_discount(lines: Standings, percent: Decimal, *, on_discounted: bool = False) -> Award:
    """A status' basic discount comes last, on lines not discounted otherwise, unless the status says on all."""
    places = lines.goods.places(lines.open if on_discounted else lines.whole)
    meant = {place: lines.left[place] for place in places}
    shares = spread(_share(sum(meant.values()), percent), meant)
    return Award({place: amount for place, amount in shares.items() if amount > 0})


def _units(amount: Decimal | None, goods: Goods) -> int | None:
    return None if amount is None else int(amount / goods.unit)


def _share(whole: int, percent: Decimal) -> int:
    """A percentage is rounded half up, once for all goods together; more than all is never taken off."""
    return int((whole * min(percent, HUNDRED) / HUNDRED).quantize(ONE, ROUND_HALF_UP))


def _amounts(reward: Reward, lines: Standings, times: int) -> Amounts:
    """A percentage and an amount are spread over the goods; a final price never makes any dearer."""
    if reward.kind is RewardKind.FINAL_PRICE:
        return _to_price(reward.value / lines.goods.unit, _eligible(reward, lines, times))
    weights = _weights(reward, lines, times)
    return spread(_off(reward, sum(weights.values()), lines.goods), weights)


def _off(reward: Reward, whole: int, goods: Goods) -> int:
    """What a share or an amount takes off goods for which so much is left to pay."""
    if reward.kind is RewardKind.PERCENT:
        return _share(whole, reward.value)
    return min(whole, int(reward.value / goods.unit))


def _weights(reward: Reward, lines: Standings, times: int) -> Mapping[int, int]:
    """What is left to pay for the goods that a benefit is given on."""
    if _has_counts(reward):
        return {place: part.amount for place, part in _eligible(reward, lines, times).items()}
    left = lines.left
    return {place: left[place] for place in lines.goods.places(_meant(reward, lines.goods) & lines.open)}


def _to_price(price: Decimal, parts: Parts) -> Amounts:
    """What is left to pay beyond so much for a unit, half a unit of the currency rounded up."""
    numerator, denominator = (price / THOUSANDTHS).as_integer_ratio()
    found = {}
    for place, part in parts.items():
        times, over = part.quantity.as_integer_ratio() if isinstance(part.quantity, Decimal) else (part.quantity, 1)
        whole = denominator * over
        found[place] = max(part.amount - (2 * times * numerator + whole) // (2 * whole), 0)
    return found


def _free(reward: Reward, lines: Standings, times: int) -> Parts:
    """The cheapest pieces of the goods meant, one at least."""
    count = Decimal(max(1, int(reward.value)))
    meant = _meant(reward, lines.goods)
    if _has_counts(reward):
        parts = _counted(reward, lines, _taken(reward, lines.goods, meant, times))
        return _cheapest(sorted(parts.items(), key=lambda one: one[1].amount / float(one[1].units)), count)
    places = lines.cheapest_first(meant & lines.open, by_weight=False)
    return _cheapest(_parts(lines, places, _taken(reward, lines.goods, meant, times)), count)


def _eligible(reward: Reward, lines: Standings, times: int) -> Parts:
    """The goods of the bonuses, up to their counts, cheapest first; else of the conditions; else all."""
    meant = _meant(reward, lines.goods)
    if _has_counts(reward):
        return _counted(reward, lines, _taken(reward, lines.goods, meant, times))
    return _whole(lines, meant & lines.open, {}, _touched(lines, {}))


def _has_counts(reward: Reward) -> bool:
    """Whether it is given on a number of pieces, or on so much of the goods."""
    return any(bonus.count is not None for bonus in reward.bonuses)


def _meant(reward: Reward, goods: Goods) -> LineSet:
    relations = reward.bonuses or reward.conditions
    return goods.matching_any(relations) if relations else goods.everything


def _counted(reward: Reward, lines: Standings, taken: Mapping[int, int]) -> Parts:
    parts: dict[int, _Part] = {}
    whole: LineSet = 0
    touched = _touched(lines, taken)
    for bonus in reward.bonuses:
        meant, count = lines.goods.matching(bonus) & lines.open, bonus.count
        if count is None:
            # Goods that a bonus without a count means are there as a whole: another one adds nothing to them.
            found = _whole(lines, meant & ~whole, taken, touched)
            whole |= meant
        else:
            places = lines.cheapest_first(meant, by_weight=bonus.by_weight)
            found = _cheapest(_parts(lines, places, taken, by_weight=bonus.by_weight), count)
        if not parts:
            parts = found
            continue
        for place, part in found.items():
            # A line meant by several bonuses counts once, as far as the widest of them goes.
            if place not in parts or part.amount > parts[place].amount:
                parts[place] = part
    return parts


def _touched(lines: Standings, taken: Mapping[int, int]) -> LineSet:
    """The lines of which some pieces became free, or meet a condition."""
    return line_set({**lines.freed, **taken}, len(lines))


def _whole(lines: Standings, meant: LineSet, taken: Mapping[int, int], touched: LineSet) -> dict[int, _Part]:
    """All that is there of some lines: of those that nothing touched, everything."""
    left, quantities, pieces = lines.left, lines.goods.quantities, lines.goods.pieces
    parts = {place: MADE(_Part, (left[place], quantities[place], pieces[place])) for place in lines.goods.places(meant)}
    if fewer := lines.goods.places(meant & touched):
        there = dict(_parts(lines, fewer, taken))
        for place in fewer:
            if place in there:
                parts[place] = there[place]
            else:
                del parts[place]
    return parts


def _taken(reward: Reward, goods: Goods, meant: LineSet, times: int) -> Mapping[int, int]:
    """Pieces that meet a condition are not those that are given for it, where a reward gives a number of pieces."""
    if not (reward.bonuses and reward.conditions):
        return {}
    taken, _, _ = allot(reward.conditions, goods, times, meant)
    return taken


def _parts(
    lines: Standings, places: Iterable[int], taken: Mapping[int, int], *, by_weight: bool = False
) -> Iterator[tuple[int, _Part]]:
    """What became free, or meets a condition, is not there to be discounted."""
    goods, left, freed = lines.goods, lines.left, lines.freed
    for place in places:
        quantity, amount, pieces = goods.quantities[place], left[place], goods.pieces[place]
        units = Decimal(quantity) / THOUSANDTHS if by_weight else pieces
        if place not in freed and place not in taken:
            yield place, MADE(_Part, (amount, quantity, units))
            continue
        paid_for = pieces - freed.get(place, 0)
        there = paid_for - taken.get(place, 0)
        if there > 0:
            amount = -(-amount * there // paid_for)
            yield place, _Part(amount, Decimal(quantity) * there / pieces, Decimal(units) * there / pieces)


def _cheapest(parts: Iterable[tuple[int, _Part]], count: Decimal) -> dict[int, _Part]:
    """So many units of parts that come cheapest first."""
    found: dict[int, _Part] = {}
    for place, part in parts:
        if count <= ZERO:
            break
        found[place] = part.cut(count)
        count -= found[place].units
    return found
