"""What a connection answers of a page: its rows, their cursors, and where it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from schema.execution.plan.connection_shape import ConnectionShape
from schema.execution.run.level_reader import ParentRows

WriteCursor = Callable[[Any], str]
"""Makes the cursor of a row."""


def connection(
    shape: ConnectionShape, group: ParentRows, objects: Sequence[list[object]], write: WriteCursor
) -> dict[str, object]:
    """The answer, made of the page's objects for each of the shapes."""
    remaining = iter(objects)
    answer: dict[str, object] = {}
    for key, kind, what in shape.entries:
        if kind == "nodes":
            answer[key] = next(remaining)
        elif kind == "edges":
            answer[key] = _edges(group, what, remaining, write)
        elif kind == "page_info":
            answer[key] = _page_info(group, what, write)
        else:
            answer[key] = group.count if kind == "total_count" else what
    return answer


def _edges(
    group: ParentRows, parts: Any, remaining: Iterator[list[object]], write: WriteCursor
) -> list[dict[str, object]]:
    columns: list[tuple[str, list[object]]] = []
    for key, kind, what in parts:
        if kind == "node":
            columns.append((key, next(remaining)))
        elif kind == "cursor":
            columns.append((key, [write(row) for row in group.rows]))
        else:
            columns.append((key, [what] * len(group.rows)))
    names = [key for key, _ in columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*(column for _, column in columns), strict=True)]


def _page_info(group: ParentRows, names: Sequence[tuple[str, str]], write: WriteCursor) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, name in names:
        if name == "hasNextPage":
            made[key] = group.more_after
        elif name == "hasPreviousPage":
            made[key] = group.more_before
        elif name == "__typename":
            made[key] = "PageInfo"
        else:
            row = (group.rows[0] if name == "startCursor" else group.rows[-1]) if group.rows else None
            made[key] = None if row is None else write(row)
    return made
