"""The ledger of points refuses changes, events know their transaction, and what jobs look for has an index."""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0020'

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
LEDGER = ('point_entry', 'point_entry_lot')

SQLITE_GUARD = """
CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table}
BEGIN
    SELECT RAISE(ABORT, '{table} is append-only');
END
"""
POSTGRES_GUARD = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Bring the change."""
    if op.get_bind().dialect.name == 'sqlite':
        # A later migration that makes one of these tables anew has to make its triggers anew, too.
        for table in LEDGER:
            for verb in ('UPDATE', 'DELETE'):
                op.execute(SQLITE_GUARD.strip().format(table=table, verb=verb))
    else:
        op.execute(POSTGRES_GUARD)
        for table in LEDGER:
            op.execute(POSTGRES_TRIGGER.format(table=table))
    left, free = sa.text('remaining > 0'), sa.text("state = 'FREE'")
    op.create_index(
        'ix_point_lot_expiring', 'point_lot', ['expires_at', 'customer_id'], sqlite_where=left, postgresql_where=left
    )
    op.create_index('ix_card_free', 'card', ['card_type_id', 'id'], sqlite_where=free, postgresql_where=free)
    recreate: Literal['always', 'never'] = 'always' if op.get_bind().dialect.name == 'sqlite' else 'never'
    with op.batch_alter_table('event', schema=None, recreate=recreate) as batch_op:
        batch_op.add_column(sa.Column('transaction_id', KEY, nullable=False, server_default='0'))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_column('transaction_id')
    op.drop_index('ix_card_free', 'card')
    op.drop_index('ix_point_lot_expiring', 'point_lot')
    if op.get_bind().dialect.name == 'sqlite':
        for table in LEDGER:
            for verb in ('UPDATE', 'DELETE'):
                op.execute(f'DROP TRIGGER {table}_refuses_{verb}')
    else:
        for table in LEDGER:
            op.execute(f'DROP TRIGGER {table}_is_append_only ON {table}')
        op.execute('DROP FUNCTION refuse_change()')
