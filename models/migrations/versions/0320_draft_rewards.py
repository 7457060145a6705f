"""Rewards that were never offered are told apart from those that are offered no longer."""

import sqlalchemy as sa
from alembic import op

revision = '0320'
down_revision = '0310'


def upgrade() -> None:
    """Bring the change."""
    op.add_column('reward', sa.Column('is_draft', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Take it back."""
    op.drop_column('reward', 'is_draft')
