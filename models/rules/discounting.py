"""What one benefit takes off the lines of a bill as they stand; always whole cents, never more than is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from models.rules.applicability import matches, units
from models.rules.basket import Benefit, Reward, RewardKind, Standing
from models.rules.money import ZERO, apportion, half_up, up

HUNDRED = Decimal(100)
NOTHING: dict[str, Decimal] = {}


@dataclass(frozen=True, slots=True)
class Award:
    """What comes off each line, and how many pieces of it became free by that."""

    amounts: dict[str, Decimal] = field(default_factory=dict)
    freed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a line that a benefit may discount: what is left to pay for it, its quantity, its units."""

    line_id: str
    amount: Decimal
    quantity: Decimal
    units: Decimal

    def cut(self, wanted: Decimal) -> _Part:
        """As many of the units as are wanted, as far as there are; the cent that doesn't divide comes along."""
        if wanted >= self.units:
            return self
        share = up(self.amount * wanted / self.units)
        return _Part(self.line_id, share, self.quantity * wanted / self.units, wanted)


def discount(benefit: Benefit, standings: Sequence[Standing]) -> dict[str, Decimal]:
    """What a benefit takes off each line; lines from which it takes nothing are not named."""
    return award(benefit, standings).amounts


def award(benefit: Benefit, standings: Sequence[Standing]) -> Award:
    """The discount of a benefit, cut to the most that it may take off and then spread again in proportion."""
    reward = benefit.terms
    parts = _eligible(reward, standings)
    amounts, freed = _amounts(reward, parts), {}
    if reward.kind is RewardKind.FREE_PRODUCT:
        free = _cheapest(parts, Decimal(max(1, int(reward.value))))
        amounts = {part.line_id: part.amount for part in free}
        freed = {part.line_id: int(part.units) for part in free}
    if reward.maximum_discount is not None and sum(amounts.values(), ZERO) > reward.maximum_discount:
        # A piece that is paid for in part is no free one.
        amounts, freed = apportion(reward.maximum_discount, amounts), {}
    return Award({line_id: amount for line_id, amount in amounts.items() if amount > ZERO}, freed)


def most(benefit: Benefit, standings: Sequence[Standing]) -> Decimal:
    """No less than a benefit could take off, whatever other benefits come before it."""
    reward = benefit.terms
    everything = replace(reward, bonuses=tuple(replace(bonus, count=None) for bonus in reward.bonuses))
    parts = _eligible(everything, standings)
    bound = sum((part.amount for part in parts), ZERO)
    if reward.kind in {RewardKind.PERCENT, RewardKind.AMOUNT, RewardKind.GIFT}:
        bound = sum(_amounts(reward, parts).values(), ZERO)
    return bound if reward.maximum_discount is None else min(bound, reward.maximum_discount)


def after(standings: Sequence[Standing], given: Award) -> tuple[Standing, ...]:
    """The lines once a discount was given."""
    return tuple(
        Standing(
            standing.line,
            standing.left - given.amounts[standing.line.id],
            standing.freed + given.freed.get(standing.line.id, 0),
        )
        if standing.line.id in given.amounts
        else standing
        for standing in standings
    )


def basic_discount(
    standings: Iterable[Standing], percent: Decimal, *, on_discounted: bool = False
) -> dict[str, Decimal]:
    """A status' basic discount comes last, on lines not discounted otherwise, unless the status says on all."""
    amounts = {
        standing.line.id: half_up(standing.left * percent / HUNDRED)
        for standing in standings
        if _is_open(standing) and (on_discounted or standing.left == standing.line.paid)
    }
    return {line_id: amount for line_id, amount in amounts.items() if amount > ZERO}


def _amounts(reward: Reward, parts: Sequence[_Part]) -> dict[str, Decimal]:
    """Percentages round half up, line by line; an amount is spread; a final price never makes goods dearer."""
    if reward.kind is RewardKind.PERCENT:
        rate = min(reward.value, HUNDRED) / HUNDRED
        return {part.line_id: half_up(part.amount * rate) for part in parts}
    if reward.kind is RewardKind.AMOUNT:
        whole = sum((part.amount for part in parts), ZERO)
        return apportion(min(reward.value, whole), {part.line_id: part.amount for part in parts})
    if reward.kind is RewardKind.FINAL_PRICE:
        return {part.line_id: max(part.amount - half_up(part.quantity * reward.value), ZERO) for part in parts}
    return NOTHING


def _eligible(reward: Reward, standings: Iterable[Standing]) -> list[_Part]:
    """The goods of the bonuses, up to their counts, cheapest first; else of the conditions; else all."""
    open_lines = [standing for standing in standings if _is_open(standing)]
    relations = reward.bonuses or reward.conditions
    if not relations:
        return [_part(standing, None) for standing in open_lines]
    parts: dict[str, _Part] = {}
    for relation in relations:
        count = relation.count if reward.bonuses else None
        meant = [_part(standing, count) for standing in open_lines if matches(relation, standing.line)]
        for part in meant if count is None else _cheapest(meant, count):
            # A line meant by several bonuses counts once, as far as the widest of them goes.
            if part.line_id not in parts or part.amount > parts[part.line_id].amount:
                parts[part.line_id] = part
    return list(parts.values())


def _is_open(standing: Standing) -> bool:
    return standing.left > ZERO and not standing.line.loyalty_off


def _part(standing: Standing, count: Decimal | None) -> _Part:
    """What became free is no longer there to be discounted."""
    line = standing.line
    quantity, counted = line.quantity, units(line, count)
    if standing.freed:
        pieces = line.pieces
        quantity = quantity * (pieces - standing.freed) / pieces
        counted = counted * (pieces - standing.freed) / pieces
    return _Part(line.id, standing.left, quantity, counted)


def _cheapest(parts: Iterable[_Part], count: Decimal) -> list[_Part]:
    """So many units, the cheapest first, in the bill's order among equals."""
    taken = []
    for part in sorted(parts, key=lambda part: part.amount / part.units):
        if count <= ZERO:
            break
        taken.append(part.cut(count))
        count -= taken[-1].units
    return taken
