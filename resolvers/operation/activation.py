"""Switching records on and off, and deleting them: what refers to a record keeps it."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import models
from models import Base
from models.event_kinds import EventKind
from resolvers.ids import key_of, opaque_id
from resolvers.operation.answers import Answer
from resolvers.operation.inputs import Input, fields_of
from resolvers.operation.perform import Operation
from resolvers.operation.validation import Values
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

AnAnswer = TypeVar("AnAnswer", bound=Answer)


def switch_operation(
    entity: type[Base], state: models.State, kind: EventKind, given: type[Input], answer: type[AnAnswer]
) -> Operation:
    """An operation that switches records on or off: its input has an `id`, its answer shows nothing but the record."""
    (shown,) = answer.__annotations__

    async def switch(transaction: Transaction, named: Any) -> AnAnswer:
        row = await _switched(transaction, entity, named.id, state, kind)
        return answer(**{shown: RowRef(entity.__name__, row.id)})

    return _typed(switch, given, answer)


def delete_operation(entity: type[Base], kind: EventKind, given: type[Input], answer: type[AnAnswer]) -> Operation:
    """An operation that deletes records; it answers the id as `deleted_id`, since the record can't be seen any more."""
    (shown,) = answer.__annotations__

    async def delete(transaction: Transaction, named: Any) -> AnAnswer:
        await _switched(transaction, entity, named.id, models.State.DELETED, kind)
        return answer(**{shown: opaque_id(entity.__name__, named.id)})

    return _typed(delete, given, answer)


def _typed(operation: Operation, given: type[Input], answer: type[Answer]) -> Operation:
    """An operation whose annotations say what a caller of this function chose."""
    assert [field.name for field in fields_of(given)] == ["id"]
    operation.__annotations__ |= {"named": given, "return": answer}
    return operation


def switching(entity: type[Base], state: models.State, verb: str, payload: str) -> Operation:
    """An operation that switches records of a kind on or off."""
    kind = _event(entity, verb)

    async def switch(transaction: Transaction, given: Values) -> Values:
        row = await _switched(transaction, entity, key_of(given["id"], entity.__name__), state, kind)
        return {payload: RowRef(entity.__name__, row.id)}

    return switch


def deleting(entity: type[Base], verb: str = "DELETED") -> Operation:
    """An operation that deletes a record of a kind; it answers the id, since the record can't be seen any more."""
    kind = _event(entity, verb)

    async def delete(transaction: Transaction, given: Values) -> Values:
        await _switched(transaction, entity, key_of(given["id"], entity.__name__), models.State.DELETED, kind)
        return {"deleted_id": given["id"]}

    return delete


def _event(entity: type[Base], verb: str) -> EventKind:
    return EventKind[f"{cast('str', entity.__tablename__).upper()}_{verb}"]


async def _switched(
    transaction: Transaction, entity: type[Base], key: int, state: models.State, kind: EventKind
) -> Any:
    row: Any = await transaction.locked(entity, key, "id")
    if row.state != state:
        row.state, row.updated_at = state, transaction.now
        await transaction.session.flush()
        transaction.emit(kind, row)
    return row
