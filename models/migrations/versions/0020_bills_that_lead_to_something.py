"""Which bill a voucher was issued for, and which one a status was reached by."""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0002'

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the change."""
    with op.batch_alter_table('voucher', schema=None) as batch_op:
        batch_op.add_column(sa.Column('earned_by_id', KEY, nullable=True))
        batch_op.create_foreign_key('fk_voucher_earned_by_id', 'purchase', ['earned_by_id'], ['id'])
        batch_op.create_index('ix_voucher_earned_by_id', ['earned_by_id'], unique=False)
    with op.batch_alter_table('status_record', schema=None) as batch_op:
        batch_op.add_column(sa.Column('purchase_id', KEY, nullable=True))
        batch_op.create_foreign_key('fk_status_record_purchase_id', 'purchase', ['purchase_id'], ['id'])
        batch_op.create_index('ix_status_record_purchase_id', ['purchase_id'], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('status_record', schema=None) as batch_op:
        batch_op.drop_index('ix_status_record_purchase_id')
        batch_op.drop_constraint('fk_status_record_purchase_id', type_='foreignkey')
        batch_op.drop_column('purchase_id')
    with op.batch_alter_table('voucher', schema=None) as batch_op:
        batch_op.drop_index('ix_voucher_earned_by_id')
        batch_op.drop_constraint('fk_voucher_earned_by_id', type_='foreignkey')
        batch_op.drop_column('earned_by_id')
