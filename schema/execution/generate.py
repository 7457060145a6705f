"""Python written for a shape: one expression that makes an object of the answer straight from a row.

A row's leaves are read by position and converted in place. What other levels fill in is noted beside the object, as
(object, key), in one list a child.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from resolvers.columns import Column
from schema.execution.places import NotPlannable
from schema.execution.shapes import Batch, Below, Constant, Filling, Level, Nested, Opaque, Plain, Scalar, Shape

Build = Callable[[Sequence[Any], Filling, Sequence[list[Any]]], list[Any]]
"""Makes the objects of some rows; the lists receive (object, key) for each child."""

KEPT_IDS = 16384
"""How many ids of a type are remembered: brands, groups and stores come again and again."""


class Generated:
    """A shape's function and the children whose keys it notes, in the order of its lists."""

    def __init__(self, shape: Shape, positions: dict[Column, int], backend: str) -> None:
        self._backend = backend
        self._memos: list[str] = []
        self.children: list[Level | Batch] = []
        self._positions = positions
        self._names: dict[str, Any] = {"absent": absent}
        self._hooks: list[str] = []
        body = self._object(shape, own=True)
        notes = "".join(f"\n        {note}" for note in self._notes(shape))
        lists = "".join(f"\n    a{index} = lists[{index}].append" for index in range(len(self.children)))
        memos = "".join(f"\n    {memo}" for memo in self._memos)
        hooks = "".join(self._hooks)
        source = (
            f"def build(rows, filling, lists):{lists}{memos}{hooks}\n    made = []\n    add = made.append\n"
            f"    for r in rows:\n        o = {body}{notes}\n        add(o)\n    return made\n"
        )
        exec(compile(source, f"<{shape.type_name}>", "exec"), self._names)  # noqa: S102
        self.build: Build = self._names["build"]
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
        if own or not any(isinstance(entry, Below) for _, entry in shape.entries):
            return made
        hook = f"h{len(self._hooks)}"
        notes = "".join(f"\n        {note}" for note in self._notes(shape))
        self._hooks.append(f"\n    def {hook}(o, r):{notes}\n        return o")
        return f"{hook}({made}, r)"

    def _notes(self, shape: Shape) -> list[str]:
        notes = []
        for _, entry in shape.entries:
            if isinstance(entry, Below):
                notes.append(f"a{self.children.index(entry.level)}((o, {self._at(entry.key)}))")
        return notes

    def _entry(self, entry: Any) -> str:
        if isinstance(entry, Scalar):
            return self._scalar(entry)
        if isinstance(entry, Opaque):
            return f"{self._bind('f', id_maker(entry.type_name))}({self._at(entry.column)})"
        if isinstance(entry, Constant):
            return repr(entry.text)
        if isinstance(entry, Plain):
            return self._plain(entry)
        if isinstance(entry, Nested):
            made = self._object(entry.shape)
            if entry.when is None:
                return made
            return f"({'absent()' if entry.required else 'None'} if {self._at(entry.when)} is None else {made})"
        self.children.append(entry.level)
        return "None"

    def _scalar(self, entry: Scalar) -> str:
        at, wire = self._at(entry.column), entry.value.wire(self._backend)
        made = at if wire is None else f"{self._bind('f', wire)}({at})"
        if entry.nullable and (entry.required or wire is not None):
            return f"({'absent()' if entry.required else 'None'} if {at} is None else {made})"
        return made

    def _plain(self, entry: Plain) -> str:
        """The same columns are worked out once a request."""
        columns = ", ".join(self._at(column) for column in entry.columns)
        key = columns if len(entry.columns) == 1 else f"({columns})"
        memo, make = self._bind("m", None), self._bind("f", plain_maker(entry))
        self._memos.append(f"{memo} = filling.reading.memo.setdefault({self._bind('e', entry)}, {{}})")
        return f"({memo}[{key}] if {key} in {memo} else {make}(filling, {memo}, {key}, {columns}))"


def absent() -> Any:
    """A row that must be there is not: the ordinary way reports it."""
    raise NotPlannable


@lru_cache(maxsize=1024)
def id_maker(type_name: str) -> Callable[[int], str]:
    """What makes the ids of a type."""
    prefix = f"{type_name}:".encode()

    @lru_cache(maxsize=KEPT_IDS)
    def make(key: int) -> str:
        return b2a_base64(b"%b%d" % (prefix, key), newline=False).decode()

    return make


def plain_maker(entry: Plain) -> Callable[..., Any]:
    """What works a value out from columns, and remembers it."""
    pythons, function, convert = entry.pythons, entry.function, entry.convert

    def make(filling: Filling, memo: dict[Any, Any], key: Any, *raw: Any) -> Any:
        values = [None if value is None else python(value) for python, value in zip(pythons, raw, strict=True)]
        made = convert(function(*values, filling.reading), filling)
        if type(made) is tuple:
            raise NotPlannable
        memo[key] = made
        return made

    return make
