"""Inputs and answers that name customers who were merged: they mean those who the customers became."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from sqlalchemy import select

from models import Customer, CustomerMerge
from resolvers.operation.answers import Answer
from resolvers.operation.checks import By
from resolvers.operation.inputs import Input, InputField, fields_of
from resolvers.query.compiled_query import CompiledQuery, among
from resolvers.storage.context import RequestContext, RowRef

MERGED = CompiledQuery(
    lambda backend: select(CustomerMerge.merged_id, CustomerMerge.customer_id).where(
        among(CustomerMerge.merged_id, "keys", backend)
    )
)
Rename = Callable[[int], int]


async def following(context: RequestContext, given: Input) -> Input:
    """An input in which customers who were merged are those who they became."""
    named: set[int] = set()

    def note(key: int) -> int:
        named.add(key)
        return key

    _renamed(given, note)
    became = dict(await MERGED.read(context, keys=sorted(named)))
    return _renamed(given, lambda key: became.get(key, key))


async def answered(context: RequestContext, answer: Answer) -> Answer:
    """An answer that was given before, in which customers who were merged since are those who they became."""
    structs: Any = answer
    named = {name: value for name in structs.__struct_fields__ if _is_customer(value := getattr(answer, name))}
    if not named:
        return answer
    became = dict(await MERGED.read(context, keys=sorted(row.key for row in named.values())))
    rows = {name: RowRef("Customer", became.get(row.key, row.key)) for name, row in named.items()}
    renamed: Answer = replace(structs, **rows)
    return renamed


def _is_customer(value: Any) -> bool:
    return isinstance(value, RowRef) and value.type_name == "Customer"


def _renamed(given: Input, rename: Rename) -> Input:
    found = {
        field.name: _each(field, value, rename)
        for field in fields_of(type(given))
        if field.name not in given.AS_NAMED and (value := getattr(given, field.name)) is not None
    }
    structs: Any = given
    renamed: Input = replace(structs, **{name: value for name, value in found.items() if value != getattr(given, name)})
    return renamed


def _each(field: InputField, value: Any, rename: Rename) -> Any:
    if isinstance(value, tuple):
        return tuple(_each(field, each, rename) for each in value)
    if isinstance(value, Input):
        return _renamed(value, rename)
    if field.names is not Customer:
        return value
    if isinstance(value, By):
        return By("id", rename(value.value)) if value.name == "id" else value
    return rename(value) if isinstance(value, int) else value
