"""Statements that name who asks, and see that their token is what it was."""

from alembic import op

from models import entering

revision = '0350'
down_revision = '0340'


def upgrade() -> None:
    """Bring the change: what statements call is made with the policies, when all migrations are done.

    The gateway needs it, so a database without it must not be taken for one that is up to date.
    """


def downgrade() -> None:
    """Take the change back."""
    if op.get_bind().dialect.name == 'postgresql':
        for statement in entering.TAKE_BACK:
            op.execute(statement)
