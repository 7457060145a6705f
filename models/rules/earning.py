"""What a bill earns: rules are matched once for each kind of goods, and rounded once for the bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from models.rules.basket import Bill, Line, Shopper, Standing
from models.rules.money import ZERO
from models.rules.programme import EarnedByRule, EarningKind, EarningRule, Earnings, PointRounding, Programme

NOTHING = Fraction(0)
HALF = Fraction(1, 2)

Goods = Mapping[tuple[EarningRule, ...], Decimal]
"""What is left to pay for goods, by the rules that they earn by, in order of priority."""


def earn(
    programme: Programme,
    bill: Bill,
    lines: Iterable[Standing],
    shopper: Shopper,
    at: datetime,
    *,
    paid_with_points: Decimal = ZERO,
) -> Earnings:
    """What a bill earns after discounts, by which rule.

    Only what is paid in money for lines in loyalty earns by amount; what points pay is taken off all of them in
    proportion. All rules that match add up, but for those that come after an exclusive one; multipliers multiply each
    other. Nobody earns who is not recognised, or whose status doesn't collect.
    """
    meant = [one for one in lines if not one.line.loyalty_off]
    whole = sum((one.left for one in meant), ZERO)
    rules = _in_force(programme.rules, bill, shopper, whole, at)
    if shopper.customer_id is None or not shopper.collects or not rules:
        return Earnings()
    in_money = Fraction(max(whole - paid_with_points, ZERO)) / Fraction(whole) if whole > ZERO else NOTHING
    goods = _by_goods(meant, rules)
    exact = _by_amount(goods, in_money)
    for rule in rules:
        if rule.kind is EarningKind.VISIT and any(rule in matched for matched in goods):
            exact[rule] += Fraction(rule.points)
    return Earnings(_rounded(exact, programme))


def _in_force(
    rules: Iterable[EarningRule], bill: Bill, shopper: Shopper, whole: Decimal, at: datetime
) -> list[EarningRule]:
    """The rules that hold for this bill and shopper now, in order of priority and code."""
    found = (
        rule
        for rule in rules
        if (rule.valid_from is None or rule.valid_from <= at)
        and (rule.valid_to is None or at < rule.valid_to)
        and rule.currency in {None, bill.currency}
        and (rule.minimum is None or whole >= rule.minimum)
        and (not rule.store_ids or bill.store_id in rule.store_ids)
        and (not rule.status_ids or shopper.status_id in rule.status_ids)
        and (not rule.segment_ids or not rule.segment_ids.isdisjoint(shopper.segment_ids))
    )
    return sorted(found, key=lambda rule: (rule.priority, rule.code))


def _by_goods(lines: Iterable[Standing], rules: Sequence[EarningRule]) -> Goods:
    """Each kind of goods is matched once, however many lines it is on."""
    known: dict[tuple[int | None, frozenset[int], int | None], tuple[int, ...]] = {}
    found: dict[tuple[int, ...], Decimal] = defaultdict(lambda: ZERO)
    for one in lines:
        line = one.line
        kind = (line.product_id, line.group_ids, line.brand_id)
        if kind not in known:
            known[kind] = tuple(_matched(line, rules))
        found[known[kind]] += one.left
    return {tuple(rules[place] for place in places): left for places, left in found.items()}


def _matched(line: Line, rules: Iterable[EarningRule]) -> Iterable[int]:
    """The places of the rules by which goods earn; after an exclusive one, no other gives points by amount."""
    closed = False
    for place, rule in enumerate(rules):
        by_amount = rule.kind is EarningKind.AMOUNT
        if _takes(rule, line) and not (by_amount and closed):
            closed = closed or (by_amount and rule.exclusive)
            yield place


def _takes(rule: EarningRule, line: Line) -> bool:
    """A rule for certain goods takes those of its products, of its groups or of its brands."""
    if not (rule.product_ids or rule.group_ids or rule.brand_ids):
        return True
    of_group = not rule.group_ids.isdisjoint(line.group_ids)
    return line.product_id in rule.product_ids or of_group or line.brand_id in rule.brand_ids


def _by_amount(goods: Goods, in_money: Fraction) -> dict[EarningRule, Fraction]:
    """Points by amount, exact. What a multiplier adds is its own; one below 1 lowers what the others give."""
    exact: dict[EarningRule, Fraction] = defaultdict(lambda: NOTHING)
    paid: dict[EarningRule, Fraction] = defaultdict(lambda: NOTHING)
    for matched, left in goods.items():
        for rule in _amounts(matched):
            paid[rule] += Fraction(left) * in_money
    rates = {rule: _rate(rule, amount) for rule, amount in paid.items()}
    for matched, left in goods.items():
        lowered, raised = _factors(matched)
        given = {rule: Fraction(left) * in_money * rates[rule] * lowered for rule in _amounts(matched)}
        running = sum(given.values(), NOTHING)
        for rule, points in given.items():
            exact[rule] += points
        for rule in raised:
            exact[rule] += running * (Fraction(rule.factor) - 1)
            running *= Fraction(rule.factor)
    return exact


def _amounts(matched: Iterable[EarningRule]) -> list[EarningRule]:
    return [rule for rule in matched if rule.kind is EarningKind.AMOUNT]


def _factors(matched: Iterable[EarningRule]) -> tuple[Fraction, list[EarningRule]]:
    """What lowers the points of goods, and the multipliers that raise them."""
    lowered = Fraction(1)
    raised: list[EarningRule] = []
    for rule in matched:
        if rule.kind is EarningKind.MULTIPLIER:
            if rule.factor < 1:
                lowered *= Fraction(rule.factor)
            else:
                raised.append(rule)
    return lowered, raised


def _rate(rule: EarningRule, paid: Fraction) -> Fraction:
    """Points for a unit of money; where only whole steps count, the rest of the amount earns nothing."""
    rate = Fraction(rule.points) / Fraction(rule.per_amount)
    if not rule.whole_steps or paid <= 0:
        return rate
    step = Fraction(rule.per_amount)
    return rate * (paid // step) * step / paid


def _rounded(exact: Mapping[EarningRule, Fraction], programme: Programme) -> tuple[EarnedByRule, ...]:
    """The bill's points rounded as the programme says, and spread over the rules by what each gave exactly."""
    scale = 10**programme.decimals
    units = {rule: points * scale for rule, points in exact.items() if points > 0}
    total = _round(sum(units.values(), NOTHING), programme.rounding)
    shares = {rule: floor(points) for rule, points in units.items()}
    favoured = sorted(units, key=lambda rule: units[rule] - shares[rule], reverse=True)
    for rule in favoured[: total - sum(shares.values())]:
        shares[rule] += 1
    unit = Decimal(1).scaleb(-programme.decimals)
    return tuple(
        EarnedByRule(rule.code, rule.name, share * unit, rule.delay) for rule, share in shares.items() if share
    )


def _round(number: Fraction, rounding: PointRounding) -> int:
    if rounding is PointRounding.UP:
        return ceil(number)
    return floor(number + HALF if rounding is PointRounding.HALF_UP else number)
