"""Python written for a shape: one expression that makes an object of the answer straight from a row.

A row's leaves are read by position and converted in place. A list that was read along with the row is given to the
function that answers it. What other levels fill in is noted beside the object, as (object, key), in one list a child.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

from resolvers.query.columns import Column
from resolvers.query.json_rows import rows_of
from schema.execution.plan.bindings import NotPlannable
from schema.execution.plan.plan_nodes import AnswerState, ComputedValue, Filler, ReadFiller, Shape

Build = Callable[[Any], Any]
"""Makes the objects of some rows; or, of a value that holds a list's rows, the answer to the list."""

Begin = Callable[[AnswerState, Sequence[list[object]], Sequence[Callable[..., Any]]], Build]
"""Begins a request: the lists receive (object, key) for each child, the functions answer the lists read along."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the objects: where the rows come from, and what is made of them.

    A list that was read along comes as a `value` that holds its rows, and is its answer, the objects under a `key`
    where it is a connection.
    """

    backend: str
    value: bool = False
    key: str | None = None


class CodeWriter:
    """Writes a shape's function: each entry gives its own expression, with what is here to put it together."""

    def __init__(
        self, backend: str, positions: Mapping[Column, int], along: Mapping[ReadFiller, Sequence[int]]
    ) -> None:
        self.backend = backend
        self.children: list[Filler] = []
        self.inner: list[ReadFiller] = []
        self.names: dict[str, Any] = {"absent": raise_null_violation, "rows_of": rows_of}
        """What the function calls, by the names under which it does."""
        self.memos: list[str] = []
        self.hooks: list[str] = []
        self._positions = positions
        self._along = along

    def bind(self, prefix: str, value: object) -> str:
        """A name for something that the function calls."""
        name = f"{prefix}{len(self.names)}"
        self.names[name] = value
        return name

    def at(self, column: Column) -> str:
        """A column of the row."""
        return f"r[{self._positions[column]}]"

    @staticmethod
    def absent(*, required: bool) -> str:
        """What stands for a value that isn't there."""
        return "absent()" if required else "None"

    def object(self, shape: Shape) -> str:
        """An object within another; what is to be noted of it is noted by the way."""
        made, notes = self.fields(shape), self.notes(shape)
        if not notes:
            return made
        hook = f"h{len(self.hooks)}"
        self.hooks.append(f"def {hook}(o, r):\n" + "".join(f"        {note}\n" for note in notes) + "        return o")
        return f"{hook}({made}, r)"

    def fields(self, shape: Shape) -> str:
        """An object, without notes."""
        return f"{{{', '.join(f'{key!r}: {entry.code(self)}' for key, entry in shape.entries)}}}"

    def notes(self, shape: Shape) -> list[str]:
        """What is to be noted of an object whose fields are written."""
        return [note for _, entry in shape.entries if (note := entry.note(self)) is not None]

    def remembered(self, entry: ComputedValue, columns: Sequence[Column]) -> str:
        """What a function makes of columns, called once a request for each of their values."""
        given = ", ".join(self.at(column) for column in columns)
        key = given if len(columns) == 1 else f"({given})"
        memo, make = self.bind("m", None), self.bind("f", _computation(entry))
        self.memos.append(f"{memo} = filling.context.memo.setdefault({self.bind('e', entry)}, {{}})")
        return f"({memo}[{key}] if {key} in {memo} else {make}(filling, {memo}, {key}, {given}))"

    def answered_along(self, filler: Filler) -> str | None:
        """The answer to lists that were read along with the row; none where they were not."""
        if not isinstance(filler, ReadFiller) or filler not in self._along:
            return None
        self.inner.append(filler)
        return f"e{len(self.inner) - 1}({', '.join(f'r[{place}]' for place in self._along[filler])})"

    def left_open(self, filler: Filler) -> str:
        """Null, which a child will fill in."""
        self.children.append(filler)
        return "None"

    def noted(self, filler: Filler, key: Column) -> str | None:
        """A note of an object `o` to be filled in by a child, with its key."""
        if filler in self._along:
            return None
        return f"a{self.children.index(filler)}((o, {self.at(key)}))"

    def noted_with(self, filler: Filler, columns: Sequence[Column]) -> str:
        """A note of an object `o` to be filled in by a child, with columns of its row."""
        return f"a{self.children.index(filler)}((o, ({', '.join(map(self.at, columns))})))"


class Generated:
    """A shape's function, the children whose keys it notes, and the lists that it finds in its rows, in their orders.

    `along` says where in a row the lists are; what is merged has several.
    """

    def __init__(
        self, shape: Shape, positions: Mapping[Column, int], along: Mapping[ReadFiller, Sequence[int]], frame: Frame
    ) -> None:
        writer = CodeWriter(frame.backend, positions, along)
        made, notes = writer.fields(shape), writer.notes(shape)
        self.children, self.inner = writer.children, writer.inner
        begin = [
            *(f"a{index} = lists[{index}].append" for index in range(len(self.children))),
            *(f"e{index} = inner[{index}]" for index in range(len(self.inner))),
            *writer.memos,
            *writer.hooks,
        ]
        source = "def begin(filling, lists, inner):\n" + "".join(f"    {line}\n" for line in begin)
        source += _build(made, notes, frame) + "    return build\n"
        exec(_code(source, shape.type_name), writer.names)  # noqa: S102
        self.begin: Begin = writer.names["begin"]
        self.source, self.names = source, writer.names


@lru_cache(maxsize=4096)
def _code(source: str, name: str) -> CodeType:
    """Python's own code: shapes that are the same but for what they call share it."""
    return compile(source, f"<{name}>", "exec")


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


def raise_null_violation() -> object:
    """A row that must be there is not: the ordinary way reports it."""
    raise NotPlannable


def _computation(entry: ComputedValue) -> Callable[..., Any]:
    """What works a value out from columns, and remembers it."""
    pythons, function, convert, arguments = entry.pythons, entry.function, entry.convert, entry.arguments

    def make(filling: AnswerState, memo: dict[Any, Any], key: Any, *raw: Any) -> object:
        values = [None if value is None else python(value) for python, value in zip(pythons, raw, strict=True)]
        given = () if arguments is None else (arguments.read(filling.variables),)
        made = convert(function(*values, *given, filling.context), filling)
        if type(made) is tuple:
            raise NotPlannable
        memo[key] = made
        return made

    return make
