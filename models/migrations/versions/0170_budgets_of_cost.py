"""Budgets of cost."""

import sqlalchemy as sa
from alembic import op

revision = '0170'
down_revision = '0150'

def upgrade() -> None:
    """Bring the change."""
    op.create_table('budget',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject', sa.String(length=80).with_variant(sa.String(length=80, collation='C'), 'postgresql'), nullable=False),
    sa.Column('full_at', sa.BigInteger(), nullable=False),
    sa.Column('granted', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget')),
    sa.UniqueConstraint('subject', name=op.f('uq_budget_subject'))
    )
    with op.batch_alter_table('budget', schema=None) as batch_op:
        batch_op.create_index('ix_budget_full_at', ['full_at'], unique=False)

    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.add_column(sa.Column('budget_limit', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('budget_refill', sa.Integer(), nullable=True))

def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.drop_column('budget_refill')
        batch_op.drop_column('budget_limit')

    with op.batch_alter_table('budget', schema=None) as batch_op:
        batch_op.drop_index('ix_budget_full_at')

    op.drop_table('budget')
