"""Writing a batch of rows: find those that are there, find what they refer to, check, then write set by set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from models import Base
from models.personal import MASKED, telling
from resolvers.files.format.record_schema import Draft, ListOf, RecordSchema
from resolvers.files.record import checks, comparison, derived, made_along, rules
from resolvers.files.record.bulk_insert import BulkWriter, Values
from resolvers.files.record.key_resolver import Names
from resolvers.files.record.natural_keys import BY_SOURCE, OWN_SOURCE, Ref, column_names, keys_of, show_ref, table_of
from resolvers.files.record.run_context import RunContext
from resolvers.files.report import Count, Missing
from resolvers.files.resources import Resource, resource_name


class RecordBatch:
    """Some rows of one resource on their way into the database. Bad ones are left out, with their errors."""

    def __init__(
        self, connection: AsyncConnection, names: Names, resource: Resource, drafts: Sequence[Draft], run: RunContext
    ) -> None:
        self.connection = connection
        self.names = names
        self.run = run
        self.writer = BulkWriter(connection)
        self.resource = resource
        self.drafts = [draft for draft in drafts if not draft.errors]
        self.table = table_of(resource.model)
        self.count = Count()
        self.touched: set[int] = set()

    async def write(self) -> Count:
        """Write what is good, and tell how much that was."""
        await self._find()
        await self._make_along()
        await self._refer()
        await checks.check(self)
        await comparison.merge(self)
        await comparison.leave_out_same(self)
        await self._write_rows()
        if self.resource.name == "customers":
            await derived.add_accounts(self)
        await self._write_lists(self.resource.shape.lists.values(), self.good)
        await derived.follow(self)
        self._learn()
        return self.count

    @property
    def good(self) -> list[Draft]:
        """The rows that nothing is wrong with so far, without those that stay as they are."""
        return [draft for draft in self.drafts if not draft.errors]

    async def _find(self) -> None:
        """A row is there already where one of its names is; the first name counts most."""
        known = await self.names.keys(self.resource.model, [ref for draft in self.drafts for ref in draft.names])
        for draft in self.drafts:
            found = list(dict.fromkeys(known[ref] for ref in draft.names if ref in known))
            draft.key, draft.new = (found[0], False) if found else (0, True)
            if not draft.names:
                draft.refuse(None, f"needs {' or '.join(self._ways_to_name())}")
            elif len(found) > 1:
                draft.refuse(None, f"{_shown(self.resource.model, draft.names[-1])} is another row's already")
            elif draft.new:
                self._begin(draft)
        if self.resource.once:
            self.count.unchanged = sum(not draft.new for draft in self.good)
            self.drafts = [draft for draft in self.drafts if draft.new]
        made = [draft for draft in self.good if draft.new]
        for draft, key in zip(made, await self.writer.new_keys(self.table, len(made)), strict=True):
            draft.key = key

    def _ways_to_name(self) -> list[str]:
        fields = self.resource.shape.by_column
        return [" and ".join(fields[column].name for column in key) for key in self.resource.keys]

    def _begin(self, draft: Draft) -> None:
        if self.resource.extends:
            draft.refuse(None, "is not there")
        else:
            rules.begin(self.resource.name, draft)
            draft.values = draft.defaults | draft.values
            draft.refuse_missing(self.resource.shape)

    async def _make_along(self) -> None:
        if self.resource.name == "customers":
            await made_along.make_consents(self)
        elif self.resource.name == "vouchers":
            await made_along.make_rewards(self)

    async def _refer(self) -> None:
        """Names of other rows become keys; a row may refer to one of its own kind that came before it."""
        wanted: dict[type[Base], set[Ref]] = defaultdict(set)
        parts = [(draft, list(self._referring(draft))) for draft in self.good]
        for _, referring in parts:
            for _, shape, part in referring:
                for column, ref in part.refs.items():
                    if ref is not None:
                        wanted[shape.by_column[column].to or Base].add(ref)
        found = {model: await self.names.keys(model, refs) for model, refs in wanted.items()}
        own = found.setdefault(self.resource.model, {})
        for draft, referring in parts:
            for path, shape, part in referring:
                _take_keys(draft, path, shape, part, found)
            if not draft.errors:
                own |= dict.fromkeys(draft.names, draft.key)

    def _referring(self, draft: Draft) -> Iterable[tuple[str, RecordSchema, Draft]]:
        """A row and those that it owns, as far as they refer to others."""
        if draft.refs:
            yield "", self.resource.shape, draft
        for path, owned, part in draft.inner(self.resource.shape.lists.values()):
            if part.refs:
                yield path if owned.plain else f"{path}.", owned.shape, part

    async def _write_rows(self) -> None:
        rows: list[Values] = []
        made: list[Values] = []
        for draft in self.good:
            (made if draft.new else rows).append({"id": draft.key, **self.columns_of(draft)})
        self.count.created, self.count.updated = len(made), len(rows)
        if not self.resource.extends:
            await self.writer.insert(self.table, made, in_order=self.resource.self_reference is not None)
            await self.writer.update(self.table, rows)

    def columns_of(self, draft: Draft) -> Values:
        """What of a row goes into its own table."""
        names = column_names(self.table)
        values = {name: value for name, value in draft.values.items() if name in names}
        return values if draft.new else _without_own_name(values)

    async def _write_lists(self, lists: Iterable[ListOf], owners: Sequence[Draft]) -> None:
        """A list that is given takes the place of the one that is there."""
        for part in lists:
            table = table_of(part.shape.model)
            given = [owner for owner in owners if part.name in owner.lists]
            known = [owner.key for owner in given if not owner.new]
            if known and part.name == "sources":
                await derived.remove_other_accounts(self, [owner for owner in given if not owner.new])
            elif known and not part.adds:
                await self.writer.delete(table, part.parent, known)
            parts = [(owner, item) for owner in given for item in owner.lists[part.name]]
            if any(item.lists for _, item in parts):
                for (_, item), key in zip(parts, await self.writer.new_keys(table, len(parts)), strict=True):
                    item.key = key
            await self.writer.insert(table, [_owned(column_names(table), part, owner, item) for owner, item in parts])
            await self._write_lists(part.shape.lists.values(), [item for _, item in parts])

    def _learn(self) -> None:
        model = self.resource.model
        if self.count.updated and len(keys_of(model)) > 1:
            self.names.forget(model)
        self.names.learn(model, {ref: draft.key for draft in self.good for ref in draft.names})


def _without_own_name(values: Values) -> Values:
    """A row that was found by the name that this CRM gave it has no other, and is to have none."""
    if values.get("source") != OWN_SOURCE:
        return values
    return {name: value for name, value in values.items() if name not in BY_SOURCE}


def _take_keys(
    draft: Draft, path: str, shape: RecordSchema, part: Draft, found: dict[type[Base], dict[Ref, int]]
) -> None:
    for column, ref in part.refs.items():
        item = shape.by_column[column]
        model = item.to or Base
        part.values[column] = found[model].get(ref) if ref is not None else None
        if ref is not None and part.values[column] is None:
            if item.name in draft.optional and not path:
                draft.warn(item.name, "names what is not there, and is left out")
                continue
            # In a plain list the place says it all.
            field = path if path.endswith("]") else f"{path}{item.name}"
            draft.refuse(field, "names what is not there", Missing(resource_name(model), _shown(model, ref)))


def _owned(columns: frozenset[str], part: ListOf, owner: Draft, item: Draft) -> Values:
    values = {name: value for name, value in item.values.items() if name in columns}
    values[part.parent] = owner.key
    if item.key:
        values["id"] = item.key
    return values


def _shown(model: type[Base], ref: Ref) -> str:
    """A row's name for people; one that tells something of a person is left for the file's own line to say."""
    kinds = telling(model.__tablename__)
    if any(kinds.get(column) in MASKED for column in keys_of(model)[ref[0]]):
        return "…"
    name = show_ref(model, ref)
    return " ".join(str(value) for value in name.values()) if isinstance(name, dict) else str(name)
