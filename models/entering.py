"""How a statement of PostgreSQL's names who asks, and sees that their token is still what it was.

Both are done by a function that the statement itself calls before it reads a row, so neither takes a round trip of its
own. The settings that it makes end with the statement: where it weren't called, the policies would let no row through.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

ENTER = "crm360_enter"
"""The function."""

CUSTOMER, TOKEN = "crm360.customer", "crm360.asking_token"
"""The settings that name the customer and the token that ask."""

CHANGED = "CRM36"
"""PostgreSQL's code for a token that isn't what it was any more."""

BODY = """
DECLARE
    named text;
BEGIN
    IF version IS NOT NULL AND NOT EXISTS (
        SELECT FROM {schema}.token AS t
        WHERE t.id = asking AND t.xmin = version AND t.revoked_at IS NULL AND (t.customer_id IS NULL OR EXISTS (
            SELECT FROM {schema}.customer AS c WHERE c.id = t.customer_id AND c.state = 'ACTIVE'
        ))
    ) THEN
        RAISE EXCEPTION 'The token has changed.' USING ERRCODE = '{changed}';
    END IF;
    named := set_config('{customer}', coalesce(customer::text, ''), true);
    named := set_config('{token}', coalesce(asking::text, ''), true);
    RETURN true;
END
"""
"""What the function does: as the role that owns the tables, since nobody is named before."""

MADE = "SELECT prosrc FROM pg_proc WHERE proname = :name AND pronamespace = current_schema()::regnamespace"


def entered(sql: str, arguments: int) -> str:
    """A statement of so many arguments as one that names who asks first, and fails where their token has changed.

    It takes three more: the customer, the token, and the version of the token's row, none where that isn't looked at.
    The condition depends on no row, so that PostgreSQL looks at it before it begins with what stands below.
    """
    first = arguments + 1
    return f"SELECT entered.* FROM ({sql}) AS entered WHERE (SELECT {ENTER}(${first}, ${first + 1}, ${first + 2}))"


def apply(connection: Connection) -> None:
    """Make the function, where it isn't as it should be."""
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    body = BODY.format(schema=schema, changed=CHANGED, customer=CUSTOMER, token=TOKEN)
    if connection.scalar(text(MADE), {"name": ENTER}) != body:
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {ENTER}(customer bigint, asking bigint, version xid) RETURNS boolean "
            f"LANGUAGE plpgsql SECURITY DEFINER AS $body${body}$body$"
        )
