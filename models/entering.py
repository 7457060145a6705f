"""How a statement of PostgreSQL's names who asks, and sees that their token is still what it was.

Both stand in a condition of the statement itself, so neither takes a round trip of its own. It depends on no row, so
PostgreSQL looks at it before it begins with what stands below; and the settings that it makes end with the statement:
where they weren't made, the policies would let no row through.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

CUSTOMER, TOKEN = "crm360.customer", "crm360.asking_token"
"""The settings that name the customer and the token that ask."""

CHANGED = "CRM36"
"""PostgreSQL's code for a token that isn't what it was any more."""

VIEW = "crm360_token_version"
"""What tells which version of a token's row is accepted."""

MAKE = (
    # It reads as the role that owns the tables, so that the policies of the role that asks cost nothing.
    "CREATE OR REPLACE VIEW crm360_token_version AS SELECT id, xmin AS version FROM token WHERE revoked_at IS NULL",
    "CREATE OR REPLACE FUNCTION crm360_token_changed() RETURNS boolean LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION 'The token has changed.' USING ERRCODE = 'CRM36'; END$$",
    # Whoever is deactivated, or comes back, isn't who their tokens stood for.
    "CREATE OR REPLACE FUNCTION crm360_customer_switched() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN UPDATE token SET updated_at = updated_at WHERE customer_id = NEW.id; RETURN NULL; END$$",
    "CREATE OR REPLACE TRIGGER crm360_customer_switched AFTER UPDATE ON customer FOR EACH ROW "
    "WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION crm360_customer_switched()",
)
TAKE_BACK = (
    "DROP TRIGGER IF EXISTS crm360_customer_switched ON customer",
    "DROP FUNCTION IF EXISTS crm360_customer_switched()",
    "DROP FUNCTION IF EXISTS crm360_token_changed()",
    "DROP VIEW IF EXISTS crm360_token_version",
)
MADE = "SELECT obj_description(to_regclass(:view), 'pg_class')"

ENTERED = "SELECT entered.* FROM ({sql}) AS entered WHERE (SELECT CASE {cases} ELSE true END)"
NAMED = "WHEN set_config('{customer}', ${first}, true) || set_config('{token}', ${second}, true) IS NULL THEN false"
SEEN = (
    "WHEN NOT EXISTS (SELECT FROM crm360_token_version WHERE id = ${first} AND version = ${second}) "
    "THEN crm360_token_changed()"
)


def entered(sql: str, arguments: int, *, walled: bool, versioned: bool) -> str:
    """A statement of so many arguments as one that sees to who asks before it reads a row.

    `walled`, it names the customer and the token, given as text. `versioned`, it fails where the token, given by its
    key, isn't of the version that comes last; that is looked at once they are named.
    """
    cases = []
    if walled:
        cases.append(NAMED.format(customer=CUSTOMER, token=TOKEN, first=arguments + 1, second=arguments + 2))
        arguments += 2
    if versioned:
        cases.append(SEEN.format(first=arguments + 1, second=arguments + 2))
    return ENTERED.format(sql=sql, cases=" ".join(cases))


def apply(connection: Connection, role: str) -> None:
    """Make what statements call, where it isn't as it should be."""
    wanted = "; ".join(MAKE)
    if connection.scalar(text(MADE), {"view": VIEW}) != wanted:
        quoted = wanted.replace("'", "''")
        for statement in (*MAKE, f"GRANT SELECT ON {VIEW} TO {role}", f"COMMENT ON VIEW {VIEW} IS '{quoted}'"):
            connection.exec_driver_sql(statement)
