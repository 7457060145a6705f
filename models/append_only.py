"""Tables whose rows are only ever added: the database itself refuses every change to them.

Where customers are merged, what belonged to the one belongs to the other: that may change, and nothing else.
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


SQLITE_MERGED = """
WHEN NOT ({same} AND EXISTS
    (SELECT 1 FROM customer_merge WHERE merged_id = OLD.customer_id AND customer_id = NEW.customer_id))"""
POSTGRES_MERGED = """
CREATE OR REPLACE FUNCTION refuse_unless_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'customer_id' = to_jsonb(OLD) - 'customer_id' AND EXISTS
        (SELECT 1 FROM customer_merge WHERE merged_id = OLD.customer_id AND customer_id = NEW.customer_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRES_MERGED_TRIGGERS = (
    """
CREATE TRIGGER {table}_is_append_only BEFORE DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
    """
CREATE TRIGGER {table}_changes_by_merging BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_unless_merged()
""",
)


def append_only(entity: type[Base], *, follows_merges: bool = False) -> None:
    """Let the database refuse every change to a table's rows, but that they follow a customer who was merged."""
    table = entity.__table__
    assert isinstance(table, Table)
    name, unless = table.name, {"DELETE": "", "UPDATE": ""}
    triggers: tuple[str, ...] = (POSTGRES_GUARD, POSTGRES_TRIGGER)
    if follows_merges:
        others = [column.name for column in table.columns if column.name != "customer_id"]
        same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in others)
        unless["UPDATE"] = SQLITE_MERGED.format(same=same)
        triggers = (POSTGRES_GUARD, POSTGRES_MERGED, *POSTGRES_MERGED_TRIGGERS)
    guards = [
        ("sqlite", SQLITE_GUARD.format(table=name, verb=verb, unless=condition)) for verb, condition in unless.items()
    ]
    guards += [("postgresql", statement.replace("{table}", name)) for statement in triggers]
    for dialect, statement in guards:
        ddl = DDL(statement.strip().replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
