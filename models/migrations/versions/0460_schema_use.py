"""What of the schema is used, by day."""

import sqlalchemy as sa
from alembic import op

revision = '0460'
down_revision = '0450'
additive = True


def upgrade() -> None:
    """Bring the change."""
    op.create_table('schema_use',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('coordinate', sa.String(length=256).with_variant(sa.String(length=256, collation='C'), 'postgresql'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('uses', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schema_use')),
    sa.UniqueConstraint('coordinate', 'day', name=op.f('uq_schema_use_coordinate_day'))
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('schema_use')
