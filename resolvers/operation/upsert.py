"""Putting a record of an outside system in its place: found by its key and changed, or made.

A record is known by its opaque id, by (source, external id), or by its code where it has one. What is not given is left
alone, null clears it. All that is wrong with a record is told at once. A record that was deleted comes back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Select, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import QueryableAttribute

import models
from models import Base
from models.base import External
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused, UserError
from resolvers.operation.inputs import Input
from resolvers.operation.records.problems import Problems
from resolvers.operation.references import References
from resolvers.operation.structs import camel
from resolvers.operation.validation import for_column
from resolvers.storage.transaction import Transaction

T = TypeVar("T")
Given = TypeVar("Given", bound=Input)
Given_co = TypeVar("Given_co", bound=Input, covariant=True)

Part = Mapping[QueryableAttribute[object], object]
"""What a part of a row holds, by the part's columns."""


@dataclass(frozen=True, eq=False)
class Kept(Generic[T]):
    """A place where a check keeps what is to be written once the record has its key."""


@dataclass(eq=False)
class Record(Generic[Given_co]):
    """A record on its way into the database, with what is wrong with it.

    Its columns are named by the mapped attributes, so that one that isn't there is an error of its type.
    """

    transaction: Transaction
    references: References
    input: Given_co
    """What was read at the door; UNSET is what was not given."""
    problems: Problems
    row: Base | None = None
    changed: bool = False
    _given: Mapping[str, Any] = field(init=False)
    _values: dict[str, Any] = field(init=False, default_factory=dict)
    _kept: dict[object, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Spell the input out by the names of its fields, as specs have them."""
        self._given = self.input.given()

    @property
    def key(self) -> int:
        """The row's key, once it is written."""
        assert self.row is not None
        return self.row.id

    def given_for(self, column: QueryableAttribute[T]) -> T | None:
        """What is given for a column, as it will be written; None where nothing is, or where null clears it."""
        value: T | None = self._values.get(column.key)
        return value

    def holds(self, column: QueryableAttribute[T]) -> T | None:
        """What a column of the row holds now; None where there is no row yet."""
        value: T | None = None if self.row is None else getattr(self.row, column.key)
        return value

    def will_be(self, column: QueryableAttribute[T]) -> T | None:
        """What a column will hold: what is given, or else what is there; None where neither is."""
        return self.given_for(column) if column.key in self._values else self.holds(column)

    def put(self, column: QueryableAttribute[T], value: T) -> None:
        """Let a column be written with a value, whatever was given for it."""
        self._values[column.key] = value

    def changes(self) -> list[str]:
        """The names of the columns that are given something else than the row holds."""
        return [name for name, value in self._values.items() if getattr(self.row, name, None) != value]

    def keep(self, place: Kept[T], value: T) -> None:
        """Keep something for when the record has its key."""
        self._kept[place] = value

    def kept(self, place: Kept[T]) -> T | None:
        """What was kept in a place; None where nothing was."""
        value: T | None = self._kept.get(place)
        return value


@dataclass(frozen=True, eq=False)
class UpsertSpec(Generic[Given]):
    """What an upsert takes: columns by the fields of the input, and the rows it refers to.

    `check` refuses what the values don't allow together, before anything is written; `follow` writes what belongs to
    the row or is derived from it, once it has its key.
    """

    entity: type[Base]
    columns: Mapping[str, str]
    references: Mapping[str, tuple[str, type[Base]]] = field(default_factory=dict)
    required: Sequence[str] = ()
    known_by: str | tuple[str, ...] = ()
    """The field, or the fields together, by which a record is found too, and which no two share."""
    compared: tuple[str, Callable[[str], str]] | None = None
    """The column that holds what the one field of `known_by` is compared as, and how that is made of its value."""
    check: Callable[[Record[Given]], Awaitable[None]] | None = None
    follow: Callable[[Record[Given]], Awaitable[None]] | None = None

    def column(self, name: str) -> str:
        """The column that a field fills."""
        return self.columns[name] if name in self.columns else self.references[name][0]

    @cached_property
    def key_fields(self) -> tuple[str, ...]:
        """The fields that are the record's own key."""
        return (self.known_by,) if isinstance(self.known_by, str) else self.known_by

    def key(self, record: Record[Given]) -> dict[str, object]:
        """The record's own key by column, as it will be."""
        columns = [self.column(name) for name in self.key_fields]
        values = {column: _will_be(record, column) for column in columns}
        if self.compared is None:
            return values
        column, compared = self.compared
        (value,) = values.values()
        return {column: None if value is None else compared(str(value))}

    @cached_property
    def created(self) -> EventKind:
        """The event of a new record: PRODUCT_CREATED, PRODUCT_GROUP_CREATED."""
        return EventKind[f"{cast('str', self.entity.__tablename__).upper()}_CREATED"]

    @cached_property
    def updated(self) -> EventKind:
        """The event of a change of a record."""
        return EventKind[f"{cast('str', self.entity.__tablename__).upper()}_UPDATED"]


async def upsert(form: UpsertSpec[Given], transaction: Transaction, given: Given) -> Base:
    """Create or update one record; the row."""
    await alone(transaction, form.entity)
    return await _put(form, Record(transaction, References(transaction), given, Problems()))


async def upsert_all(
    form: UpsertSpec[Given], transaction: Transaction, given: Sequence[Given], path: str
) -> list[Base]:
    """Create or update several records, all of them or none; their errors say where they stand in the list."""
    await alone(transaction, form.entity)
    references, problems = References(transaction), Problems()
    rows = []
    for place, one in enumerate(given):
        with problems.noted():
            record = Record(transaction, references, one, Problems(f"{path}[{place}]."))
            rows.append(await _put(form, record))
    problems.check()
    return rows


async def alone(transaction: Transaction, entity: type[Base]) -> None:
    """Only one transaction at a time puts records of a kind in place, so that none is made twice."""
    if transaction.backend == "postgresql":
        turn = func.pg_advisory_xact_lock(func.hashtextextended(f"upsert {entity.__tablename__}", 0))
        await transaction.session.execute(select(turn))


async def _put(form: UpsertSpec[Given], record: Record[Given]) -> Base:
    problems = record.problems
    record.row = await _locate(form, record)
    for name in (*form.columns, *form.references):
        if name in record._given:
            with problems.noted():
                await _take(form, record, name)
    if record.row is None:
        for name in form.required:
            if name not in record._given:
                problems.found.append(UserError(ErrorCode.REQUIRED, "A new record needs this.", problems.at(name)))
    if record._values.get("state") is models.State.DELETED:
        message = "An upsert deletes nothing; INACTIVE keeps a record and offers it no more."
        problems.found.append(UserError(ErrorCode.WRONG_STATE, message, problems.at("state")))
    problems.check()
    named = [name for name in form.key_fields if name in record._given]
    key = form.key(record)
    if named and None not in key.values():
        await _refuse_taken(form, record, named[-1], key, record.row)
    if form.check is not None:
        await form.check(record)
        problems.check()
    return await _write(form, record)


def _will_be(record: Record[Input], column: str) -> object:
    """What a column that a spec names will hold."""
    return record._values[column] if column in record._values else getattr(record.row, column, None)


async def _take(form: UpsertSpec[Given], record: Record[Given], name: str) -> None:
    """A value or a reference of the input, as its column takes it."""
    value, path = record._given[name], record.problems.at(name)
    if name in form.columns:
        column = form.columns[name]
        record._values[column] = for_column(form.entity, column, None, path) if value is None else value
        return
    column, target = form.references[name]
    if value is None:
        record._values[column] = for_column(form.entity, column, None, path)
    else:
        record._values[column] = (await record.references.find(target, value, path)).id


async def _locate(form: UpsertSpec[Given], record: Record[Given]) -> Base | None:
    """The row that is there already, locked; none where the record is new."""
    entity = form.entity
    query = select(entity).with_for_update(key_share=True)
    if record._given.get("id") is not None:
        row = await record.transaction.session.scalar(query.where(entity.id == record._given["id"]))
        if row is None or getattr(row, "state", None) == models.State.DELETED:
            raise Refused(ErrorCode.NOT_FOUND, f"There is no {entity.__name__} with this id.", record.problems.at("id"))
    else:
        row = await _known(form, record, query)
    named = _named(form, record)
    if named and not (isinstance(row, External) and (row.source, row.external_id) == tuple(named.values())):
        await _refuse_taken(form, record, "external_id", named, row)
        record._values |= named
    return row


async def _known(form: UpsertSpec[Given], record: Record[Given], query: Select[Base]) -> Base | None:
    """The row that has the record's external id, or else its other key."""
    named, given = _named(form, record), record._given
    if named:
        row = await record.transaction.session.scalar(query.filter_by(**named))
        if row is not None:
            return row
    if form.key_fields and all(given.get(name) is not None for name in form.key_fields):
        for name in form.key_fields:
            await _take(form, record, name)
        return await record.transaction.session.scalar(query.filter_by(**form.key(record)))
    if named:
        return None
    keys = [" and ".join(f"`{camel(name)}`" for name in form.key_fields)] if form.key_fields else []
    keys += ["`source` and `externalId`"] if issubclass(form.entity, External) else []
    raise Refused(
        ErrorCode.REQUIRED, f"Give {' or '.join(keys)}, or the `id` of one that is there.", record.problems.at("id")
    )


def _named(form: UpsertSpec[Given], record: Record[Given]) -> dict[str, str]:
    """The record's name in an outside system, where it is given one."""
    source, external_id = record._given.get("source"), record._given.get("external_id")
    at = record.problems.at
    if not issubclass(form.entity, External) or (source is None and external_id is None):
        return {}
    if source is None or external_id is None:
        missing = "source" if source is None else "external_id"
        raise Refused(ErrorCode.REQUIRED, "`source` and `externalId` belong together.", at(missing))
    return {"source": source, "external_id": external_id}


async def _refuse_taken(
    form: UpsertSpec[Given], record: Record[Given], name: str, key: Mapping[str, object], row: Base | None
) -> None:
    """No two records share a key."""
    entity = form.entity
    others = select(entity.id).filter_by(**key)
    if row is not None:
        others = others.where(entity.id != row.id)
    if await record.transaction.session.scalar(others) is not None:
        raise Refused(ErrorCode.TAKEN, f"Another {entity.__name__} has this.", record.problems.at(name))


async def _write(form: UpsertSpec[Given], record: Record[Given]) -> Base:
    transaction, row = record.transaction, record.row
    is_new = row is None
    if row is None:
        row = record.row = form.entity(**record._values, created_at=transaction.now, updated_at=transaction.now)
        transaction.session.add(row)
    else:
        record.changed = set_values(row, record._values)
        if getattr(row, "state", None) == models.State.DELETED:
            record.changed = set_values(row, {"state": models.State.ACTIVE})
    await settle(transaction)
    if form.follow is not None:
        await form.follow(record)
        await settle(transaction)
    if is_new or record.changed:
        if not is_new:
            set_values(row, {"updated_at": transaction.now})
        transaction.emit(form.created if is_new else form.updated, row)
    return row


def set_values(row: Base, values: Mapping[str, object]) -> bool:
    """Set what differs; whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


async def settle(transaction: Transaction) -> None:
    """Let the database have its say; what only another writer can have brought about is told as that."""
    try:
        await transaction.session.flush()
    except IntegrityError as error:
        raise Refused(
            ErrorCode.CONFLICT, "This was changed by another request at the same moment; try again."
        ) from error


async def replace_parts(
    record: Record[Input], owner: QueryableAttribute[int], key: QueryableAttribute[object], wanted: Iterable[Part]
) -> None:
    """Make the parts of a row those that are wanted: known again by a key, changed where they differ."""
    session, part = record.transaction.session, owner.class_
    assert isinstance(part, type)
    known = await session.scalars(select(part).where(owner == record.key))
    there = {getattr(row, key.key): row for row in known}
    for one in wanted:
        values = {column.key: value for column, value in one.items()}
        row = there.pop(values[key.key], None)
        if row is None:
            session.add(part(**{owner.key: record.key}, **values))
            record.changed = True
        elif set_values(row, values):
            record.changed = True
    for row in there.values():
        await session.delete(row)
        record.changed = True


def no_twice(keys: Iterable[object], problems: Problems, name: str, key: str) -> None:
    """A list names each thing once."""
    seen = set()
    for place, one in enumerate(keys):
        if one in seen:
            raise Refused(ErrorCode.DUPLICATE_ITEM, "This is given twice.", f"{problems.at(name)}[{place}]{key}")
        seen.add(one)


def refuse_cycle(above: QueryableAttribute[int | None]) -> Callable[[Record[Input]], Awaitable[None]]:
    """A check that a record's new place in its tree, the column that names what is above it, is not below itself."""

    async def check(record: Record[Input]) -> None:
        row, place = record.row, record.given_for(above)
        if row is None or place is None:
            return
        entity = type(row)
        line = select(entity.id, above).where(entity.id == place).cte("line", recursive=True)
        line = line.union(select(entity.id, above).join(line, entity.id == line.c[above.key]))
        if await record.transaction.session.scalar(select(exists().where(line.c.id == row.id))):
            field = above.key.removesuffix("_id")
            raise Refused(ErrorCode.CYCLE, "It would lie below itself.", record.problems.at(field))

    return check
