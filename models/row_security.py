"""PostgreSQL's own wall around customers' rows, behind the conditions that statements have anyway.

What is read for a customer, or for nobody in particular, is read as a role that owns no table and sees the rows of the
customer whom the transaction names. The policies are made from `models.ownership` whenever the tables are brought up to
date, so that no table can be forgotten. The role that owns the tables is not held up by them: shops, tills, jobs and
migrations pay nothing.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from models import entering as who_asks
from models import own_writes
from models.base import Base
from models.entering import CUSTOMER, TOKEN
from models.ownership import Kind, ownership_of
from models.scope import Scope

ROLE = "crm360_customer"
"""As whom customers' statements run. It can't log in; roles are the server's, so databases on one server share it."""

OPEN = "true"
CLOSED = "false"


def entering(customer_id: int | None, token_id: int | None) -> str:
    """What brings a connection behind the wall for a transaction, in one round trip."""
    return f"BEGIN READ ONLY; {naming(customer_id, token_id)}; SET LOCAL ROLE {ROLE}"


STAYING = f"SET ROLE {ROLE}"
"""What brings a connection behind the wall until it leaves; each of its statements names who asks."""

LEAVING = "RESET ROLE"
"""What brings a connection back from behind the wall."""


def naming(customer_id: int | None, token_id: int | None) -> str:
    """The statement that names who asks, for a transaction. Keys are numbers: nothing is escaped."""
    named = ((CUSTOMER, customer_id), (TOKEN, token_id))
    return "SELECT " + ", ".join(
        f"set_config('{name}', '{'' if key is None else int(key)}', true)" for name, key in named
    )


def _told(setting: str) -> str:
    return f"(SELECT NULLIF(current_setting('{setting}', true), '')::bigint)"


def condition(entity: type[Base]) -> str:
    """Which rows of an entity a customer sees, as SQL."""
    owner, table = ownership_of(entity), entity.__tablename__
    if owner.kind is Kind.PUBLIC:
        return OPEN
    if owner.kind is Kind.INTERNAL:
        if owner.scope is not Scope.CUSTOMERS_READ:
            return CLOSED
        # What is offered to customers depends on the retailer's own lists, and on who is in them.
        return _is_own("customer_id") if "customer_id" in entity.__table__.columns else OPEN
    if owner.whole is not None:
        return _of_seen(table, owner.column, owner.whole)
    own = _is_own(owner.column)
    if table == "token":
        own = f"({own} OR id = {_told(TOKEN)})"
    if not owner.shared:
        return own
    parts = "".join(f" AND ({column} IS NULL OR {_of_seen(table, column, whole)})" for whole, column in owner.parts)
    return f"({own} OR ({owner.column} IS NULL{parts}))"


def _is_own(column: str) -> str:
    return f"{column} = {_told(CUSTOMER)}"


def _of_seen(table: str, column: str, whole: str) -> str:
    """Whether the row that it is a part of is seen: that one's own policy says."""
    names = {mapper.class_.__name__: mapper.class_.__tablename__ for mapper in Base.registry.mappers}
    seen = f"{names[whole]} AS whole WHERE whole.id = {table}.{column}"
    return f"EXISTS (SELECT FROM {seen})"


def conditions() -> dict[str, str]:
    """Which rows of each table a customer sees."""
    return {mapper.class_.__tablename__: condition(mapper.class_) for mapper in Base.registry.mappers}


MAKE_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
        GRANT {ROLE} TO CURRENT_USER;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The role {ROLE} is missing, or not granted to %.', current_user
            USING HINT = 'Let an administrator run: CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO ' || current_user;
END $$
"""
GRANTS = (
    "DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO {role}', current_schema()); "
    "EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO {role}', current_schema()); END $$"
).replace("{role}", ROLE)
MADE = """
SELECT c.relname, c.relrowsecurity, obj_description(p.oid, 'pg_policy'),
    has_table_privilege(:role, c.oid, 'SELECT')
FROM pg_class AS c LEFT JOIN pg_policy AS p ON p.polrelid = c.oid AND p.polname = :role
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
"""


def apply(connection: Connection) -> None:
    """Bring the policies of all tables up to date. What is as it should be is not touched, and not locked."""
    if connection.dialect.name != "postgresql":
        return
    connection.execute(text(MAKE_ROLE))
    who_asks.apply(connection, ROLE)
    own_writes.apply(connection)
    made = {name: (on, told, granted) for name, on, told, granted in connection.execute(text(MADE), {"role": ROLE})}
    if not all(granted for _, _, granted in made.values()):
        connection.execute(text(GRANTS))
    for table, wanted in sorted(conditions().items()):
        on, told, _ = made[table]
        if (on, told) == ((False, None) if wanted == OPEN else (True, wanted)):
            continue
        connection.execute(text(f"DROP POLICY IF EXISTS {ROLE} ON {table}"))
        connection.execute(text(f"ALTER TABLE {table} {'DISABLE' if wanted == OPEN else 'ENABLE'} ROW LEVEL SECURITY"))
        if wanted != OPEN:
            _make(connection, table, wanted)


def _make(connection: Connection, table: str, wanted: str) -> None:
    # SQLAlchemy takes what follows a colon for a parameter.
    connection.exec_driver_sql(f"CREATE POLICY {ROLE} ON {table} FOR SELECT TO {ROLE} USING ({wanted})")
    quoted = wanted.replace("'", "''")
    connection.exec_driver_sql(f"COMMENT ON POLICY {ROLE} ON {table} IS '{quoted}'")
