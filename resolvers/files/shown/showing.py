"""Rows as files show them, column by column: what many rows have in common is worked out once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Enum, exists, select, type_coerce
from sqlalchemy.types import NullType

from models import Base
from models.types import ExactDecimal, Instant
from resolvers.files.format.record_schema import Field, RecordSchema
from resolvers.files.format.value_formats import same
from resolvers.files.record.key_resolver import Names
from resolvers.files.record.natural_keys import show_ref, table_of

MOST = 100_000
"""How many values of a column, and names of rows, are remembered."""

OFTEN_ALIKE = (ExactDecimal, Instant, Enum, Date)
"""Of these kinds many rows have the same few values, or making them costs more than looking for them."""

Shown = dict[str, object]


class Remembered(dict[Any, Any]):
    """What values are shown as, each worked out once while it is remembered."""

    def __init__(self, show: Callable[[Any], Any]) -> None:
        super().__init__({None: None})
        self._show = show

    def __missing__(self, value: Any) -> Any:
        if len(self) >= MOST:
            self.clear()
            self[None] = None
        shown = self[value] = self._show(value)
        return shown


class Showing:
    """Shows rows under the names that files give to what they refer to."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._remembered: dict[Column[Any], Remembered] = {}
        self._has_any: dict[Column[int], bool] = {}
        self._called: defaultdict[type[Base], dict[Any, object]] = defaultdict(dict)

    def selected(self, shape: RecordSchema) -> list[ColumnElement[Any]]:
        """What to read of a table; decimals and instants as the driver gives them."""
        table = table_of(shape.model)
        return [_read(table.c[item.column]) for item in shape.columns]

    async def has_any(self, parent: Column[int]) -> bool:
        """Whether anything has a list; most tables of properties are empty for most of what may have some."""
        if parent not in self._has_any:
            found = await self.names.connection.scalar(select(exists().where(parent.is_not(None))))
            self._has_any[parent] = bool(found)
        return self._has_any[parent]

    async def shown(
        self,
        shape: RecordSchema,
        count: int,
        columns: Mapping[str, Sequence[Any]],
        lists: Mapping[str, Sequence[object]],
    ) -> list[Shown]:
        """So many rows with their lists; of a column that isn't given they have nothing."""
        fields: dict[str, Iterable[object]] = {
            item.name: await self._field(shape, item, columns[item.column])
            if item.column in columns
            else repeat(None, count)
            for item in shape.fields.values()
        }
        fields.update(lists)
        return [dict(zip(fields, values, strict=True)) for values in zip(*fields.values(), strict=False)]

    async def _field(self, shape: RecordSchema, item: Field, values: Sequence[Any]) -> Iterable[object]:
        if item.kind is None:
            assert item.to is not None
            return await self._references(item.to, values)
        column = table_of(shape.model).columns.get(item.column)
        if column is not None and isinstance(column.type, OFTEN_ALIKE):
            return map(self._of(column, item.kind.show).__getitem__, values)
        if item.kind.show is same:
            return values
        return [None if value is None else item.kind.show(value) for value in values]

    async def _references(self, to: type[Base], keys: Sequence[Any]) -> Iterable[object]:
        shown = self._called[to]
        if unknown := set(keys) - shown.keys():
            if len(shown) + len(unknown) > MOST:
                shown.clear()
                unknown = set(keys)
            called = await self.names.names(to, unknown - {None})
            shown.update({key: show_ref(to, ref) for key, ref in called.items()})
            shown[None] = None
        return map(shown.__getitem__, keys)

    def _of(self, column: Column[Any], show: Callable[[Any], Any]) -> Remembered:
        if column not in self._remembered:
            kind, dialect = column.type, self.names.connection.dialect
            if isinstance(kind, ExactDecimal | Instant):
                self._remembered[column] = Remembered(lambda raw: show(kind.process_result_value(raw, dialect)))
            else:
                self._remembered[column] = Remembered(show)
        return self._remembered[column]


def _read(column: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(column, NullType()) if isinstance(column.type, ExactDecimal | Instant) else column


def by_name(names: Iterable[str], rows: Sequence[Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The columns of rows."""
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def grouped(owners: Iterable[int], shown: Iterable[object]) -> dict[int, list[object]]:
    """What is shown by its owners, in its order."""
    found: dict[int, list[object]] = defaultdict(list)
    for owner, each in zip(owners, shown, strict=True):
        found[owner].append(each)
    return found
