"""An external id is unique where no source is named, too."""

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0011'

ALONE = sa.text("source IS NULL AND external_id IS NOT NULL")
TABLES = (
    'campaign',
    'campaign_product',
    'product',
    'product_brand',
    'product_group',
    'product_reservation',
    'recommendation',
    'reservable_product',
    'reward',
    'segment',
    'store',
)


def upgrade() -> None:
    """Bring the change."""
    for table in TABLES:
        name = f'uq_{table}_external_id_alone'
        op.create_index(name, table, ['external_id'], unique=True, sqlite_where=ALONE, postgresql_where=ALONE)


def downgrade() -> None:
    """Take it back."""
    for table in TABLES:
        op.drop_index(f'uq_{table}_external_id_alone', table)
