"""Recommendations worked out from purchases."""

import sqlalchemy as sa
from alembic import op

import models.types

revision = '0120'
down_revision = '0060'

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the change."""
    # Before there is what refers to it: SQLite makes a changed table anew.
    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('status_id', KEY, nullable=True))
        batch_op.add_column(sa.Column('consent_id', KEY, nullable=True))
        batch_op.add_column(sa.Column('basis', sa.Enum('BOUGHT_AGAIN', 'BOUGHT_BY_SIMILAR', 'BOUGHT_TOGETHER', 'POPULAR_IN_SEGMENT', 'POPULAR', name='recommendationbasis', native_enum=False, create_constraint=True, length=32), nullable=True))
        batch_op.add_column(sa.Column('times_bought', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('last_bought_at', models.types.Instant(), nullable=True))
        batch_op.add_column(sa.Column('goes_with_id', KEY, nullable=True))
        batch_op.add_column(sa.Column('popular_in_id', KEY, nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_recommendation_popular_in_id'), 'segment', ['popular_in_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_recommendation_goes_with_id'), 'product', ['goes_with_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_recommendation_status_id'), 'status', ['status_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_recommendation_consent_id'), 'consent', ['consent_id'], ['id'])
    op.create_table('event_reader',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('event_id', KEY, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_reader')),
    sa.UniqueConstraint('name', name=op.f('uq_event_reader_name'))
    )
    op.create_table('recommendation_model',
    sa.Column('id', KEY, nullable=False),
    sa.Column('made_at', models.types.Instant(), nullable=False),
    sa.Column('customers', sa.Integer(), nullable=False),
    sa.Column('bill_lines', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('per_group', sa.Integer(), nullable=False),
    sa.Column('arrays', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_model'))
    )
    op.create_table('product_affinity',
    sa.Column('id', KEY, nullable=False),
    sa.Column('product_id', KEY, nullable=False),
    sa.Column('other_id', KEY, nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.CheckConstraint('score BETWEEN 0 AND 1', name=op.f('ck_product_affinity_score')),
    sa.ForeignKeyConstraint(['other_id'], ['product.id'], name=op.f('fk_product_affinity_other_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_affinity_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_affinity')),
    sa.UniqueConstraint('product_id', 'other_id', name=op.f('uq_product_affinity_product_id_other_id'))
    )
    op.create_table('product_popularity',
    sa.Column('id', KEY, nullable=False),
    sa.Column('product_id', KEY, nullable=False),
    sa.Column('share', sa.Double(), nullable=False),
    sa.CheckConstraint('share BETWEEN 0 AND 1', name=op.f('ck_product_popularity_share')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_popularity_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_popularity')),
    sa.UniqueConstraint('product_id', name=op.f('uq_product_popularity_product_id'))
    )
    op.create_table('recommendation_block',
    sa.Column('id', KEY, nullable=False),
    sa.Column('product_id', KEY, nullable=True),
    sa.Column('group_id', KEY, nullable=True),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('(product_id IS NULL) <> (group_id IS NULL)', name=op.f('ck_recommendation_block_target')),
    sa.ForeignKeyConstraint(['group_id'], ['product_group.id'], name=op.f('fk_recommendation_block_group_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_recommendation_block_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_block')),
    sa.UniqueConstraint('group_id', name=op.f('uq_recommendation_block_group_id')),
    sa.UniqueConstraint('product_id', name=op.f('uq_recommendation_block_product_id'))
    )
    op.create_table('recommendation_response',
    sa.Column('id', KEY, nullable=False),
    sa.Column('recommendation_id', KEY, nullable=False),
    sa.Column('customer_id', KEY, nullable=False),
    sa.Column('product_id', KEY, nullable=True),
    sa.Column('shown', sa.Integer(), nullable=False),
    sa.Column('clicked', sa.Integer(), nullable=False),
    sa.Column('shown_at', models.types.Instant(), nullable=True),
    sa.Column('clicked_at', models.types.Instant(), nullable=True),
    sa.Column('dismissed_at', models.types.Instant(), nullable=True),
    sa.CheckConstraint('shown >= 0 AND clicked >= 0', name=op.f('ck_recommendation_response_counts')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_recommendation_response_customer_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_recommendation_response_product_id')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendation.id'], name=op.f('fk_recommendation_response_recommendation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_response')),
    sa.UniqueConstraint('recommendation_id', 'customer_id', name=op.f('uq_recommendation_response_recommendation_id_customer_id'))
    )
    with op.batch_alter_table('recommendation_response', schema=None) as batch_op:
        batch_op.create_index('ix_recommendation_response_customer_id', ['customer_id', 'id'], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('recommendation_response', schema=None) as batch_op:
        batch_op.drop_index('ix_recommendation_response_customer_id')
    op.drop_table('recommendation_response')
    op.drop_table('recommendation_block')
    op.drop_table('product_popularity')
    op.drop_table('product_affinity')
    op.drop_table('recommendation_model')
    op.drop_table('event_reader')
    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_recommendation_consent_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_recommendation_status_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_recommendation_goes_with_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_recommendation_popular_in_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('ck_recommendation_recommendationbasis'), type_='check')
        batch_op.drop_column('popular_in_id')
        batch_op.drop_column('goes_with_id')
        batch_op.drop_column('last_bought_at')
        batch_op.drop_column('times_bought')
        batch_op.drop_column('basis')
        batch_op.drop_column('consent_id')
        batch_op.drop_column('status_id')
