"""How a file names a row: by a code, or by the id that an outside system gave it; never by the database's key.

A row that no outside system knows is exported under this CRM's own name, with its key and the moment it was
made. Taken back, that finds the same row in the database it came from; in another it is an id like any other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import Column, Table

import models
from models import Base
from models.base import CodeList, External
from resolvers.normalise import email_key

OWN_SOURCE = "crm360"
"""The source of rows that no outside system knows."""

Ref = tuple[Any, ...]
"""A row's name: which of its model's keys it is, then the key's values; one that refers is a name itself."""

BY_CODE = ("code",)
BY_SOURCE = ("source", "external_id")
BY_EMAIL = ("email",)
KEYS: dict[type[Base], tuple[tuple[str, ...], ...]] = {
    models.Card: (("number",),),
    models.Customer: (BY_SOURCE, BY_EMAIL),
    models.Purchase: (("store_id", "external_id"),),
    models.RecommendationBlock: (("product_id",), ("group_id",)),
    models.RecommendationResponse: (("recommendation_id", "customer_id"),),
    models.ReservableProduct: (("product_id",),),
    models.Reward: (BY_CODE, BY_SOURCE),
    models.SegmentMember: (("segment_id", "customer_id"),),
    models.Store: (BY_CODE, BY_SOURCE),
    models.Token: (("secret_hash",),),
    models.Voucher: (BY_CODE,),
    models.VoucherBatch: (BY_CODE,),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def keys_of(model: type[Base]) -> tuple[tuple[str, ...], ...]:
    """The columns by which files name a model's rows, the export's own way first."""
    if model in KEYS:
        return KEYS[model]
    if issubclass(model, CodeList):
        return (BY_CODE,)
    if issubclass(model, External):
        return (BY_SOURCE,)
    raise LookupError(f"Files can't name rows of {model.__tablename__}.")


def camel(name: str) -> str:
    """A column's name as the API and the files spell it: `valid_to` is `validTo`."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def field_name(column: Column[Any]) -> str:
    """A column's field: a reference is called after what it refers to, not after its key."""
    return camel(column.name.removesuffix("_id") if column.foreign_keys else column.name)


@cache
def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    return cast("Table", model.__table__)


@cache
def column_names(table: Table) -> frozenset[str]:
    """The names of a table's columns."""
    return frozenset(table.columns.keys())


@cache
def model_of(table: str) -> type[Base]:
    """The model of a table."""
    found: list[type[Base]] = [mapper.class_ for mapper in Base.registry.mappers]
    return next(model for model in found if table_of(model).name == table)


@cache
def target(model: type[Base], column: str) -> type[Base] | None:
    """The model that a column refers to."""
    table = table_of(model)
    keys = table.columns[column].foreign_keys if column in table.columns else ()
    return next((model_of(key.column.table.name) for key in keys), None)


@cache
def parts(model: type[Base], place: int) -> tuple[tuple[str, type[Base] | None], ...]:
    """The fields of one of a model's keys, with the model that each refers to."""
    names = keys_of(model)[place]
    targets = [target(model, name) for name in names]
    return tuple((camel(name.removesuffix("_id") if to else name), to) for name, to in zip(names, targets, strict=True))


def read_ref(model: type[Base], value: object, source: str | None = None) -> Ref:
    """The name of a row as a file writes it: the value alone, or an object where the key has several.

    Where it is known which system's ids are meant, such an id alone will do.
    """
    alone = isinstance(value, str | int) and not isinstance(value, bool)
    address = _address(value) if BY_EMAIL in keys_of(model) else None
    for place, columns in enumerate(keys_of(model)):
        fields = parts(model, place)
        if columns == BY_EMAIL:
            if address is not None:
                return place, address
            continue
        if len(fields) == 1 and (alone if fields[0][1] is None else isinstance(value, dict)):
            return place, _read_part(*fields[0], value)
        if isinstance(value, dict) and value.keys() == {name for name, _ in fields}:
            return place, *(_read_part(name, to, value[name]) for name, to in fields)
        if alone and columns == BY_SOURCE and source is not None and address is None:
            return place, source, _read_part("externalId", None, value)
    raise ValueError(f"must be {shape_of(model)}{ALONE if alone else ''}")


def _address(value: object) -> str | None:
    """An e-mail address as it is compared, where it is one that names a row."""
    given = value["email"] if isinstance(value, dict) and value.keys() == {"email"} else value
    return email_key(given) if isinstance(given, str) and "@" in given else None


ALONE = ", in CSV a column for each part; an id alone will do where it is declared of which source"


def _read_part(name: str, to: type[Base] | None, value: object) -> object:
    if to is not None:
        return read_ref(to, value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(f"must have text as its {name}")
    return value


def show_ref(model: type[Base], ref: Ref) -> object:
    """The name of a row as files write it."""
    place, *values = ref
    fields = parts(model, place)
    shown = [show_ref(to, value) if to else value for (_, to), value in zip(fields, values, strict=True)]
    return shown[0] if len(fields) == 1 else dict(zip((name for name, _ in fields), shown, strict=True))


def shape_of(model: type[Base]) -> str:
    """What a name of the model's rows looks like, for people."""
    shapes = []
    for place in range(len(keys_of(model))):
        fields = parts(model, place)
        names = [name if to is None else f"{name} ({shape_of(to)})" for name, to in fields]
        shapes.append(f"its {names[0]}" if len(fields) == 1 else f"an object of {' and '.join(names)}")
    return " or ".join(shapes)


def own_id(key: int, made: datetime) -> str:
    """The external id of a row that no outside system knows."""
    return f"{key}-{(made - EPOCH) // timedelta(microseconds=1)}"


def is_own(ref: Ref) -> bool:
    """Whether a name is one that this CRM gave."""
    return len(ref) == 3 and ref[1] == OWN_SOURCE


def key_in(external_id: str) -> int:
    """The key in such an id; 0 where it isn't one."""
    digits = external_id.partition("-")[0]
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else 0
