"""The loyalty programme as records, and points that are owed."""

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op

import models.types
from sqlalchemy.dialects import postgresql

revision = '0050'
down_revision = '0110'

JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'
)
KINDS = "kind IN ('ASSIGN', 'EARN', 'SPEND', 'EXPIRE', 'TRANSFER_IN', 'TRANSFER_OUT', 'REVERSE'{more})"
CHECKS = {
    'ck_point_entry_amount': ('amount != 0', 'amount != 0 OR owed != 0'),
    'ck_point_entry_pointentrykind': (KINDS.format(more=''), KINDS.format(more=", 'REPAY'")),
}
COLUMNS: dict[str, list[tuple[str, Any, str]]] = {
    'point_entry': [
        ('owed', models.types.ExactDecimal(precision=18, scale=2), "owed BIGINT DEFAULT '0' NOT NULL"),
        ('earned_by', JSON, 'earned_by JSON'),
    ],
    'purchase': [
        ('paid_with_points', models.types.ExactDecimal(precision=18, scale=4), "paid_with_points BIGINT DEFAULT '0' NOT NULL"),
        ('returned_with_points', models.types.ExactDecimal(precision=18, scale=4), "returned_with_points BIGINT DEFAULT '0' NOT NULL"),
    ],
}
OWED = sa.text('owed != 0')


