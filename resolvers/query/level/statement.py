"""The statement of a level, put together from texts each of which was compiled once.

So a document that was never seen costs no more than what is new about it: another selection, page size or nesting is
another way to put the same texts together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import literal_column, select, table

from resolvers.query.columns import Column
from resolvers.query.json_rows import NESTING
from resolvers.query.level.parts import AGAIN, COLUMNS, EMPTY, JOINED, LIMIT, PARENT, SELF
from resolvers.query.level.rows import LevelQuery, along_prefix, level_prefix
from resolvers.query.level.select import Form, column_name, join_piece, template, value_piece
from resolvers.query.visibility import Access
from resolvers.storage.beside import beside
from resolvers.storage.cache import Cache
from resolvers.storage.pieces import Fixed, Given, Hole, Piece, StatementWriter, compile_piece, part_of
from resolvers.storage.statement import Statement

MOST_STATEMENTS, MOST_CHARACTERS = 4096, 40_000_000

Rows = LevelQuery | tuple[LevelQuery, ...]
"""What a statement reads: one level, or several."""

Key = tuple[Rows, str, Access]
_KEPT: Cache[Key, Statement] = Cache(MOST_STATEMENTS, MOST_CHARACTERS)

PARTS = re.compile(f"({COLUMNS}|{JOINED})")


def statement(rows: Rows, backend: str, access: Access) -> Statement:
    """The statement of a level, or of several, for one database and for those who see so much."""
    key = rows, backend, access
    return _KEPT.get(key) or _noted(key, _written(*key))


async def statement_beside(rows: Rows, backend: str, access: Access) -> Statement:
    """The same; what was never asked for is put together beside the event loop."""
    key = rows, backend, access
    return _KEPT.get(key) or _noted(key, await beside(("statement", *key), _written, *key))


def _noted(key: Key, made: Statement) -> Statement:
    return _KEPT.put(key, made, len(made.sql))


def _written(rows: Rows, backend: str, access: Access) -> Statement:
    writer = StatementWriter(backend)
    if isinstance(rows, LevelQuery):
        _Level(writer, access, rows, Form.STATEMENT).write()
    else:
        _write_all(writer, access, rows)
    levels = (rows,) if isinstance(rows, LevelQuery) else rows
    return replace(writer.statement(), by_values=any(level.asks_of_related for level in levels))


def _write_all(writer: StatementWriter, access: Access, levels: Sequence[LevelQuery]) -> None:
    """Several levels in one row, whose values are the rows of each.

    The names of a level's parameters get a prefix by its place, `keys` too.
    """
    for place, rows in enumerate(levels):
        level, name = _Level(writer, access, rows, Form.PART, level_prefix(place)), f"s{place}"
        writer.text(", " if place else "SELECT ")
        for part in _collecting(writer.backend):
            if not isinstance(part, Hole):
                writer.put(part)
            elif part.mark == COLUMNS:
                writer.text(level.values_of(name))
            else:
                writer.text("(")
                level.write()
                writer.text(f") AS {name}")
        writer.text(f" AS {name}")


@lru_cache(maxsize=2)
def _collecting(backend: str) -> Piece:
    """What collects the rows of one of several levels."""
    nesting = NESTING[backend]
    row = nesting.row([literal_column(COLUMNS)]).label("row")
    found = nesting.rows(select(row).select_from(table(JOINED)))
    return part_of(compile_piece(select(found.label(SELF)), backend, PARTS), "SELECT ", f" AS {SELF}")


class _Level:
    """A level that is written into a statement; the names of its own parameters get a prefix."""

    def __init__(
        self, writer: StatementWriter, access: Access, rows: LevelQuery, form: Form, prefix: str = "", parent: str = ""
    ) -> None:
        self.writer, self.access, self.rows, self.form = writer, access, rows, form
        self.prefix, self.parent = prefix, parent
        # Unlike the names that SQLAlchemy makes up, and unlike those of the levels around it.
        self.name = f"{rows.entity.__tablename__}_0{prefix.count('_')}"
        self.template = template(rows, form, writer.backend, access)

    def write(self) -> None:
        """Write all of it."""
        for part in self.template.text:
            if not isinstance(part, Hole):
                self._put(part)
            elif JOINED in part.mark:
                for path in self._paths():
                    self._put_all(join_piece(self.rows.entity, path, self.writer.backend, self.access))
            elif AGAIN in part.mark:
                self.writer.text("".join(f", t.{label}" for label in self._labels()))
            elif EMPTY in part.mark:
                self.writer.text("".join(f", NULL AS {label}" for label in self._labels()))
            else:
                self._columns(follow=part.mark != COLUMNS)

    def values_of(self, name: str) -> str:
        """All values of a row of the level under a name, to be put into another row."""
        inside = "{}" if NESTING[self.writer.backend].has_type else "json({})"
        head = ['"key"' if self.writer.backend == "sqlite" else "key", *(["n"] if self.rows.counted else [])]
        lists = [inside.format(f"{name}.l{index}") for index in range(len(self.rows.along))]
        return ", ".join(
            [*(f"{name}.{each}" for each in head), *lists, *(f"{name}.r{i}" for i in range(len(self.rows.columns)))]
        )

    def _put(self, part: str | Given | Fixed | Hole) -> None:
        if isinstance(part, str):
            named = part.replace(SELF, self.name).replace(PARENT, self.parent)
            self.writer.text(named if self.rows.page is None else named.replace(LIMIT, str(self.rows.page.limit)))
        elif not isinstance(part, Hole):
            self.writer.put(part, self.prefix)

    def _put_all(self, piece: Piece) -> None:
        for part in piece:
            self._put(part)

    def _labels(self) -> Iterator[str]:
        yield from (f"l{index}" for index in range(len(self.rows.along)))
        yield from (f"r{index}" for index in range(len(self.rows.columns)))

    def _columns(self, *, follow: bool) -> None:
        """The lists read along, and the columns; each has a label where they follow the others of a selection."""
        has_type = NESTING[self.writer.backend].has_type
        labels, between = self._labels(), ", " if follow else ""
        for place, rows in enumerate(self.rows.along):
            bare = follow or has_type
            self.writer.text(between if bare else f"{between}json(")
            assert rows.link is not None
            parent = f"{self.name}.{column_name(self.rows.entity, rows.link.key, self.writer.backend)}"
            _Level(self.writer, self.access, rows, Form.LIST, self.prefix + along_prefix(place), parent).write()
            self.writer.text(("" if bare else ")") + (f" AS {next(labels)}" if follow else ""))
            between = ", "
        for column, as_text in self._read(follow=follow):
            self.writer.text(between)
            self._put_all(value_piece(self.rows.entity, column, self.writer.backend, self.access, as_text=as_text))
            self.writer.text(f" AS {next(labels)}" if follow else "")
            between = ", "

    def _read(self, *, follow: bool) -> Iterator[tuple[Column, bool]]:
        """The columns, and whether moments are read as text.

        JSON writes moments as the API does, so that only the keys of a cursor, which are the same everywhere, are text
        in a list.
        """
        columns, keys = self.rows.columns, tuple(key.column for key in self.rows.order)
        count = len(columns) - (len(keys) if columns[-len(keys) :] == keys else 0)
        return ((column, follow or place >= count) for place, column in enumerate(columns))

    def _paths(self) -> list[tuple[str, ...]]:
        """The paths whose rows its columns are of, those nearer first."""
        found = {column.path[:end] for column in self.rows.columns for end in range(1, len(column.path) + 1)}
        return sorted(found - self.template.paths)
