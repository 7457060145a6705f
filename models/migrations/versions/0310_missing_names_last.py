"""Customers without a name are sorted after those with one, as everything is that is missing."""

import sqlalchemy as sa
from alembic import op

revision = '0310'
down_revision = '0230'

NAMELESS = '\U0010ffff'
NAMES = ('first_name', 'last_name')


def upgrade() -> None:
    """Bring the change."""
    for name in NAMES:
        _set(name, NAMELESS)


def downgrade() -> None:
    """Take it back."""
    for name in NAMES:
        _set(name, '')


def _set(name: str, key: str) -> None:
    customer = sa.table('customer', sa.column(name, sa.Text), sa.column(f'{name}_key', sa.Text))
    op.execute(customer.update().where(customer.c[name].is_(None)).values({f'{name}_key': key}))