def upgrade() -> None:
    """Bring the change."""
    op.create_table('programme',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('valid_from', models.types.Instant(), nullable=False),
    sa.Column('valid_to', models.types.Instant(), nullable=True),
    sa.Column('time_zone', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('points_last', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=True),
    sa.Column('points_end', sa.Enum('MOMENT', 'DAY', 'MONTH', 'QUARTER', 'YEAR', name='pointsend', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rounding', sa.Enum('DOWN', 'HALF_UP', 'UP', name='pointrounding', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('point_decimals', sa.Integer(), nullable=False),
    sa.Column('least_points', models.types.ExactDecimal(precision=18, scale=2), nullable=True),
    sa.Column('most_points', models.types.ExactDecimal(precision=18, scale=2), nullable=True),
    sa.Column('most_share', models.types.ExactDecimal(precision=9, scale=4), nullable=False),
    sa.Column('turnover_basis', sa.Enum('FULL', 'MONEY', name='turnoverbasis', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('automatic_choice', sa.Enum('BEST_COMBINATION', 'PRIORITY', name='automaticchoice', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('clock_tolerance', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('clock_tolerance >= 0', name=op.f('ck_programme_clock_tolerance')),
    sa.CheckConstraint('most_share >= 0', name=op.f('ck_programme_most_share')),
    sa.CheckConstraint('point_decimals >= 0 AND point_decimals <= 2', name=op.f('ck_programme_point_decimals')),
    sa.CheckConstraint('valid_to > valid_from', name=op.f('ck_programme_valid_to')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme')),
    sa.UniqueConstraint('code', name=op.f('uq_programme_code'))
    )
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.create_index('ix_programme_valid_from', ['valid_from', 'id'], unique=False)

    op.create_table('earning_rule',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('programme_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('kind', sa.Enum('AMOUNT', 'VISIT', 'MULTIPLIER', name='earningkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=True),
    sa.Column('points', models.types.ExactDecimal(precision=18, scale=6), nullable=False),
    sa.Column('per_amount', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('whole_steps', sa.Boolean(), nullable=False),
    sa.Column('exclusive', sa.Boolean(), nullable=False),
    sa.Column('factor', models.types.ExactDecimal(precision=18, scale=6), nullable=False),
    sa.Column('minimum_purchase', models.types.ExactDecimal(precision=18, scale=4), nullable=True),
    sa.Column('delay', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=True),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('valid_from', models.types.Instant(), nullable=True),
    sa.Column('valid_to', models.types.Instant(), nullable=True),
    sa.CheckConstraint("kind != 'AMOUNT' OR currency_code IS NOT NULL", name=op.f('ck_earning_rule_currency')),
    sa.CheckConstraint('factor >= 0', name=op.f('ck_earning_rule_factor')),
    sa.CheckConstraint('per_amount > 0', name=op.f('ck_earning_rule_per_amount')),
    sa.CheckConstraint('points >= 0', name=op.f('ck_earning_rule_points')),
    sa.CheckConstraint('valid_to > valid_from', name=op.f('ck_earning_rule_valid_to')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_earning_rule_programme_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earning_rule')),
    sa.UniqueConstraint('programme_id', 'code', name=op.f('uq_earning_rule_programme_id_code'))
    )
    op.create_table('programme_currency',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('programme_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=False),
    sa.Column('point_value', models.types.ExactDecimal(precision=18, scale=6), nullable=False),
    sa.CheckConstraint('point_value > 0', name=op.f('ck_programme_currency_point_value')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_programme_currency_programme_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_currency')),
    sa.UniqueConstraint('programme_id', 'currency_code', name=op.f('uq_programme_currency_programme_id_currency_code'))
    )
    op.create_table('earning_rule_target',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rule_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('brand_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('status_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('segment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('CASE WHEN product_id IS NULL THEN 0 ELSE 1 END + CASE WHEN group_id IS NULL THEN 0 ELSE 1 END + CASE WHEN brand_id IS NULL THEN 0 ELSE 1 END + CASE WHEN store_id IS NULL THEN 0 ELSE 1 END + CASE WHEN status_id IS NULL THEN 0 ELSE 1 END + CASE WHEN segment_id IS NULL THEN 0 ELSE 1 END = 1', name=op.f('ck_earning_rule_target_one')),
    sa.ForeignKeyConstraint(['brand_id'], ['product_brand.id'], name=op.f('fk_earning_rule_target_brand_id')),
    sa.ForeignKeyConstraint(['group_id'], ['product_group.id'], name=op.f('fk_earning_rule_target_group_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_earning_rule_target_product_id')),
    sa.ForeignKeyConstraint(['rule_id'], ['earning_rule.id'], name=op.f('fk_earning_rule_target_rule_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['segment_id'], ['segment.id'], name=op.f('fk_earning_rule_target_segment_id')),
    sa.ForeignKeyConstraint(['status_id'], ['status.id'], name=op.f('fk_earning_rule_target_status_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_earning_rule_target_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earning_rule_target')),
    sa.UniqueConstraint('rule_id', 'brand_id', name=op.f('uq_earning_rule_target_rule_id_brand_id')),
    sa.UniqueConstraint('rule_id', 'group_id', name=op.f('uq_earning_rule_target_rule_id_group_id')),
    sa.UniqueConstraint('rule_id', 'product_id', name=op.f('uq_earning_rule_target_rule_id_product_id')),
    sa.UniqueConstraint('rule_id', 'segment_id', name=op.f('uq_earning_rule_target_rule_id_segment_id')),
    sa.UniqueConstraint('rule_id', 'status_id', name=op.f('uq_earning_rule_target_rule_id_status_id')),
    sa.UniqueConstraint('rule_id', 'store_id', name=op.f('uq_earning_rule_target_rule_id_store_id'))
    )
    with op.batch_alter_table('earning_rule_target', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_earning_rule_target_brand_id'), ['brand_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_earning_rule_target_group_id'), ['group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_earning_rule_target_product_id'), ['product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_earning_rule_target_segment_id'), ['segment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_earning_rule_target_status_id'), ['status_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_earning_rule_target_store_id'), ['store_id'], unique=False)

    if op.get_bind().dialect.name == 'sqlite':
        checks = [(f'CONSTRAINT {name} CHECK ({old})', f'CONSTRAINT {name} CHECK ({new})') for name, (old, new) in CHECKS.items()]
        for table, columns in COLUMNS.items():
            # A column is a line of its own, in front of the first constraint.
            lines = ''.join(f'{line}, \n\t' for _, _, line in columns)
            key = f'CONSTRAINT pk_{table} '
            _rebuild(table, [(key, lines + key), *(checks if table == 'point_entry' else [])])
    else:
        for table, columns in COLUMNS.items():
            for name, kind, _ in columns:
                may_be_empty = kind is JSON
                op.add_column(
                    table, sa.Column(name, kind, nullable=may_be_empty, server_default=None if may_be_empty else '0')
                )
        for name, (_, new) in CHECKS.items():
            op.drop_constraint(op.f(name), 'point_entry')
            op.create_check_constraint(op.f(name), 'point_entry', new)
    op.create_index('ix_point_entry_owed', 'point_entry', ['customer_id'], sqlite_where=OWED, postgresql_where=OWED)
    _keep_what_held()


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
    head, _, rest = definition.partition('(')
    bind.exec_driver_sql(f'CREATE TABLE {table}_anew ({rest}')
    kept = [row[1] for row in bind.execute(sa.text(f'PRAGMA table_info({table}_anew)')) if row[1] in before]
    bind.exec_driver_sql(f'INSERT INTO {table}_anew ({", ".join(kept)}) SELECT {", ".join(kept)} FROM {table}')
    bind.exec_driver_sql(f'DROP TABLE {table}')
    bind.exec_driver_sql(f'ALTER TABLE {table}_anew RENAME TO {table}')
    for kind, sql in parts:
        if kind in ('index', 'trigger'):
            bind.exec_driver_sql(sql)


def _keep_what_held() -> None:
    """Where bills are kept already, they go on as before: a point for a unit of each currency, worth a hundredth."""
    bind = op.get_bind()
    currencies = sorted(bind.scalars(sa.text('SELECT DISTINCT currency_code FROM purchase')))
    if not currencies:
        return
    meta = sa.MetaData()
    programme, currency, rule = (sa.Table(name, meta, autoload_with=bind) for name in ('programme', 'programme_currency', 'earning_rule'))
    sqlite = bind.dialect.name == 'sqlite'
    began, now = datetime(1970, 1, 1, tzinfo=timezone.utc), datetime.now(timezone.utc)
    moments = [each.isoformat() if sqlite else each for each in (began, now)]
    scaled = {scale: 10**scale if sqlite else 1 for scale in (4, 6)}
    key = bind.scalar(
        sa.insert(programme).returning(programme.c.id),
        {
            'code': 'standard', 'name': 'Standard', 'state': 'ACTIVE', 'valid_from': moments[0], 'time_zone': 'UTC',
            'points_last': 'P12M', 'points_end': 'DAY', 'rounding': 'DOWN', 'point_decimals': 0,
            'most_share': 100 * scaled[4], 'turnover_basis': 'FULL', 'automatic_choice': 'BEST_COMBINATION',
            'clock_tolerance': 300, 'created_at': moments[1], 'updated_at': moments[1],
        },
    )
    for code in currencies:
        worth = 10_000 if sqlite else '0.01'
        bind.execute(sa.insert(currency), {'programme_id': key, 'currency_code': code, 'point_value': worth})
        bind.execute(
            sa.insert(rule),
            {
                'programme_id': key, 'code': f'base-{code}', 'name': f'A point for each {code}', 'kind': 'AMOUNT',
                'currency_code': code, 'points': scaled[6], 'per_amount': scaled[4], 'whole_steps': False,
                'exclusive': False, 'factor': scaled[6], 'priority': 5,
            },
        )


def downgrade() -> None:
    """Take it back."""
    op.drop_index('ix_point_entry_owed', 'point_entry')
    if op.get_bind().dialect.name == 'sqlite':
        checks = [(f'CONSTRAINT {name} CHECK ({new})', f'CONSTRAINT {name} CHECK ({old})') for name, (old, new) in CHECKS.items()]
        for table, columns in COLUMNS.items():
            lines = [(f'{line}, \n\t', '') for _, _, line in columns]
            _rebuild(table, [*lines, *(checks if table == 'point_entry' else [])])
    else:
        for name, (old, _) in CHECKS.items():
            op.drop_constraint(op.f(name), 'point_entry')
            op.create_check_constraint(op.f(name), 'point_entry', old)
        for table, columns in COLUMNS.items():
            for name, _, _ in columns:
                op.drop_column(table, name)
    with op.batch_alter_table('earning_rule_target', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_earning_rule_target_store_id'))
        batch_op.drop_index(batch_op.f('ix_earning_rule_target_status_id'))
        batch_op.drop_index(batch_op.f('ix_earning_rule_target_segment_id'))
        batch_op.drop_index(batch_op.f('ix_earning_rule_target_product_id'))
        batch_op.drop_index(batch_op.f('ix_earning_rule_target_group_id'))
        batch_op.drop_index(batch_op.f('ix_earning_rule_target_brand_id'))

    op.drop_table('earning_rule_target')
    op.drop_table('programme_currency')
    op.drop_table('earning_rule')
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.drop_index('ix_programme_valid_from')

    op.drop_table('programme')
