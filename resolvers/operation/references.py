"""Rows that a caller refers to: by an opaque id, or by one of the keys that the graph's look-ups take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, case, select

import models
from models import Base
from models.rules.error_codes import ErrorCode
from models.rules.voucher_code import readings
from resolvers.errors import Refused
from resolvers.operation.checks import By
from resolvers.operation.inputs import Input, named_twice_over
from resolvers.operation.structs import camel
from resolvers.query.visibility import listed
from resolvers.storage.sql import column_of
from resolvers.storage.transaction import Transaction

Entity = TypeVar("Entity", bound=Base)
Finder = Callable[[Transaction, By, str], Awaitable[int]]

KEY_FINDERS: dict[type[Base], Finder] = {}
"""How records are found whose keys are not all columns of theirs: customers, by whoever knows of them."""


async def by_ids(transaction: Transaction, given: Input) -> Input:
    """An input in which records that were named by other keys are named by their ids."""
    found: dict[str, int] = {}
    for field, successor in named_twice_over(type(given)):
        by = getattr(given, successor)
        if by is not None:
            assert field.names is not None
            found[field.name] = await _key_of(transaction, field.names, by, camel(successor))
    return given.replaced(**found) if found else given


async def _key_of(transaction: Transaction, entity: type[Base], by: By, field: str) -> int:
    if by.name == "id":
        # The operation says itself what is wrong with it.
        return int(by.value)
    if entity in KEY_FINDERS:
        return await KEY_FINDERS[entity](transaction, by, field)
    return (await References(transaction).find(entity, by, field)).id


class References:
    """The rows that one operation refers to, each looked up once. They are not locked: a reference changes nothing."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self._known: dict[tuple[type[Base], str], Base] = {}

    async def find(self, entity: type[Entity], by: int | By, field: str) -> Entity:
        """The row of a key, or of what else names it; `NOT_FOUND` where there is none."""
        name = (entity, repr(by))
        row = self._known.get(name)
        if row is None:
            found = select(entity).where(_named(entity, by), *listed(entity, entity))
            row = await self.transaction.session.scalar(found)
        if row is None or not await self.transaction.may_name(row):
            if entity is models.Customer and isinstance(by, int):
                await self.transaction.raise_if_merged([by])
            raise Refused(ErrorCode.NOT_FOUND, f"There is no such {entity.__name__}.", field)
        self._known[name] = row
        assert isinstance(row, entity)
        return row


async def in_use(transaction: Transaction, entity: type[Base], by: int | By | None, field: str) -> int | None:
    """The key of a row that is referred to, if one is; `NOT_FOUND` where there is none, `INACTIVE` if not in use."""
    if by is None:
        return None
    row = await References(transaction).find(entity, by, field)
    if getattr(row, "state", None) == models.State.INACTIVE:
        raise Refused(ErrorCode.INACTIVE, f"This {entity.__name__} is not in use.", field)
    return row.id


def _named(entity: type[Base], by: int | By) -> ColumnElement[bool]:
    condition: ColumnElement[bool]
    key: str = "id" if isinstance(by, int) else by.name
    value: Any = by if isinstance(by, int) else by.value
    if key == "id":
        condition = entity.id == value
    elif key == "external_id":
        condition = (column_of(entity, "source") == value["source"]) & (
            column_of(entity, "external_id") == value["external_id"]
        )
    elif key == "list_code":
        code = models.ProductCode
        condition = entity.id.in_(
            select(code.product_id).where(code.list_code == value["list"], code.code == value["code"])
        )
    elif key == "code" and hasattr(entity, "code_key"):
        condition = coded_as(entity, value)
    else:
        condition = getattr(entity, key) == value
    return condition


def coded_as(entity: Any, code: str) -> ColumnElement[bool]:
    """The reward or voucher that a code names, however it is typed; one that has it to the letter goes first."""
    exact = case((entity.code == code, 0), else_=1)
    found = select(entity.id).where(entity.code_key.in_(readings(code))).order_by(exact, entity.id).limit(1)
    condition: ColumnElement[bool] = entity.id == found.scalar_subquery()
    return condition
