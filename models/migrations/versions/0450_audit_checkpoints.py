"""Old entries of the audit trail may go, up to a checkpoint from which the rest of the chain is proved."""

import sqlalchemy as sa
from alembic import op

import models.types

revision = '0450'
down_revision = '0430'
additive = True

DIGEST = sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql')
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
SQLITE_GUARD = """
CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table}{unless}
BEGIN
    SELECT RAISE(ABORT, '{table} is append-only');
END
"""
SQLITE_UNLESS = """
WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoint WHERE last_entry_id >= OLD.id)"""
POSTGRES_GUARD = """
CREATE OR REPLACE FUNCTION refuse_deletion_of_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM audit_checkpoint WHERE last_entry_id >= OLD.id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_is_append_only BEFORE {verbs} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""
POSTGRES_DELETION = """
CREATE TRIGGER audit_entry_goes_with_its_checkpoint BEFORE DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_audit_entry()
"""
ALL = 'UPDATE OR DELETE OR TRUNCATE'


def upgrade() -> None:
    """Bring the change."""
    op.create_table('audit_checkpoint',
    sa.Column('id', KEY, nullable=False),
    sa.Column('seal_id', KEY, nullable=False),
    sa.Column('last_entry_id', KEY, nullable=False),
    sa.Column('entries', sa.BigInteger(), nullable=False),
    sa.Column('digest', DIGEST, nullable=False),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_checkpoint')),
    sa.UniqueConstraint('seal_id', name=op.f('uq_audit_checkpoint_seal_id'))
    )
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('UPDATE', 'DELETE'):
            op.execute(SQLITE_GUARD.format(table='audit_checkpoint', verb=verb, unless=''))
        op.execute('DROP TRIGGER "audit_entry_refuses_DELETE"')
        op.execute(SQLITE_GUARD.format(table='audit_entry', verb='DELETE', unless=SQLITE_UNLESS))
        return
    op.execute(POSTGRES_TRIGGER.format(table='audit_checkpoint', verbs=ALL))
    op.execute(POSTGRES_GUARD)
    op.execute('DROP TRIGGER audit_entry_is_append_only ON audit_entry')
    op.execute(POSTGRES_TRIGGER.format(table='audit_entry', verbs='UPDATE OR TRUNCATE'))
    op.execute(POSTGRES_DELETION)


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TRIGGER "audit_entry_refuses_DELETE"')
        op.execute(SQLITE_GUARD.format(table='audit_entry', verb='DELETE', unless=''))
    else:
        op.execute('DROP TRIGGER audit_entry_goes_with_its_checkpoint ON audit_entry')
        op.execute('DROP FUNCTION refuse_deletion_of_audit_entry()')
        op.execute('DROP TRIGGER audit_entry_is_append_only ON audit_entry')
        op.execute(POSTGRES_TRIGGER.format(table='audit_entry', verbs=ALL))
    op.drop_table('audit_checkpoint')
