"""Everything the CRM holds of one customer, as JSON: for the customer who asks, and to take it elsewhere.

The tables are followed from the customer's row: those that name the customer, and those that are a part of such a
row. A new table is exported without a word here; what isn't, `models.personal` says of each column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import orjson
from sqlalchemy import JSON, Boolean, Column, Table, select

from models import Base, Card, Customer, CustomerSource, CustomerSourceRecord, State
from models.ownership import Kind, ownership_of
from models.personal import DERIVED, Personal, class_of
from models.rules.card_number import normalised
from models.types import MONEY, BigKey, ExactDecimal, text
from resolvers.errors import BadInput
from resolvers.ids import key_of, opaque_id
from resolvers.normalise import email_key, phone_key
from resolvers.query.columns import scaled
from resolvers.query.expressions import goes_on_as, word
from resolvers.query.level.rows import NO_KEY
from resolvers.query.phones import reached_by
from resolvers.storage.context import RequestContext, is_customer
from resolvers.storage.sql import SqlValue
from resolvers.storage.statement import Statement, compile_statement, parameter
from resolvers.storage.writing.batches import in_batch
from resolvers.values import decimal_text

WORKED_OUT = frozenset({"customer_term", "customer_merge", "customer_month", "customer_year"})
"""Tables that say nothing that others don't."""
TITLES = ("name", "code", "number")
"""What a row is called by another one that refers to it."""


@dataclass(frozen=True, eq=False)
class Part:
    """A table whose rows belong to a parent's row by a column, with the tables that are parts of it in turn."""

    table: Table
    column: str
    parts: list[Part] = field(default_factory=list)


def _name(of: str) -> str:
    head, *rest = of.split("_")
    return head + "".join(each.capitalize() for each in rest)


@cache
def _type_names() -> dict[str, str]:
    return {mapper.local_table.name: mapper.class_.__name__ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]


@cache
def parts_of_customer() -> Part:
    """The tree of tables below the customer, each of them once."""
    root = Part(Customer.__table__, "id")  # type: ignore[arg-type]
    seen = {"customer", *WORKED_OUT}
    _grow(root, seen, owned_only=False)
    waiting = list(root.parts)
    while waiting:
        part = waiting.pop(0)
        _grow(part, seen, owned_only=True)
        waiting += part.parts
    return root


@cache
def _owners() -> dict[str, str]:
    """The column that says whose a row is, by table: others may name a customer too, such as who had it before."""
    owned = ((mapper.class_, ownership_of(mapper.class_)) for mapper in Base.registry.mappers)
    return {entity.__tablename__: owner.column for entity, owner in owned if owner.kind is Kind.OWNED}


def _grow(part: Part, seen: set[str], *, owned_only: bool) -> None:
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            owned = key.ondelete == "CASCADE" or not owned_only
            says = _owners().get(table.name, key.parent.name) == key.parent.name
            if key.column.table.name == part.table.name and owned and says and table.name not in seen:
                seen.add(table.name)
                part.parts.append(Part(table, key.parent.name))


async def load_export(
    context: RequestContext, _keys: object, args: Mapping[str, Any], _names: object
) -> Mapping[int, dict[str, object] | None]:
    """All of one customer; null where there is none."""
    key = await _find(context, args["by"])
    viewer = context.viewer
    if key is None or (is_customer(viewer) and key != viewer.customer_id):
        return {NO_KEY: None}
    context.shown_customers.add(key)
    found = await _rows(context, parts_of_customer(), [key])
    return {NO_KEY: found[key][0]}


async def _rows(context: RequestContext, part: Part, keys: Sequence[int]) -> dict[int, list[dict[str, object]]]:
    """The rows that belong to a batch of parents, with all their parts: a statement a table."""
    rows = await context.fetch(_statement(part, context.backend), {"keys": list(keys)})
    shown: dict[int, list[dict[str, object]]] = defaultdict(list)
    by_key: dict[int, dict[str, object]] = {}
    for row in rows:
        by_key[row[1]] = _shown(part, row)
        shown[row[0]].append(by_key[row[1]])
    for below in part.parts:
        found = await _rows(context, below, list(by_key)) if by_key else {}
        for key, one in by_key.items():
            if found.get(key):
                one[_name(below.table.name)] = found[key]
    return shown


