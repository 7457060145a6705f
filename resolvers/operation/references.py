"""Rows that a caller refers to: by an opaque id, or by one of the keys that the graph's look-ups take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select

import models
from models import Base
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.operation.checks import By
from resolvers.operation.validation import Values, text
from resolvers.query.visibility import listed
from resolvers.storage.transaction import Transaction

Entity = TypeVar("Entity", bound=Base)


class References:
    """The rows that one operation refers to, each looked up once. They are not locked: a reference changes nothing."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self._known: dict[tuple[type[Base], str], Base] = {}

    async def find(self, entity: type[Entity], by: int | By | str | Values, field: str) -> Entity:
        """The row of a key, or of what else names it; `NOT_FOUND` where there is none."""
        name = (entity, repr(by))
        if name not in self._known:
            condition = _named(entity, by) if isinstance(by, int | By) else _condition(entity, by, field)
            row = await self.transaction.session.scalar(select(entity).where(condition, *listed(entity, entity)))
            if row is None or not await self.transaction.may_name(row):
                raise Refused(ErrorCode.NOT_FOUND, f"There is no such {entity.__name__}.", field)
            self._known[name] = row
        found: Any = self._known[name]
        return found  # type: ignore[no-any-return]


async def in_use(transaction: Transaction, entity: type[Base], by: int | By | None, field: str) -> int | None:
    """The key of a row that is referred to, if one is; `NOT_FOUND` where there is none, `INACTIVE` if not in use."""
    if by is None:
        return None
    row = await References(transaction).find(entity, by, field)
    if getattr(row, "state", None) == models.State.INACTIVE:
        raise Refused(ErrorCode.INACTIVE, f"This {entity.__name__} is not in use.", field)
    return row.id


def _condition(entity: Any, by: str | Values, field: str) -> ColumnElement[bool]:
    ((key, value),) = ({"id": by} if isinstance(by, str) else by).items()
    for part in value.values() if isinstance(value, Mapping) else (value,):
        text(part, field)
    return _named(entity, By(key, key_of(value, entity.__name__) if key == "id" else value))


def _named(entity: Any, by: int | By) -> ColumnElement[bool]:
    condition: ColumnElement[bool]
    key: str = "id" if isinstance(by, int) else by.name
    value: Any = by if isinstance(by, int) else by.value
    if key == "id":
        condition = entity.id == value
    elif key == "external_id":
        condition = (entity.source == value["source"]) & (entity.external_id == value["external_id"])
    elif key == "list_code":
        code = models.ProductCode
        condition = entity.id.in_(
            select(code.product_id).where(code.list_code == value["list"], code.code == value["code"])
        )
    else:
        condition = getattr(entity, key) == value
    return condition
