"""Tables whose rows are only ever added: the database itself refuses every change to them.

A table of a customer's rows may have columns that are forgotten: once the customer is erased, these and no others can
be emptied.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from models.base import Base

SQLITE_GUARD = """
CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table}
BEGIN
    SELECT RAISE(ABORT, '{table} is append-only');
END
"""
SQLITE_FORGETTING_GUARD = """
CREATE TRIGGER {table}_refuses_UPDATE BEFORE UPDATE ON {table}
WHEN NOT ({same} AND {empty} AND EXISTS (SELECT 1 FROM customer WHERE id = OLD.customer_id AND state = 'DELETED'))
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
POSTGRES_FORGETTING_GUARD = """
CREATE OR REPLACE FUNCTION refuse_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {empty} AND to_jsonb(NEW) - {names} = to_jsonb(OLD) - {names}
        AND EXISTS (SELECT 1 FROM customer WHERE id = OLD.customer_id AND state = 'DELETED')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRES_FORGETTING_TRIGGERS = (
    """
CREATE TRIGGER {table}_is_append_only BEFORE DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
    """
CREATE TRIGGER {table}_only_forgets BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_{table}()
""",
)


def append_only(entity: type[Base], forgets: tuple[str, ...] = ()) -> None:
    """Let the database refuse every change to a table's rows, but for emptying these columns of those erased."""
    table = entity.__table__
    assert isinstance(table, Table)
    for dialect, statement in _guards(table, forgets):
        ddl = DDL(statement.strip().replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def _guards(table: Table, forgets: tuple[str, ...]) -> list[tuple[str, str]]:
    name = table.name
    deletes = ("sqlite", SQLITE_GUARD.format(table=name, verb="DELETE"))
    if not forgets:
        update = ("sqlite", SQLITE_GUARD.format(table=name, verb="UPDATE"))
        return [update, deletes, ("postgresql", POSTGRES_GUARD), ("postgresql", POSTGRES_TRIGGER.format(table=name))]
    same = " AND ".join(f"NEW.{each.name} IS OLD.{each.name}" for each in table.columns if each.name not in forgets)
    empty = " AND ".join(f"NEW.{each} IS NULL" for each in forgets)
    names = f"ARRAY[{', '.join(repr(each) for each in forgets)}]"
    return [
        ("sqlite", SQLITE_FORGETTING_GUARD.format(table=name, same=same, empty=empty)),
        deletes,
        ("postgresql", POSTGRES_GUARD),
        ("postgresql", POSTGRES_FORGETTING_GUARD.format(table=name, names=names, empty=empty)),
        *(("postgresql", each.format(table=name)) for each in POSTGRES_FORGETTING_TRIGGERS),
    ]
