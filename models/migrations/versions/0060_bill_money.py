"""What of a bill was paid how, and what is given back of it: returns with ids of their own, benefits withdrawn."""

from typing import Any

import sqlalchemy as sa
from alembic import op

import models.types

revision = '0060'
down_revision = '0050'

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MONEY = models.types.ExactDecimal(precision=18, scale=4)
POINTS = models.types.ExactDecimal(precision=18, scale=2)
QUANTITY = models.types.ExactDecimal(precision=18, scale=3)
TEXT = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
ID = sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql')
AMOUNT = "BIGINT DEFAULT '0' NOT NULL"
COLUMNS: dict[str, list[tuple[str, Any, str | None, str]]] = {
    'purchase': [('paid_with_vouchers', MONEY, '0', AMOUNT), ('withheld', MONEY, '0', AMOUNT)],
    'purchase_discount': [('share', MONEY, None, 'BIGINT'), ('withdrawn_at', models.types.Instant(), None, 'VARCHAR(32)')],
    'reward': [
        ('max_per_bill', sa.Integer(), '1', "INTEGER DEFAULT '1' NOT NULL"),
        ('on_return', sa.String(length=32), 'KEEP', "VARCHAR(32) DEFAULT 'KEEP' NOT NULL"),
    ],
    'voucher': [('owed', MONEY, '0', AMOUNT), ('withheld', MONEY, '0', AMOUNT)],
}
CHECKS: dict[str, list[tuple[str, str]]] = {
    'purchase': [('withheld', 'withheld >= 0')],
    'purchase_discount': [],
    'reward': [('max_per_bill', 'max_per_bill > 0'), ('onreturn', "on_return IN ('KEEP', 'WITHDRAW')")],
    'voucher': [('owed', 'owed >= 0')],
}


