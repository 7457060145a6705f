"""What was written beside an erased customer's points can be forgotten; what was answered under a key, too."""

import sqlalchemy as sa
from alembic import op

revision = '0160'
down_revision = '0190'

COLUMNS = (
    'id', 'customer_id', 'kind', 'amount', 'owed', 'at', 'note', 'point_type_id', 'partner_id', 'store_id',
    'purchase_id', 'voucher_id', 'reverses_id', 'extended_data', 'earned_by',
)
FORGETS = ('note', 'extended_data')
CHANGE = sa.String(length=32).with_variant(sa.String(length=32, collation='C'), 'postgresql')

SQLITE_GUARD = """
CREATE TRIGGER point_entry_refuses_UPDATE BEFORE UPDATE ON point_entry
WHEN NOT ({conditions})
BEGIN
    SELECT RAISE(ABORT, 'point_entry is append-only');
END
"""
SQLITE_MERGED_ONLY = """
CREATE TRIGGER point_entry_refuses_UPDATE BEFORE UPDATE ON point_entry
WHEN NOT ({same} AND EXISTS
    (SELECT 1 FROM customer_merge WHERE merged_id = OLD.customer_id AND customer_id = NEW.customer_id))
BEGIN
    SELECT RAISE(ABORT, 'point_entry is append-only');
END
"""
SQLITE_MERGED = """({same} AND EXISTS
    (SELECT 1 FROM customer_merge WHERE merged_id = OLD.customer_id AND customer_id = NEW.customer_id))"""
SQLITE_FORGOTTEN = """({same} AND NEW.note IS NULL AND NEW.extended_data IS NULL AND EXISTS
    (SELECT 1 FROM customer WHERE id = OLD.customer_id AND state = 'DELETED'))"""
POSTGRES_GUARD = """
CREATE OR REPLACE FUNCTION refuse_change_of_point_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'customer_id' = to_jsonb(OLD) - 'customer_id' AND EXISTS
        (SELECT 1 FROM customer_merge WHERE merged_id = OLD.customer_id AND customer_id = NEW.customer_id)
    THEN
        RETURN NEW;
    END IF;
    IF NEW.note IS NULL AND NEW.extended_data IS NULL AND to_jsonb(NEW) - ARRAY['note', 'extended_data'] = to_jsonb(OLD) - ARRAY['note', 'extended_data'] AND EXISTS
        (SELECT 1 FROM customer WHERE id = OLD.customer_id AND state = 'DELETED')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRES_MERGED_ONLY = """
CREATE OR REPLACE FUNCTION refuse_unless_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'customer_id' = to_jsonb(OLD) - 'customer_id' AND EXISTS
        (SELECT 1 FROM customer_merge WHERE merged_id = OLD.customer_id AND customer_id = NEW.customer_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
TRIGGER = """
CREATE TRIGGER {name} BEFORE UPDATE ON point_entry
FOR EACH ROW EXECUTE FUNCTION {function}()
"""


def _same(*but: str) -> str:
    return ' AND '.join(f'NEW.{name} IS OLD.{name}' for name in COLUMNS if name not in but)


def upgrade() -> None:
    """Bring the change."""
    with op.batch_alter_table('idempotency_key', schema=None) as batch_op:
        batch_op.add_column(sa.Column('change', CHANGE, nullable=True))
        batch_op.create_index(batch_op.f('ix_idempotency_key_change'), ['change'], unique=False)
    if op.get_bind().dialect.name == 'sqlite':
        allowed = SQLITE_MERGED.format(same=_same('customer_id')), SQLITE_FORGOTTEN.format(same=_same(*FORGETS))
        op.execute('DROP TRIGGER point_entry_refuses_UPDATE')
        op.execute(SQLITE_GUARD.strip().format(conditions=' OR '.join(allowed)))
    else:
        op.execute('DROP TRIGGER point_entry_changes_by_merging ON point_entry')
        op.execute('DROP FUNCTION refuse_unless_merged()')
        op.execute(POSTGRES_GUARD)
        name = 'point_entry_changes_with_its_customer'
        op.execute(TRIGGER.format(name=name, function='refuse_change_of_point_entry'))


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TRIGGER point_entry_refuses_UPDATE')
        op.execute(SQLITE_MERGED_ONLY.strip().format(same=_same('customer_id')))
    else:
        op.execute('DROP TRIGGER point_entry_changes_with_its_customer ON point_entry')
        op.execute('DROP FUNCTION refuse_change_of_point_entry()')
        op.execute(POSTGRES_MERGED_ONLY)
        op.execute(TRIGGER.format(name='point_entry_changes_by_merging', function='refuse_unless_merged'))
    with op.batch_alter_table('idempotency_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_idempotency_key_change'))
        batch_op.drop_column('change')
