"""Pieces of SQL text, each compiled once, and statements put together from them: two statements differ in little.

SQLAlchemy writes a piece from an expression with marks in it. Some marks are names, which are put in as text; holes are
where other pieces go. What is bound gets its place once a statement is put together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import SelectBase
from sqlalchemy.sql.compiler import SQLCompiler

from resolvers.storage.statement import (
    FOLLOWING,
    Binder,
    Process,
    Statement,
    binder_of,
    bound_now,
    compiled_for,
    constant,
    is_given,
    process_of,
)

COMMON = frozenset({"now", "viewer", "token"})
"""The parameters that all pieces of a statement share, beside what follows from the moment; others are their own."""

_NUMBERED = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter that is given at each run."""

    name: str
    process: Process | None

    def called(self, prefix: str) -> str:
        """Its name in a statement, where the piece's own parameters have a prefix."""
        return self.name if self.name in COMMON or self.name in FOLLOWING else prefix + self.name


@dataclass(frozen=True, slots=True)
class Fixed:
    """A parameter that is always the same, as the driver takes it."""

    value: object


@dataclass(frozen=True, slots=True)
class Hole:
    """Where other pieces go; called by the text that stands there."""

    mark: str


Piece = Sequence[str | Given | Fixed | Hole]


def compile_piece(select: SelectBase, backend: str, holes: re.Pattern[str] | None = None) -> Piece:
    """A select's text with its parameters apart; what the pattern finds, in a group, are holes."""
    compiled = compiled_for(select, backend)
    bound = [_bound(name, compiled) for name in compiled.positiontup or ()]
    texts = str(compiled).split("?") if backend == "sqlite" else _NUMBERED.split(str(compiled))
    if backend != "sqlite":
        texts, bound = texts[::2], [bound[int(number) - 1] for number in texts[1::2]]
    assert len(texts) == len(bound) + 1
    parts: list[str | Given | Fixed | Hole] = []
    for place, text in enumerate(texts):
        # Every second part is what the pattern found.
        between = [text] if holes is None else holes.split(text)
        parts += [Hole(part) if index % 2 else part for index, part in enumerate(between)]
        parts += bound[place : place + 1]
    return tuple(parts)


def _bound(name: str, compiled: SQLCompiler) -> Given | Fixed:
    if is_given(name, compiled):
        return Given(name, process_of(name, compiled))
    return Fixed(bound_now(name, compiled))


def part_of(piece: Piece, start: str, end: str = "") -> Piece:
    """What is behind the first place of a text and, where that is given, before the last one of another."""
    parts = list(piece)
    first = parts[0]
    assert isinstance(first, str)
    parts[0] = first[first.index(start) + len(start) :]
    last = parts[-1]
    assert isinstance(last, str)
    parts[-1] = last[: last.rindex(end)] if end else last
    return tuple(parts)


class StatementWriter:
    """A statement that is being put together."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self._texts: list[str] = []
        self._binders: list[Binder] = []
        self._places: dict[object, int] = {}

    def text(self, text: str) -> None:
        """Go on with a text."""
        self._texts.append(text)

    def put(self, part: str | Given | Fixed, prefix: str = "") -> None:
        """Go on with a part of a piece whose own parameters get a prefix."""
        if isinstance(part, str):
            self._texts.append(part)
        elif isinstance(part, Given):
            name = part.called(prefix)
            self._bind(name, binder_of(name, part.process))
        else:
            self._bind((type(part.value), repr(part.value)), constant(part.value))

    def _bind(self, known_as: object, binder: Binder) -> None:
        """Go on with a parameter; PostgreSQL is given one that occurs again only once."""
        if self.backend == "sqlite":
            self._texts.append("?")
            self._binders.append(binder)
            return
        if known_as not in self._places:
            self._binders.append(binder)
            self._places[known_as] = len(self._binders)
        self._texts.append(f"${self._places[known_as]}")

    def statement(self) -> Statement:
        """What was put together."""
        return Statement("".join(self._texts), tuple(self._binders))
