"""Answering a merged list: its parts are read as ordinary lists, merged, and cut to the page.

Objects are made only of the rows on the page, by each part of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from resolvers.query.merged import merge, merged_cursor
from resolvers.query.paging import Page
from resolvers.storage.reader import Row
from schema.execution.plan.level_request import LevelRequest
from schema.execution.run.connection_answer import connection
from schema.execution.run.level_reader import ParentRows, group_of, groups_of

if TYPE_CHECKING:
    from schema.execution.run.assembler import LevelAssembler, Noted, Slots


class Merging:
    """A merged list being answered, for one parent after another; its answers stand under a key."""

    def __init__(self, key: str, sign: str, parts: Sequence[LevelAssembler]) -> None:
        self._key, self._parts = key, parts
        self.wanted = [part.asked for part in parts]
        self._write = partial(merged_cursor, sign)

    def noted(self) -> list[Noted]:
        """What is still to be filled in, and where."""
        return [noted for part in self._parts for noted in part.noted()]

    def of_list(self, *values: Any) -> object:
        """The answer, from the values that hold the lists read along with their parent."""
        return self._of([group_of(asked, value) for asked, value in zip(self.wanted, values, strict=True)])

    def place(self, slots: Slots, *found: Sequence[Row]) -> None:
        """Give each parent what the rows of the parts make its answer."""
        grouped = [groups_of(part.level, part.asked, rows) for part, rows in zip(self._parts, found, strict=True)]
        answers: dict[Any, Any] = {}
        for container, key in slots:
            if key not in answers:
                answers[key] = self._of([groups.get(key) or ParentRows([]) for groups in grouped])
            container[self._key] = answers[key]

    def _of(self, groups: Sequence[ParentRows]) -> dict[str, object]:
        shape = self._parts[0].level.connection
        assert shape is not None
        page = merged_page(self.wanted, groups)
        return connection(shape, page, self._objects(page.rows, len(shape.shapes())), self._write)

    def _objects(self, page: Sequence[Row], shapes: int) -> list[list[object]]:
        """The page's objects for each shape."""
        rows: list[list[Row]] = [[] for _ in self._parts]
        for _, place, _, row in page:
            rows[-place].append(row)
        made = [part.objects(own) if own else [()] * shapes for part, own in zip(self._parts, rows, strict=True)]
        objects = []
        for shape in range(shapes):
            remaining = [iter(own[shape]) for own in made]
            objects.append([next(remaining[-place]) for _, place, _, _ in page])
        return objects


def merged_page(asked: Sequence[LevelRequest], groups: Sequence[ParentRows]) -> ParentRows:
    """One parent's page of a merged list, whose rows are placed, from the page of each part.

    Each part's page is as long as the whole one, or empty where the part isn't wanted.
    """
    pages = [each.rows.page or Page(0) for each in asked]
    size = max([page.size for page in pages])
    rows: list[Any] = merge([group.rows for group in groups])
    count, goes_on, is_behind, backwards = 0, len(rows) > size, False, pages[0].backwards
    for each, group in zip(asked, groups, strict=True):
        count += group.count
        goes_on = goes_on or (group.more_before if backwards else group.more_after)
        is_behind = is_behind or each.rows.cursor is not None
    if backwards:
        return ParentRows(rows[-size:], count, more_before=goes_on, more_after=is_behind)
    return ParentRows(rows[:size], count, more_before=is_behind, more_after=goes_on)
