"""The history of a voucher tells that it can be used longer."""

import sqlalchemy as sa
from alembic import op

revision = '0220'
down_revision = '0210'

BEFORE = ('ISSUED', 'RESERVED', 'RELEASED', 'APPLIED', 'RESTORED', 'EXPIRED', 'CANCELLED', 'TRANSFERRED')
NAME = 'ck_voucher_event_voucherchange'


def _rule(changes: tuple[str, ...]) -> str:
    return f"change IN ({', '.join(repr(each) for each in changes)})"


def _become(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        _rebuild(_rule(before), _rule(after))
    else:
        op.drop_constraint(NAME, 'voucher_event')
        op.create_check_constraint(op.f(NAME), 'voucher_event', _rule(after))


def _rebuild(old: str, new: str) -> None:
    """Make the table anew on SQLite, with another rule: its rows, indexes and triggers stay."""
    bind = op.get_bind()
    known = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'voucher_event' AND sql IS NOT NULL")
    parts = [tuple(row) for row in bind.execute(known)]
    definition = next(sql for kind, sql in parts if kind == 'table')
    assert old in definition, old
    _, _, rest = definition.replace(old, new).partition('(')
    bind.exec_driver_sql(f'CREATE TABLE voucher_event_anew ({rest}')
    bind.exec_driver_sql('INSERT INTO voucher_event_anew SELECT * FROM voucher_event')
    bind.exec_driver_sql('DROP TABLE voucher_event')
    bind.exec_driver_sql('ALTER TABLE voucher_event_anew RENAME TO voucher_event')
    for kind, sql in parts:
        if kind in ('index', 'trigger'):
            bind.exec_driver_sql(sql)


def upgrade() -> None:
    """Bring the change."""
    _become(BEFORE, (*BEFORE, 'EXTENDED'))


def downgrade() -> None:
    """Take it back."""
    op.execute("DELETE FROM voucher_event WHERE change = 'EXTENDED'")
    _become((*BEFORE, 'EXTENDED'), BEFORE)
