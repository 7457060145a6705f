"""Switching records on and off, and deleting them: what refers to a record keeps it."""

from __future__ import annotations

from typing import Any, cast

import models
from models import Base
from models.event_kinds import EventKind
from resolvers.operation.perform import Operation
from resolvers.operation.validation import Values
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction


def switching(entity: type[Base], state: models.State, verb: str, payload: str) -> Operation:
    """An operation that switches records of a kind on or off."""
    kind = _event(entity, verb)

    async def switch(transaction: Transaction, given: Values) -> Values:
        row = await _switched(transaction, entity, given["id"], state, kind)
        return {payload: RowRef(entity.__name__, row.id)}

    return switch


def deleting(entity: type[Base], verb: str = "DELETED") -> Operation:
    """An operation that deletes a record of a kind; it answers the id, since the record can't be seen any more."""
    kind = _event(entity, verb)

    async def delete(transaction: Transaction, given: Values) -> Values:
        await _switched(transaction, entity, given["id"], models.State.DELETED, kind)
        return {"deleted_id": given["id"]}

    return delete


def _event(entity: type[Base], verb: str) -> EventKind:
    return EventKind[f"{cast('str', entity.__tablename__).upper()}_{verb}"]


async def _switched(
    transaction: Transaction, entity: type[Base], opaque: str, state: models.State, kind: EventKind
) -> Any:
    row: Any = await transaction.find(entity, opaque, "id")
    if row.state != state:
        row.state, row.updated_at = state, transaction.now
        await transaction.session.flush()
        transaction.emit(kind, row)
    return row
