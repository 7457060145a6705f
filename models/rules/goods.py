"""What is on a bill, as sets of lines, so that a rule is matched in a few operations however many lines there are.

A set of lines is a number whose bits are the lines' places. Only lines in loyalty are ever in one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, compress
from operator import or_
from typing import TYPE_CHECKING

from models.rules.money import half_up

if TYPE_CHECKING:
    from models.rules.basket import Line, ProductRelation

LineSet = int
FEW = 16
FEW_TO_SORT = 100
THOUSANDTHS, THREE = 1000, 3
"""Quantities have three decimals at most."""


class Goods:
    """The lines of a bill, found by product, group, brand and unit price."""

    def __init__(self, lines: Sequence[Line], unit: Decimal) -> None:
        self.lines = lines
        self.unit = unit
        self._matching: dict[ProductRelation, LineSet] = {}
        self._matching_any: dict[int, tuple[Sequence[ProductRelation], LineSet]] = {}
        self._pieces_of: dict[LineSet, int] = {}
        self._places: dict[LineSet, tuple[int, ...]] = {}
        self._found: dict[ProductRelation, tuple[Decimal | int, Decimal | int]] = {}
        self._dearest_first: dict[LineSet, list[int]] = {}

    @cached_property
    def everything(self) -> LineSet:
        """All lines in loyalty."""
        in_loyalty = (place for place, line in enumerate(self.lines) if not line.loyalty_off)
        return line_set(in_loyalty, len(self.lines))

    @cached_property
    def pieces(self) -> list[int]:
        """The pieces of each line; goods sold by weight are one piece, whatever they weigh."""
        return [line.pieces for line in self.lines]

    @cached_property
    def quantities(self) -> list[int]:
        """The quantity of each line in thousandths."""
        return [int(line.quantity.scaleb(THREE)) for line in self.lines]

    @cached_property
    def paid(self) -> list[int]:
        """What is to pay for each line before loyalty, in the currency's smallest unit."""
        places = -self.unit.adjusted()
        return [int(line.paid.scaleb(places)) for line in self.lines]

    @cached_property
    def worth(self) -> int:
        """What all lines in loyalty come to, in the smallest unit."""
        return sum(self.paid[place] for place in self.places(self.everything))

    @cached_property
    def payable(self) -> LineSet:
        """The lines in loyalty for which there is something to pay."""
        return line_set((place for place in self.places(self.everything) if self.paid[place] > 0), len(self.lines))

    @cached_property
    def reduced(self) -> LineSet:
        """The lines that the till itself discounted."""
        return line_set((place for place, line in enumerate(self.lines) if line.is_reduced), len(self.lines))

    def dearest_first(self, lines: LineSet) -> Iterable[int]:
        """The lines of a set by the price of a piece, gone through as far as is asked; few are sorted by themselves."""
        if lines.bit_count() > FEW_TO_SORT:
            return (place for place in self._all_dearest_first if lines >> place & 1)
        found = self._dearest_first.get(lines)
        if found is None:
            found = self._dearest_first[lines] = sorted(self.places(lines), key=self._piece_prices.__getitem__)
        return found

    def matching(self, relation: ProductRelation) -> LineSet:
        """The lines whose goods a rule means: the product, its group or one above it, or its brand, at such a price."""
        found = self._matching.get(relation)
        if found is None:
            found = self._meant(relation)
            if relation.min_price is not None or relation.max_price is not None:
                found &= self._priced(relation)
            self._matching[relation] = found
        return found

    def found(self, relation: ProductRelation) -> tuple[Decimal | int, Decimal | int]:
        """How much of the goods that a rule means it asks for, and how much is there: by weight, or in pieces."""
        known = self._found.get(relation)
        if known is None:
            lines, count = self.matching(relation), relation.count
            if relation.by_weight:
                assert count is not None
                known = count, self.quantity_of(lines)
            else:
                known = 1 if count is None else int(count), self.pieces_of(lines)
            self._found[relation] = known
        return known

    def matching_any(self, relations: Sequence[ProductRelation]) -> LineSet:
        """The lines that any of several rules means, which are the same rules for as long as the bill is there."""
        known = self._matching_any.get(id(relations))
        if known is None:
            # Kept with the rules, so that no others take their place in memory.
            known = self._matching_any[id(relations)] = relations, union(map(self.matching, relations))
        return known[1]

    def places(self, lines: LineSet) -> tuple[int, ...]:
        """The places of the lines in a set, in the bill's order."""
        found = self._places.get(lines)
        if found is None:
            found = self._places[lines] = tuple(_bits(lines))
        return found

    def pieces_of(self, lines: LineSet) -> int:
        """How many pieces there are on the lines of a set."""
        found = self._pieces_of.get(lines)
        if found is None:
            found = self._pieces_of[lines] = _total(self._pieces_by_digit, lines)
        return found

    def quantity_of(self, lines: LineSet) -> Decimal:
        """How much there is on the lines of a set by weight, a piece weighing one."""
        return Decimal(_total(self._quantities_by_digit, lines)) / THOUSANDTHS

    def _meant(self, relation: ProductRelation) -> LineSet:
        if relation.related_to == "ANY":
            return self.everything
        known = self._by_target[relation.related_to]
        if len(relation.target_ids) == 1:
            (target,) = relation.target_ids
            return known.get(target, 0)
        if len(relation.target_ids) > len(known):
            return union(lines for target, lines in known.items() if target in relation.target_ids)
        return union(known.get(target, 0) for target in relation.target_ids)

    def _priced(self, relation: ProductRelation) -> LineSet:
        """The lines within a range of unit prices, both ends included."""
        prices, cheaper = self._by_price
        low = 0 if relation.min_price is None else bisect_left(prices, relation.min_price)
        high = len(prices) if relation.max_price is None else bisect_right(prices, relation.max_price)
        return cheaper[high] & ~cheaper[low]

    @cached_property
    def _by_target(self) -> dict[str, dict[int | None, LineSet]]:
        products: dict[int | None, LineSet] = defaultdict(int)
        groups: dict[int | None, LineSet] = defaultdict(int)
        brands: dict[int | None, LineSet] = defaultdict(int)
        for place, line in enumerate(self.lines):
            if line.loyalty_off:
                continue
            bit = 1 << place
            products[line.product_id] |= bit
            brands[line.brand_id] |= bit
            for group in line.group_ids:
                groups[group] |= bit
        return {"PRODUCT": products, "PRODUCT_GROUP": groups, "PRODUCT_BRAND": brands}

    @cached_property
    def _all_dearest_first(self) -> list[int]:
        return sorted(range(len(self.lines)), key=self._piece_prices.__getitem__)

    @cached_property
    def _piece_prices(self) -> list[float]:
        """The price of a piece of each line, below zero: what is sorted by it begins with the dearest."""
        return [-paid / (pieces or 1) for paid, pieces in zip(self.paid, self.pieces, strict=True)]

    @cached_property
    def _by_price(self) -> tuple[list[Decimal], list[LineSet]]:
        """Unit prices in order, and the lines that are cheaper than each place in it."""
        found = sorted((half_up(line.unit_price, self.unit), place) for place, line in enumerate(self.lines))
        return [price for price, _ in found], [0, *accumulate((1 << place for _, place in found), or_)]

    @cached_property
    def _pieces_by_digit(self) -> list[LineSet]:
        return _by_digit(self.pieces)

    @cached_property
    def _quantities_by_digit(self) -> list[LineSet]:
        return _by_digit(self.quantities)


