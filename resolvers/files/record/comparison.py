"""Rows that are there already, beside what files say of them: nothing is written where nothing changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.files.format.record_schema import Draft, ListOf, names_a_line
from resolvers.files.format.short_lists import KEYED
from resolvers.files.record.bulk_insert import Values
from resolvers.files.record.key_resolver import chunks
from resolvers.files.record.natural_keys import table_of

if TYPE_CHECKING:
    from resolvers.files.record.batch import RecordBatch


async def leave_out_same(batch: RecordBatch) -> None:
    """Of rows that are there already, leave out the lists that stay as they are, and then the rows that do."""
    known = [draft for draft in batch.good if not draft.new]
    if not known:
        return
    same = await _same_rows(batch, known)
    for part in batch.resource.shape.lists.values():
        owners = [draft for draft in known if part.name in draft.lists]
        there = await _there(batch.connection, part, [owner.key for owner in owners])
        for owner in owners:
            if _given(part, owner.lists[part.name]) == ([] if part.adds else _others(owner, there[owner.key])):
                del owner.lists[part.name]
    unchanged = {draft.key for draft in known if draft.key in same and not draft.lists}
    batch.count.unchanged += len(unchanged)
    batch.drafts = [draft for draft in batch.drafts if draft.errors or draft.key not in unchanged]


async def _same_rows(batch: RecordBatch, drafts: Sequence[Draft]) -> set[int]:
    """The keys of those rows whose columns, as far as they are given, are what they are to be."""
    given = {draft.key: batch.columns_of(draft) for draft in drafts}
    if batch.resource.extends:
        return set(given)
    names = sorted({"id"}.union(*given.values()))
    same = set()
    for some in chunks(given):
        query = select(*(batch.table.c[name] for name in names)).where(batch.table.c.id.in_(some))
        for row in await batch.connection.execute(query):
            if all(plain(row._mapping[name]) == plain(value) for name, value in given[row.id].items()):
                same.add(row.id)
    return same


def plain(value: Any) -> Any:
    """A value without the difference between an enum and its name."""
    return getattr(value, "value", value)


def _others(owner: Draft, there: Sequence[Values]) -> list[Values]:
    """A list without the account by which its customer was found, which files don't repeat."""
    if "source_id" not in owner.values:
        return list(there)
    named = (owner.values["source_id"], owner.values["external_id"])
    return [row for row in there if (row.get("source_id"), row.get("external_id")) != named]


def _names(part: ListOf) -> list[str]:
    """The columns of a list's rows that files give."""
    columns = table_of(part.shape.model).columns
    given = {item.column for item in part.shape.fields.values()} | ({"item_id"} if names_a_line(part.shape) else set())
    return [column.name for column in columns if column.name in given]


def _given(part: ListOf, items: Sequence[Draft]) -> list[Values]:
    """A list as it would be there."""
    columns = table_of(part.shape.model).columns
    found = []
    for item in items:
        row = {
            name: plain(item.values[name] if name in item.values else _default(columns[name])) for name in _names(part)
        }
        found.append(row | {inner.name: _given(inner, item.lists.get(inner.name, ())) for inner in _inner(part)})
    return found


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg if default.is_scalar else default.arg(None) if default.is_callable else None


def _inner(part: ListOf) -> Collection[ListOf]:
    return part.shape.lists.values()


async def _there(connection: AsyncConnection, part: ListOf, owners: Sequence[int]) -> dict[int, list[Values]]:
    """The rows of a list by their owners."""
    table, names = table_of(part.shape.model), _names(part)
    found: dict[int, list[Values]] = defaultdict(list)
    for some in chunks(owners):
        query = select(table).where(table.c[part.parent].in_(some)).order_by(table.c.id)
        rows = (await connection.execute(query)).all()
        lists = {inner.name: await _there(connection, inner, [row.id for row in rows]) for inner in _inner(part)}
        for row in rows:
            values = {name: plain(row._mapping[name]) for name in names}
            found[row._mapping[part.parent]].append(values | {name: each[row.id] for name, each in lists.items()})
    return found


async def merge(batch: RecordBatch) -> None:
    """Lists of which some entries are given by their codes: these take the place of those with the same, or are added.

    An answer that is the same as before is the one that was given then.
    """
    for part in batch.resource.shape.lists.values():
        owners = [draft for draft in batch.good if part.name in draft.merged and not draft.new]
        if owners:
            key, says = KEYED[part.shape.model]
            there = await _there(batch.connection, part, [owner.key for owner in owners])
            for owner in owners:
                entries = {values[key]: Draft(owner.line, values) for values in there[owner.key]}
                for given in owner.lists[part.name]:
                    before = entries.get(given.values[key])
                    if before is None or before.values[says] != plain(given.values[says]):
                        entries[given.values[key]] = given
                owner.lists[part.name] = list(entries.values())
