"""Switching records on and off, and deleting them: what refers to a record keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import models
from models import Base
from models.event_kinds import EventKind
from resolvers.ids import opaque_id
from resolvers.operation.answers import Answer
from resolvers.operation.inputs import Input, fields_of
from resolvers.operation.perform import Operation
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

AnAnswer = TypeVar("AnAnswer", bound=Answer)


def switch_operation(
    entity: type[Base],
    state: models.State,
    kind: EventKind,
    given: type[Input],
    answer: type[AnAnswer],
    *,
    switching: Callable[[Any], None] = lambda _row: None,
) -> Operation:
    """An operation that switches records on or off: its input has an `id`, its answer shows nothing but the record.

    `switching` changes what else becomes of a record.
    """
    (shown,) = answer.__annotations__

    async def switch(transaction: Transaction, named: Any) -> AnAnswer:
        await _switched(transaction, entity, named.id, state, kind, switching)
        return answer(**{shown: RowRef(entity.__name__, named.id)})

    return _of_id(switch, given, answer)


def delete_operation(entity: type[Base], kind: EventKind, given: type[Input], answer: type[AnAnswer]) -> Operation:
    """An operation that deletes records; it answers the id as `deleted_id`, since the record can't be seen any more."""
    (shown,) = answer.__annotations__

    async def delete(transaction: Transaction, named: Any) -> AnAnswer:
        await _switched(transaction, entity, named.id, models.State.DELETED, kind)
        return answer(**{shown: opaque_id(entity.__name__, named.id)})

    return _of_id(delete, given, answer)


def _of_id(operation: Operation, given: type[Input], answer: type[Answer]) -> Operation:
    assert [field.name for field in fields_of(given)] == ["id"]
    return typed(operation, given, answer)


def typed(operation: Operation, given: type[Input], answer: type[Answer]) -> Operation:
    """An operation whose annotations say which input and which answer a caller chose."""
    name = next(name for name in operation.__annotations__ if name not in {"transaction", "return"})
    operation.__annotations__ |= {name: given, "return": answer}
    return operation


async def _switched(
    transaction: Transaction,
    entity: type[Base],
    key: int,
    state: models.State,
    kind: EventKind,
    switching: Callable[[Any], None] = lambda _row: None,
) -> None:
    row: Any = await transaction.locked(entity, key, "id")
    if row.state != state:
        row.state, row.updated_at = state, transaction.now
        switching(row)
        await transaction.session.flush()
        transaction.emit(kind, row)
