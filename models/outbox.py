"""The numbers of the outbox go on upwards, whichever server a database is on.

PostgreSQL numbers transactions for a server, not for a database. On a new server, to which a database was dumped and
restored, they begin low again: old events would not be shown, and new ones would come before them.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

BEHIND = text("""
    SELECT 1 FROM (SELECT max(transaction_id) AS newest FROM event) AS kept
    WHERE newest >= CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)
        + COALESCE((SELECT ahead FROM outbox_epoch), 0)
""")
"""Whether an event has a number that no transaction of this server can have had."""

WAIT = text("LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE")
FORGET = text("DELETE FROM outbox_epoch")
BEGIN = text("""
    INSERT INTO outbox_epoch (id, ahead)
    SELECT 1, max(transaction_id) + 1 - CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)
    FROM event
""")
"""Whoever runs now or later has a larger number than all that are there."""


def go_on(connection: Connection) -> None:
    """See that events to come have larger numbers than those that are there."""
    if connection.dialect.name != "postgresql" or connection.scalar(BEHIND) is None:
        return
    connection.execute(WAIT)
    if connection.scalar(BEHIND) is not None:
        connection.execute(FORGET)
        connection.execute(BEGIN)
