"""Small pieces that statements over a batch of keys are made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, func, select

from resolvers.storage.statement import ListParameter, parameter


def in_batch(column: Any, backend: str) -> ColumnElement[bool]:
    """Whether a column is one of the batch's keys."""
    keys = parameter("keys", ListParameter(BigInteger()))
    if backend == "postgresql":
        matches: ColumnElement[bool] = column == func.any(keys)
        return matches
    found: ColumnElement[bool] = column.in_(select(func.json_each(keys).table_valued("value").c.value))
    return found
