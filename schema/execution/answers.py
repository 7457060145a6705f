"""What one level answers within one request: from rows to lists, connections and single objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from resolvers.database import Row
from schema.execution.fetch import Asked, Group, cursor_of, group_of, groups_of, positions
from schema.execution.generate import Frame, Generated, absent
from schema.execution.shapes import Batch, Filling, Level

Slots = Sequence[tuple[Any, Any]]
"""Where a level's answer goes: (container, key of the parent)."""


class Answering:
    """A level being answered. Lists that were read along with its rows are answered in the same go."""

    def __init__(self, level: Level, asked: Asked, filling: Filling, *, inside: bool = False) -> None:
        self.level, self.asked = level, asked
        self._first = first = asked.rows.first_column_inside if inside else asked.rows.first_column
        page = asked.rows.page
        self._key = level.connection.entries[0][0] if level.connection is not None and level.is_flat else None
        simple = inside and level.is_flat and (page is None or not page.backwards)
        frame = Frame(filling.reading.backend, simple, self._key if simple else None)
        self._generated = _generated(level, first, len(asked.along), frame)
        self._lists: list[list[list[Any]]] = [[[] for _ in made.children] for made in self._generated]
        self._along: dict[Level | Batch, Answering] = {
            each: Answering(each, its, filling, inside=True)
            for each, its in zip(level.along if asked.along else (), asked.along, strict=True)
        }
        self._builds = [
            made.begin(filling, lists, [self._along[each].of_list for each in made.inner])
            for made, lists in zip(self._generated, self._lists, strict=True)
        ]
        self.of_list: Callable[[Any], Any] = self._builds[0] if simple else self._of_list
        """The answer to a list that was read along with its parent, from the value that holds it."""

    def noted(self) -> Iterator[tuple[Level | Batch, Slots]]:
        """What is still to be filled in, and where."""
        for made, lists in zip(self._generated, self._lists, strict=True):
            yield from ((child, slots) for child, slots in zip(made.children, lists, strict=True) if slots)
        for each in self._along.values():
            yield from each.noted()

    def _of_list(self, value: Any) -> Any:
        return self.of(group_of(self.asked, value))

    def place(self, slots: Slots, rows: Sequence[Row]) -> None:
        """Give each parent what the rows make its answer."""
        if self.level.is_flat:
            self._place_flat(slots, rows[::-1] if self.asked.rows.comes_reversed else rows)
            return
        answers = {key: self.of(group) for key, group in groups_of(self.level, self.asked, rows).items()}
        for container, key in slots:
            container[self.level.key] = answers[key] if key in answers else self.of(Group([]))

    def _place_flat(self, slots: Slots, rows: Sequence[Row]) -> None:
        """The same, where nothing more is to be said of the rows."""
        level, objects = self.level, self._builds[0](rows)
        groups: dict[Any, list[Any]] = {}
        if level.link is not None:
            for row, made in zip(rows, objects, strict=True):
                if row[0] in groups:
                    groups[row[0]].append(made)
                else:
                    groups[row[0]] = [made]
        for container, parent in slots:
            own = objects if level.link is None else groups.get(parent, [])
            container[level.key] = own if self._key is None else {self._key: own}

    def of(self, group: Group) -> Any:
        """The answer to one parent."""
        level = self.level
        if level.item is not None:
            return [row[self._first] for row in group.rows]
        objects = [build(group.rows) for build in self._builds]
        if level.kind == "list":
            return objects[0]
        if level.connection is None:
            if objects[0]:
                return objects[0][0]
            return None if level.nullable else absent()
        return self._connection(group, objects)

    def _connection(self, group: Group, objects: Sequence[list[Any]]) -> dict[str, Any]:
        assert self.level.connection is not None
        remaining = iter(objects)
        answer: dict[str, Any] = {}
        for key, kind, what in self.level.connection.entries:
            if kind == "nodes":
                answer[key] = next(remaining)
            elif kind == "edges":
                answer[key] = self._edges(group, what, remaining)
            elif kind == "page_info":
                answer[key] = self._page_info(group, what)
            else:
                answer[key] = group.count if kind == "total_count" else what
        return answer

    def _edges(self, group: Group, parts: Any, remaining: Any) -> list[dict[str, Any]]:
        columns: list[tuple[str, list[Any]]] = []
        for key, kind, what in parts:
            if kind == "node":
                columns.append((key, next(remaining)))
            elif kind == "cursor":
                columns.append((key, [cursor_of(self.asked, row) for row in group.rows]))
            else:
                columns.append((key, [what] * len(group.rows)))
        names = [key for key, _ in columns]
        return [
            dict(zip(names, values, strict=True)) for values in zip(*(column for _, column in columns), strict=True)
        ]

    def _page_info(self, group: Group, names: Sequence[tuple[str, str]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, name in names:
            if name == "hasNextPage":
                made[key] = group.more_after
            elif name == "hasPreviousPage":
                made[key] = group.more_before
            elif name == "__typename":
                made[key] = "PageInfo"
            else:
                row = (group.rows[0] if name == "startCursor" else group.rows[-1]) if group.rows else None
                made[key] = None if row is None else cursor_of(self.asked, row)
        return made


def _generated(level: Level, first: int, lists: int, frame: Frame) -> list[Generated]:
    """The functions of a level's shapes; the columns begin in so many places, behind so many lists."""
    key = (frame, first, lists)
    if key not in level.generated:
        where = positions(level, first)
        along: dict[Level | Batch, int] = (
            {each: first - lists + place for place, each in enumerate(level.along)} if lists else {}
        )
        level.generated[key] = [Generated(shape, where, along, frame) for shape in level.shapes()]
    made: list[Generated] = level.generated[key]
    return made
