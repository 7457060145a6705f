"""What the rewards of a bill asked for when it was paid, so that returns are judged by it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0140'
down_revision = '0200'

TERMS = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')


def upgrade() -> None:
    """Bring the change."""
    if op.get_bind().dialect.name == 'sqlite':
        # Added in place: tables refer to this one, and it may be a large one.
        op.execute('ALTER TABLE purchase ADD COLUMN reward_terms JSON')
    else:
        op.add_column('purchase', sa.Column('reward_terms', TERMS, nullable=True))


def downgrade() -> None:
    """Take the change back."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('ALTER TABLE purchase DROP COLUMN reward_terms')
    else:
        op.drop_column('purchase', 'reward_terms')
