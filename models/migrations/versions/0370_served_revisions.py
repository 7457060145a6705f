"""Servers know which revisions of the tables they can use."""

import sqlalchemy as sa
from alembic import op

revision = '0370'
down_revision = '0360'
additive = True


def upgrade() -> None:
    """Bring the change."""
    op.create_table('served_revision',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('revision', sa.String(length=32).with_variant(sa.String(length=32, collation='C'), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_served_revision'))
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('served_revision')
