"""What one level answers within one request: from rows to lists, connections and single objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from resolvers.storage.reader import Row
from schema.execution.plan.codegen import Build, Frame, Generated, raise_null_violation
from schema.execution.plan.level_request import LevelRequest
from schema.execution.plan.plan_nodes import AnswerState, Filler, Level, ReadFiller
from schema.execution.run.connection_answer import connection
from schema.execution.run.level_reader import ParentRows, ask, cursor_of, group_of, groups_of, positions

Slots = Sequence[tuple[Any, Any]]
"""Where an answer goes: (container, key of the parent)."""

Noted = tuple[Filler, Slots]
"""What is still to be filled in, and where."""


@dataclass(frozen=True, slots=True)
class AnswerLayout:
    """What the answers of a level have in common from request to request.

    `first` is where the columns begin in a row. A `simple` list is answered straight from the value that holds its
    rows; a flat connection puts them under `key`.
    """

    generated: Sequence[Generated]
    first: int
    is_simple: bool
    is_flat: bool
    key: str | None


class LevelAssembler:
    """A level being answered. Lists that were read along with its rows are answered in the same go."""

    def __init__(self, level: Level, asked: LevelRequest, filling: AnswerState, *, inside: bool = False) -> None:
        self.level, self.asked, self.wanted = level, asked, (asked,)
        self._form = form = _form(level, asked, filling.context.reader.backend, inside=inside)
        self._along = _inside(level.along, asked.along, filling) if asked.along else {}
        self._lists: list[Sequence[list[Any]]] = []
        self._builds: list[Build] = []
        for made in form.generated:
            lists: Sequence[list[Any]] = [[] for _ in made.children] if made.children else ()
            inner = [self._along[each].of_list for each in made.inner] if made.inner else ()
            self._lists.append(lists)
            self._builds.append(made.begin(filling, lists, inner))
        self.of_list: Callable[[Any], Any] = self._builds[0] if form.is_simple else self._of_list
        """The answer to a list that was read along with its parent, from the value that holds it."""

    def noted(self) -> list[Noted]:
        """What is still to be filled in, and where."""
        found: list[Noted] = []
        for made, lists in zip(self._form.generated, self._lists, strict=True):
            if lists:
                found += [(child, slots) for child, slots in zip(made.children, lists, strict=True) if slots]
        for each in self._along.values():
            found += each.noted()
        return found

    def _of_list(self, value: object) -> object:
        return self.of(group_of(self.asked, value))

    def place(self, slots: Slots, rows: Sequence[Row]) -> None:
        """Give each parent what the rows make its answer."""
        if self._form.is_flat:
            self._place_flat(slots, rows[::-1] if self.asked.rows.comes_reversed else rows)
            return
        answers = {key: self.of(group) for key, group in groups_of(self.level, self.asked, rows).items()}
        for container, key in slots:
            container[self.level.key] = answers[key] if key in answers else self.of(ParentRows([]))

    def _place_flat(self, slots: Slots, rows: Sequence[Row]) -> None:
        """The same, where nothing more is to be said of the rows."""
        level, objects = self.level, self._builds[0](rows)
        groups: dict[Any, list[object]] = {}
        if level.link is not None:
            for row, made in zip(rows, objects, strict=True):
                if row[0] in groups:
                    groups[row[0]].append(made)
                else:
                    groups[row[0]] = [made]
        for container, parent in slots:
            own = objects if level.link is None else groups.get(parent, [])
            container[level.key] = own if self._form.key is None else {self._form.key: own}

    def of(self, group: ParentRows) -> object:
        """The answer to one parent."""
        level = self.level
        if level.item is not None:
            return [row[self._form.first] for row in group.rows]
        objects = self.objects(group.rows)
        if level.kind == "list":
            return objects[0]
        if level.connection is None:
            if objects[0]:
                return objects[0][0]
            return None if level.nullable else raise_null_violation()
        return connection(level.connection, group, objects, partial(cursor_of, self.asked))

    def objects(self, rows: Sequence[Row]) -> list[list[object]]:
        """The objects that rows are in each of the shapes."""
        return [build(rows) for build in self._builds]


class Answering(Protocol):
    """What is being answered by the rows of one level or several."""

    wanted: Sequence[LevelRequest]
    of_list: Callable[..., Any]
    """The answer, from the values that hold the lists read along with their parent."""

    def place(self, slots: Slots, *found: Sequence[Row]) -> None:
        """Give each parent what the rows make its answer."""

    def noted(self) -> list[Noted]:
        """What is still to be filled in, and where."""


def begin(below: ReadFiller, filling: AnswerState) -> Answering:
    """Begin to answer what levels answer, as the request's arguments say."""
    parts = [LevelAssembler(each, ask(each, filling.variables), filling) for each in below.levels]
    answering: Answering = below.answering(parts)
    return answering


def _inside(
    levels: Sequence[Level], asked: Sequence[LevelRequest], filling: AnswerState
) -> dict[ReadFiller, Answering]:
    """What answers the lists that are read along with the rows of a level."""
    found: dict[ReadFiller, list[LevelAssembler]] = {}
    for level, its in zip(levels, asked, strict=True):
        found.setdefault(level.part_of or level, []).append(LevelAssembler(level, its, filling, inside=True))
    return {below: below.answering(parts) for below, parts in found.items()}


def _form(level: Level, asked: LevelRequest, backend: str, *, inside: bool) -> AnswerLayout:
    rows = asked.rows
    backwards = rows.page is not None and rows.page.backwards
    key = backend, inside, len(rows.along), rows.counted, backwards
    found: AnswerLayout | None = level.forms.get(key)
    if found is None:
        first = rows.first_column_inside if inside else rows.first_column
        is_flat = level.is_flat
        name = level.connection.entries[0][0] if level.connection is not None and is_flat else None
        is_simple = inside and is_flat and level.part_of is None and not backwards
        frame = Frame(backend, is_simple, name if is_simple else None)
        found = AnswerLayout(_generated(level, first, len(rows.along), frame), first, is_simple, is_flat, name)
        level.forms[key] = found
    return found


def _generated(level: Level, first: int, lists: int, frame: Frame) -> list[Generated]:
    """The functions of a level's shapes; the columns begin in so many places, behind so many lists."""
    along: dict[ReadFiller, list[int]] = {}
    for place, each in enumerate(level.along if lists else (), start=first - lists):
        along.setdefault(each.part_of or each, []).append(place)
    return [Generated(shape, positions(level, first), along, frame) for shape in level.shapes()]
