"""What was written beside an erased customer's points can be forgotten; what was answered under a key, too."""

import sqlalchemy as sa
from alembic import op

revision = '0160'
down_revision = '0120'

ALONE = ('id', 'customer_id', 'kind', 'amount', 'owed', 'at', 'point_type_id', 'partner_id', 'store_id', 'purchase_id',
         'voucher_id', 'reverses_id', 'earned_by')
"""The columns of an entry that nothing ever changes."""

SQLITE_OLD = """
CREATE TRIGGER point_entry_refuses_UPDATE BEFORE UPDATE ON point_entry
BEGIN
    SELECT RAISE(ABORT, 'point_entry is append-only');
END
"""
SQLITE_NEW = """
CREATE TRIGGER point_entry_refuses_UPDATE BEFORE UPDATE ON point_entry
WHEN NOT ({same} AND NEW.note IS NULL AND NEW.extended_data IS NULL AND EXISTS (SELECT 1 FROM customer WHERE id = OLD.customer_id AND state = 'DELETED'))
BEGIN
    SELECT RAISE(ABORT, 'point_entry is append-only');
END
"""
POSTGRES_GUARD = """
CREATE OR REPLACE FUNCTION refuse_change_of_point_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.note IS NULL AND NEW.extended_data IS NULL AND to_jsonb(NEW) - ARRAY['note', 'extended_data'] = to_jsonb(OLD) - ARRAY['note', 'extended_data']
        AND EXISTS (SELECT 1 FROM customer WHERE id = OLD.customer_id AND state = 'DELETED')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRES_NEW = (
    """
CREATE TRIGGER point_entry_is_append_only BEFORE DELETE OR TRUNCATE ON point_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
    """
CREATE TRIGGER point_entry_only_forgets BEFORE UPDATE ON point_entry
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_point_entry()
""",
)
POSTGRES_OLD = """
CREATE TRIGGER point_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON point_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Bring the change."""
    with op.batch_alter_table('idempotency_key', schema=None) as batch_op:
        batch_op.add_column(sa.Column('change', sa.String(length=32).with_variant(sa.String(length=32, collation='C'), 'postgresql'), nullable=True))
        batch_op.create_index(batch_op.f('ix_idempotency_key_change'), ['change'], unique=False)
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TRIGGER point_entry_refuses_UPDATE')
        op.execute(SQLITE_NEW.format(same=' AND '.join(f'NEW.{name} IS OLD.{name}' for name in ALONE)).strip())
    else:
        op.execute('DROP TRIGGER point_entry_is_append_only ON point_entry')
        for statement in (POSTGRES_GUARD, *POSTGRES_NEW):
            op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TRIGGER point_entry_refuses_UPDATE')
        op.execute(SQLITE_OLD.strip())
    else:
        op.execute('DROP TRIGGER point_entry_only_forgets ON point_entry')
        op.execute('DROP TRIGGER point_entry_is_append_only ON point_entry')
        op.execute('DROP FUNCTION refuse_change_of_point_entry()')
        op.execute(POSTGRES_OLD)
    with op.batch_alter_table('idempotency_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_idempotency_key_change'))
        batch_op.drop_column('change')
