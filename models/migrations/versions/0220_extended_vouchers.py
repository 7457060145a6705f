"""The history of a voucher tells that it can be used longer."""

import sqlalchemy as sa
from alembic import op

from models.migrations.sqlite import rebuild

revision = '0220'
down_revision = '0210'

BEFORE = ('ISSUED', 'RESERVED', 'RELEASED', 'APPLIED', 'RESTORED', 'EXPIRED', 'CANCELLED', 'TRANSFERRED')
NAME = 'ck_voucher_event_voucherchange'


def _rule(changes: tuple[str, ...]) -> str:
    return f"change IN ({', '.join(repr(each) for each in changes)})"


def _become(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        rebuild('voucher_event', _rule(before), _rule(after))
    else:
        op.drop_constraint(NAME, 'voucher_event')
        op.create_check_constraint(op.f(NAME), 'voucher_event', _rule(after))


def upgrade() -> None:
    """Bring the change."""
    _become(BEFORE, (*BEFORE, 'EXTENDED'))


def downgrade() -> None:
    """Take it back."""
    op.execute("DELETE FROM voucher_event WHERE change = 'EXTENDED'")
    _become((*BEFORE, 'EXTENDED'), BEFORE)
