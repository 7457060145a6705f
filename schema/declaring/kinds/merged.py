"""Lists of several types merged into one connection, such as a timeline."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from resolvers.query.filters.where import ALL
from resolvers.query.merged import merged_cursor, open_merged, within
from resolvers.query.paging import Page, complete, cursor_values, page_size, start_of
from schema.declaring.arguments import Listing, noted_cursor
from schema.declaring.base import Argument, Declaration, TypeDeclaration
from schema.declaring.connections import PAGE_ARGUMENTS
from schema.declaring.kinds.many import Many, page_request
from schema.declaring.types import FieldSpec, field_of
from schema.execution.plan.level_request import LevelRequest
from schema.execution.plan.plan_nodes import Child, Entry, Level, ReadFiller
from schema.execution.plan.selection import Selection
from schema.execution.run.level_reader import ParentRows
from schema.execution.run.loaders import Info, Resolver, deferred, load, loader_of, parent_key, planned_once, records_of
from schema.execution.run.merged_answer import Merging, merged_page
from schema.execution.run.records import ConnectionRecord, Record


def merged(annotation: str, parts: Mapping[str, Many], description: str, *, sign: str, choice: Argument) -> Declaration:
    """Show several lists as one connection."""
    return Merged(annotation=annotation, parts=parts, sign=sign, choice=choice, description=description)


@dataclass(eq=False, kw_only=True)
class Merged(Declaration):
    """Lists of several types as one connection over what the types have in common, in one order.

    Each part is sorted by one value that is never null, and then by key, both descending. Rows of the same value come
    part by part. All belong to a row by the same key of it.
    """

    annotation: str
    parts: Mapping[str, Many]
    sign: str
    """What its cursors begin with, so that they are not used with another list."""
    choice: Argument
    """The argument that names the parts that are wanted; all of them where it is null."""

    @property
    def lists(self) -> int:
        """One a part."""
        return len(self.parts)

    def check(self, owner: TypeDeclaration) -> None:
        """So must all parts be."""
        for part in self.parts.values():
            part.check(owner)

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """A connection, of which the parts can be chosen."""
        return field_of(self, self.annotation, arguments=[*PAGE_ARGUMENTS, self.choice])

    def merge(self, selection: Selection) -> Merge:
        """A level for each part, read as ordinary lists with what they are merged by."""
        made = Merge(selection.key, self.sign)
        for name, part in self.parts.items():
            level = part.level(selection, name)
            level.request, level.part_of = self.request, made
            made.levels.append(level)
            keys = [key.column for key in complete(level.target.order if part.order is None else part.order)]
            level.columns = (*(column for column in level.columns if column not in keys), *keys)
        return made

    def entry(self, selection: Selection) -> Entry:
        """Read all parts, along with the parent's row or by its key."""
        row, merge = selection.row, self.merge(selection)
        return Child(merge, row.column(merge.levels[0].parent_key))

    def resolver(self) -> Resolver:
        """Load the parts of each parent and merge them."""

        @deferred
        async def resolve(source: Record, info: Info, **args: object) -> ConnectionRecord:
            merge = planned_once(info, self.merge)
            loaders = [loader_of(info, level, args) for level in merge.levels]
            key = parent_key(source, merge.levels[0])
            groups = await asyncio.gather(*(load(loader, key) for loader in loaders))
            page = merged_page([loader.asked for loader in loaders], groups)
            rows = [(merge.levels[-place], row) for _, place, _, row in page.rows]
            records = [
                record for level, row in rows for record in records_of(level, ParentRows([row]), level.target.name)
            ]
            return ConnectionRecord(page, records, partial(merged_cursor, self.sign))

        return resolve

    def request(self, level: Level, args: Mapping[str, object]) -> LevelRequest:
        """Ask for a page of one part."""
        assert level.connection is not None
        found = self._listing(level, args, probe=level.connection.probed)
        return page_request(level, args, found, level.columns)

    def _listing(self, level: Level, args: Mapping[str, Any], *, probe: bool) -> Listing:
        """What the arguments ask of a part: as long a page as the whole one's, from where that starts."""
        part, place = self.parts[level.key], list(self.parts).index(level.key)
        entity = level.target.entity
        assert entity is not None
        order = complete(level.target.order if part.order is None else part.order)
        size, backwards = page_size(args.get("first"), args.get("last"))
        values: dict[str, object] = {}
        cursor = None
        if (start := start_of(args, backwards=backwards)) is not None:
            spot = open_merged(self.sign, start, len(self.parts))
            cursor = noted_cursor(cursor_values(entity, order, within(spot, place)), values)
        chosen = args.get(self.choice.name)
        if chosen is not None and level.key not in map(str, chosen):
            return Listing(order, Page(0, backwards), ALL, 0, cursor, values, wanted=False)
        return Listing(order, Page(size, backwards, probe), ALL, 0, cursor, values)


@dataclass(eq=False, slots=True)
class Merge(ReadFiller):
    """Lists of several types to be answered as one: a level each, and what is asked of all of them."""

    key: str
    sign: str
    levels: list[Level] = field(default_factory=list)

    def describe(self) -> str:
        """Say of how many."""
        return f"merged of {len(self.levels)} lists"

    def answering(self, parts: Sequence[Any]) -> Merging:
        """Merge what the parts answer."""
        return Merging(self.key, self.sign, parts)
