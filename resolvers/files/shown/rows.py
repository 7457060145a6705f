"""Rows of the database as files write them, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, literal, select

import models
from models import Base
from resolvers.files.format.record_schema import ListOf, names_a_line
from resolvers.files.record.key_resolver import Names, chunks
from resolvers.files.record.natural_keys import BY_SOURCE, OWN_SOURCE, table_of
from resolvers.files.resources import Resource
from resolvers.files.shown.showing import Showing, Shown, by_name, grouped
from resolvers.storage.sql import AnySelect

PAGE = 1_000
ITEM = table_of(models.PurchaseItem)
Rows = Sequence[Row[Any]]


async def pages(names: Names, resource: Resource) -> AsyncIterator[list[Shown]]:
    """All rows of a resource in the order of their keys, those first that others refer to."""
    showing = Showing(names)
    query = select(table_of(resource.model).c.id, *showing.selected(resource.shape))
    async for rows in (_by_level if resource.self_reference else _by_key)(names, resource, query):
        yield await _shown(showing, resource, rows)


async def _by_key(names: Names, resource: Resource, query: AnySelect) -> AsyncIterator[Rows]:
    key, last = table_of(resource.model).c.id, 0
    wanted = query.where(*_wanted(resource)).order_by(key).limit(PAGE)
    while rows := (await names.connection.execute(wanted.where(key > last))).all():
        yield rows
        last = rows[-1][0]


async def _by_level(names: Names, resource: Resource, query: AnySelect) -> AsyncIterator[Rows]:
    assert resource.self_reference is not None
    async for keys in _tree(names, resource.self_reference, resource.model):
        found = await names.connection.execute(query.where(table_of(resource.model).c.id.in_(keys)))
        by_key = {row[0]: row for row in found}
        yield [by_key[key] for key in keys]


def _wanted(resource: Resource) -> list[ColumnElement[bool]]:
    """What has nothing to say is left out, and so is this CRM's own source, which every CRM has."""
    table = table_of(resource.model)
    if resource.extends:
        part = next(iter(resource.shape.lists.values()))
        owned = table_of(part.shape.model)
        return [exists().where(owned.c[part.parent] == table.c.id)]
    return [table.c.code != OWN_SOURCE] if resource.model is models.CustomerSource else []


async def _tree(names: Names, column: str, model: type[Base]) -> AsyncIterator[list[int]]:
    """Level by level, from the top."""
    table = table_of(model)
    tops = select(table.c.id, literal(0).label("depth")).where(table.c[column].is_(None))
    tree = tops.cte("tree", recursive=True)
    tree = tree.union_all(select(table.c.id, tree.c.depth + 1).join(tree, table.c[column] == tree.c.id))
    offset = 0
    while True:
        query = select(tree.c.id).order_by(tree.c.depth, tree.c.id).offset(offset).limit(PAGE)
        keys = list(await names.connection.scalars(query))
        if not keys:
            return
        yield keys
        offset += PAGE


async def _shown(showing: Showing, resource: Resource, rows: Rows) -> list[Shown]:
    shape = resource.shape
    columns = by_name(("id", *(item.column for item in shape.columns)), rows)
    keys = columns["id"]
    lists = {part.name: await _lists(showing, part, keys) for part in shape.lists.values()}
    if resource.keys != (BY_SOURCE,):
        return await showing.shown(shape, len(rows), columns, lists)
    # What outside systems call a row stands in its columns, or in a table of its own.
    called = await showing.names.names(resource.model, keys)
    named = [called[key] for key in keys]
    columns |= by_name(("", *BY_SOURCE), named)
    accounts = [{"source": name[1], "externalId": name[2]} for name in named]
    lists = {
        # The account by which a customer is named stands there already.
        name: [[item for item in owned if item != account] for owned, account in zip(every, accounts, strict=True)]
        for name, every in lists.items()
    }
    return await showing.shown(shape, len(rows), columns, lists)


async def _lists(showing: Showing, part: ListOf, owners: Sequence[int]) -> list[list[object]]:
    """The rows of a list for each of their owners, in the order in which they were made."""
    table = table_of(part.shape.model)
    if not await showing.has_any(table.c[part.parent]):
        return [[] for _ in owners]
    names = ["id", "owner", *(item.column for item in part.shape.columns)]
    query = select(table.c.id, table.c[part.parent], *showing.selected(part.shape)).order_by(table.c.id)
    if names_a_line(part.shape):
        names.append("line")
        query = query.outerjoin(ITEM, ITEM.c.id == table.c.item_id).add_columns(ITEM.c.line)
    found: dict[int, list[object]] = {}
    for some in chunks(owners):
        rows = (await showing.names.connection.execute(query.where(table.c[part.parent].in_(some)))).all()
        if rows:
            found |= await _grouped(showing, part, by_name(names, rows))
    return [found.get(owner, []) for owner in owners]


async def _grouped(showing: Showing, part: ListOf, columns: Mapping[str, Sequence[Any]]) -> dict[int, list[object]]:
    keys = columns["id"]
    lists = {inner.name: await _lists(showing, inner, keys) for inner in part.shape.lists.values()}
    rows = await showing.shown(part.shape, len(keys), columns, lists)
    return grouped(columns["owner"], [next(iter(row.values())) for row in rows] if part.plain else rows)


async def count(names: Names, resource: Resource) -> int:
    """About how many rows there are to export."""
    table = table_of(resource.model)
    query = select(func.count()).select_from(table).where(*_wanted(resource))
    return int(await names.connection.scalar(query) or 0)
