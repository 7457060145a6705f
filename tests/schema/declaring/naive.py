"""Filters made at random from what is there, and a plain reading of what they mean over rows in memory."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import JSON, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.base import Stateful
from resolvers.ids import opaque_id
from resolvers.query import expressions, relations
from resolvers.query.columns import Expression, source_type
from resolvers.query.filters.where import (
    FILTERS,
    Filter,
    FilterSet,
    IdFilter,
    RelationFilter,
    SpecialFilter,
    ValueFilter,
)
from tests.factories import NOW

Where = dict[str, Any]


def valid(row: Any) -> bool:
    """Whether a validity holds now."""
    return (row.valid_from is None or row.valid_from <= NOW) and (row.valid_to is None or row.valid_to > NOW)


def card_state(card: models.Card) -> str:
    """An assigned or free card past its end is expired."""
    over = card.valid_to is not None and card.valid_to <= NOW
    return "EXPIRED" if over and card.state != "BLOCKED" else card.state


def voucher_state(voucher: models.Voucher) -> str:
    """A reservation past its time is none; what can be used is expired past its end."""
    state: str = voucher.state
    if state == "RESERVED" and voucher.reserved_until is not None and voucher.reserved_until <= NOW:
        state = "ACTIVE"
    over = voucher.valid_to is not None and voucher.valid_to <= NOW
    return "EXPIRED" if over and state == "ACTIVE" else state


WORKED_OUT: dict[Expression, Callable[[Any], Any]] = {
    expressions.CARD_STATE: card_state,
    expressions.CARD_VALID: lambda card: card_state(card) == "ASSIGNED" and valid(card),
    expressions.VOUCHER_STATE: voucher_state,
    expressions.VOUCHER_VALID: lambda voucher: voucher_state(voucher) == "ACTIVE" and valid(voucher),
    expressions.VALID_NOW: lambda row: row.state == "ACTIVE" and valid(row),
    expressions.STATUS_VALID: lambda record: record.ended_at is None and valid(record),
}
"""What SQL works out, worked out in Python."""


def same(value: Any, operand: Any) -> bool:
    """Equal, and of one kind: True is not 1."""
    return value == operand and isinstance(value, bool) == isinstance(operand, bool)


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": same,
    "ne": lambda value, operand: not same(value, operand),
    "in": lambda value, operand: any(same(value, each) for each in operand),
    "nin": lambda value, operand: not any(same(value, each) for each in operand),
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "startsWith": lambda value, operand: value.startswith(operand),
    "contains": lambda value, operand: operand in value,
    "has": lambda value, operand: operand in value,
}


class Memory:
    """All rows of a database."""

    def __init__(self) -> None:
        self.rows: dict[type[models.Base], list[Any]] = {}
        self.pairs: dict[str, list[Any]] = {}

    async def read(self, session: AsyncSession) -> Memory:
        """Read everything."""
        for mapper in models.Base.registry.mappers:
            entity = mapper.class_
            self.rows[entity] = list(await session.scalars(select(entity).order_by(entity.id)))
        return self

    def listed(self, entity: type[models.Base]) -> list[Any]:
        """The rows that a list shows."""
        return [row for row in self.rows[entity] if not deleted(row)]

    def value(self, row: Any, source: Any) -> Any:
        """A value of a row."""
        return WORKED_OUT[source](row) if isinstance(source, Expression) else getattr(row, source)

    def related(self, row: Any, known: RelationFilter) -> list[Any]:
        """The rows that a relation leads to, as far as they are shown."""
        target = known.target().entity
        if callable(known.relation):
            return [each for each in self.rows[target] if self._linked(known.relation, row, each) and not deleted(each)]
        relation = inspect(type(row)).relationships[known.relation]
        if relation.secondary is not None:
            found = self._through(row, relation)
        else:
            ((mine, theirs),) = relation.local_remote_pairs
            own = getattr(row, relation.parent.get_property_by_column(mine).key)
            name = relation.mapper.get_property_by_column(theirs).key
            found = [each for each in self.rows[target] if own is not None and getattr(each, name) == own]
        if known.relation == "status" and target is models.StatusRecord:
            found = [record for record in found if record.ended_at is None]
        hidden = deleted if known.many else (lambda each: isinstance(each, models.Customer) and deleted(each))
        return [each for each in found if not hidden(each)]

    def _linked(self, on: Any, row: Any, other: Any) -> bool:
        """Whether a link that no foreign key describes leads from a row to another."""
        if on is relations.REWARDS_OF_PRODUCT.on:
            conditions = {
                each.condition_id for each in self.rows[models.RewardConditionTarget] if each.product_id == row.id
            }
            rules = self.rows[models.RewardCondition]
            return any(rule.reward_id == other.id and rule.id in conditions for rule in rules)
        if on is relations.BILLS_OF_CARD.on:
            return bool(other.card_number == row.number)
        if on is relations.BILLS_OF_RESERVATION.on:
            return (other.external_id, other.customer_id) == (row.external_purchase_id, row.customer_id)
        role = "CONDITION" if on is relations.REWARD_CONDITIONS.on else "BONUS"
        return bool(other.reward_id == row.id and other.role == role)

    def _through(self, row: Any, relation: Any) -> list[Any]:
        entity = next(each for each in self.rows if each.__table__ is relation.secondary)
        mine = relation.synchronize_pairs[0][1].name
        theirs = relation.secondary_synchronize_pairs[0][1].name
        keys = {getattr(pair, theirs) for pair in self.rows[entity] if getattr(pair, mine) == row.id}
        return [each for each in self.rows[relation.mapper.class_] if each.id in keys]

    def holds(self, filters: FilterSet, row: Any, where: Where) -> bool:
        """Whether a row passes a filter; its operands are Python values."""
        return all(self._holds(filters, row, name, value) for name, value in where.items())

    def _holds(self, filters: FilterSet, row: Any, name: str, value: Any) -> bool:
        if name == "and":
            return all(self.holds(filters, row, part) for part in value)
        if name == "or":
            return any(self.holds(filters, row, part) for part in value)
        if name == "not":
            return not self.holds(filters, row, value)
        known = filters.filters[name]
        if not isinstance(known, RelationFilter):
            return all(self._compares(row, known, how, operand) for how, operand in value.items())
        found, target = self.related(row, known), known.target()
        if known.many:
            passing = [self.holds(target, each, part) for part in value.values() for each in found]
            (mode,) = value
            return {"some": any(passing), "none": not any(passing), "every": all(passing)}[mode]
        if "isNull" in value:
            return value["isNull"] == (not found)
        return any(self.holds(target, each, value) for each in found)

    def _compares(self, row: Any, known: ValueFilter | IdFilter, how: str, operand: Any) -> bool:
        value = row.id if isinstance(known, IdFilter) else self.value(row, known.source)
        if how == "isNull":
            return operand == (value is None)
        if value is None:
            return how in ("ne", "nin")
        return COMPARE[how](value, operand)


def deleted(row: Any) -> bool:
    """Whether a row is no longer shown."""
    return isinstance(row, Stateful) and row.state == "DELETED"


EQUALITY = ("eq", "ne", "in", "nin")
ORDER = ("lt", "lte", "gt", "gte")


def filters_of(memory: Memory, filters: FilterSet, depth: int) -> st.SearchStrategy[Where]:
    """Filters over a type, with operands that rows have."""
    one = st.deferred(lambda: _one(memory, filters, depth))
    if depth == 0:
        return one
    more = filters_of(memory, filters, depth - 1)
    joined = st.builds(lambda how, parts: {how: parts}, st.sampled_from(("and", "or")), st.lists(more, max_size=3))
    return st.one_of(one, one, joined, more.map(lambda part: {"not": part}))


def _one(memory: Memory, filters: FilterSet, depth: int) -> st.SearchStrategy[Where]:
    kinds = {
        name: known
        for name, known in filters.filters.items()
        if _understood(known) and (depth or not isinstance(known, RelationFilter))
    }

    def of(name: str) -> st.SearchStrategy[Where]:
        return _condition(memory, filters.entity, kinds[name], depth).map(lambda part: {name: part})

    return st.sampled_from(sorted(kinds)).flatmap(of)


def _understood(known: Filter) -> bool:
    if isinstance(known, SpecialFilter):
        return False
    return not isinstance(known, ValueFilter) or isinstance(known.source, str) or known.source in WORKED_OUT


def _condition(memory: Memory, entity: type[models.Base], known: Filter, depth: int) -> st.SearchStrategy[Where]:
    if isinstance(known, RelationFilter):
        inner = filters_of(memory, known.target(), depth - 1)
        if known.many:
            return st.builds(lambda mode, part: {mode: part}, st.sampled_from(("some", "none", "every")), inner)
        return st.one_of(inner, inner, st.booleans().map(lambda missing: {"isNull": missing}))
    values = [row.id if isinstance(known, IdFilter) else memory.value(row, known.source) for row in memory.rows[entity]]
    present = [value for value in values if value is not None and not isinstance(value, Mapping)]
    missing = st.booleans().map(lambda wanted: {"isNull": wanted})
    if not present:
        return missing
    comparison = st.one_of(*(_comparison(how, present) for how in _operators(entity, known, present[0])))
    return st.one_of(comparison, comparison, comparison, missing)


def _operators(entity: type[models.Base], known: ValueFilter | IdFilter, example: Any) -> tuple[str, ...]:
    if isinstance(example, list):
        return ("has",)
    if isinstance(example, bool) or (
        isinstance(known, ValueFilter) and isinstance(source_type(entity, known.source), JSON)
    ):
        return EQUALITY[:2]
    if isinstance(known, IdFilter) or known.normalise is not None or isinstance(example, Enum):
        return EQUALITY
    if isinstance(known.source, Expression):
        return EQUALITY
    return (*EQUALITY, *ORDER, "startsWith", "contains") if isinstance(example, str) else (*EQUALITY, *ORDER)


def _comparison(how: str, present: list[Any]) -> st.SearchStrategy[Where]:
    value = st.sampled_from(present)
    if how == "has":
        items = sorted({item for each in present for item in each}) or ["x"]
        return st.sampled_from(items).map(lambda item: {how: item})
    if how in ("in", "nin"):
        return st.lists(value, max_size=3).map(lambda items: {how: items})
    if how in ("startsWith", "contains"):
        part = st.tuples(value, st.integers(0, 2), st.integers(0, 4))
        start = 0 if how == "startsWith" else 1
        return part.map(lambda cut: {how: cut[0][start * cut[1] : start * cut[1] + cut[2]]})
    return value.map(lambda operand: {how: operand})


def written(filters: FilterSet, where: Where) -> Where:
    """A filter as a caller writes it."""
    made: Where = {}
    for name, value in where.items():
        if name in ("and", "or"):
            made[name] = [written(filters, part) for part in value]
        elif name == "not":
            made[name] = written(filters, value)
        else:
            made[name] = _written(filters.filters[name], value)
    return made


def _written(known: Filter, value: Where) -> Where:
    if isinstance(known, RelationFilter):
        if known.many:
            return {mode: written(known.target(), part) for mode, part in value.items()}
        return value if "isNull" in value else written(known.target(), value)
    name = known.type_name if isinstance(known, IdFilter) else None
    return {how: operand if how == "isNull" else _operand(operand, name) for how, operand in value.items()}


def _operand(value: Any, type_name: str | None) -> Any:
    if isinstance(value, list):
        return [_operand(each, type_name) for each in value]
    if type_name is not None:
        return opaque_id(type_name, value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal) else value


__all__ = ["FILTERS", "Memory", "filters_of", "written"]
