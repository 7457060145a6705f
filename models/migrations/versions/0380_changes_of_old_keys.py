"""Idempotency keys of before 0160 say which change they stand for, so that an erasure finds what was answered."""

from alembic import op

revision = '0380'
down_revision = '0370'

NAMED_BY_THEIR_MOMENT = """
UPDATE idempotency_key SET change = done.change
FROM (
    SELECT at, MIN(change) AS change FROM event
    WHERE at >= (SELECT MIN(created_at) FROM idempotency_key WHERE change IS NULL)
    GROUP BY at HAVING MIN(change) = MAX(change)
) AS done
WHERE idempotency_key.change IS NULL AND idempotency_key.created_at = done.at
"""


def upgrade() -> None:
    """Bring the change. A key and the events of what was done under it bear one moment."""
    op.execute(NAMED_BY_THEIR_MOMENT)


def downgrade() -> None:
    """Nothing to take back: the column may be filled."""
