"""Addresses are confirmed by codes; what customers answered to consents is kept, answer by answer."""

import sqlalchemy as sa
from alembic import op

import models.types

revision = '0330'
down_revision = '0320'

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TEXT = sa.String(length=320).with_variant(sa.String(length=320, collation='C'), 'postgresql')
VALUES = ('GIVEN', 'WITHDRAWN', 'NOT_SET')
KINDS = ('OPEN', 'ANONYMOUS', 'CUSTOMER', 'ENTERPRISE')


def upgrade() -> None:
    """Bring the change."""
    op.add_column('one_time_code', sa.Column('confirms', TEXT, nullable=True))
    op.add_column('code_message', sa.Column('confirms', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table('consent_change',
    sa.Column('id', KEY, nullable=False),
    sa.Column('customer_id', KEY, nullable=False),
    sa.Column('consent_id', KEY, nullable=False),
    sa.Column('value', sa.Enum(*VALUES, name='consentvalue', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('changed_at', models.types.Instant(), nullable=False),
    sa.Column('viewer_kind', sa.Enum(*KINDS, name='viewerkind', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('token_id', KEY, nullable=True),
    sa.ForeignKeyConstraint(['consent_id'], ['consent.id'], name=op.f('fk_consent_change_consent_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_consent_change_customer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent_change'))
    )
    with op.batch_alter_table('consent_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_change_consent_id'), ['consent_id'], unique=False)
        batch_op.create_index('ix_consent_change_customer_id', ['customer_id', 'id'], unique=False)
    op.execute(
        'INSERT INTO consent_change (customer_id, consent_id, value, changed_at)'
        ' SELECT customer_id, consent_id, value, changed_at FROM customer_consent ORDER BY changed_at, id'
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('consent_change')
    op.drop_column('code_message', 'confirms')
    op.drop_column('one_time_code', 'confirms')
