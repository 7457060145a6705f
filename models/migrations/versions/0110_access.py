"""Tokens with kinds and scopes, log-in, and the audit trail."""

from typing import Literal

import sqlalchemy as sa
from alembic import op

import models.types
from sqlalchemy.dialects import postgresql

revision = '0110'
down_revision = '0040'

ADDED_TO = ('audit_entry', 'audit_seal')

SQLITE_GUARD = """
CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table}
BEGIN
    SELECT RAISE(ABORT, '{table} is append-only');
END
"""
POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Bring the change."""
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('action', sa.Enum('READ', 'CHANGE', name='auditaction', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('what', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('request', sa.String(length=32).with_variant(sa.String(length=32, collation='C'), 'postgresql'), nullable=False),
    sa.Column('viewer_kind', sa.Enum('OPEN', 'ANONYMOUS', 'CUSTOMER', 'ENTERPRISE', name='viewerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('token_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.Column('transaction_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entry_customer_id', ['customer_id', 'id'], unique=False)
        batch_op.create_index('ix_audit_entry_token_id', ['token_id', 'id'], unique=False)

    op.create_table('audit_seal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('first_entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_seal')),
    sa.UniqueConstraint('first_entry_id', name=op.f('uq_audit_seal_first_entry_id')),
    sa.UniqueConstraint('last_entry_id', name=op.f('uq_audit_seal_last_entry_id'))
    )
    op.create_table('login_guess',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt', sa.String(length=32).with_variant(sa.String(length=32, collation='C'), 'postgresql'), nullable=False),
    sa.Column('subject', sa.Enum('ADDRESS', 'NAME', 'ACCOUNT', name='subject', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject_hash', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_guess'))
    )
    with op.batch_alter_table('login_guess', schema=None) as batch_op:
        batch_op.create_index('ix_login_guess_at', ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_login_guess_attempt'), ['attempt'], unique=False)
        batch_op.create_index('ix_login_guess_subject', ['subject', 'subject_hash', 'at'], unique=False)

    op.create_table('code_message',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.Enum('EMAIL', 'SMS', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('recipient', sa.String(length=320).with_variant(sa.String(length=320, collation='C'), 'postgresql'), nullable=False),
    sa.Column('language_code', sa.String(length=8).with_variant(sa.String(length=8, collation='C'), 'postgresql'), nullable=True),
    sa.Column('code', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=False),
    sa.Column('expires_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_code_message_customer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_code_message'))
    )
    with op.batch_alter_table('code_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_code_message_customer_id'), ['customer_id'], unique=False)

    op.create_table('customer_password',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('password_hash', sa.String(length=256).with_variant(sa.String(length=256, collation='C'), 'postgresql'), nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_password_customer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_password')),
    sa.UniqueConstraint('customer_id', name=op.f('uq_customer_password_customer_id'))
    )
    op.create_table('one_time_code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('code_hash', sa.String(length=256).with_variant(sa.String(length=256, collation='C'), 'postgresql'), nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('expires_at', models.types.Instant(), nullable=False),
    sa.Column('used_at', models.types.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_one_time_code_customer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_code'))
    )
    with op.batch_alter_table('one_time_code', schema=None) as batch_op:
        batch_op.create_index('ix_one_time_code_customer_id', ['customer_id', 'id'], unique=False)
        batch_op.create_index('ix_one_time_code_expires_at', ['expires_at'], unique=False)

    recreate: Literal['always', 'never'] = 'never'
    if op.get_bind().dialect.name == 'sqlite':
        recreate = 'always'
        for table in ADDED_TO:
            for verb in ('UPDATE', 'DELETE'):
                op.execute(SQLITE_GUARD.strip().format(table=table, verb=verb))
    else:
        for table in ADDED_TO:
            op.execute(POSTGRES_TRIGGER.format(table=table))
    with op.batch_alter_table('event', schema=None, recreate=recreate) as batch_op:
        batch_op.add_column(sa.Column('viewer_kind', sa.Enum('OPEN', 'ANONYMOUS', 'CUSTOMER', 'ENTERPRISE', name='viewerkind', native_enum=False, create_constraint=True, length=32), nullable=True))
        batch_op.add_column(sa.Column('token_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))

    with op.batch_alter_table('token', schema=None, recreate=recreate) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.Enum('INSTALLATION', 'ENTERPRISE', name='tokenkind', native_enum=False, create_constraint=True, length=32), server_default='INSTALLATION', nullable=False))
        batch_op.add_column(sa.Column('name', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('scopes', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('logged_in_at', models.types.Instant(), nullable=True))
        batch_op.add_column(sa.Column('previous_hash', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('previous_until', models.types.Instant(), nullable=True))
        batch_op.add_column(sa.Column('hint', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('expires_at', models.types.Instant(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_token_previous_hash'), ['previous_hash'])



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_token_previous_hash'), type_='unique')
        batch_op.drop_column('expires_at')
        batch_op.drop_column('hint')
        batch_op.drop_column('previous_until')
        batch_op.drop_column('previous_hash')
        batch_op.drop_column('logged_in_at')
        batch_op.drop_column('scopes')
        batch_op.drop_column('name')
        batch_op.drop_constraint(batch_op.f('ck_token_tokenkind'), type_='check')
        batch_op.drop_column('kind')

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_column('token_id')
        batch_op.drop_constraint(batch_op.f('ck_event_viewerkind'), type_='check')
        batch_op.drop_column('viewer_kind')

    with op.batch_alter_table('one_time_code', schema=None) as batch_op:
        batch_op.drop_index('ix_one_time_code_expires_at')
        batch_op.drop_index('ix_one_time_code_customer_id')

    op.drop_table('one_time_code')
    op.drop_table('customer_password')
    with op.batch_alter_table('code_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_code_message_customer_id'))

    op.drop_table('code_message')
    with op.batch_alter_table('login_guess', schema=None) as batch_op:
        batch_op.drop_index('ix_login_guess_subject')
        batch_op.drop_index(batch_op.f('ix_login_guess_attempt'))
        batch_op.drop_index('ix_login_guess_at')

    op.drop_table('login_guess')
    op.drop_table('audit_seal')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_token_id')
        batch_op.drop_index('ix_audit_entry_customer_id')

    op.drop_table('audit_entry')
