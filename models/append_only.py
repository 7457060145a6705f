"""Tables whose rows are only ever added: the database itself refuses every change to them."""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from models.base import Base

SQLITE_GUARD = """
CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table}
BEGIN
    SELECT RAISE(ABORT, '{table} is append-only');
END
"""
POSTGRES_GUARD = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def append_only(entity: type[Base]) -> None:
    """Let the database refuse every change to a table's rows."""
    table = entity.__table__
    assert isinstance(table, Table)
    guards = [("sqlite", SQLITE_GUARD.format(table=table.name, verb=verb)) for verb in ("UPDATE", "DELETE")]
    guards += [("postgresql", POSTGRES_GUARD), ("postgresql", POSTGRES_TRIGGER.format(table=table.name))]
    for dialect, statement in guards:
        ddl = DDL(statement.strip().replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
