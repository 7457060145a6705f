"""Which rows and columns of an entity a level reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models import Base
from resolvers.query.columns import Column
from resolvers.query.filters.where import ALL, Structure, goes_over_relations
from resolvers.query.link import Link
from resolvers.query.paging import Order, Page

NO_KEY = 0
"""The key of the only batch of a list at the root."""


@dataclass(frozen=True, slots=True)
class LevelQuery:
    """Which rows and columns of an entity a level reads. Equal levels share one compiled statement.

    The statement answers rows of the parent's key (`None` at the root without a count), the count if asked for, the
    lists read along, and the columns. Parameters: `keys`, `now`, `c0`… of the cursor, `w0`… of the filter, `s0`… of
    the search.
    """

    entity: type[Base]
    columns: tuple[Column, ...]
    link: Link | None = None
    order: Order = ()
    page: Page | None = None
    where: Structure = ALL
    words: int = 0
    cursor: tuple[bool, ...] | None = None
    counted: bool = False
    along: tuple[LevelQuery, ...] = ()
    """Lists of each row, in its own statement: each is one more value, whose rows are lists and columns alone."""

    def __hash__(self) -> int:
        # Columns are many, and rarely all that differs.
        return hash((self.entity, self.link, len(self.columns), self.page, self.where, self.cursor, self.along))

    @property
    def comes_reversed(self) -> bool:
        """Whether the statement answers the rows from the list's end, as it does where it sorts only once."""
        return self.link is None and not self.counted and self.page is not None and self.page.backwards

    @property
    def is_whole(self) -> bool:
        """Whether any row may be among them, so that they are best looked for in their order."""
        return self.link is None and self.where == ALL and not self.words

    @property
    def asks_of_related(self) -> bool:
        """Whether it is a list at the root with conditions on related rows: of these there may be few or many."""
        return self.link is None and goes_over_relations(self.where)

    @property
    def first_column(self) -> int:
        """Where the columns start in a row of the answer: behind the key, the count and the lists."""
        return 1 + self.counted + len(self.along)

    @property
    def width(self) -> int:
        """How many values a row of the answer has."""
        return self.first_column + len(self.columns)

    @property
    def first_column_inside(self) -> int:
        """And where, in a row that is read along with another one: behind the lists alone."""
        return len(self.along)


def reading_along(rows: LevelQuery, lists: Sequence[LevelQuery]) -> LevelQuery:
    """The rows with lists of each, whose parameters get a prefix in the statement, by their place."""
    return replace(rows, along=tuple(lists))


def along_prefix(place: int) -> str:
    """What the names of the parameters of a list read along begin with."""
    return f"a{place}_"


def level_prefix(place: int) -> str:
    """What the names of the parameters of one of several levels begin with."""
    return f"b{place}_"
