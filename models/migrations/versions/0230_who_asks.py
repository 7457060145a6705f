"""Statements that name who asks, by a function of the database's."""

from alembic import op

revision = '0230'
down_revision = '0160'


def upgrade() -> None:
    """Bring the change: the function is made with the policies, when all migrations are done (`models.entering`).

    The gateway calls it, so a database without it must not be taken for one that is up to date.
    """


def downgrade() -> None:
    """Take the change back."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION IF EXISTS crm360_enter(bigint, bigint, xid)')
