"""Reservations of points whose time is over are found by an index of those that still hold."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0030'


def upgrade() -> None:
    """Bring the change."""
    active = sa.text("state = 'ACTIVE'")
    op.create_index(
        'ix_point_reservation_due', 'point_reservation', ['expires_at', 'id'], sqlite_where=active,
        postgresql_where=active,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index('ix_point_reservation_due', 'point_reservation')
