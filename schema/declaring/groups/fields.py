"""The fields of groups of rows: what the rows have in common, and what they come to together."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any, cast

from sqlalchemy import inspect

from models import Base
from resolvers.code.iso import Code
from resolvers.query.columns import Column, Expression, Source, entity_at, relationship_of
from resolvers.query.groups.grouping import Figure, Grouping, GroupKey, Period, column_type
from resolvers.query.groups.reading import Figures, Group
from resolvers.storage.context import RequestContext, RowRef
from schema.declaring.base import Declaration, TypeDeclaration, check_relation, type_named, type_of_entity
from schema.declaring.kinds.own import OwnField
from schema.declaring.scalars import value_of
from schema.declaring.types import FieldSpec, field_of, optional
from schema.execution.plan.bindings import NotPlannable
from schema.execution.plan.plan_nodes import Entry
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info
from schema.execution.run.records import Record


def grouped_by(*path: str, value: Source | None = None, **options: Any) -> Declaration:
    """Group by the row that relations lead to, the one of the field's name if none, or by a value of that row."""
    return RowKey(path=path, **options) if value is None else ValueKey(column=Column(path, value), **options)


def grouped_by_currency(source: str = "currency_code", *path: str, **options: Any) -> Declaration:
    """Group by a currency, in which the group's amounts are."""
    return CurrencyKey(column=Column(path, source), **options)


def grouped_by_period(period: Period, moment: str, *path: str, **options: Any) -> Declaration:
    """Group by the day, week, month or year in which a moment lies."""
    return PeriodKey(column=Column(path, moment), period=period, **options)


def figures(source: Source | None = None, **options: Any) -> Declaration:
    """Sum up a value of the rows, and tell its mean, least and greatest."""
    return FiguresOf(source=source, **options)


def different(source: Source | Column, description: str) -> Declaration:
    """Count the different values that there are."""
    column = source if isinstance(source, Column) else Column((), source)
    return Different(column=column, description=description)


@dataclass(eq=False, kw_only=True)
class GroupField(OwnField):
    """A field of a group, which no row has."""

    def entry(self, _selection: Selection) -> Entry:
        """No row has it."""
        raise NotPlannable

    def of_record(self, _record: Record, _info: Info) -> object:
        """No row has it."""
        raise TypeError(f"{self.name} can't be read from a row.")


@dataclass(eq=False, kw_only=True)
class CommonField(GroupField):
    """What the rows of a group have in common; null where they weren't grouped by it, or have no such thing."""

    @abstractmethod
    def key(self, entity: type[Base]) -> GroupKey:
        """What the statement groups by."""

    @abstractmethod
    def shows(self, owner: TypeDeclaration) -> object:
        """The type of what is shown."""

    def spec(self, owner: TypeDeclaration) -> FieldSpec:
        """It may always be null."""
        return field_of(self, optional(self.shows(owner), nullable=True), self.told(owner))

    def told(self, _owner: TypeDeclaration) -> str:
        """Its description where none is given."""
        return ""

    def of_object(self, value: object, _context: RequestContext, _args: object) -> object:
        """What the group's rows have in common."""
        return cast("Group", value).keys.get(self.name)


@dataclass(eq=False, kw_only=True)
class RowKey(CommonField):
    """The row that relations lead to from each row of the group."""

    path: tuple[str, ...] = ()

    @property
    def follows(self) -> tuple[str, ...]:
        """The relations."""
        return self.path or (self.name,)

    def check(self, owner: TypeDeclaration) -> None:
        """The relations must be there, and a type that shows where they lead."""
        for place, relation in enumerate(self.follows):
            assert owner.entity is not None
            check_relation(entity_at(owner.entity, self.follows[:place]), relation)

    def shows(self, owner: TypeDeclaration) -> str:
        """The type of the row."""
        return type_of_entity(_target(owner, self.follows))

    def told(self, owner: TypeDeclaration) -> str:
        """What is said of the column that leads there."""
        before = _target(owner, self.follows[:-1])
        return next(iter(relationship_of(before, self.follows[-1]).local_columns)).doc or ""

    def key(self, entity: type[Base]) -> GroupKey:
        """The key of the row, as far as it may be seen."""
        shown = type_of_entity(entity_at(entity, self.follows))
        return GroupKey(self.name, Column(self.follows, "id"), partial(RowRef, shown))


