"""Replicas that nobody reads from for now."""

import sqlalchemy as sa
from alembic import op

import models.types

revision = '0430'
down_revision = '0380'
additive = True


def upgrade() -> None:
    """Bring the change."""
    op.create_table('replica_left_out',
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replica_left_out')),
    sa.UniqueConstraint('name', name=op.f('uq_replica_left_out_name'))
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('replica_left_out')
