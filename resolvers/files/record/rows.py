"""Rows of the database as files write them, page by page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, literal, select

import models
from models import Base
from resolvers.files.format.record_schema import ListOf, RecordSchema, names_a_line
from resolvers.files.record.key_resolver import Names, chunks
from resolvers.files.record.natural_keys import BY_SOURCE, OWN_SOURCE, Ref, show_ref, table_of
from resolvers.files.resources import Resource

PAGE = 1_000
ITEM = table_of(models.PurchaseItem)
Rows = Sequence[Row[Any]]


async def pages(names: Names, resource: Resource) -> AsyncIterator[list[dict[str, object]]]:
    """All rows of a resource in the order of their keys, those first that others refer to."""
    table = table_of(resource.model)
    columns = [table.c[item.column] for item in resource.shape.columns]
    async for keys in _keys(names, resource):
        query = select(table.c.id, *columns).where(table.c.id.in_(keys))
        found = {row.id: row for row in await names.connection.execute(query)}
        yield await _shown(names, resource, [found[key] for key in keys])


async def _keys(names: Names, resource: Resource) -> AsyncIterator[list[int]]:
    table = table_of(resource.model)
    if resource.self_reference:
        async for keys in _tree(names, resource.self_reference, resource.model):
            yield keys
        return
    last = 0
    while True:
        query = select(table.c.id).where(table.c.id > last, *_wanted(resource)).order_by(table.c.id).limit(PAGE)
        keys = list(await names.connection.scalars(query))
        if not keys:
            return
        yield keys
        last = keys[-1]


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


async def _shown(names: Names, resource: Resource, rows: Rows) -> list[dict[str, object]]:
    shape, model = resource.shape, resource.model
    called = await names.names(model, [row.id for row in rows]) if resource.keys == (BY_SOURCE,) else {}
    lists = {part.name: await _owned(names, part, [row.id for row in rows]) for part in shape.lists.values()}
    references = await _references(names, shape, rows)
    return [_row(shape, row, references, lists, called.get(row.id)) for row in rows]


def _row(
    shape: RecordSchema,
    row: Row[Any],
    references: dict[tuple[str, int], Any],
    lists: dict[str, dict[int, list[object]]],
    name: Ref | None = None,
) -> dict[str, object]:
    shown: dict[str, object] = {}
    values = row._mapping
    named = dict(zip(BY_SOURCE, name[1:], strict=True)) if name else {}
    for item in shape.fields.values():
        value = named[item.column] if item.column in named else values[item.column]
        if value is not None:
            value = item.kind.show(value) if item.kind else references[item.column, value]
        shown[item.name] = value
    for part in shape.lists:
        owned = lists[part].get(row.id, [])
        # The account by which a customer is named stands there already.
        shown[part] = [item for item in owned if item != {"source": name[1], "externalId": name[2]}] if name else owned
    return shown


async def _references(names: Names, shape: RecordSchema, rows: Rows) -> dict[tuple[str, int], Any]:
    """What the rows refer to, as files name it."""
    shown: dict[tuple[str, int], Any] = {}
    for item in shape.columns:
        if item.to is not None:
            keys = {row._mapping[item.column] for row in rows} - {None}
            called = await names.names(item.to, keys)
            shown |= {(item.column, key): show_ref(item.to, ref) for key, ref in called.items()}
    return shown


async def _owned(names: Names, part: ListOf, owners: Iterable[int]) -> dict[int, list[object]]:
    """The rows of a list by their owners, in the order in which they were made."""
    table = table_of(part.shape.model)
    columns = [table.c[item.column] for item in part.shape.columns]
    query = select(table.c.id, table.c[part.parent].label("owner"), *columns).order_by(table.c.id)
    if names_a_line(part.shape):
        query = query.outerjoin(ITEM, ITEM.c.id == table.c.item_id).add_columns(ITEM.c.line)
    found: dict[int, list[object]] = defaultdict(list)
    for some in chunks(owners):
        rows = (await names.connection.execute(query.where(table.c[part.parent].in_(some)))).all()
        references = await _references(names, part.shape, rows)
        keys = [row.id for row in rows]
        lists = {inner.name: await _owned(names, inner, keys) for inner in part.shape.lists.values()}
        for row in rows:
            shown = _row(part.shape, row, references, lists)
            found[row.owner].append(next(iter(shown.values())) if part.plain else shown)
    return found


async def count(names: Names, resource: Resource) -> int:
    """About how many rows there are to export."""
    table = table_of(resource.model)
    query = select(func.count()).select_from(table).where(*_wanted(resource))
    return int(await names.connection.scalar(query) or 0)