def _columns(part: Part) -> list[Column[object]]:
    return [
        column
        for column in part.table.columns
        if column.name != "id" and (column.name != part.column or part.column == "id") and not _is_hidden(column)
    ]


def _is_hidden(column: Column[object]) -> bool:
    """Whether only the CRM itself has a use for a column."""
    return column.name in DERIVED or class_of(column.table.name, column.name) is Personal.CREDENTIAL


def _target(column: Column[object]) -> Table | None:
    return next((key.column.table for key in column.foreign_keys), None)


def _title(table: Table) -> str | None:
    return next((name for name in TITLES if name in table.columns), None)


@lru_cache(maxsize=256)
def _statement(part: Part, backend: str) -> Statement:
    table = part.table
    source: Any = table
    shown: list[SqlValue] = [table.c[part.column].label("parent"), table.c.id.label("key")]
    for place, column in enumerate(_columns(part)):
        shown.append(scaled(column, backend).label(f"v{place}"))
        target = _target(column)
        title = None if target is None else _title(target)
        if target is not None and title is not None:
            other = target.alias(f"t{place}")
            source = source.outerjoin(other, other.c.id == column)
            shown.append(other.c[title].label(f"t{place}"))
    chosen = select(*shown).select_from(source).where(in_batch(table.c[part.column], backend)).order_by(table.c.id)
    return compile_statement(chosen, backend)


def _shown(part: Part, row: Sequence[Any]) -> dict[str, object]:
    made: dict[str, object] = {"id": opaque_id(_type_names()[part.table.name], row[1])}
    values = iter(row[2:])
    for column in _columns(part):
        value, target = next(values), _target(column)
        title = None if target is None else _title(target)
        called = next(values) if title is not None else None
        if value is None:
            continue
        if target is None:
            made[_name(column.name)] = _plain(column, value)
        else:
            whole = {"id": opaque_id(_type_names()[target.name], value), **({title: called} if title else {})}
            made[_name(column.name.removesuffix("_id"))] = whole
    return made


def _plain(column: Column[object], value: Any) -> object:
    """A driver's value as JSON."""
    if isinstance(column.type, ExactDecimal):
        return decimal_text(int(value), column.type.scale, 2 if column.type is MONEY else 0)
    if isinstance(column.type, JSON):
        return orjson.loads(value) if isinstance(value, str | bytes) else value
    if isinstance(column.type, Boolean):
        return bool(value)
    return value if isinstance(value, str | int) else value.isoformat()


async def _find(context: RequestContext, by: Mapping[str, Any]) -> int | None:
    """The key of the customer whom a key names."""
    ((name, value),) = by.items()
    if name == "id":
        value = key_of(value, "Customer")
        rows = await context.fetch(_finding("id", context.backend), {"sought": value})
        return rows[0][0] if rows else None
    sought = {"sought": value}
    if name == "externalId":
        sought = {"sought": value["externalId"], "source": value["source"]}
    if any("\x00" in each for each in sought.values()):
        raise BadInput("`by`: text can't hold the character U+0000.")
    if name == "email":
        sought["sought"] = email_key(value)
    if name == "cardNumber":
        sought["sought"] = normalised(value)
    if name == "phone":
        try:
            sought["sought"] = phone_key(value)
        except ValueError as error:
            raise BadInput(f"`by.phone`: {error}.") from error
    rows = await context.fetch(_finding(name, context.backend), sought)
    return rows[0][0] if rows else None


@cache
def _finding(name: str, backend: str) -> Statement:
    sought = parameter("sought", BigKey if name == "id" else text())
    alive = select(Customer.id).where(Customer.state != word(State.DELETED))
    if name == "id":
        found = alive.where(Customer.id == goes_on_as(sought))
    elif name == "cardNumber":
        found = alive.where(Customer.id.in_(select(Card.customer_id).where(Card.number == sought)))
    elif name == "externalId":
        record = CustomerSourceRecord
        account = select(record.customer_id).join(CustomerSource, CustomerSource.id == record.source_id)
        account = account.where(CustomerSource.code == parameter("source", text()), record.external_id == sought)
        found = alive.where(Customer.id.in_(account))
    elif name == "phone":
        found = alive.where(reached_by(Customer, sought))
    else:
        found = alive.where(Customer.email_key == sought)
    return compile_statement(found, backend)
