"""What an operation costs with the variables of one request: worked out from its price, before it runs.

The cost is an upper bound, every page full and every relation there, but for lists without pages: those are short by
nature, and taken to be so. What no variable decides is summed up once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import NamedTuple, Protocol

from graphql.execution.values import VariableValues

LIST_SIZE = 10
"""How long a list without pages is taken to be."""
MOST_KNOWN = 256
"""For how many sizes the cost of an operation is remembered."""

VALUES_FOR_OBJECT, OBJECTS_FOR_LIST, OBJECTS_FOR_COUNT, OBJECTS_FOR_CHANGE, OBJECTS_FOR_SUM = 10, 50, 10, 1000, 100
"""How many values are as dear as an object; and as how many objects a list, a count, a change and sums are.

They follow the processor's time: an object with its row takes 0.7 µs, a value 0.1, a list 15 along with its parent and
60 on its own, the count of a short list 4, and a change some 0.7 ms.
"""


class Cost(NamedTuple):
    """What an answer may hold at most, and what has to be done for it."""

    objects: int = 0
    values: int = 0
    """Leaves of those objects."""
    lists: int = 0
    """Lists, lookups and other computations that are read, each for all its parents at once."""
    counts: int = 0
    """How many lists are counted whole."""
    changes: int = 0
    """How many mutations are done."""
    sums: int = 0
    """How dear it is to go through the rows that are counted and summed up: one for those of a customer."""

    @property
    def points(self) -> int:
        """All of it in one number, by which budgets are kept: an object is one point."""
        return (
            self.objects
            + -(-self.values // VALUES_FOR_OBJECT)
            + self.lists * OBJECTS_FOR_LIST
            + self.counts * OBJECTS_FOR_COUNT
            + self.changes * OBJECTS_FOR_CHANGE
            + self.sums * OBJECTS_FOR_SUM
        )

    def plus(self, other: Cost) -> Cost:
        """Both together."""
        return Cost(*map(add, self, other))

    def times(self, size: int) -> Cost:
        """The cost for so many parents: lists are read for all of them at once."""
        if size == 0:
            return NOTHING
        return Cost(
            self.objects * size,
            self.values * size,
            self.lists,
            self.counts * size,
            self.changes,
            self.sums * size,
        )


NOTHING = Cost()

Size = Callable[[Mapping[str, object]], int]
"""How many objects a field leads to, for these variables."""


class Price(Protocol):
    """What a part of an answer costs, for one parent."""

    @property
    def fixed(self) -> Cost | None:
        """The cost where no variable decides it."""

    def cost(self, variables: Mapping[str, object]) -> Cost:
        """The cost for these variables."""


@dataclass(frozen=True, slots=True)
class Objects:
    """Objects of one type: so many, each with its own cost and that of what variables decide below it."""

    size: int | Size
    each: Cost
    below: Sequence[Price]
    once: Cost = NOTHING
    """What comes to it however many there are."""

    @property
    def fixed(self) -> Cost | None:
        """Its cost where neither its size nor anything below varies."""
        return self.each.times(self.size).plus(self.once) if isinstance(self.size, int) and not self.below else None

    def cost(self, variables: Mapping[str, object]) -> Cost:
        """Multiply what one costs."""
        each = self.each
        for price in self.below:
            each = each.plus(price.cost(variables))
        return each.times(self.size if isinstance(self.size, int) else self.size(variables)).plus(self.once)


@dataclass(frozen=True, slots=True)
class Dearest:
    """Objects of one type or another: whichever costs most in each respect."""

    options: Sequence[Price]

    @property
    def fixed(self) -> Cost | None:
        """The cost where none of them varies."""
        return None if any(option.fixed is None for option in self.options) else self.cost({})

    def cost(self, variables: Mapping[str, object]) -> Cost:
        """Compare them."""
        found = [option.cost(variables) for option in self.options]
        return Cost(*map(max, zip(*found, strict=True)))


@dataclass(frozen=True, slots=True)
class OperationPrice:
    """What an operation costs: for each of the sizes that variables decide, which mostly are the same few."""

    whole: Price
    sizes: Sequence[Size]
    known: dict[tuple[int, ...], Cost] = field(default_factory=dict)


class Priced(Protocol):
    """What has a price: the plan of an operation."""

    @property
    def price(self) -> OperationPrice:
        """Its price."""


def cost(plan: Priced, variables: VariableValues) -> Cost:
    """What an operation costs with these variables. Nothing is read or run."""
    price = plan.price
    sizes = tuple([size(variables.coerced) for size in price.sizes]) if price.sizes else ()
    found = price.known.get(sizes)
    if found is None:
        if len(price.known) >= MOST_KNOWN:
            price.known.clear()
        found = price.known[sizes] = price.whole.cost(variables.coerced)
    return found


BYTES_FOR_OBJECT = 256
"""How many bytes of an answer are as dear as an object: as many as ten short values with their names."""


def actual(requested: Cost, answer: bytes) -> int:
    """What an answer turns out to cost, in points: by the objects, values and bytes that it has.

    Lists and changes cost what they were taken to. Braces and names within texts count as objects and values, up to
    what the document could have had at most.
    """
    objects = min(requested.objects, max(0, answer.count(b"{") - 2))
    values = min(requested.values, answer.count(b'":'))
    counts = min(requested.counts, objects)
    points = Cost(objects, 0, requested.lists, counts, requested.changes, requested.sums).points
    return points + max(-(-values // VALUES_FOR_OBJECT), len(answer) // BYTES_FOR_OBJECT)