@dataclass(eq=False, kw_only=True)
class ValueKey(CommonField):
    """A value of each row of the group."""

    column: Column

    def columns(self) -> Iterable[Column | Source]:
        """The value."""
        return (self.column,)

    def shows(self, owner: TypeDeclaration) -> object:
        """The type of such values."""
        assert owner.entity is not None
        return value_of(column_type(owner.entity, self.column)).annotation

    def told(self, owner: TypeDeclaration) -> str:
        """What is said of the column."""
        return _doc(owner, self.column)

    def key(self, entity: type[Base]) -> GroupKey:
        """The value."""
        return GroupKey(self.name, self.column, value_of(column_type(entity, self.column)).python)


@dataclass(eq=False, kw_only=True)
class CurrencyKey(ValueKey):
    """The currency of each row of the group."""

    def shows(self, _owner: TypeDeclaration) -> str:
        """A currency."""
        return "Currency"

    def of_object(self, value: object, context: RequestContext, args: object) -> Code | None:
        """What the code stands for."""
        code = cast("str | None", super().of_object(value, context, args))
        return None if code is None else Code("Currency", code, context.locale)


@dataclass(eq=False, kw_only=True)
class PeriodKey(ValueKey):
    """The day, week, month or year in which a moment of each row of the group lies: its first day."""

    period: Period

    def shows(self, _owner: TypeDeclaration) -> str:
        """A day."""
        return "Date"

    def told(self, owner: TypeDeclaration) -> str:
        """Which day it is, and what is said of the moment."""
        first = "The day" if self.period is Period.DAY else f"The first day of the {self.period.lower()}"
        return f"{first} in which it lies, in the time zone that is asked for. {_doc(owner, self.column)}"

    def key(self, entity: type[Base]) -> GroupKey:
        """The moment, by the calendar."""
        made = super().key(entity)
        return GroupKey(made.name, made.column, date.fromisoformat, self.period)


@dataclass(eq=False, kw_only=True)
class FiguresOf(GroupField):
    """The sum of a value of the group's rows, and its mean, least and greatest."""

    source: Source | None = None

    @property
    def column(self) -> Column:
        """The value."""
        return Column((), self.source or self.name)

    def columns(self) -> Iterable[Column | Source]:
        """The value."""
        return (self.column,)

    def spec(self, owner: TypeDeclaration) -> FieldSpec:
        """Amounts, or numbers; described as the column is."""
        assert owner.entity is not None
        is_money = self.figure(owner.entity).is_money
        shown = optional("MoneyFigures" if is_money else "NumberFigures", nullable=is_money)
        return field_of(self, shown, _doc(owner, self.column))

    def figure(self, entity: type[Base]) -> Figure:
        """What the statement sums up."""
        return Figure(self.name, self.column, column_type(entity, self.column))

    def of_object(self, value: object, _context: RequestContext, _args: object) -> Figures | None:
        """What was worked out of it."""
        return cast("Group", value).figures[self.name]


@dataclass(eq=False, kw_only=True)
class Different(GroupField):
    """How many different values there are among the group's rows."""

    column: Column

    def columns(self) -> Iterable[Column | Source]:
        """The value."""
        return (self.column,)

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """A number."""
        return field_of(self, "int")

    def of_object(self, value: object, _context: RequestContext, _args: object) -> int:
        """How many."""
        return cast("Group", value).counts[self.name]


@dataclass(eq=False, kw_only=True)
class Count(GroupField):
    """How many rows the group has."""

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """A number."""
        return field_of(self, "int")

    def of_object(self, value: object, _context: RequestContext, _args: object) -> int:
        """How many."""
        return cast("Group", value).counts[self.name]


def _target(owner: TypeDeclaration, path: tuple[str, ...]) -> type[Base]:
    assert owner.entity is not None
    return entity_at(owner.entity, path)


def _doc(owner: TypeDeclaration, column: Column) -> str:
    target = _target(owner, column.path)
    return "" if isinstance(column.source, Expression) else inspect(target).columns[column.source].doc or ""


@cache
def grouping_of(type_name: str) -> Grouping:
    """How rows can be grouped, as the type of the groups declares it."""
    owner = type_named(type_name)
    assert owner.entity is not None
    keys = {each.name: each.key(owner.entity) for each in _declared(owner, CommonField)}
    summed = {each.name: each.figure(owner.entity) for each in _declared(owner, FiguresOf)}
    counted = {
        each.name: Figure(each.name, each.column, column_type(owner.entity, each.column))
        for each in _declared(owner, Different)
    }
    currency = next((each.column for each in _declared(owner, CurrencyKey)), None)
    return Grouping(type_name, owner.entity, keys, summed, counted, currency)


def _declared(owner: TypeDeclaration, kind: Callable[..., Any]) -> Iterable[Any]:
    return (each for each in owner.fields.values() if isinstance(each, cast("type", kind)))
