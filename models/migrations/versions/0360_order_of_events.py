"""Events are read in the order of their transactions, also where a database was restored on another server."""

import sqlalchemy as sa
from alembic import op

revision = '0360'
down_revision = '0350'
additive = True

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the change."""
    op.create_table('outbox_epoch',
    sa.Column('id', KEY, nullable=False),
    sa.Column('ahead', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_epoch'))
    )
    op.create_index('ix_event_transaction_id', 'event', ['transaction_id', 'id'])
    op.add_column('event_reader', sa.Column('transaction_id', KEY, server_default='0', nullable=False))
    if op.get_bind().dialect.name == 'postgresql':
        # What was passed by its id may have come late: a reader rather deals with an event twice.
        op.execute("""
            UPDATE event_reader SET transaction_id = COALESCE(
                (SELECT min(transaction_id) - 1 FROM event WHERE event.id > event_reader.event_id),
                (SELECT max(transaction_id) FROM event), 0)
        """)


def downgrade() -> None:
    """Take it back."""
    op.drop_column('event_reader', 'transaction_id')
    op.drop_index('ix_event_transaction_id', 'event')
    op.drop_table('outbox_epoch')
