"""Discounts that tills gave by themselves, kept beside those of loyalty."""

import sqlalchemy as sa
from alembic import op

from models.migrations.sqlite import rebuild

revision = '0490'
down_revision = '0480'
additive = True

KINDS = ('PROMOTION', 'MARKDOWN', 'COUPON', 'STAFF', 'MANUAL', 'OTHER')
CODE = sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql')
RULE = f"CONSTRAINT ck_purchase_discount_tilldiscountkind CHECK (kind IN {KINDS})"
FIRST = 'CONSTRAINT pk_purchase_discount'
LINES = f'kind VARCHAR(32), \n\tcode VARCHAR(64), \n\t{RULE}, \n\t'


def upgrade() -> None:
    """Bring the change."""
    if op.get_bind().dialect.name == 'sqlite':
        rebuild('purchase_discount', FIRST, LINES + FIRST)
        return
    op.add_column('purchase_discount', sa.Column('kind', sa.String(length=32), nullable=True))
    op.add_column('purchase_discount', sa.Column('code', CODE, nullable=True))
    op.execute(f'ALTER TABLE purchase_discount ADD {RULE}')


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == 'sqlite':
        rebuild('purchase_discount', LINES, '')
        return
    op.drop_column('purchase_discount', 'code')
    op.drop_column('purchase_discount', 'kind')
