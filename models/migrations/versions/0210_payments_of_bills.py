"""With what bills were paid; the till's category of a line, and for whom it was bought."""

import sqlalchemy as sa
from alembic import op

import models.types
from models.migrations.sqlite import rebuild

revision = '0210'
down_revision = '0160'

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MONEY = models.types.ExactDecimal(precision=18, scale=4)
NAME = sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql')
CATEGORY = sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql')
KINDS = ('CASH', 'CARD', 'ACCOUNT', 'TRANSFER', 'GIFT_CARD', 'VOUCHER', 'ON_DELIVERY', 'POINTS', 'OTHER')
FOREIGN = 'CONSTRAINT fk_purchase_item_bought_for_id FOREIGN KEY(bought_for_id) REFERENCES customer (id), \n\t'
LINES = 'category_code VARCHAR(128), \n\tbought_for_id INTEGER, \n\t'
GIVEN = sa.text('bought_for_id IS NOT NULL')


def upgrade() -> None:
    """Bring the change."""
    if op.get_bind().dialect.name == 'sqlite':
        key = 'CONSTRAINT pk_purchase_item '
        rebuild('purchase_item', key, LINES + FOREIGN + key)
    else:
        op.add_column('purchase_item', sa.Column('category_code', CATEGORY, nullable=True))
        op.add_column('purchase_item', sa.Column('bought_for_id', KEY, nullable=True))
        op.create_foreign_key('fk_purchase_item_bought_for_id', 'purchase_item', 'customer', ['bought_for_id'], ['id'])
    op.create_index(
        'ix_purchase_item_bought_for_id',
        'purchase_item',
        ['bought_for_id', 'id'],
        sqlite_where=GIVEN,
        postgresql_where=GIVEN,
    )
    op.create_table('purchase_payment',
    sa.Column('id', KEY, nullable=False),
    sa.Column('purchase_id', KEY, nullable=False),
    sa.Column('kind', sa.Enum(*KINDS, name='paymentkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount', MONEY, nullable=False),
    sa.Column('name', NAME, nullable=True),
    sa.CheckConstraint('amount != 0', name=op.f('ck_purchase_payment_amount')),
    sa.ForeignKeyConstraint(['purchase_id'], ['purchase.id'], name=op.f('fk_purchase_payment_purchase_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_payment'))
    )
    op.create_index(op.f('ix_purchase_payment_purchase_id'), 'purchase_payment', ['purchase_id'], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table('purchase_payment')
    op.drop_index('ix_purchase_item_bought_for_id', 'purchase_item')
    if op.get_bind().dialect.name == 'sqlite':
        rebuild('purchase_item', LINES + FOREIGN, '')
    else:
        op.drop_constraint('fk_purchase_item_bought_for_id', 'purchase_item')
        op.drop_column('purchase_item', 'bought_for_id')
        op.drop_column('purchase_item', 'category_code')
