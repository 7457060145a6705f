"""Reading a level: from its arguments to the statement, and from the statement's rows to one batch a parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graphql.execution.values import VariableValues

from resolvers.query.columns import Column
from resolvers.query.json_rows import MOST_VALUES, rows_of
from resolvers.query.level.rows import (
    NO_KEY,
    LevelQuery,
    along_prefix,
    level_prefix,
    reading_along,
)
from resolvers.query.level.statement import statement_beside
from resolvers.query.paging import encode_cursor
from resolvers.query.visibility import access_of
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Row
from schema.execution.plan.level_request import LevelRequest
from schema.execution.plan.plan_nodes import Level

CONSTANT, NESTED = "constant", "nested"
"""The names under which a level keeps what its constant arguments ask for, and what it asked last with its lists."""


@dataclass(slots=True)
class ParentRows:
    """The rows of one parent: a page, and what is known of the list around it."""

    rows: list[Row]
    count: int = 0
    more_before: bool = False
    more_after: bool = False


def ask(level: Level, variables: VariableValues) -> LevelRequest:
    """Read the arguments of a level and of the lists that are read along with it, once where no variable is in them.

    What can't be used is a `BadInput`.
    """
    if not level.along:
        return _ask_alone(level, variables)
    known: LevelRequest | None = level.asked.get(NESTED)
    if known is not None and level.is_fixed:
        return known
    own, lists = _ask_alone(level, variables), [ask(each, variables) for each in level.along]
    described = own.rows, [each.rows for each in lists]
    if known is None or known.described != described:
        known = LevelRequest(reading_along(*described), {}, own.order, own.sign, described=described)
    values = dict(own.values)
    for place, each in enumerate(lists):
        if each.values:
            values.update((along_prefix(place) + name, value) for name, value in each.values.items())
    asked = level.asked[NESTED] = replace(known, values=values, along=lists)
    return asked


def _ask_alone(level: Level, variables: VariableValues) -> LevelRequest:
    asked: LevelRequest | None = level.asked.get(CONSTANT)
    if asked is not None:
        return asked
    asked = ask_with(level, level.arguments.read(variables))
    if level.arguments.constant is not None:
        level.asked[CONSTANT] = asked
    return asked


def ask_with(level: Level, args: Mapping[str, object]) -> LevelRequest:
    """What a level asks for with these arguments."""
    if level.request is not None:
        return level.request(level, args)
    assert level.target.entity is not None
    return LevelRequest(LevelQuery(level.target.entity, level.columns, level.link_for(args)), {})


async def fetch_rows(asked: LevelRequest, context: RequestContext, keys: Sequence[int]) -> Sequence[Row]:
    """The rows of all parents; none, without asking, where there can't be any."""
    if not _finds(asked, keys):
        return ()
    statement = await asked.statement(context.reader.backend, access_of(context.viewer))
    return await context.fetch(statement, {**asked.values, "keys": keys})


async def fetch_all(
    wanted: Sequence[tuple[LevelRequest, Sequence[int]]], context: RequestContext
) -> Sequence[Sequence[Row]]:
    """The rows of several levels, in one statement where that can be."""
    if len(wanted) == 1:
        ((alone, its_keys),) = wanted
        return [await fetch_rows(alone, context, its_keys)]
    asking = [each for each in wanted if _finds(*each)]
    if len(asking) < 2 or any(asked.rows.width > MOST_VALUES for asked, _ in asking):
        return [await fetch_rows(asked, context, keys) for asked, keys in wanted]
    values: dict[str, object] = {}
    for place, (asked, keys) in enumerate(asking):
        prefix = level_prefix(place)
        values[f"{prefix}keys"] = keys
        values.update((prefix + name, value) for name, value in asked.values.items())
    levels, access = tuple(asked.rows for asked, _ in asking), access_of(context.viewer)
    statement = await statement_beside(levels, context.backend, access)
    (found,) = await context.fetch(statement, values)
    answered = iter(found)
    return [rows_of(next(answered)) if _finds(*each) else () for each in wanted]


def _finds(asked: LevelRequest, keys: Sequence[int]) -> bool:
    """Whether there is anything to be read of a level."""
    return not asked.is_empty and (asked.rows.link is None or bool(keys))


async def fetch(
    level: Level, asked: LevelRequest, context: RequestContext, keys: Sequence[int]
) -> dict[int, ParentRows]:
    """The rows of each parent, the page cut to size."""
    return groups_of(level, asked, await fetch_rows(asked, context, keys))


def groups_of(level: Level, asked: LevelRequest, found: Sequence[Row]) -> dict[int, ParentRows]:
    """Rows as one page for each parent, cut to size."""
    rows = asked.rows
    if rows.comes_reversed:
        found = found[::-1]
    groups = _counted(found) if rows.counted else _grouped(rows, found)
    if rows.page is not None and level.kind == "connection":
        for group in groups.values():
            _cut(group, rows)
    return groups


def group_of(asked: LevelRequest, value: object) -> ParentRows:
    """The page of a list that was read along with its parent, from the value that holds it."""
    rows = asked.rows
    value, count = rows_of(value) if rows.counted else (value, 0)
    found = rows_of(value)
    backwards = rows.page is not None and rows.page.backwards
    group = ParentRows(list(found[::-1] if backwards else found), count)
    if rows.page is not None:
        _cut(group, rows)
    return group


def _grouped(rows: LevelQuery, found: Sequence[Row]) -> dict[int, ParentRows]:
    if rows.link is None:
        return {NO_KEY: ParentRows(list(found))}
    groups: dict[int, ParentRows] = {}
    for row in found:
        group = groups.get(row[0])
        if group is None:
            groups[row[0]] = ParentRows([row])
        else:
            group.rows.append(row)
    return groups


def _counted(found: Sequence[Row]) -> dict[int, ParentRows]:
    groups: dict[int, ParentRows] = {}
    for row in found:
        group = groups.get(row[0])
        if group is None:
            group = groups[row[0]] = ParentRows([], row[1])
        # A parent without rows has one of nothing but the count.
        if row[-1] is not None:
            group.rows.append(row)
    return groups


def _cut(group: ParentRows, rows: LevelQuery) -> None:
    page = rows.page
    assert page is not None
    surplus = len(group.rows) > page.size
    if page.backwards:
        if surplus:
            del group.rows[0]
        group.more_before, group.more_after = surplus, rows.cursor is not None
    else:
        if surplus:
            del group.rows[-1]
        group.more_after, group.more_before = surplus, rows.cursor is not None


def cursor_of(asked: LevelRequest, row: Row) -> str:
    """The cursor of a row: its sort keys stand last in it."""
    return encode_cursor(asked.sign, list(row[-len(asked.order) :]))


def positions(level: Level, first: int) -> dict[Column, int]:
    """Where a level's columns stand in its rows, beginning with the first one's place."""
    return {column: index for index, column in enumerate(level.columns, start=first)}
