"""The shape of a row in a file, derived from its table: fields, references, and lists of rows that it owns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Column

from models import Base
from models.personal import MASKED, telling
from resolvers.files.format import column_formats, value_formats
from resolvers.files.format.conventions import NOTHING_DECLARED, Conventions
from resolvers.files.format.short_lists import KEYED, spelt_out
from resolvers.files.record.natural_keys import Ref, camel, field_name, read_ref, shape_of, table_of, target
from resolvers.files.report import Missing

DERIVED = {"id", "updated_at", "first_name_key", "last_name_key", "email_key", "code_key"}
"""Columns that the CRM fills by itself."""
LONGEST_SHOWN = 40
KEPT = frozenset({str, Decimal, datetime, tuple})
"""What values are read as that nothing can change afterwards."""
MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Field:
    """A column in a file: a value of some kind, or the name of the row it refers to."""

    name: str
    column: str
    kind: value_formats.ValueFormat | None = None
    to: type[Base] | None = None
    nullable: bool = False
    required: bool = True
    doc: str = ""
    source: str | None = None
    read_before: dict[object, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What values that came before were read as: files say the same again and again."""

    def by(self, conventions: Conventions) -> Field:
        """The same field, as some conventions have it written."""
        if self.to is not None:
            return replace(self, source=conventions.source_of(table_of(self.to).name))
        return replace(self, kind=self.kind.by(conventions)) if self.kind else self

    @property
    def label(self) -> str:
        """What it takes, for people."""
        return self.kind.label if self.kind else shape_of(self.to or Base)

    def parse(self, value: object) -> Any:
        """The value as the database takes it, or the name of the row that is meant."""
        if type(value) is str:
            key: object = value
        elif type(value) is dict and all(type(part) is str for part in value.values()):
            key = tuple(value.items())
        else:
            return self._parse(value)
        found = self.read_before.get(key)
        if found is None:
            found = self._parse(value)
            if type(found) in KEPT:
                if len(self.read_before) == MOST_KEPT:
                    self.read_before.clear()
                self.read_before[key] = found
        return found

    def _parse(self, value: object) -> Any:
        if value is None:
            if not self.nullable:
                raise ValueError("must not be empty")
            return None
        return self.kind.parse(value) if self.kind else read_ref(self.to or Base, value, self.source)


@dataclass(frozen=True, slots=True)
class ListOf:
    """Rows that belong to another row and are given with it.

    A plain list gives only the rows they refer to. A numbered one fills a column with the place in the list,
    from 1, where the file doesn't. A list takes the place of the one that is there, unless it `adds` to it.
    """

    name: str
    shape: RecordSchema
    parent: str
    plain: bool = False
    numbered: str | None = None
    adds: bool = False
    conventions: Conventions = NOTHING_DECLARED

    def by(self, conventions: Conventions) -> ListOf:
        """The same list, as some conventions have it written."""
        return replace(self, shape=self.shape.by(conventions), conventions=conventions)


@dataclass(frozen=True)
class RecordSchema:
    """All that a row of one table may hold in a file."""

    model: type[Base]
    fields: dict[str, Field]
    lists: dict[str, ListOf] = field(default_factory=dict)

    def by(self, conventions: Conventions) -> RecordSchema:
        """The same, as some conventions have it written."""
        fields = {name: item.by(conventions) for name, item in self.fields.items()}
        return RecordSchema(self.model, fields, {name: part.by(conventions) for name, part in self.lists.items()})

    @cached_property
    def required(self) -> dict[str, str]:
        """Columns that a new row must have, and their fields."""
        return {item.column: name for name, item in self.fields.items() if item.required}

    @cached_property
    def by_column(self) -> dict[str, Field]:
        """The fields by their columns."""
        return {item.column: item for item in self.fields.values()}

    @cached_property
    def columns(self) -> list[Field]:
        """The fields that are columns of the table."""
        return [item for item in self.fields.values() if item.column in table_of(self.model).columns]

    def read(self, raw: object, draft: Draft) -> Draft:
        """Check a row by itself; what is wrong is noted on it."""
        if not isinstance(raw, dict):
            return draft.refuse(None, "must be an object")
        for name, value in raw.items():
            if name in self.lists:
                draft.lists[name] = self._read_list(self.lists[name], value, draft)
            elif (item := self.fields.get(name)) is None:
                draft.refuse(name, f"is not a field that can be imported{self._near(name)}")
            else:
                try:
                    (draft.refs if item.to else draft.values)[item.column] = item.parse(value)
                except ValueError as error:
                    draft.refuse(name, f"{error}{self._shown(item, value)}")
        return draft

    def _near(self, name: str) -> str:
        """The field that is likely meant by a name that none has."""
        found = get_close_matches(name, [*self.fields, *self.lists], n=1, cutoff=0.7)
        return f"; is {found[0]} meant?" if found else ""

    def _shown(self, item: Field, value: object) -> str:
        """A bad value, for its author to see; nothing of what tells of a person."""
        if telling(table_of(self.model).name).get(item.column) in MASKED or isinstance(value, dict | list | None):
            return ""
        shown = str(value).replace("\0", "")
        return f": {shown[:LONGEST_SHOWN]}…" if len(shown) > LONGEST_SHOWN else f": {shown}"

    def _read_list(self, part: ListOf, value: object, owner: Draft) -> list[Draft]:
        if value is None:
            return []
        if isinstance(value, dict) and part.shape.model in KEYED:
            owner.merged.add(part.name)
        try:
            value = spelt_out(part.shape.model, value, part.conventions, plain=part.plain)
        except ValueError as error:
            owner.refuse(part.name, str(error))
            return []
        if not isinstance(value, list):
            owner.refuse(part.name, "must be a list, in CSV as JSON")
            return []
        read = [part.shape._read_item(part, item, Draft(owner.line)) for item in value]
        for place, draft in enumerate(read):
            if part.numbered:
                draft.values.setdefault(part.numbered, place + 1)
            draft.refuse_missing(part.shape)
            for name, reason, _ in draft.errors:
                path = f"{part.name}[{place}]"
                owner.refuse(f"{path}.{name}" if name and not part.plain else path, reason)
        return read

    def _read_item(self, part: ListOf, item: object, draft: Draft) -> Draft:
        return self.read({next(iter(self.fields)): item} if part.plain else item, draft)


