"""Codes of rewards and vouchers as they are read, and who was issued a voucher."""

import sqlalchemy as sa
from alembic import op

from models.rules.voucher_code import LONGEST_KEY, code_key

revision = '0150'
down_revision = '0130'

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TEXT = sa.String(length=LONGEST_KEY).with_variant(sa.String(length=LONGEST_KEY, collation='C'), 'postgresql')
BATCH = 5000
FIRST = 'CONSTRAINT ck_voucher_owed '
"""SQLite's columns come before the first constraint."""
LINES = "issued_to_id INTEGER, \n\tcode_key VARCHAR(128) DEFAULT '' NOT NULL, \n\t"
LINES += 'CONSTRAINT fk_voucher_issued_to_id FOREIGN KEY(issued_to_id) REFERENCES customer (id), \n\t'
ISSUED = sa.text('issued_to_id IS NOT NULL')


def upgrade() -> None:
    """Bring the change."""
    op.add_column('reward', sa.Column('code_key', TEXT, server_default='', nullable=False))
    if op.get_bind().dialect.name == 'sqlite':
        _rebuild('voucher', FIRST, f'{LINES}{FIRST}')
    else:
        op.add_column('voucher', sa.Column('code_key', TEXT, server_default='', nullable=False))
        op.add_column('voucher', sa.Column('issued_to_id', KEY, nullable=True))
        op.create_foreign_key('fk_voucher_issued_to_id', 'voucher', 'customer', ['issued_to_id'], ['id'])
    for table in ('reward', 'voucher'):
        _read_codes(table)
        op.create_index(f'uq_{table}_code_key', table, ['code_key'], unique=True)
    _issued_to()
    op.create_index('ix_voucher_issued_to_id', 'voucher', ['issued_to_id', 'reward_id'], sqlite_where=ISSUED, postgresql_where=ISSUED)


def _read_codes(table: str) -> None:
    """Codes that differ only in how they are typed stay two: one has the key, the others are found as they are."""
    bind = op.get_bind()
    rows = sa.table(table, sa.column('id', sa.BigInteger), sa.column('code', sa.String), sa.column('code_key', sa.String))
    codes = bind.execute(sa.select(rows.c.id, rows.c.code).order_by(rows.c.id)).all()
    taken = {code for _, code in codes if code_key(code) == code}
    changes = []
    for row, code in codes:
        key = code_key(code)
        if key != code and (key in taken or not 0 < len(key) <= LONGEST_KEY):
            key = code
        taken.add(key)
        changes.append({'row': row, 'key': key})
    change = rows.update().where(rows.c.id == sa.bindparam('row')).values(code_key=sa.bindparam('key'))
    for start in range(0, len(changes), BATCH):
        bind.execute(change, changes[start : start + BATCH])


def _rebuild(table: str, before: str, after: str) -> None:
    """Make a SQLite table anew with a changed definition: its rows, indexes and triggers stay."""
    bind = op.get_bind()
    known = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL").bindparams(name=table)
    parts = [tuple(row) for row in bind.execute(known)]
    definition = next(sql for kind, sql in parts if kind == 'table')
    columns = [row[1] for row in bind.execute(sa.text(f'PRAGMA table_info({table})'))]
    assert before in definition, before
    _, _, rest = definition.replace(before, after).partition('(')
    bind.exec_driver_sql(f'CREATE TABLE {table}_anew ({rest}')
    there = {row[1] for row in bind.execute(sa.text(f'PRAGMA table_info({table}_anew)'))}
    kept = ', '.join(f'"{name}"' for name in columns if name in there)
    bind.exec_driver_sql(f'INSERT INTO {table}_anew ({kept}) SELECT {kept} FROM {table}')
    bind.exec_driver_sql(f'DROP TABLE {table}')
    bind.exec_driver_sql(f'ALTER TABLE {table}_anew RENAME TO {table}')
    for kind, sql in parts:
        if kind in ('index', 'trigger'):
            bind.exec_driver_sql(sql)


def _issued_to() -> None:
    """A voucher that was transferred counts for who was issued it."""
    issued = "SELECT min(event.customer_id) FROM voucher_event AS event WHERE event.voucher_id = voucher.id AND event.change = 'ISSUED'"
    moved = "SELECT 1 FROM voucher_event AS event WHERE event.voucher_id = voucher.id AND event.change = 'TRANSFERRED'"
    op.execute(f'UPDATE voucher SET issued_to_id = ({issued}) WHERE EXISTS ({moved})')
    op.execute('UPDATE voucher SET issued_to_id = NULL WHERE issued_to_id = customer_id')


def downgrade() -> None:
    """Take it back."""
    op.drop_index('ix_voucher_issued_to_id', 'voucher')
    for table in ('voucher', 'reward'):
        op.drop_index(f'uq_{table}_code_key', table)
    op.drop_column('reward', 'code_key')
    if op.get_bind().dialect.name == 'sqlite':
        _rebuild('voucher', LINES, '')
    else:
        op.drop_column('voucher', 'issued_to_id')
        op.drop_column('voucher', 'code_key')
