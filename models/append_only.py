"""Tables whose rows are only ever added: the database itself refuses every change to them.

Rows of a ledger of customers' may change in two ways, and in no other: where customers are merged, what belonged to the
one belongs to the other; and once a customer is erased, what was written beside the amounts is emptied.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from models.base import Base

SQLITE_GUARD = """
CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table}{unless}
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
SQLITE_UNLESS = """
WHEN NOT ({conditions})"""
SQLITE_MERGED = """({same} AND EXISTS
    (SELECT 1 FROM customer_merge WHERE merged_id = OLD.customer_id AND customer_id = NEW.customer_id))"""
SQLITE_FORGOTTEN = """({same} AND {empty} AND EXISTS
    (SELECT 1 FROM customer WHERE id = OLD.customer_id AND state = 'DELETED'))"""
POSTGRES_LEDGER_GUARD = """
CREATE OR REPLACE FUNCTION refuse_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'customer_id' = to_jsonb(OLD) - 'customer_id' AND EXISTS
        (SELECT 1 FROM customer_merge WHERE merged_id = OLD.customer_id AND customer_id = NEW.customer_id)
    THEN
        RETURN NEW;
    END IF;
    IF {empty} AND to_jsonb(NEW) - {names} = to_jsonb(OLD) - {names} AND EXISTS
        (SELECT 1 FROM customer WHERE id = OLD.customer_id AND state = 'DELETED')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRES_LEDGER_TRIGGERS = (
    """
CREATE TRIGGER {table}_is_append_only BEFORE DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
    """
CREATE TRIGGER {table}_changes_with_its_customer BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_{table}()
""",
)
SQLITE_PRUNED = "NOT EXISTS (SELECT 1 FROM {until} WHERE last_entry_id >= OLD.id)"
POSTGRES_PRUNING_GUARD = """
CREATE OR REPLACE FUNCTION refuse_deletion_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM {until} WHERE last_entry_id >= OLD.id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRES_PRUNING_TRIGGERS = (
    """
CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
    """
CREATE TRIGGER {table}_goes_with_its_checkpoint BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_{table}()
""",
)


def append_only(entity: type[Base], *, forgets: tuple[str, ...] = (), until: type[Base] | None = None) -> None:
    """Let the database refuse every change to a table's rows.

    With `forgets`, rows belong to customers: they follow one who was merged, and these columns are emptied of one who
    was erased. With `until`, rows may go up to the last that a checkpoint names.
    """
    table = entity.__table__
    assert isinstance(table, Table)
    if until is not None:
        guards = _pruning_guards(table, until.__tablename__)
    else:
        guards = _ledger_guards(table, forgets) if forgets else _guards(table)
    for dialect, statement in guards:
        ddl = DDL(statement.strip().replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def _guards(table: Table) -> list[tuple[str, str]]:
    name = table.name
    found = [("sqlite", SQLITE_GUARD.format(table=name, verb=verb, unless="")) for verb in ("UPDATE", "DELETE")]
    return [*found, ("postgresql", POSTGRES_GUARD), ("postgresql", POSTGRES_TRIGGER.format(table=name))]


def _pruning_guards(table: Table, until: str) -> list[tuple[str, str]]:
    name = table.name
    unless = f"\nWHEN {SQLITE_PRUNED.format(until=until)}"
    return [
        ("sqlite", SQLITE_GUARD.format(table=name, verb="UPDATE", unless="")),
        ("sqlite", SQLITE_GUARD.format(table=name, verb="DELETE", unless=unless)),
        ("postgresql", POSTGRES_GUARD),
        ("postgresql", POSTGRES_PRUNING_GUARD.format(table=name, until=until)),
        *(("postgresql", each.format(table=name)) for each in POSTGRES_PRUNING_TRIGGERS),
    ]


def _ledger_guards(table: Table, forgets: tuple[str, ...]) -> list[tuple[str, str]]:
    def same(*but: str) -> str:
        return " AND ".join(f"NEW.{each.name} IS OLD.{each.name}" for each in table.columns if each.name not in but)

    name, empty = table.name, " AND ".join(f"NEW.{each} IS NULL" for each in forgets)
    allowed = (
        SQLITE_MERGED.format(same=same("customer_id")),
        SQLITE_FORGOTTEN.format(same=same(*forgets), empty=empty),
    )
    unless = SQLITE_UNLESS.format(conditions=" OR ".join(allowed))
    names = f"ARRAY[{', '.join(map(repr, forgets))}]"
    return [
        ("sqlite", SQLITE_GUARD.format(table=name, verb="UPDATE", unless=unless)),
        ("sqlite", SQLITE_GUARD.format(table=name, verb="DELETE", unless="")),
        ("postgresql", POSTGRES_GUARD),
        ("postgresql", POSTGRES_LEDGER_GUARD.format(table=name, names=names, empty=empty)),
        *(("postgresql", each.format(table=name)) for each in POSTGRES_LEDGER_TRIGGERS),
    ]
