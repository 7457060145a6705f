"""PostgreSQL's own wall around what customers write, behind what operations see to anyway.

The transaction of what a customer does with their own names them. Where one is named, triggers look at each row that is
written to a table of customers' rows: it must have been theirs, or nobody's, and be theirs now. The triggers are made
from `models.ownership` whenever the tables are brought up to date. Whoever isn't named passes them by.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from models.base import Base
from models.ownership import OWNERSHIP, Kind, Ownership, ownership_of

WRITING = "crm360.writing_customer"
"""The setting that names the customer who writes."""

TRIGGER = "crm360_own_writes"
BODY = """
DECLARE
    me bigint := current_setting('{setting}')::bigint;
BEGIN
    IF TG_OP <> 'INSERT' AND NOT coalesce({before}, true) OR TG_OP <> 'DELETE' AND NOT coalesce({after}, false) THEN
        RAISE EXCEPTION 'What a customer does may not write to % that is not theirs.', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
"""
MADE = """
SELECT c.relname, p.prosrc
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE t.tgname = :trigger AND c.relnamespace = current_schema()::regnamespace
"""


def naming(customer_id: int) -> str:
    """What names the customer who writes, until the end of the transaction."""
    return f"set_config('{WRITING}', '{int(customer_id)}', true)"


def bodies() -> dict[str, str]:
    """What the trigger of each table of customers' rows does."""
    found = {}
    for mapper in Base.registry.mappers:
        owner = ownership_of(mapper.class_)
        if owner.kind is Kind.OWNED:
            before, after = _is_own(owner, "OLD"), _is_own(owner, "NEW")
            found[mapper.class_.__tablename__] = BODY.format(setting=WRITING, before=before, after=after)
    return found


def _is_own(owner: Ownership, row: str) -> str:
    """Whether a row is the customer's, as SQL; null where it is nobody's."""
    if owner.whole is None:
        return f"{row}.{owner.column} = me"
    table = _tables()[owner.whole]
    inner = _is_own(OWNERSHIP[owner.whole], f"of_{table}")
    of_whole = f"FROM {table} AS of_{table} WHERE of_{table}.id = {row}.{owner.column}"
    return f"(SELECT {inner} {of_whole})"


def _tables() -> dict[str, str]:
    return {mapper.class_.__name__: mapper.class_.__tablename__ for mapper in Base.registry.mappers}


def apply(connection: Connection) -> None:
    """Bring the triggers of all tables up to date; what is as it should be is not touched, and not locked."""
    made = {row[0]: row[1] for row in connection.execute(text(MADE), {"trigger": TRIGGER})}
    for table, body in sorted(bodies().items()):
        if made.get(table) == body:
            continue
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {TRIGGER}_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
        )
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"WHEN (current_setting('{WRITING}', true) <> '') EXECUTE FUNCTION {TRIGGER}_of_{table}()"
        )
