"""Vouchers that were issued together are a batch."""

import sqlalchemy as sa
from alembic import op

import models.types
from models.migrations.sqlite import rebuild

revision = '0230'
down_revision = '0220'

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TEXT = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
CODE = sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql')
NAME = sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql')
LINES = 'batch_id INTEGER, \n\t'
FOREIGN = 'CONSTRAINT fk_voucher_batch_id FOREIGN KEY(batch_id) REFERENCES voucher_batch (id), \n\t'
FIRST = 'CONSTRAINT fk_voucher_issued_to_id '
GIVEN = sa.text('batch_id IS NOT NULL')


def upgrade() -> None:
    """Bring the change."""
    op.create_table('voucher_batch',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', CODE, nullable=False),
    sa.Column('name', NAME, nullable=False),
    sa.Column('note', TEXT, nullable=True),
    sa.Column('reward_id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=True),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_voucher_batch_reward_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_voucher_batch_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher_batch')),
    sa.UniqueConstraint('code', name=op.f('uq_voucher_batch_code'))
    )
    op.create_index('ix_voucher_batch_created_at', 'voucher_batch', ['created_at', 'id'], unique=False)
    op.create_index('ix_voucher_batch_reward_id', 'voucher_batch', ['reward_id', 'id'], unique=False)
    op.create_index(op.f('ix_voucher_batch_store_id'), 'voucher_batch', ['store_id'], unique=False)
    if op.get_bind().dialect.name == 'sqlite':
        rebuild('voucher', FIRST, LINES + FOREIGN + FIRST)
    else:
        op.add_column('voucher', sa.Column('batch_id', KEY, nullable=True))
        op.create_foreign_key('fk_voucher_batch_id', 'voucher', 'voucher_batch', ['batch_id'], ['id'])
    op.create_index('ix_voucher_batch_id', 'voucher', ['batch_id', 'id'], sqlite_where=GIVEN, postgresql_where=GIVEN)


def downgrade() -> None:
    """Take it back."""
    op.drop_index('ix_voucher_batch_id', 'voucher')
    if op.get_bind().dialect.name == 'sqlite':
        rebuild('voucher', LINES + FOREIGN, '')
    else:
        op.drop_constraint('fk_voucher_batch_id', 'voucher')
        op.drop_column('voucher', 'batch_id')
    op.drop_table('voucher_batch')
