"""What the database itself refuses, in words for the file's author."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import CheckConstraint, Table
from sqlalchemy.exc import DBAPIError, IntegrityError

from models import Base
from resolvers.files.record.natural_keys import field_name

UNIQUE_IN_SQLITE = re.compile(r"UNIQUE constraint failed: (.+)")
CHECK_IN_SQLITE = re.compile(r"CHECK constraint failed: (\w+)")
QUOTED = re.compile(r'constraint "(\w+)"')
TABLES = Base.metadata.tables


def explain(error: DBAPIError) -> tuple[str | None, str]:
    """The field that is at fault, where one is, and the reason."""
    message = str(error.orig)
    if match := UNIQUE_IN_SQLITE.search(message):
        pairs = [name.split(".") for name in match[1].split(", ")]
        return _taken(TABLES[pairs[-1][0]], [column for _, column in pairs])
    if match := CHECK_IN_SQLITE.search(message) or QUOTED.search(message):
        return _by_name(match[1]) or (None, message.splitlines()[0])
    # A broken rule is told by its name and its columns; what is said of a value that does not fit repeats it.
    return None, message.splitlines()[0] if isinstance(
        error, IntegrityError
    ) else "has a value that the database refuses"


def _by_name(name: str) -> tuple[str | None, str] | None:
    for table in TABLES.values():
        rules: list[Any] = [*table.constraints, *table.indexes]
        for rule in rules:
            # PostgreSQL cuts long names and adds four letters of its own.
            if str(rule.name) == name or (len(name) >= 60 and str(rule.name).startswith(name[:-5])):
                if isinstance(rule, CheckConstraint):
                    return None, f"must satisfy {rule.sqltext}"
                return _taken(table, [column.name for column in rule.columns])
    return None


def _taken(table: Table, columns: list[str]) -> tuple[str, str]:
    field = field_name(table.c[columns[-1]]).removesuffix("Key")
    return field, "is another's already"
