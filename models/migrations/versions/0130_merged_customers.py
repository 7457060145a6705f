"""Customers that were merged, phone numbers as they are dialled, and the country in which they are meant."""

import re

import phonenumbers
import sqlalchemy as sa
from alembic import op

import models.types

revision = '0130'
down_revision = '0120'

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
CODE = sa.String(length=2).with_variant(sa.String(length=2, collation='C'), 'postgresql')
BATCH = 5_000

CUSTOMER = sa.table('customer', sa.column('id', KEY), sa.column('phone', sa.String), sa.column('state', sa.String))
TERM = sa.table('customer_term', sa.column('customer_id', KEY), sa.column('term', sa.String))


COLUMNS = (
    'id', 'kind', 'amount', 'owed', 'at', 'note', 'point_type_id', 'partner_id', 'store_id', 'purchase_id',
    'voucher_id', 'reverses_id', 'extended_data', 'earned_by',
)
SQLITE_GUARD = """
CREATE TRIGGER point_entry_refuses_UPDATE BEFORE UPDATE ON point_entry{unless}
BEGIN
    SELECT RAISE(ABORT, 'point_entry is append-only');
END
"""
SQLITE_MERGED = """
WHEN NOT ({same} AND EXISTS
    (SELECT 1 FROM customer_merge WHERE merged_id = OLD.customer_id AND customer_id = NEW.customer_id))"""
POSTGRES_MERGED = """
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
POSTGRES_TRIGGERS = (
    """
CREATE TRIGGER point_entry_is_append_only BEFORE DELETE OR TRUNCATE ON point_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
    """
CREATE TRIGGER point_entry_changes_by_merging BEFORE UPDATE ON point_entry
FOR EACH ROW EXECUTE FUNCTION refuse_unless_merged()
""",
)
POSTGRES_BEFORE = """
CREATE TRIGGER point_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON point_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def forms(phone: str) -> set[str]:
    """The digits by which people know a number: all, and those within its country."""
    digits = phone.lstrip('+')
    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return {digits}
    dialled = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return {digits, re.sub(r'\D', '', dialled), phonenumbers.national_significant_number(parsed)}


def upgrade() -> None:
    """Bring the change."""
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.add_column(sa.Column('country_code', CODE, nullable=True))
    op.create_table('customer_merge',
    sa.Column('id', KEY, nullable=False),
    sa.Column('customer_id', KEY, nullable=False),
    sa.Column('merged_id', KEY, nullable=False),
    sa.Column('merged_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('merged_id != customer_id', name=op.f('ck_customer_merge_two')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_merge_customer_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['merged_id'], ['customer.id'], name=op.f('fk_customer_merge_merged_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_merge')),
    sa.UniqueConstraint('merged_id', name=op.f('uq_customer_merge_merged_id'))
    )
    with op.batch_alter_table('customer_merge', schema=None) as batch_op:
        batch_op.create_index('ix_customer_merge_customer_id', ['customer_id', 'id'], unique=False)
    if op.get_bind().dialect.name == 'sqlite':
        same = ' AND '.join(f'NEW.{column} IS OLD.{column}' for column in COLUMNS)
        op.execute('DROP TRIGGER point_entry_refuses_UPDATE')
        op.execute(SQLITE_GUARD.strip().format(unless=SQLITE_MERGED.format(same=same)))
    else:
        op.execute(POSTGRES_MERGED)
        op.execute('DROP TRIGGER point_entry_is_append_only ON point_entry')
        for trigger in POSTGRES_TRIGGERS:
            op.execute(trigger)
    _note_numbers(op.get_bind())


def _note_numbers(connection: sa.Connection) -> None:
    """Let customers be found by their numbers as they are dialled; the last nine digits found nobody abroad."""
    last = 0
    while True:
        some = sa.select(CUSTOMER.c.id, CUSTOMER.c.phone).where(
            CUSTOMER.c.id > last, CUSTOMER.c.phone.is_not(None), CUSTOMER.c.state != 'DELETED'
        )
        people = connection.execute(some.order_by(CUSTOMER.c.id).limit(BATCH)).all()
        if not people:
            return
        first, last = people[0].id, people[-1].id
        theirs = sa.select(TERM.c.customer_id, TERM.c.term).where(TERM.c.customer_id.between(first, last))
        there = {tuple(row) for row in connection.execute(theirs)}
        wanted = {
            (key, term)
            for key, phone in people
            for digits in forms(phone)
            for term in (digits, f'tel:{digits}')
        }
        if new := sorted(wanted - there):
            connection.execute(sa.insert(TERM), [{'customer_id': key, 'term': term} for key, term in new])


def downgrade() -> None:
    """Take the change back."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TRIGGER point_entry_refuses_UPDATE')
        op.execute(SQLITE_GUARD.strip().format(unless=''))
    else:
        op.execute('DROP TRIGGER point_entry_is_append_only ON point_entry')
        op.execute('DROP TRIGGER point_entry_changes_by_merging ON point_entry')
        op.execute(POSTGRES_BEFORE)
        op.execute('DROP FUNCTION refuse_unless_merged()')
    op.drop_table('customer_merge')
    op.execute(sa.delete(TERM).where(TERM.c.term.startswith('tel:')))
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.drop_column('country_code')
