"""Rows into PostgreSQL by COPY: one statement for all of them, for its triggers, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import repeat
from typing import Any

import asyncpg
from sqlalchemy import JSON, Column, ColumnDefault, Dialect, Table, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from models.types import ExactDecimal, Json

Values = dict[str, Any]
Process = Callable[[Any], Any]


async def copy(connection: AsyncConnection, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Add rows that all give the same columns; the others take their defaults."""
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    if not driver.is_in_transaction():
        # SQLAlchemy begins a transaction along with its first statement.
        await connection.execute(select(1))
    names, records = _records(table, tuple(columns), rows, connection.dialect)
    try:
        await driver.copy_records_to_table(table.name, columns=names, records=records)
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(f"COPY {table.name}", None, error) from None
    except asyncpg.DataError as error:
        raise DataError(f"COPY {table.name}", None, error) from None
    except asyncpg.PostgresError as error:
        raise DBAPIError(f"COPY {table.name}", None, error) from None


def _records(table: Table, given: tuple[str, ...], rows: Sequence[Values], dialect: Dialect) -> tuple[list[str], Any]:
    """The columns' names, and an iterator of what each row has in them."""
    names: list[str] = []
    columns: list[Any] = []
    for name in given:
        process = _processor(table.c[name], dialect)
        values = [row[name] for row in rows]
        names.append(name)
        columns.append(values if process is None else map(process, values))
    for column, default in _defaults(table, given):
        process = _processor(column, dialect)
        value = default(None) if callable(default) else default
        names.append(column.name)
        columns.append(repeat(value if process is None else process(value), len(rows)))
    return names, zip(*columns, strict=True)


@cache
def _processor(column: Column[Any], dialect: Dialect) -> Process | None:
    """What makes a value one that the driver takes; decimals are, and have the places that they may when they come."""
    if isinstance(column.type, ExactDecimal):
        return None
    kind: TypeEngine[Any] = Json if isinstance(column.type, JSON) else column.type
    return kind.dialect_impl(dialect).bind_processor(dialect)


@cache
def _defaults(table: Table, given: tuple[str, ...]) -> list[tuple[Column[Any], Any]]:
    """The columns that aren't given and that the model has a default for: a value, or what makes one for all rows."""
    rest = [column for column in table.columns if column.name not in given]
    return [(column, column.default.arg) for column in rest if isinstance(column.default, ColumnDefault)]