def upgrade() -> None:
    """Bring the change."""
    for table, columns in COLUMNS.items():
        if op.get_bind().dialect.name == 'sqlite':
            # A column is a line of its own, in front of the first constraint.
            lines = ''.join(f'{name} {line}, \n\t' for name, _, _, line in columns)
            checks = ''.join(f'CONSTRAINT ck_{table}_{name} CHECK ({rule}), \n\t' for name, rule in CHECKS[table])
            key = f'CONSTRAINT pk_{table} '
            _rebuild(table, [(key, lines + checks + key)])
        else:
            for name, kind, default, _ in columns:
                op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
            for name, rule in CHECKS[table]:
                op.create_check_constraint(op.f(f'ck_{table}_{name}'), table, rule)
    _pay_with_vouchers()
    _pay_with_points()
    op.create_table('purchase_return',
    sa.Column('id', KEY, nullable=False),
    sa.Column('purchase_id', KEY, nullable=False),
    sa.Column('external_id', ID, nullable=True),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.Column('note', TEXT, nullable=True),
    sa.Column('refund', MONEY, nullable=False),
    sa.Column('withheld', MONEY, nullable=False),
    sa.Column('paid_with_points', MONEY, nullable=False),
    sa.Column('points_back', POINTS, nullable=False),
    sa.Column('points_withdrawn', POINTS, nullable=False),
    sa.Column('points_owed', POINTS, nullable=False),
    sa.CheckConstraint('refund >= 0', name=op.f('ck_purchase_return_refund')),
    sa.ForeignKeyConstraint(['purchase_id'], ['purchase.id'], name=op.f('fk_purchase_return_purchase_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_return')),
    sa.UniqueConstraint('purchase_id', 'external_id', name=op.f('uq_purchase_return_purchase_id_external_id'))
    )
    op.create_index('ix_purchase_return_purchase_id', 'purchase_return', ['purchase_id', 'at', 'id'], unique=False)
    op.create_table('purchase_return_item',
    sa.Column('id', KEY, nullable=False),
    sa.Column('purchase_return_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('quantity', QUANTITY, nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_purchase_return_item_quantity')),
    sa.ForeignKeyConstraint(['item_id'], ['purchase_item.id'], name=op.f('fk_purchase_return_item_item_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['purchase_return_id'], ['purchase_return.id'], name=op.f('fk_purchase_return_item_purchase_return_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_return_item')),
    sa.UniqueConstraint('purchase_return_id', 'item_id', name=op.f('uq_purchase_return_item_purchase_return_id_item_id'))
    )
    op.create_index('ix_purchase_return_item_item_id', 'purchase_return_item', ['item_id'], unique=False)


def _pay_with_vouchers() -> None:
    """Bills that are kept already tell what vouchers took off them, too."""
    op.execute(
        'UPDATE purchase SET paid_with_vouchers = (SELECT sum(amount) FROM purchase_discount AS off WHERE'
        ' off.purchase_id = purchase.id AND off.voucher_id IS NOT NULL) WHERE EXISTS (SELECT 1 FROM purchase_discount'
        ' AS off WHERE off.purchase_id = purchase.id AND off.voucher_id IS NOT NULL)'
    )


def _pay_with_points() -> None:
    """So do they tell what points paid of them: until now, a point had paid a hundredth of any currency."""
    # SQLite keeps points in hundredths and money in ten-thousandths: a hundredth of one is one of the other.
    worth = '' if op.get_bind().dialect.name == 'sqlite' else ' * 0.01'
    paid = (
        "SELECT -sum(entry.amount){worth} FROM point_entry AS entry WHERE entry.purchase_id = purchase.id"
        " AND entry.kind = 'SPEND' AND entry.extended_data IS NULL"
    ).format(worth=worth)
    back = (
        "SELECT sum(back.amount){worth} FROM point_entry AS back JOIN point_entry AS entry ON entry.id ="
        " back.reverses_id WHERE entry.purchase_id = purchase.id AND entry.kind = 'SPEND' AND entry.extended_data"
        " IS NULL"
    ).format(worth=worth)
    op.execute(
        f'UPDATE purchase SET paid_with_points = coalesce(({paid}), 0), returned_with_points = CASE WHEN state IN'
        f" ('PARTLY_RETURNED', 'RETURNED') THEN coalesce(({back}), 0) ELSE 0 END"
        ' WHERE points_spent > 0 AND paid_with_points = 0'
    )


def _rebuild(table: str, changes: list[tuple[str, str]]) -> None:
    """Make a SQLite table anew with a changed definition: its rows, indexes and triggers stay."""
    bind = op.get_bind()
    known = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL").bindparams(name=table)
    parts = [tuple(row) for row in bind.execute(known)]
    definition = next(sql for kind, sql in parts if kind == 'table')
    before = [row[1] for row in bind.execute(sa.text(f'PRAGMA table_info({table})'))]
    for old, new in changes:
        assert old in definition, old
        definition = definition.replace(old, new)
    _, _, rest = definition.partition('(')
    bind.exec_driver_sql(f'CREATE TABLE {table}_anew ({rest}')
    kept = [f'"{row[1]}"' for row in bind.execute(sa.text(f'PRAGMA table_info({table}_anew)')) if row[1] in before]
    bind.exec_driver_sql(f'INSERT INTO {table}_anew ({", ".join(kept)}) SELECT {", ".join(kept)} FROM {table}')
    bind.exec_driver_sql(f'DROP TABLE {table}')
    bind.exec_driver_sql(f'ALTER TABLE {table}_anew RENAME TO {table}')
    for kind, sql in parts:
        if kind in ('index', 'trigger'):
            bind.exec_driver_sql(sql)


def downgrade() -> None:
    """Take it back."""
    op.drop_table('purchase_return_item')
    op.drop_table('purchase_return')
    for table, columns in COLUMNS.items():
        if op.get_bind().dialect.name == 'sqlite':
            lines = [(f'{name} {line}, \n\t', '') for name, _, _, line in columns]
            checks = [(f'CONSTRAINT ck_{table}_{name} CHECK ({rule}), \n\t', '') for name, rule in CHECKS[table]]
            _rebuild(table, [*lines, *checks])
        else:
            for name, _ in CHECKS[table]:
                op.drop_constraint(op.f(f'ck_{table}_{name}'), table)
            for name, _, _, _ in columns:
                op.drop_column(table, name)
