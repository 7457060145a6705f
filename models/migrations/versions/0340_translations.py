"""Rewards, statuses, campaigns with their offers, recommendations and products have texts in further languages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0340'
down_revision = '0330'

TABLES = ('reward', 'status', 'campaign', 'campaign_product', 'recommendation', 'product')
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql')


def upgrade() -> None:
    """Bring the change."""
    for table in TABLES:
        op.add_column(table, sa.Column('translations', JSON, nullable=True))


def downgrade() -> None:
    """Take it back."""
    for table in TABLES:
        op.drop_column(table, 'translations')
