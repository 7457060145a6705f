"""Criteria of a segment: a filter of customers, kept as JSON in the very form that the `where` of `customers` takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Date, Integer
from sqlalchemy.orm import aliased

import models
from models.types import ExactDecimal, Instant
from resolvers.errors import BadFilter
from resolvers.query.columns import source_type
from resolvers.query.filters.seeking import seeking
from resolvers.query.filters.special import bounded
from resolvers.query.filters.where import (
    FILTERS,
    RELATIVE,
    FilterSet,
    Normalise,
    RelationFilter,
    SpecialFilter,
    ValueFilter,
    read_filter,
)
from resolvers.query.filters.where_sql import condition
from resolvers.query.visibility import listed
from resolvers.storage.sql import SqlType

MANY = ("in", "nin")


def stored(where: object) -> Any:
    """A filter as JSON: decimals and moments as text, enums by their names."""
    if isinstance(where, Mapping):
        return {name: stored(value) for name, value in where.items()}
    if isinstance(where, list | tuple):
        return [stored(value) for value in where]
    if isinstance(where, Decimal):
        return str(where)
    if isinstance(where, datetime | date):
        return where.isoformat()
    return where.value if isinstance(where, Enum) else where


def kept(where: Mapping[str, object], backend: str) -> dict[str, object]:
    """A filter as it is kept; `BadFilter` where it could not be applied, or not be kept."""
    criteria: dict[str, object] = stored(where)
    matching(criteria, aliased(models.Customer), backend)
    if b"\\u0000" in orjson.dumps(criteria):
        raise BadFilter("`where` can't hold the character U+0000.")
    return criteria


def matching(
    criteria: Mapping[str, object], customer: type[models.Customer], backend: str, *, one: bool = False
) -> tuple[ColumnElement[bool], dict[str, object]]:
    """The condition that the criteria's customers meet, and the values it binds; `BadFilter` says what is wrong.

    It is asked of customers whose keys are above `after` and at most `upto`, which it may bind as well; or of one, for
    whom nothing is looked up that is about all.
    """
    filters = FILTERS.get("Customer")
    if filters is None:
        raise RuntimeError("Build the graph first: criteria are read by its filters.")
    structure, values = read_filter(filters, restored(filters, criteria, "where"))
    structure = bounded(structure)
    if backend == "sqlite" and not one:
        structure = seeking(models.Customer, structure)
    met = condition(models.Customer, customer, structure, backend)
    for door in listed(models.Customer, customer):
        met = met & door
    return met, values


def restored(filters: FilterSet, where: object, path: str) -> dict[str, object]:
    """A filter with its values as they were before they became JSON."""
    if not isinstance(where, Mapping):
        raise BadFilter(f"`{path}` must be an object.")
    return {name: _restored(filters, name, value, f"{path}.{name}") for name, value in where.items()}


def _restored(filters: FilterSet, name: str, value: object, path: str) -> object:
    known = filters.filters.get(name)
    if name in ("and", "or"):
        if not isinstance(value, list):
            raise BadFilter(f"`{path}` must be a list.")
        return [restored(filters, each, path) for each in value]
    if name == "not":
        return restored(filters, value, path)
    if isinstance(known, RelationFilter) and isinstance(value, Mapping):
        if not known.many:
            rest = restored(known.target(), {key: part for key, part in value.items() if key != "isNull"}, path)
            return {**rest, **{key: part for key, part in value.items() if key == "isNull"}}
        return {mode: restored(known.target(), part, f"{path}.{mode}") for mode, part in value.items()}
    if isinstance(known, SpecialFilter):
        try:
            return known.restored(value)
        except (ValueError, TypeError, InvalidOperation) as error:
            raise BadFilter(f"`{path}` can't be read.") from error
    if isinstance(known, ValueFilter) and isinstance(value, Mapping):
        read = _reader(source_type(filters.entity, known.source))
        return {operator: _operand(operator, operand, read, path) for operator, operand in value.items()}
    return value


def _operand(operator: str, operand: Any, read: Normalise, path: str) -> object:
    if operator in ("isNull", *RELATIVE) or operand is None:
        return operand
    try:
        return [read(each) for each in operand] if operator in MANY else read(operand)
    except (ValueError, TypeError, InvalidOperation) as error:
        raise BadFilter(f"`{path}.{operator}` can't be read.") from error


def _reader(kind: SqlType) -> Normalise:
    """How a value of a column's type is read from JSON."""
    if isinstance(kind, ExactDecimal):
        return lambda value: _finite(kind, Decimal(str(value)))
    if isinstance(kind, Instant):
        return datetime.fromisoformat
    if isinstance(kind, Date):
        return date.fromisoformat
    if isinstance(kind, Integer):
        return _small
    return lambda value: value


def _finite(kind: ExactDecimal, value: Decimal) -> Decimal:
    """A number that the column could hold: another one can't be compared with it."""
    if value.is_finite() and value and value.adjusted() >= kind.precision:
        raise ValueError("too large")
    kind.scaled(value)
    return value


def _small(value: object) -> int:
    if not isinstance(value, int) or abs(value) >= 2**31:
        raise ValueError("not a small whole number")
    return value