def union(sets: Iterable[LineSet]) -> LineSet:
    """The lines in any of the sets."""
    found = 0
    for lines in sets:
        found |= lines
    return found


def line_set(places: Iterable[int], lines: int) -> LineSet:
    """The set of the lines at some places, of so many lines in all."""
    digits = bytearray(b"0" * (lines + 1))
    for place in places:
        digits[-1 - place] = ONE_DIGIT
    return int(digits, 2)


ONE_DIGIT = ord("1")
AS_FLAGS = bytes.maketrans(b"01", b"\x00\x01")


def _bits(lines: LineSet) -> list[int]:
    """The bits of a number that are set, lowest first: one by one where they are few, else all digits at once."""
    if lines.bit_count() <= FEW:
        found = []
        while lines:
            lowest = lines & -lines
            found.append(lowest.bit_length() - 1)
            lines ^= lowest
        return found
    flags = f"{lines:b}"[::-1].encode().translate(AS_FLAGS)
    return list(compress(range(len(flags)), flags))


def _by_digit(numbers: Sequence[int]) -> list[LineSet]:
    """For each binary digit, the lines whose number has it: a sum is then a few counts of bits."""
    digits = [0] * max((number.bit_length() for number in numbers), default=0)
    for place, number in enumerate(numbers):
        for digit in _bits(number):
            digits[digit] |= 1 << place
    return digits


def _total(digits: Sequence[LineSet], lines: LineSet) -> int:
    return sum((lines & having).bit_count() << digit for digit, having in enumerate(digits))
