"""Switching records on and off, and deleting them: what refers to a record keeps it."""

from __future__ import annotations

from typing import Any, cast

import models
from models import Base
from resolvers.checking import Values
from resolvers.reading import RowRef
from resolvers.writing import Operation, Writing


def switching(entity: type[Base], state: models.State, verb: str, payload: str) -> Operation:
    """An operation that switches records of a kind on or off."""

    async def switch(writing: Writing, given: Values) -> Values:
        row = await _switched(writing, entity, given["id"], state, verb)
        return {payload: RowRef(entity.__name__, row.id)}

    return switch


def deleting(entity: type[Base], verb: str = "DELETED") -> Operation:
    """An operation that deletes a record of a kind; it answers the id, since the record can't be seen any more."""

    async def delete(writing: Writing, given: Values) -> Values:
        await _switched(writing, entity, given["id"], models.State.DELETED, verb)
        return {"deleted_id": given["id"]}

    return delete


async def _switched(writing: Writing, entity: type[Base], opaque: str, state: models.State, verb: str) -> Any:
    row: Any = await writing.find(entity, opaque, "id")
    if row.state != state:
        row.state, row.updated_at = state, writing.now
        await writing.session.flush()
        writing.emit(f"{cast('str', entity.__tablename__).upper()}_{verb}", row)
    return row
