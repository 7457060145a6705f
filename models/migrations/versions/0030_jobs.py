"""When jobs last ran, and the reservations that are ready, which one of them looks for."""

import sqlalchemy as sa
from alembic import op

import models.types

revision = '0030'
down_revision = '0010'

READY = sa.text("state = 'READY'")


def upgrade() -> None:
    """Bring the change."""
    op.create_table('job_run',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('started_at', models.types.Instant(), nullable=False),
    sa.Column('finished_at', models.types.Instant(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_run')),
    sa.UniqueConstraint('name', name=op.f('uq_job_run_name'))
    )
    op.create_index('ix_product_reservation_ready', 'product_reservation', ['id'], unique=False, sqlite_where=READY, postgresql_where=READY)


def downgrade() -> None:
    """Take it back."""
    op.drop_index('ix_product_reservation_ready', 'product_reservation')
    op.drop_table('job_run')
