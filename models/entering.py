"""How a statement of PostgreSQL's names who asks, and sees that their token is still what it was.

Both stand in a condition of the statement itself, so neither takes a round trip of its own. It depends on no row, so
PostgreSQL looks at it before it begins with what stands below; and the settings that it makes end with the statement:
where they weren't made, the policies would let no row through.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

CUSTOMER, TOKEN = "crm360.customer", "crm360.asking_token"
"""The settings that name the customer and the token that ask."""

VIEW, REFUSAL, SWITCHED = "crm360_token_version", "crm360_token_changed", "crm360_customer_switched"
"""What tells which version of a token's row is accepted; the function that fails where it is another one; and the
trigger that makes it another one where a customer is deactivated or comes back."""

CHANGED = "CRM36"
"""PostgreSQL's code for a token that isn't what it was any more."""

MAKE = (
    f"CREATE OR REPLACE FUNCTION {REFUSAL}() RETURNS boolean LANGUAGE plpgsql AS "
    f"$$BEGIN RAISE EXCEPTION 'The token has changed.' USING ERRCODE = '{CHANGED}'; END$$",
    # A view reads as the role that owns the tables: the policies of the role that asks cost nothing here.
    f"CREATE OR REPLACE VIEW {VIEW} AS SELECT id, xmin AS version FROM token WHERE revoked_at IS NULL",
    f"CREATE OR REPLACE FUNCTION {SWITCHED}() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN UPDATE token SET updated_at = updated_at WHERE customer_id = NEW.id; RETURN NULL; END$$",
    f"CREATE OR REPLACE TRIGGER {SWITCHED} AFTER UPDATE ON customer FOR EACH ROW "
    f"WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION {SWITCHED}()",
)
TAKE_BACK = (
    f"DROP TRIGGER IF EXISTS {SWITCHED} ON customer",
    f"DROP FUNCTION IF EXISTS {SWITCHED}()",
    f"DROP VIEW IF EXISTS {VIEW}",
    f"DROP FUNCTION IF EXISTS {REFUSAL}()",
)
MADE = "SELECT obj_description(to_regclass(:view), 'pg_class')"


def entered(sql: str, arguments: int, *, walled: bool, versioned: bool) -> str:
    """A statement of so many arguments as one that sees to who asks before it reads a row.

    `walled`, it names the customer and the token, given as text; `versioned`, it fails where the token, given by its
    key, isn't of the version that comes last.
    """
    cases = []
    if walled:
        named = " || ".join(
            f"set_config('{name}', ${arguments + place}, true)" for place, name in enumerate((CUSTOMER, TOKEN), start=1)
        )
        # What follows is looked at when both are set.
        cases.append(f"WHEN {named} IS NULL THEN false")
        arguments += 2
    if versioned:
        current = f"SELECT FROM {VIEW} WHERE id = ${arguments + 1} AND version = ${arguments + 2}"  # noqa: S608
        cases.append(f"WHEN NOT EXISTS ({current}) THEN {REFUSAL}()")
    return f"SELECT entered.* FROM ({sql}) AS entered WHERE (SELECT CASE {' '.join(cases)} ELSE true END)"  # noqa: S608


def apply(connection: Connection, role: str) -> None:
    """Make the view and the function, where they aren't as they should be."""
    wanted = "; ".join(MAKE)
    if connection.scalar(text(MADE), {"view": VIEW}) != wanted:
        quoted = wanted.replace("'", "''")
        for statement in (*MAKE, f"GRANT SELECT ON {VIEW} TO {role}", f"COMMENT ON VIEW {VIEW} IS '{quoted}'"):
            connection.exec_driver_sql(statement)