class Fault(NamedTuple):
    """What is wrong with a row, or with one of its fields."""

    field: str | None
    reason: str
    missing: Missing | None = None


@dataclass(slots=True)
class Draft:
    """A row as it was read: values and names of other rows by column, owned rows by list, and what is wrong.

    It may have several names of its own. Lists that are `merged` give some entries only, by their codes; `defaults`
    are for a new row, and what an `optional` field names need not be there. Once it is found in the database or made,
    it has its key there.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    refs: dict[str, Ref | None] = field(default_factory=dict)
    lists: dict[str, list[Draft]] = field(default_factory=dict)
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    names: list[Ref] = field(default_factory=list)
    merged: set[str] = field(default_factory=set)
    defaults: dict[str, Any] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    key: int = 0
    new: bool = True

    def refuse(self, name: str | None, reason: str, missing: Missing | None = None) -> Draft:
        """Note what is wrong with a field, or with the row."""
        self.errors.append(Fault(name, reason, missing))
        return self

    def warn(self, name: str | None, reason: str) -> None:
        """Note what its author should know of a row that is good."""
        self.warnings.append(Fault(name, reason))

    def refuse_missing(self, shape: RecordSchema) -> None:
        """A row that is made must have every field without which there is none."""
        missing = [
            name for column, name in shape.required.items() if column not in self.values and column not in self.refs
        ]
        if missing:
            wrong = {fault.field for fault in self.errors}
            for name in missing:
                if name not in wrong and None not in wrong:
                    self.refuse(name, "is missing")

    def inner(self, lists: Iterable[ListOf]) -> Iterator[tuple[str, ListOf, Draft]]:
        """The rows that this one owns, each with the path to it."""
        for part in lists:
            for place, draft in enumerate(self.lists.get(part.name, ())):
                yield f"{part.name}[{place}]", part, draft
                for path, inner, owned in draft.inner(part.shape.lists.values()):
                    yield f"{part.name}[{place}].{path}", inner, owned


def shape(
    model: type[Base], *, skip: Iterable[str] = (), extra: Iterable[Field] = (), lists: Iterable[ListOf] = ()
) -> RecordSchema:
    """A table's shape: its columns without those that are derived or left out, then fields and lists of its own."""
    columns = [column for column in table_of(model).columns if column.name not in DERIVED and column.computed is None]
    found = [*extra, *(_field(model, column) for column in columns if column.name not in set(skip))]
    return RecordSchema(model, {item.name: item for item in found}, {part.name: part for part in lists})


def owned(
    name: str,
    model: type[Base],
    parent: str,
    *,
    lists: Iterable[ListOf] = (),
    skip: Iterable[str] = (),
    numbered: str | None = None,
) -> ListOf:
    """A list of rows of another table, which lack only the row that they are given with."""
    found = shape(model, skip={parent, "created_at", *skip}, lists=lists)
    return ListOf(name, found, parent, numbered=numbered)


def plain(name: str, model: type[Base], parent: str) -> ListOf:
    """A list of references, kept in a table of pairs."""
    return ListOf(name, shape(model, skip={parent}), parent, plain=True)


def _field(model: type[Base], column: Column[Any]) -> Field:
    to = target(model, column.name)
    given = column.default is not None or column.server_default is not None
    return Field(
        name=field_name(column),
        column=column.name,
        kind=None if to else column_formats.of(column),
        to=to,
        nullable=bool(column.nullable),
        required=not column.nullable and not given,
        doc=column.doc or "",
    )


def names_a_line(found: RecordSchema) -> bool:
    """Whether its rows refer to an item of a bill, which files name by its line."""
    return "line" in found.fields and "item_id" in table_of(found.model).columns


def virtual(column: str, doc: str, *, required: bool = True, nullable: bool = False) -> Field:
    """A text that a file gives with a row, and that is kept elsewhere than in the row's own table."""
    return Field(camel(column), column, value_formats.text(128), nullable=nullable, required=required, doc=doc)
