"""What SQLite can't alter: tables are made anew there, under another definition."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def rebuild(table: str, old: str, new: str) -> None:
    """Make a table anew with a part of its definition replaced: its rows, indexes and triggers stay.

    Columns that the new definition lacks go with what they hold; those that it adds are empty.
    """
    bind = op.get_bind()
    known = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL")
    parts = [tuple(row) for row in bind.execute(known, {"name": table})]
    definition = next(sql for kind, sql in parts if kind == "table")
    before = _columns(table)
    assert old in definition, old
    _, _, rest = definition.replace(old, new).partition("(")
    bind.exec_driver_sql(f"CREATE TABLE {table}_anew ({rest}")
    kept = ", ".join(f'"{name}"' for name in _columns(f"{table}_anew") if name in before)
    bind.exec_driver_sql(f"INSERT INTO {table}_anew ({kept}) SELECT {kept} FROM {table}")  # noqa: S608 - names of columns
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(f"ALTER TABLE {table}_anew RENAME TO {table}")
    for kind, sql in parts:
        if kind in ("index", "trigger"):
            bind.exec_driver_sql(sql)


def _columns(table: str) -> list[str]:
    return [row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({table})")]
