"""The bills at which a card was shown are found by an index."""

from alembic import op

revision = '0200'
down_revision = '0170'


def upgrade() -> None:
    """Bring the change."""
    op.create_index('ix_purchase_card_number', 'purchase', ['card_number', 'paid_at', 'id'])


def downgrade() -> None:
    """Take it back."""
    op.drop_index('ix_purchase_card_number', 'purchase')
