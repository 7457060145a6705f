"""Python written for a shape: one expression that makes an object of the answer straight from a row.

A row's leaves are read by position and converted in place. A list that was read along with the row is given to the
function that answers it. What other levels fill in is noted beside the object, as (object, key), in one list a child.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from resolvers.ids import ID_NAMES, id_source, opaque_id
from resolvers.query.columns import Column
from resolvers.query.json_rows import rows_of
from schema.execution.plan.bindings import NotPlannable
from schema.execution.plan.plan_nodes import (
    AnswerState,
    Child,
    ComputedValue,
    Constant,
    Filler,
    GlobalId,
    Nested,
    Scalar,
    Shape,
)

Build = Callable[[Any], Any]
"""Makes the objects of some rows; or, of a value that holds a list's rows, the answer to the list."""

Begin = Callable[[AnswerState, Sequence[list[Any]], Sequence[Callable[..., Any]]], Build]
"""Begins a request: the lists receive (object, key) for each child, the functions answer the lists read along."""

KEPT_IDS = 16384
"""How many ids of a type are remembered: brands, groups and stores come again and again."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the objects: where the rows come from, and what is made of them.

    A list that was read along comes as a `value` that holds its rows, and is its answer, the objects under a `key`
    where it is a connection.
    """

    backend: str
    value: bool = False
    key: str | None = None


class Generated:
    """A shape's function, the children whose keys it notes, and the lists that it finds in its rows, in their orders.

    `along` says where in a row the lists are; what is merged has several.
    """

    def __init__(
        self, shape: Shape, positions: Mapping[Column, int], along: Mapping[Filler, Sequence[int]], frame: Frame
    ) -> None:
        self._backend = frame.backend
        self._memos: list[str] = []
        self.children: list[Filler] = []
        self.inner: list[Filler] = []
        self._positions = positions
        self._along = along
        self._names: dict[str, Any] = {"absent": raise_null_violation, "rows_of": rows_of, **ID_NAMES}
        self._hooks: list[str] = []
        made = self._object(shape, own=True)
        notes = self._notes(shape)
        begin = [
            *(f"a{index} = lists[{index}].append" for index in range(len(self.children))),
            *(f"e{index} = inner[{index}]" for index in range(len(self.inner))),
            *self._memos,
            *self._hooks,
        ]
        source = "def begin(filling, lists, inner):\n" + "".join(f"    {line}\n" for line in begin)
        source += _build(made, notes, frame) + "    return build\n"
        exec(compile(source, f"<{shape.type_name}>", "exec"), self._names)  # noqa: S102
        self.begin: Begin = self._names["begin"]
        self.source = source

    def _bind(self, prefix: str, value: Any) -> str:
        name = f"{prefix}{len(self._names)}"
        self._names[name] = value
        return name

    def _at(self, column: Column) -> str:
        return f"r[{self._positions[column]}]"

    def _object(self, shape: Shape, *, own: bool = False) -> str:
        fields = ", ".join(f"{key!r}: {self._entry(entry)}" for key, entry in shape.entries)
        made = f"{{{fields}}}"
        notes = [] if own else self._notes(shape)
        if not notes:
            return made
        hook = f"h{len(self._hooks)}"
        self._hooks.append(f"def {hook}(o, r):\n" + "".join(f"        {note}\n" for note in notes) + "        return o")
        return f"{hook}({made}, r)"

    def _notes(self, shape: Shape) -> list[str]:
        return [
            f"a{self.children.index(entry.level)}((o, {self._at(entry.key)}))"
            for _, entry in shape.entries
            if isinstance(entry, Child) and entry.level not in self._along
        ]

    def _entry(self, entry: Any) -> str:
        if isinstance(entry, Scalar):
            return self._scalar(entry)
        if isinstance(entry, GlobalId):
            return self._id(entry)
        if isinstance(entry, Constant):
            return repr(entry.text)
        if isinstance(entry, ComputedValue):
            return self._plain(entry)
        if isinstance(entry, Nested):
            made = self._object(entry.shape)
            if entry.when is None:
                return made
            return f"({'absent()' if entry.required else 'None'} if {self._at(entry.when)} is None else {made})"
        if entry.level in self._along:
            self.inner.append(entry.level)
            lists = ", ".join(f"r[{place}]" for place in self._along[entry.level])
            return f"e{len(self.inner) - 1}({lists})"
        self.children.append(entry.level)
        return "None"

    def _id(self, entry: GlobalId) -> str:
        """Other rows refer to the same few again and again; a row's own id is new each time."""
        at = self._at(entry.column)
        if entry.column.path:
            return f"{self._bind('f', id_maker(entry.type_name))}({at})"
        return id_source(entry.type_name, at)

    def _scalar(self, entry: Scalar) -> str:
        at, wire = self._at(entry.column), entry.value.wire(self._backend)
        made = at if wire is None else f"{self._bind('f', wire)}({at})"
        if wire is not None and entry.value.ready is not None:
            made = f"({at} if {entry.value.ready.format(at)} else {made})"
        if entry.nullable and (entry.required or wire is not None):
            return f"({'absent()' if entry.required else 'None'} if {at} is None else {made})"
        return made

    def _plain(self, entry: ComputedValue) -> str:
        """The same columns are worked out once a request."""
        columns = ", ".join(self._at(column) for column in entry.columns)
        key = columns if len(entry.columns) == 1 else f"({columns})"
        memo, make = self._bind("m", None), self._bind("f", plain_maker(entry))
        self._memos.append(f"{memo} = filling.context.memo.setdefault({self._bind('e', entry)}, {{}})")
        return f"({memo}[{key}] if {key} in {memo} else {make}(filling, {memo}, {key}, {columns}))"


def _build(made: str, notes: Sequence[str], frame: Frame) -> str:
    """The function; where notes are taken it is a loop, which can."""
    rows = "rows_of(value)" if frame.value else "rows"
    lines = [f"def build({'value' if frame.value else 'rows'}):"]
    objects = f"[{made} for r in {rows}]"
    if notes:
        lines += ["    made = []", "    add = made.append", f"    for r in {rows}:", f"        o = {made}"]
        lines += [*(f"        {note}" for note in notes), "        add(o)"]
        objects = "made"
    lines.append(f"    return {objects if frame.key is None else f'{{{frame.key!r}: {objects}}}'}")
    return "".join(f"    {line}\n" for line in lines)


def raise_null_violation() -> Any:
    """A row that must be there is not: the ordinary way reports it."""
    raise NotPlannable


@lru_cache(maxsize=1024)
def id_maker(type_name: str) -> Callable[[int], str]:
    """What makes the ids of a type that other rows refer to."""
    return lru_cache(maxsize=KEPT_IDS)(partial(opaque_id, type_name))


def plain_maker(entry: ComputedValue) -> Callable[..., Any]:
    """What works a value out from columns, and remembers it."""
    pythons, function, convert = entry.pythons, entry.function, entry.convert

    def make(filling: AnswerState, memo: dict[Any, Any], key: Any, *raw: Any) -> Any:
        values = [None if value is None else python(value) for python, value in zip(pythons, raw, strict=True)]
        made = convert(function(*values, filling.context), filling)
        if type(made) is tuple:
            raise NotPlannable
        memo[key] = made
        return made

    return make
