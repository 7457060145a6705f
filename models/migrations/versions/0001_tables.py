"""The CRM's tables."""

import sqlalchemy as sa
from alembic import op

import models.types
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None


def upgrade() -> None:
    """Bring the change."""
    op.create_table('campaign_product_type',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_product_type')),
    sa.UniqueConstraint('code', name=op.f('uq_campaign_product_type_code'))
    )
    op.create_table('card_type',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('prefix', sa.String(length=32).with_variant(sa.String(length=32, collation='C'), 'postgresql'), nullable=False),
    sa.Column('number_length', sa.Integer(), nullable=False),
    sa.Column('check_digit', sa.Enum('NONE', 'LUHN', 'EAN13', name='checkdigit', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('valid_months', sa.Integer(), nullable=True),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('number_length BETWEEN 1 AND 64', name=op.f('ck_card_type_number_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_type')),
    sa.UniqueConstraint('code', name=op.f('uq_card_type_code'))
    )
    op.create_table('consent',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
    sa.UniqueConstraint('code', name=op.f('uq_consent_code'))
    )
    op.create_table('customer_source',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_source')),
    sa.UniqueConstraint('code', name=op.f('uq_customer_source_code'))
    )
    op.create_table('external_application',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_external_application')),
    sa.UniqueConstraint('code', name=op.f('uq_external_application_code'))
    )
    op.create_table('external_list_type',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_external_list_type')),
    sa.UniqueConstraint('code', name=op.f('uq_external_list_type_code'))
    )
    op.create_table('import_step',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('run', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.Column('step', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.Column('finished_at', models.types.Instant(), nullable=False),
    sa.Column('report', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_step')),
    sa.UniqueConstraint('run', 'step', name=op.f('uq_import_step_run_step'))
    )
    op.create_table('partner',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partner')),
    sa.UniqueConstraint('code', name=op.f('uq_partner_code'))
    )
    op.create_table('point_type',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_type')),
    sa.UniqueConstraint('code', name=op.f('uq_point_type_code'))
    )
    op.create_table('product_brand',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_brand')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_product_brand_source_external_id'))
    )
    with op.batch_alter_table('product_brand', schema=None) as batch_op:
        batch_op.create_index('ix_product_brand_name', ['name', 'id'], unique=False)

    op.create_table('product_reservation_source',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_reservation_source')),
    sa.UniqueConstraint('code', name=op.f('uq_product_reservation_source_code'))
    )
    op.create_table('property',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('data_type', sa.Enum('TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'CHOICE', name='propertytype', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('is_required', sa.Boolean(), nullable=False),
    sa.Column('is_unique', sa.Boolean(), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_property')),
    sa.UniqueConstraint('code', name=op.f('uq_property_code'))
    )
    op.create_table('purchase_item_type',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_item_type')),
    sa.UniqueConstraint('code', name=op.f('uq_purchase_item_type_code'))
    )
    op.create_table('purchase_type',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_type')),
    sa.UniqueConstraint('code', name=op.f('uq_purchase_type_code'))
    )
    op.create_table('reward_type',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_type')),
    sa.UniqueConstraint('code', name=op.f('uq_reward_type_code'))
    )
    op.create_table('score_band',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('metric', sa.Enum('RECENCY', 'FREQUENCY', 'MONETARY', name='scoremetric', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('floor', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('worked_out_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_band')),
    sa.UniqueConstraint('metric', 'score', name=op.f('uq_score_band_metric_score'))
    )
    op.create_table('segment_group',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('parent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['segment_group.id'], name=op.f('fk_segment_group_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segment_group')),
    sa.UniqueConstraint('code', name=op.f('uq_segment_group_code'))
    )
    with op.batch_alter_table('segment_group', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_segment_group_parent_id'), ['parent_id'], unique=False)

    op.create_table('status',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('qualification', sa.Enum('REGISTRATION', 'MANUAL', 'CONDITION', name='qualification', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('qualification_months', sa.Integer(), nullable=True),
    sa.Column('qualification_points', models.types.ExactDecimal(precision=18, scale=2), nullable=True),
    sa.Column('previous_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('validity', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=True),
    sa.Column('collects_points', sa.Boolean(), nullable=False),
    sa.Column('pays_with_points', sa.Boolean(), nullable=False),
    sa.Column('discount', models.types.ExactDecimal(precision=9, scale=4), nullable=False),
    sa.Column('discounts_discounted_items', sa.Boolean(), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('discount >= 0', name=op.f('ck_status_discount')),
    sa.CheckConstraint('qualification_months > 0', name=op.f('ck_status_qualification_months')),
    sa.ForeignKeyConstraint(['previous_id'], ['status.id'], name=op.f('fk_status_previous_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_status')),
    sa.UniqueConstraint('code', name=op.f('uq_status_code')),
    sa.UniqueConstraint('previous_id', name=op.f('uq_status_previous_id')),
    sa.UniqueConstraint('rank', name=op.f('uq_status_rank'))
    )
    op.create_table('tag',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tag')),
    sa.UniqueConstraint('code', name=op.f('uq_tag_code'))
    )
    op.create_table('property_item',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('property_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('value', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['property_id'], ['property.id'], name=op.f('fk_property_item_property_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_property_item')),
    sa.UniqueConstraint('property_id', 'value', name=op.f('uq_property_item_property_id_value'))
    )
    op.create_table('segment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('kind', sa.Enum('LIST', 'CRITERIA', name='segmentkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('picture_url', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('criteria', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=True),
    sa.Column('refreshed_at', models.types.Instant(), nullable=True),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint("(kind = 'CRITERIA') = (criteria IS NOT NULL)", name=op.f('ck_segment_criteria')),
    sa.ForeignKeyConstraint(['group_id'], ['segment_group.id'], name=op.f('fk_segment_group_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segment')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_segment_source_external_id'))
    )
    with op.batch_alter_table('segment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_segment_group_id'), ['group_id'], unique=False)
        batch_op.create_index('ix_segment_name', ['name', 'id'], unique=False)

    op.create_table('status_turnover',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('status_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=False),
    sa.Column('amount', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_status_turnover_amount')),
    sa.ForeignKeyConstraint(['status_id'], ['status.id'], name=op.f('fk_status_turnover_status_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_status_turnover')),
    sa.UniqueConstraint('status_id', 'currency_code', name=op.f('uq_status_turnover_status_id_currency_code'))
    )
    op.create_table('store',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('address1', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address2', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address3', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address4', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address5', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address6', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address7', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('zip', sa.String(length=32).with_variant(sa.String(length=32, collation='C'), 'postgresql'), nullable=True),
    sa.Column('city', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('country_code', sa.String(length=2).with_variant(sa.String(length=2, collation='C'), 'postgresql'), nullable=True),
    sa.Column('contact_email', sa.String(length=320).with_variant(sa.String(length=320, collation='C'), 'postgresql'), nullable=True),
    sa.Column('phone', sa.String(length=20).with_variant(sa.String(length=20, collation='C'), 'postgresql'), nullable=True),
    sa.Column('manager_name', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('url', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('latitude', models.types.ExactDecimal(precision=9, scale=6), nullable=True),
    sa.Column('longitude', models.types.ExactDecimal(precision=9, scale=6), nullable=True),
    sa.Column('time_zone', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=False),
    sa.Column('opening', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=True),
    sa.Column('image_urls', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('visible_to_customers', sa.Boolean(), nullable=False),
    sa.Column('short_description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('registration_id', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('partner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('(latitude IS NULL) = (longitude IS NULL)', name=op.f('ck_store_whole_position')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_store_partner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_store')),
    sa.UniqueConstraint('code', name=op.f('uq_store_code')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_store_source_external_id'))
    )
    with op.batch_alter_table('store', schema=None) as batch_op:
        batch_op.create_index('ix_store_name', ['name', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_store_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index('ix_store_position', ['latitude', 'longitude'], unique=False)

    op.create_table('campaign',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('kind', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('valid_from', models.types.Instant(), nullable=True),
    sa.Column('valid_to', models.types.Instant(), nullable=True),
    sa.Column('parent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('segment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['campaign.id'], name=op.f('fk_campaign_parent_id')),
    sa.ForeignKeyConstraint(['segment_id'], ['segment.id'], name=op.f('fk_campaign_segment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_campaign_source_external_id'))
    )
    with op.batch_alter_table('campaign', schema=None) as batch_op:
        batch_op.create_index('ix_campaign_name', ['name', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_campaign_parent_id'), ['parent_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_campaign_segment_id'), ['segment_id'], unique=False)

    op.create_table('customer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('salutation', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('pre_nominals', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('first_name', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('last_name', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('post_nominals', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('full_name', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), sa.Computed("nullif(trim(coalesce(pre_nominals || ' ', '') || coalesce(first_name || ' ', '') || coalesce(last_name, '') || coalesce(', ' || post_nominals, '')), '')", persisted=True), nullable=True),
    sa.Column('first_name_key', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), server_default='', nullable=False),
    sa.Column('last_name_key', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), server_default='', nullable=False),
    sa.Column('gender', sa.Enum('FEMALE', 'MALE', 'NON_BINARY', 'OTHER', 'UNDISCLOSED', name='gender', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('birthdate', sa.Date(), nullable=True),
    sa.Column('email', sa.String(length=320).with_variant(sa.String(length=320, collation='C'), 'postgresql'), nullable=True),
    sa.Column('email_key', sa.String(length=320).with_variant(sa.String(length=320, collation='C'), 'postgresql'), nullable=True),
    sa.Column('email_confirmed_at', models.types.Instant(), nullable=True),
    sa.Column('phone', sa.String(length=20).with_variant(sa.String(length=20, collation='C'), 'postgresql'), nullable=True),
    sa.Column('phone_confirmed_at', models.types.Instant(), nullable=True),
    sa.Column('language_code', sa.String(length=8).with_variant(sa.String(length=8, collation='C'), 'postgresql'), nullable=True),
    sa.Column('photo_url', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address1', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address2', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address3', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address4', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address5', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address6', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('address7', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('zip', sa.String(length=32).with_variant(sa.String(length=32, collation='C'), 'postgresql'), nullable=True),
    sa.Column('city', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('country_code', sa.String(length=2).with_variant(sa.String(length=2, collation='C'), 'postgresql'), nullable=True),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('(email IS NULL) = (email_key IS NULL)', name=op.f('ck_customer_email_has_key')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_customer_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer'))
    )
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.create_index('ix_customer_birthdate', ['birthdate', 'id'], unique=False)
        batch_op.create_index('ix_customer_created_at', ['created_at', 'id'], unique=False)
        batch_op.create_index('ix_customer_first_name_key', ['first_name_key', 'id'], unique=False)
        batch_op.create_index('ix_customer_last_name_key', ['last_name_key', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_customer_store_id'), ['store_id'], unique=False)
        batch_op.create_index('uq_customer_email_key', ['email_key'], unique=True, sqlite_where=sa.text("state != 'DELETED'"), postgresql_where=sa.text("state != 'DELETED'"))
        batch_op.create_index('uq_customer_phone', ['phone'], unique=True, sqlite_where=sa.text("state != 'DELETED'"), postgresql_where=sa.text("state != 'DELETED'"))

    op.create_table('product_group',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('parent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('partner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['product_group.id'], name=op.f('fk_product_group_parent_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_product_group_partner_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_product_group_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_group')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_product_group_source_external_id'))
    )
    with op.batch_alter_table('product_group', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_group_code'), ['code'], unique=False)
        batch_op.create_index('ix_product_group_name', ['name', 'id'], unique=False)
        batch_op.create_index('ix_product_group_parent_id', ['parent_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_product_group_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_product_group_store_id'), ['store_id'], unique=False)

    op.create_table('card',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('card_type_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('secondary_number', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('valid_from', models.types.Instant(), nullable=True),
    sa.Column('valid_to', models.types.Instant(), nullable=True),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.Enum('FREE', 'ASSIGNED', 'BLOCKED', 'EXPIRED', name='cardstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('blocked_reason', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint("state != 'ASSIGNED' OR customer_id IS NOT NULL", name=op.f('ck_card_assigned_has_holder')),
    sa.CheckConstraint("state != 'FREE' OR customer_id IS NULL", name=op.f('ck_card_free_has_no_holder')),
    sa.ForeignKeyConstraint(['card_type_id'], ['card_type.id'], name=op.f('fk_card_card_type_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_card_customer_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_card_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card')),
    sa.UniqueConstraint('number', name=op.f('uq_card_number'))
    )
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.create_index('ix_card_card_type_id', ['card_type_id', 'id'], unique=False)
        batch_op.create_index('ix_card_customer_id', ['customer_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_card_secondary_number'), ['secondary_number'], unique=False)
        batch_op.create_index(batch_op.f('ix_card_store_id'), ['store_id'], unique=False)
        batch_op.create_index('ix_card_valid_to', ['valid_to', 'id'], unique=False)

    op.create_table('customer_consent',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('consent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('value', sa.Enum('GIVEN', 'WITHDRAWN', 'NOT_SET', name='consentvalue', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('changed_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['consent_id'], ['consent.id'], name=op.f('fk_customer_consent_consent_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_consent_customer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_consent')),
    sa.UniqueConstraint('customer_id', 'consent_id', name=op.f('uq_customer_consent_customer_id_consent_id'))
    )
    with op.batch_alter_table('customer_consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_customer_consent_consent_id'), ['consent_id'], unique=False)

    op.create_table('customer_source_record',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_source_record_customer_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['source_id'], ['customer_source.id'], name=op.f('fk_customer_source_record_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_source_record')),
    sa.UniqueConstraint('source_id', 'external_id', name=op.f('uq_customer_source_record_source_id_external_id'))
    )
    with op.batch_alter_table('customer_source_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_customer_source_record_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index('ix_customer_source_record_external_id', ['external_id'], unique=False)

    op.create_table('customer_term',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('term', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_term_customer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_term')),
    sa.UniqueConstraint('customer_id', 'term', name=op.f('uq_customer_term_customer_id_term'))
    )
    with op.batch_alter_table('customer_term', schema=None) as batch_op:
        batch_op.create_index('ix_customer_term_term', ['term', 'customer_id'], unique=False)

    op.create_table('point_lot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('point_type_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('partner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('amount', models.types.ExactDecimal(precision=18, scale=2), nullable=False),
    sa.Column('remaining', models.types.ExactDecimal(precision=18, scale=2), nullable=False),
    sa.Column('active_from', models.types.Instant(), nullable=False),
    sa.Column('expires_at', models.types.Instant(), nullable=True),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.CheckConstraint('amount > 0', name=op.f('ck_point_lot_amount')),
    sa.CheckConstraint('remaining >= 0 AND remaining <= amount', name=op.f('ck_point_lot_remaining')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_point_lot_customer_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_point_lot_partner_id')),
    sa.ForeignKeyConstraint(['point_type_id'], ['point_type.id'], name=op.f('fk_point_lot_point_type_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_lot'))
    )
    with op.batch_alter_table('point_lot', schema=None) as batch_op:
        batch_op.create_index('ix_point_lot_created_at', ['created_at', 'id'], unique=False)
        batch_op.create_index('ix_point_lot_customer_id', ['customer_id', 'expires_at', 'id'], unique=False)
        batch_op.create_index('ix_point_lot_left', ['customer_id'], unique=False, sqlite_where=sa.text('remaining > 0'), postgresql_where=sa.text('remaining > 0'))
        batch_op.create_index(batch_op.f('ix_point_lot_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_point_lot_point_type_id'), ['point_type_id'], unique=False)

    op.create_table('point_reservation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('amount', models.types.ExactDecimal(precision=18, scale=2), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'CAPTURED', 'RELEASED', 'EXPIRED', name='pointreservationstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('expires_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_point_reservation_amount')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_point_reservation_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_reservation')),
    sa.UniqueConstraint('customer_id', 'external_id', name=op.f('uq_point_reservation_customer_id_external_id'))
    )
    with op.batch_alter_table('point_reservation', schema=None) as batch_op:
        batch_op.create_index('ix_point_reservation_customer_id', ['customer_id', 'id'], unique=False)
        batch_op.create_index('ix_point_reservation_expires_at', ['expires_at', 'id'], unique=False)
        batch_op.create_index('ix_point_reservation_external_id', ['external_id'], unique=False)

    op.create_table('product',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('package_size', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('brand_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('partner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('image_urls', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['brand_id'], ['product_brand.id'], name=op.f('fk_product_brand_id')),
    sa.ForeignKeyConstraint(['group_id'], ['product_group.id'], name=op.f('fk_product_group_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_product_partner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_product_source_external_id'))
    )
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.create_index('ix_product_brand_id', ['brand_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_product_code'), ['code'], unique=False)
        batch_op.create_index('ix_product_group_id', ['group_id', 'id'], unique=False)
        batch_op.create_index('ix_product_name', ['name', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_product_partner_id'), ['partner_id'], unique=False)

    op.create_table('product_group_ancestor',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ancestor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('distance', sa.Integer(), nullable=False),
    sa.CheckConstraint('distance >= 0', name=op.f('ck_product_group_ancestor_distance')),
    sa.ForeignKeyConstraint(['ancestor_id'], ['product_group.id'], name=op.f('fk_product_group_ancestor_ancestor_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['product_group.id'], name=op.f('fk_product_group_ancestor_group_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_group_ancestor')),
    sa.UniqueConstraint('group_id', 'ancestor_id', name=op.f('uq_product_group_ancestor_group_id_ancestor_id'))
    )
    with op.batch_alter_table('product_group_ancestor', schema=None) as batch_op:
        batch_op.create_index('ix_product_group_ancestor_ancestor_id', ['ancestor_id', 'group_id'], unique=False)

    op.create_table('product_reservation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('origin_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.Enum('CANCELLED', 'ENTERED', 'ACCEPTED', 'READY', 'DELIVERED', 'IN_PROGRESS', 'NOT_PICKED_UP', 'ORDERED', 'BEING_SOLVED', name='reservationstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('pickup_date', sa.Date(), nullable=True),
    sa.Column('customer_note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=False),
    sa.Column('total', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('external_purchase_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('reservation_codes', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('benefit_codes', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('utm_source', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=True),
    sa.Column('utm_medium', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=True),
    sa.Column('utm_campaign', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=True),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('total >= 0', name=op.f('ck_product_reservation_total')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_product_reservation_customer_id')),
    sa.ForeignKeyConstraint(['origin_id'], ['product_reservation_source.id'], name=op.f('fk_product_reservation_origin_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_product_reservation_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_reservation')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_product_reservation_source_external_id'))
    )
    with op.batch_alter_table('product_reservation', schema=None) as batch_op:
        batch_op.create_index('ix_product_reservation_customer_id', ['customer_id', 'created_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_product_reservation_origin_id'), ['origin_id'], unique=False)
        batch_op.create_index('ix_product_reservation_store_id', ['store_id', 'created_at', 'id'], unique=False)

    op.create_table('purchase',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('type_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=False),
    sa.Column('number', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('paid_at', models.types.Instant(), nullable=False),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=False),
    sa.Column('total', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('returned', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('items_count', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('CLOSED', 'PARTLY_RETURNED', 'RETURNED', 'CANCELLED', name='purchasestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('payment_type', sa.Enum('CASH', 'CARD', 'ACCOUNT', 'OTHER', name='paymenttype', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('is_fiscal', sa.Boolean(), nullable=False),
    sa.Column('card_number', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('cashdesk', sa.String(length=32).with_variant(sa.String(length=32, collation='C'), 'postgresql'), nullable=True),
    sa.Column('created_by', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('points_earned', models.types.ExactDecimal(precision=18, scale=2), nullable=False),
    sa.Column('points_spent', models.types.ExactDecimal(precision=18, scale=2), nullable=False),
    sa.Column('utm_source', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=True),
    sa.Column('utm_medium', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=True),
    sa.Column('utm_campaign', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=True),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('items_count >= 0', name=op.f('ck_purchase_items_count')),
    sa.CheckConstraint('returned >= 0', name=op.f('ck_purchase_returned')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_purchase_customer_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_purchase_store_id')),
    sa.ForeignKeyConstraint(['type_id'], ['purchase_type.id'], name=op.f('fk_purchase_type_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase')),
    sa.UniqueConstraint('store_id', 'external_id', name=op.f('uq_purchase_store_id_external_id'))
    )
    with op.batch_alter_table('purchase', schema=None) as batch_op:
        batch_op.create_index('ix_purchase_customer_id', ['customer_id', 'paid_at', 'id'], unique=False)
        batch_op.create_index('ix_purchase_external_id', ['external_id'], unique=False)
        batch_op.create_index('ix_purchase_paid_at', ['paid_at', 'id'], unique=False)
        batch_op.create_index('ix_purchase_store_id', ['store_id', 'paid_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchase_type_id'), ['type_id'], unique=False)

    op.create_table('reward',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('subtitle', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('kind', sa.Enum('PERCENT', 'AMOUNT', 'FINAL_PRICE', 'FREE_PRODUCT', 'GIFT', name='rewardkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('group', sa.Enum('PARTY_TIME', 'CATALOGUE', 'CAMPAIGN', 'SIMPLE', 'GIFT', name='rewardgroup', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('type_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('value', models.types.ExactDecimal(precision=18, scale=4), nullable=True),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=True),
    sa.Column('minimum_purchase', models.types.ExactDecimal(precision=18, scale=4), nullable=True),
    sa.Column('maximum_discount', models.types.ExactDecimal(precision=18, scale=4), nullable=True),
    sa.Column('points_cost', models.types.ExactDecimal(precision=18, scale=2), nullable=False),
    sa.Column('valid_from', models.types.Instant(), nullable=True),
    sa.Column('valid_to', models.types.Instant(), nullable=True),
    sa.Column('weekdays', sa.Integer(), nullable=False),
    sa.Column('time_from', sa.String(length=5).with_variant(sa.String(length=5, collation='C'), 'postgresql'), nullable=True),
    sa.Column('time_to', sa.String(length=5).with_variant(sa.String(length=5, collation='C'), 'postgresql'), nullable=True),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('is_exclusive', sa.Boolean(), nullable=False),
    sa.Column('is_automated', sa.Boolean(), nullable=False),
    sa.Column('is_portable', sa.Boolean(), nullable=False),
    sa.Column('limit_per_customer', sa.Integer(), nullable=True),
    sa.Column('limit_total', sa.Integer(), nullable=True),
    sa.Column('voucher_validity', sa.Enum('INTERVAL', 'END_OF_TIME_UNIT', 'REWARD_VALIDITY', name='vouchervalidity', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('voucher_validity_value', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=True),
    sa.Column('code_generation', sa.Enum('RANDOM', 'NUMERIC', 'REWARD_CODE', name='codegeneration', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('image_urls', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('external_url', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('campaign_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('partner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('limit_per_customer > 0', name=op.f('ck_reward_limit_per_customer')),
    sa.CheckConstraint('limit_total > 0', name=op.f('ck_reward_limit_total')),
    sa.CheckConstraint('points_cost >= 0', name=op.f('ck_reward_points_cost')),
    sa.CheckConstraint('priority BETWEEN 1 AND 9', name=op.f('ck_reward_priority')),
    sa.CheckConstraint('value >= 0', name=op.f('ck_reward_value')),
    sa.CheckConstraint('weekdays BETWEEN 0 AND 127', name=op.f('ck_reward_weekdays')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_reward_campaign_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_reward_partner_id')),
    sa.ForeignKeyConstraint(['type_id'], ['reward_type.id'], name=op.f('fk_reward_type_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward')),
    sa.UniqueConstraint('code', name=op.f('uq_reward_code')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_reward_source_external_id'))
    )
    with op.batch_alter_table('reward', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reward_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index('ix_reward_name', ['name', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reward_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index('ix_reward_priority', ['priority', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reward_type_id'), ['type_id'], unique=False)
        batch_op.create_index('ix_reward_valid_to', ['valid_to', 'id'], unique=False)

    op.create_table('segment_member',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('segment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('since', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_segment_member_customer_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['segment_id'], ['segment.id'], name=op.f('fk_segment_member_segment_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segment_member')),
    sa.UniqueConstraint('segment_id', 'customer_id', name=op.f('uq_segment_member_segment_id_customer_id'))
    )
    with op.batch_alter_table('segment_member', schema=None) as batch_op:
        batch_op.create_index('ix_segment_member_customer_id', ['customer_id', 'id'], unique=False)
        batch_op.create_index('ix_segment_member_segment_id', ['segment_id', 'id'], unique=False)

    op.create_table('status_record',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('status_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('change', sa.Enum('REGISTERED', 'SET', 'RISEN', 'KEPT', 'FALLEN', name='statuschange', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('valid_from', models.types.Instant(), nullable=False),
    sa.Column('valid_to', models.types.Instant(), nullable=True),
    sa.Column('ended_at', models.types.Instant(), nullable=True),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_status_record_customer_id')),
    sa.ForeignKeyConstraint(['status_id'], ['status.id'], name=op.f('fk_status_record_status_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_status_record'))
    )
    with op.batch_alter_table('status_record', schema=None) as batch_op:
        batch_op.create_index('ix_status_record_customer_id', ['customer_id', 'valid_from', 'id'], unique=False)
        batch_op.create_index('ix_status_record_status_id', ['status_id', 'id'], unique=False)
        batch_op.create_index('ix_status_record_valid_to', ['valid_to', 'id'], unique=False)
        batch_op.create_index('uq_status_record_current', ['customer_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('token',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('secret_hash', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=False),
    sa.Column('language_code', sa.String(length=8).with_variant(sa.String(length=8, collation='C'), 'postgresql'), nullable=True),
    sa.Column('allows_gps', sa.Boolean(), nullable=False),
    sa.Column('allows_notifications', sa.Boolean(), nullable=False),
    sa.Column('push_token', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('device_id', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=True),
    sa.Column('device_name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=True),
    sa.Column('device_system', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('device_type', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('last_seen_at', models.types.Instant(), nullable=True),
    sa.Column('revoked_at', models.types.Instant(), nullable=True),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['external_application.id'], name=op.f('fk_token_application_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_token_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_token')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_token_secret_hash'))
    )
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_token_application_id'), ['application_id'], unique=False)
        batch_op.create_index('ix_token_customer_id', ['customer_id', 'id'], unique=False)

    op.create_table('campaign_product',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('campaign_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('type_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('value_kind', sa.Enum('PERCENT', 'FINAL_PRICE', name='campaignvaluekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('value', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=True),
    sa.Column('valid_from', models.types.Instant(), nullable=False),
    sa.Column('valid_to', models.types.Instant(), nullable=False),
    sa.Column('display_in', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=True),
    sa.Column('subtitle', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('image_url', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint("(value_kind = 'FINAL_PRICE') = (currency_code IS NOT NULL)", name=op.f('ck_campaign_product_price_has_currency')),
    sa.CheckConstraint('valid_from <= valid_to', name=op.f('ck_campaign_product_validity')),
    sa.CheckConstraint('value >= 0', name=op.f('ck_campaign_product_value')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_product_campaign_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_campaign_product_product_id')),
    sa.ForeignKeyConstraint(['type_id'], ['campaign_product_type.id'], name=op.f('fk_campaign_product_type_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_product')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_campaign_product_source_external_id'))
    )
    with op.batch_alter_table('campaign_product', schema=None) as batch_op:
        batch_op.create_index('ix_campaign_product_campaign_id', ['campaign_id', 'id'], unique=False)
        batch_op.create_index('ix_campaign_product_product_id', ['product_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_campaign_product_type_id'), ['type_id'], unique=False)
        batch_op.create_index('ix_campaign_product_valid_to', ['valid_to', 'id'], unique=False)

    op.create_table('card_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('card_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('change', sa.Enum('ISSUED', 'ASSIGNED', 'RELEASED', 'BLOCKED', 'UNBLOCKED', 'EXPIRED', name='cardchange', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.Column('reason', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.ForeignKeyConstraint(['card_id'], ['card.id'], name=op.f('fk_card_event_card_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_card_event_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_event'))
    )
    with op.batch_alter_table('card_event', schema=None) as batch_op:
        batch_op.create_index('ix_card_event_card_id', ['card_id', 'at', 'id'], unique=False)
        batch_op.create_index('ix_card_event_customer_id', ['customer_id', 'at', 'id'], unique=False)

    op.create_table('product_code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('list_code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_code_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_code')),
    sa.UniqueConstraint('list_code', 'code', name=op.f('uq_product_code_list_code_code'))
    )
    with op.batch_alter_table('product_code', schema=None) as batch_op:
        batch_op.create_index('ix_product_code_code', ['code', 'product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_product_code_product_id'), ['product_id'], unique=False)

    op.create_table('product_price',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=False),
    sa.Column('amount', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_product_price_amount')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_price_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_price')),
    sa.UniqueConstraint('product_id', 'currency_code', name=op.f('uq_product_price_product_id_currency_code'))
    )
    op.create_table('product_reservation_comment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reservation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['reservation_id'], ['product_reservation.id'], name=op.f('fk_product_reservation_comment_reservation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_reservation_comment'))
    )
    with op.batch_alter_table('product_reservation_comment', schema=None) as batch_op:
        batch_op.create_index('ix_product_reservation_comment_reservation_id', ['reservation_id', 'at', 'id'], unique=False)

    op.create_table('product_reservation_progress',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reservation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('CANCELLED', 'ENTERED', 'ACCEPTED', 'READY', 'DELIVERED', 'IN_PROGRESS', 'NOT_PICKED_UP', 'ORDERED', 'BEING_SOLVED', name='progress_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.ForeignKeyConstraint(['reservation_id'], ['product_reservation.id'], name=op.f('fk_product_reservation_progress_reservation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_reservation_progress'))
    )
    with op.batch_alter_table('product_reservation_progress', schema=None) as batch_op:
        batch_op.create_index('ix_product_reservation_progress_reservation_id', ['reservation_id', 'at', 'id'], unique=False)

    op.create_table('product_tag',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tag_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_tag_product_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('fk_product_tag_tag_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_tag')),
    sa.UniqueConstraint('product_id', 'tag_id', name=op.f('uq_product_tag_product_id_tag_id'))
    )
    with op.batch_alter_table('product_tag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_tag_tag_id'), ['tag_id'], unique=False)

    op.create_table('product_term',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('term', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_term_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_term')),
    sa.UniqueConstraint('product_id', 'term', name=op.f('uq_product_term_product_id_term'))
    )
    with op.batch_alter_table('product_term', schema=None) as batch_op:
        batch_op.create_index('ix_product_term_term', ['term', 'product_id'], unique=False)

    op.create_table('purchase_item',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purchase_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('product_name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=True),
    sa.Column('type_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('quantity', models.types.ExactDecimal(precision=18, scale=3), nullable=False),
    sa.Column('price', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('vat_rate', models.types.ExactDecimal(precision=9, scale=4), nullable=True),
    sa.Column('retail_discount', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('coupon_discount', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('coupon_match_discount', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('loyalty_off', sa.Boolean(), nullable=False),
    sa.Column('returned_quantity', models.types.ExactDecimal(precision=18, scale=3), nullable=False),
    sa.CheckConstraint('returned_quantity >= 0', name=op.f('ck_purchase_item_returned_quantity')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_purchase_item_product_id')),
    sa.ForeignKeyConstraint(['purchase_id'], ['purchase.id'], name=op.f('fk_purchase_item_purchase_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['type_id'], ['purchase_item_type.id'], name=op.f('fk_purchase_item_type_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_item')),
    sa.UniqueConstraint('purchase_id', 'line', name=op.f('uq_purchase_item_purchase_id_line'))
    )
    with op.batch_alter_table('purchase_item', schema=None) as batch_op:
        batch_op.create_index('ix_purchase_item_product_id', ['product_id', 'purchase_id'], unique=False)

    op.create_table('recommendation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql'), nullable=False),
    sa.Column('kind', sa.Enum('PRODUCT', 'SERVICE', 'INFORMATION', name='recommendationkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('audience', sa.Enum('ALL', 'SEGMENT', 'CUSTOMER', name='audience', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('segment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('brief_description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('detailed_description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('content', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('picture_urls', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('web_url', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('score', models.types.ExactDecimal(precision=9, scale=4), nullable=True),
    sa.Column('reason', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('valid_from', models.types.Instant(), nullable=True),
    sa.Column('valid_to', models.types.Instant(), nullable=True),
    sa.Column('system', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('dataset', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint("(audience = 'CUSTOMER') = (customer_id IS NOT NULL)", name=op.f('ck_recommendation_customer')),
    sa.CheckConstraint("(audience = 'SEGMENT') = (segment_id IS NOT NULL)", name=op.f('ck_recommendation_segment')),
    sa.CheckConstraint("(kind = 'PRODUCT') = (product_id IS NOT NULL)", name=op.f('ck_recommendation_product')),
    sa.CheckConstraint('priority BETWEEN 1 AND 9', name=op.f('ck_recommendation_priority')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_recommendation_customer_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_recommendation_product_id')),
    sa.ForeignKeyConstraint(['segment_id'], ['segment.id'], name=op.f('fk_recommendation_segment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_recommendation_source_external_id'))
    )
    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.create_index('ix_recommendation_audience', ['audience', 'priority', 'id'], unique=False)
        batch_op.create_index('ix_recommendation_customer_id', ['customer_id', 'priority', 'id'], unique=False)
        batch_op.create_index('ix_recommendation_name', ['name', 'id'], unique=False)
        batch_op.create_index('ix_recommendation_priority', ['priority', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendation_product_id'), ['product_id'], unique=False)
        batch_op.create_index('ix_recommendation_segment_id', ['segment_id', 'priority', 'id'], unique=False)

    op.create_table('reservable_product',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'INACTIVE', 'DELETED', name='state', native_enum=False, create_constraint=True, length=32), server_default='ACTIVE', nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_reservable_product_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservable_product')),
    sa.UniqueConstraint('product_id', name=op.f('uq_reservable_product_product_id')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_reservable_product_source_external_id'))
    )
    op.create_table('reservation_external_code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reservation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('type_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('value', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['reservation_id'], ['product_reservation.id'], name=op.f('fk_reservation_external_code_reservation_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['type_id'], ['external_list_type.id'], name=op.f('fk_reservation_external_code_type_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservation_external_code')),
    sa.UniqueConstraint('reservation_id', 'type_id', 'value', name=op.f('uq_reservation_external_code_reservation_id_type_id_value'))
    )
    with op.batch_alter_table('reservation_external_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reservation_external_code_type_id'), ['type_id'], unique=False)
        batch_op.create_index('ix_reservation_external_code_value', ['value', 'type_id'], unique=False)

    op.create_table('reward_condition',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reward_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('role', sa.Enum('CONDITION', 'BONUS', name='conditionrole', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('related_to', sa.Enum('PRODUCT', 'PRODUCT_GROUP', 'PRODUCT_BRAND', 'ANY', name='relatedto', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('count', models.types.ExactDecimal(precision=18, scale=3), nullable=True),
    sa.Column('min_price', models.types.ExactDecimal(precision=18, scale=4), nullable=True),
    sa.Column('max_price', models.types.ExactDecimal(precision=18, scale=4), nullable=True),
    sa.CheckConstraint('count > 0', name=op.f('ck_reward_condition_count')),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_reward_condition_reward_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_condition'))
    )
    with op.batch_alter_table('reward_condition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reward_condition_reward_id'), ['reward_id'], unique=False)

    op.create_table('reward_segment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reward_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('segment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_reward_segment_reward_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['segment_id'], ['segment.id'], name=op.f('fk_reward_segment_segment_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_segment')),
    sa.UniqueConstraint('reward_id', 'segment_id', name=op.f('uq_reward_segment_reward_id_segment_id'))
    )
    with op.batch_alter_table('reward_segment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reward_segment_segment_id'), ['segment_id'], unique=False)

    op.create_table('reward_status',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reward_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('status_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_reward_status_reward_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['status_id'], ['status.id'], name=op.f('fk_reward_status_status_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_status')),
    sa.UniqueConstraint('reward_id', 'status_id', name=op.f('uq_reward_status_reward_id_status_id'))
    )
    with op.batch_alter_table('reward_status', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reward_status_status_id'), ['status_id'], unique=False)

    op.create_table('reward_store',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reward_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_reward_store_reward_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_reward_store_store_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_store')),
    sa.UniqueConstraint('reward_id', 'store_id', name=op.f('uq_reward_store_reward_id_store_id'))
    )
    with op.batch_alter_table('reward_store', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reward_store_store_id'), ['store_id'], unique=False)

    op.create_table('reward_tag',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reward_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tag_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_reward_tag_reward_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('fk_reward_tag_tag_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_tag')),
    sa.UniqueConstraint('reward_id', 'tag_id', name=op.f('uq_reward_tag_reward_id_tag_id'))
    )
    with op.batch_alter_table('reward_tag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reward_tag_tag_id'), ['tag_id'], unique=False)

    op.create_table('voucher',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reward_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('value', models.types.ExactDecimal(precision=18, scale=4), nullable=True),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'RESERVED', 'APPLIED', 'EXPIRED', 'CANCELLED', name='voucherstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('valid_from', models.types.Instant(), nullable=False),
    sa.Column('valid_to', models.types.Instant(), nullable=True),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('purchase_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('redeemed_at', models.types.Instant(), nullable=True),
    sa.Column('reserved_for', sa.String(length=128).with_variant(sa.String(length=128, collation='C'), 'postgresql'), nullable=True),
    sa.Column('reserved_until', models.types.Instant(), nullable=True),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint("(state = 'APPLIED') = (redeemed_at IS NOT NULL)", name=op.f('ck_voucher_applied_once')),
    sa.CheckConstraint("state != 'RESERVED' OR reserved_until IS NOT NULL", name=op.f('ck_voucher_reserved_for_a_time')),
    sa.CheckConstraint('value >= 0', name=op.f('ck_voucher_value')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_voucher_customer_id')),
    sa.ForeignKeyConstraint(['purchase_id'], ['purchase.id'], name=op.f('fk_voucher_purchase_id')),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_voucher_reward_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_voucher_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher')),
    sa.UniqueConstraint('code', name=op.f('uq_voucher_code'))
    )
    with op.batch_alter_table('voucher', schema=None) as batch_op:
        batch_op.create_index('ix_voucher_customer_id', ['customer_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_voucher_purchase_id'), ['purchase_id'], unique=False)
        batch_op.create_index('ix_voucher_reward_id', ['reward_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_voucher_store_id'), ['store_id'], unique=False)
        batch_op.create_index('ix_voucher_valid_to', ['valid_to', 'id'], unique=False)

    op.create_table('campaign_product_segment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('campaign_product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('segment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['campaign_product_id'], ['campaign_product.id'], name=op.f('fk_campaign_product_segment_campaign_product_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['segment_id'], ['segment.id'], name=op.f('fk_campaign_product_segment_segment_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_product_segment')),
    sa.UniqueConstraint('campaign_product_id', 'segment_id', name=op.f('uq_campaign_product_segment_campaign_product_id_segment_id'))
    )
    with op.batch_alter_table('campaign_product_segment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_product_segment_segment_id'), ['segment_id'], unique=False)

    op.create_table('campaign_product_store',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('campaign_product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['campaign_product_id'], ['campaign_product.id'], name=op.f('fk_campaign_product_store_campaign_product_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_campaign_product_store_store_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_product_store')),
    sa.UniqueConstraint('campaign_product_id', 'store_id', name=op.f('uq_campaign_product_store_campaign_product_id_store_id'))
    )
    with op.batch_alter_table('campaign_product_store', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_product_store_store_id'), ['store_id'], unique=False)

    op.create_table('point_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('ASSIGN', 'EARN', 'SPEND', 'EXPIRE', 'TRANSFER_IN', 'TRANSFER_OUT', 'REVERSE', name='pointentrykind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount', models.types.ExactDecimal(precision=18, scale=2), nullable=False),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('point_type_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('partner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('purchase_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('voucher_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reverses_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('extended_data', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=True),
    sa.CheckConstraint('amount != 0', name=op.f('ck_point_entry_amount')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_point_entry_customer_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_point_entry_partner_id')),
    sa.ForeignKeyConstraint(['point_type_id'], ['point_type.id'], name=op.f('fk_point_entry_point_type_id')),
    sa.ForeignKeyConstraint(['purchase_id'], ['purchase.id'], name=op.f('fk_point_entry_purchase_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['point_entry.id'], name=op.f('fk_point_entry_reverses_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_point_entry_store_id')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_point_entry_voucher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_entry'))
    )
    with op.batch_alter_table('point_entry', schema=None) as batch_op:
        batch_op.create_index('ix_point_entry_at', ['at', 'id'], unique=False)
        batch_op.create_index('ix_point_entry_customer_id', ['customer_id', 'at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_point_entry_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_point_entry_point_type_id'), ['point_type_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_point_entry_purchase_id'), ['purchase_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_point_entry_reverses_id'), ['reverses_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_point_entry_store_id'), ['store_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_point_entry_voucher_id'), ['voucher_id'], unique=False)

    op.create_table('product_reservation_item',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reservation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reservable_product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quantity', models.types.ExactDecimal(precision=18, scale=3), nullable=False),
    sa.Column('unit_price', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('vat_rate', models.types.ExactDecimal(precision=9, scale=4), nullable=True),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_product_reservation_item_quantity')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_product_reservation_item_unit_price')),
    sa.ForeignKeyConstraint(['reservable_product_id'], ['reservable_product.id'], name=op.f('fk_product_reservation_item_reservable_product_id')),
    sa.ForeignKeyConstraint(['reservation_id'], ['product_reservation.id'], name=op.f('fk_product_reservation_item_reservation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_reservation_item')),
    sa.UniqueConstraint('reservation_id', 'reservable_product_id', name=op.f('uq_product_reservation_item_reservation_id_reservable_product_id'))
    )
    with op.batch_alter_table('product_reservation_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_reservation_item_reservable_product_id'), ['reservable_product_id'], unique=False)

    op.create_table('property_record',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('property_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('value', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('purchase_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('purchase_item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reward_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('campaign_product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('CASE WHEN customer_id IS NULL THEN 0 ELSE 1 END + CASE WHEN product_id IS NULL THEN 0 ELSE 1 END + CASE WHEN purchase_id IS NULL THEN 0 ELSE 1 END + CASE WHEN purchase_item_id IS NULL THEN 0 ELSE 1 END + CASE WHEN reward_id IS NULL THEN 0 ELSE 1 END + CASE WHEN campaign_product_id IS NULL THEN 0 ELSE 1 END + CASE WHEN store_id IS NULL THEN 0 ELSE 1 END = 1', name=op.f('ck_property_record_one_owner')),
    sa.ForeignKeyConstraint(['campaign_product_id'], ['campaign_product.id'], name=op.f('fk_property_record_campaign_product_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_property_record_customer_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_property_record_product_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['property_id'], ['property.id'], name=op.f('fk_property_record_property_id')),
    sa.ForeignKeyConstraint(['purchase_id'], ['purchase.id'], name=op.f('fk_property_record_purchase_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['purchase_item_id'], ['purchase_item.id'], name=op.f('fk_property_record_purchase_item_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_property_record_reward_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_property_record_store_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_property_record')),
    sa.UniqueConstraint('campaign_product_id', 'property_id', name=op.f('uq_property_record_campaign_product_id_property_id')),
    sa.UniqueConstraint('customer_id', 'property_id', name=op.f('uq_property_record_customer_id_property_id')),
    sa.UniqueConstraint('product_id', 'property_id', name=op.f('uq_property_record_product_id_property_id')),
    sa.UniqueConstraint('purchase_id', 'property_id', name=op.f('uq_property_record_purchase_id_property_id')),
    sa.UniqueConstraint('purchase_item_id', 'property_id', name=op.f('uq_property_record_purchase_item_id_property_id')),
    sa.UniqueConstraint('reward_id', 'property_id', name=op.f('uq_property_record_reward_id_property_id')),
    sa.UniqueConstraint('store_id', 'property_id', name=op.f('uq_property_record_store_id_property_id'))
    )
    with op.batch_alter_table('property_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_property_record_property_id'), ['property_id'], unique=False)

    op.create_table('purchase_discount',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purchase_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('amount', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('description', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('reward_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('voucher_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_purchase_discount_amount')),
    sa.ForeignKeyConstraint(['item_id'], ['purchase_item.id'], name=op.f('fk_purchase_discount_item_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['purchase_id'], ['purchase.id'], name=op.f('fk_purchase_discount_purchase_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_purchase_discount_reward_id')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_purchase_discount_voucher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_discount'))
    )
    with op.batch_alter_table('purchase_discount', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_purchase_discount_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchase_discount_purchase_id'), ['purchase_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchase_discount_reward_id'), ['reward_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchase_discount_voucher_id'), ['voucher_id'], unique=False)

    op.create_table('reservable_offer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reservable_product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('store_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stock', models.types.ExactDecimal(precision=18, scale=3), nullable=False),
    sa.Column('price', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=False),
    sa.Column('created_at', models.types.Instant(), nullable=False),
    sa.Column('updated_at', models.types.Instant(), nullable=False),
    sa.CheckConstraint('price >= 0', name=op.f('ck_reservable_offer_price')),
    sa.CheckConstraint('stock >= 0', name=op.f('ck_reservable_offer_stock')),
    sa.ForeignKeyConstraint(['reservable_product_id'], ['reservable_product.id'], name=op.f('fk_reservable_offer_reservable_product_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_reservable_offer_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservable_offer')),
    sa.UniqueConstraint('reservable_product_id', 'store_id', name=op.f('uq_reservable_offer_reservable_product_id_store_id'))
    )
    with op.batch_alter_table('reservable_offer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reservable_offer_store_id'), ['store_id'], unique=False)

    op.create_table('reward_condition_target',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('condition_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('brand_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('CASE WHEN product_id IS NULL THEN 0 ELSE 1 END + CASE WHEN group_id IS NULL THEN 0 ELSE 1 END + CASE WHEN brand_id IS NULL THEN 0 ELSE 1 END = 1', name=op.f('ck_reward_condition_target_one_target')),
    sa.ForeignKeyConstraint(['brand_id'], ['product_brand.id'], name=op.f('fk_reward_condition_target_brand_id')),
    sa.ForeignKeyConstraint(['condition_id'], ['reward_condition.id'], name=op.f('fk_reward_condition_target_condition_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['product_group.id'], name=op.f('fk_reward_condition_target_group_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_reward_condition_target_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_condition_target')),
    sa.UniqueConstraint('condition_id', 'brand_id', name=op.f('uq_reward_condition_target_condition_id_brand_id')),
    sa.UniqueConstraint('condition_id', 'group_id', name=op.f('uq_reward_condition_target_condition_id_group_id')),
    sa.UniqueConstraint('condition_id', 'product_id', name=op.f('uq_reward_condition_target_condition_id_product_id'))
    )
    with op.batch_alter_table('reward_condition_target', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reward_condition_target_brand_id'), ['brand_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reward_condition_target_group_id'), ['group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reward_condition_target_product_id'), ['product_id'], unique=False)

    op.create_table('voucher_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('voucher_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('change', sa.Enum('ISSUED', 'RESERVED', 'RELEASED', 'APPLIED', 'RESTORED', 'EXPIRED', 'CANCELLED', 'TRANSFERRED', name='voucherchange', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('at', models.types.Instant(), nullable=False),
    sa.Column('note', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_voucher_event_customer_id')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_voucher_event_voucher_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher_event'))
    )
    with op.batch_alter_table('voucher_event', schema=None) as batch_op:
        batch_op.create_index('ix_voucher_event_customer_id', ['customer_id', 'at', 'id'], unique=False)
        batch_op.create_index('ix_voucher_event_voucher_id', ['voucher_id', 'at', 'id'], unique=False)

    op.create_table('point_entry_lot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount', models.types.ExactDecimal(precision=18, scale=2), nullable=False),
    sa.CheckConstraint('amount != 0', name=op.f('ck_point_entry_lot_amount')),
    sa.ForeignKeyConstraint(['entry_id'], ['point_entry.id'], name=op.f('fk_point_entry_lot_entry_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lot_id'], ['point_lot.id'], name=op.f('fk_point_entry_lot_lot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_entry_lot')),
    sa.UniqueConstraint('entry_id', 'lot_id', name=op.f('uq_point_entry_lot_entry_id_lot_id'))
    )
    with op.batch_alter_table('point_entry_lot', schema=None) as batch_op:
        batch_op.create_index('ix_point_entry_lot_lot_id', ['lot_id', 'id'], unique=False)

    op.create_table('reservable_price',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('offer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency_code', sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql'), nullable=False),
    sa.Column('amount', models.types.ExactDecimal(precision=18, scale=4), nullable=False),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_reservable_price_amount')),
    sa.ForeignKeyConstraint(['offer_id'], ['reservable_offer.id'], name=op.f('fk_reservable_price_offer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservable_price')),
    sa.UniqueConstraint('offer_id', 'currency_code', name=op.f('uq_reservable_price_offer_id_currency_code'))
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('reservable_price')
    with op.batch_alter_table('point_entry_lot', schema=None) as batch_op:
        batch_op.drop_index('ix_point_entry_lot_lot_id')

    op.drop_table('point_entry_lot')
    with op.batch_alter_table('voucher_event', schema=None) as batch_op:
        batch_op.drop_index('ix_voucher_event_voucher_id')
        batch_op.drop_index('ix_voucher_event_customer_id')

    op.drop_table('voucher_event')
    with op.batch_alter_table('reward_condition_target', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reward_condition_target_product_id'))
        batch_op.drop_index(batch_op.f('ix_reward_condition_target_group_id'))
        batch_op.drop_index(batch_op.f('ix_reward_condition_target_brand_id'))

    op.drop_table('reward_condition_target')
    with op.batch_alter_table('reservable_offer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reservable_offer_store_id'))

    op.drop_table('reservable_offer')
    with op.batch_alter_table('purchase_discount', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_purchase_discount_voucher_id'))
        batch_op.drop_index(batch_op.f('ix_purchase_discount_reward_id'))
        batch_op.drop_index(batch_op.f('ix_purchase_discount_purchase_id'))
        batch_op.drop_index(batch_op.f('ix_purchase_discount_item_id'))

    op.drop_table('purchase_discount')
    with op.batch_alter_table('property_record', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_property_record_property_id'))

    op.drop_table('property_record')
    with op.batch_alter_table('product_reservation_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_reservation_item_reservable_product_id'))

    op.drop_table('product_reservation_item')
    with op.batch_alter_table('point_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_point_entry_voucher_id'))
        batch_op.drop_index(batch_op.f('ix_point_entry_store_id'))
        batch_op.drop_index(batch_op.f('ix_point_entry_reverses_id'))
        batch_op.drop_index(batch_op.f('ix_point_entry_purchase_id'))
        batch_op.drop_index(batch_op.f('ix_point_entry_point_type_id'))
        batch_op.drop_index(batch_op.f('ix_point_entry_partner_id'))
        batch_op.drop_index('ix_point_entry_customer_id')
        batch_op.drop_index('ix_point_entry_at')

    op.drop_table('point_entry')
    with op.batch_alter_table('campaign_product_store', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaign_product_store_store_id'))

    op.drop_table('campaign_product_store')
    with op.batch_alter_table('campaign_product_segment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaign_product_segment_segment_id'))

    op.drop_table('campaign_product_segment')
    with op.batch_alter_table('voucher', schema=None) as batch_op:
        batch_op.drop_index('ix_voucher_valid_to')
        batch_op.drop_index(batch_op.f('ix_voucher_store_id'))
        batch_op.drop_index('ix_voucher_reward_id')
        batch_op.drop_index(batch_op.f('ix_voucher_purchase_id'))
        batch_op.drop_index('ix_voucher_customer_id')

    op.drop_table('voucher')
    with op.batch_alter_table('reward_tag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reward_tag_tag_id'))

    op.drop_table('reward_tag')
    with op.batch_alter_table('reward_store', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reward_store_store_id'))

    op.drop_table('reward_store')
    with op.batch_alter_table('reward_status', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reward_status_status_id'))

    op.drop_table('reward_status')
    with op.batch_alter_table('reward_segment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reward_segment_segment_id'))

    op.drop_table('reward_segment')
    with op.batch_alter_table('reward_condition', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reward_condition_reward_id'))

    op.drop_table('reward_condition')
    with op.batch_alter_table('reservation_external_code', schema=None) as batch_op:
        batch_op.drop_index('ix_reservation_external_code_value')
        batch_op.drop_index(batch_op.f('ix_reservation_external_code_type_id'))

    op.drop_table('reservation_external_code')
    op.drop_table('reservable_product')
    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.drop_index('ix_recommendation_segment_id')
        batch_op.drop_index(batch_op.f('ix_recommendation_product_id'))
        batch_op.drop_index('ix_recommendation_priority')
        batch_op.drop_index('ix_recommendation_name')
        batch_op.drop_index('ix_recommendation_customer_id')
        batch_op.drop_index('ix_recommendation_audience')

    op.drop_table('recommendation')
    with op.batch_alter_table('purchase_item', schema=None) as batch_op:
        batch_op.drop_index('ix_purchase_item_product_id')

    op.drop_table('purchase_item')
    with op.batch_alter_table('product_term', schema=None) as batch_op:
        batch_op.drop_index('ix_product_term_term')

    op.drop_table('product_term')
    with op.batch_alter_table('product_tag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_tag_tag_id'))

    op.drop_table('product_tag')
    with op.batch_alter_table('product_reservation_progress', schema=None) as batch_op:
        batch_op.drop_index('ix_product_reservation_progress_reservation_id')

    op.drop_table('product_reservation_progress')
    with op.batch_alter_table('product_reservation_comment', schema=None) as batch_op:
        batch_op.drop_index('ix_product_reservation_comment_reservation_id')

    op.drop_table('product_reservation_comment')
    op.drop_table('product_price')
    with op.batch_alter_table('product_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_code_product_id'))
        batch_op.drop_index('ix_product_code_code')

    op.drop_table('product_code')
    with op.batch_alter_table('card_event', schema=None) as batch_op:
        batch_op.drop_index('ix_card_event_customer_id')
        batch_op.drop_index('ix_card_event_card_id')

    op.drop_table('card_event')
    with op.batch_alter_table('campaign_product', schema=None) as batch_op:
        batch_op.drop_index('ix_campaign_product_valid_to')
        batch_op.drop_index(batch_op.f('ix_campaign_product_type_id'))
        batch_op.drop_index('ix_campaign_product_product_id')
        batch_op.drop_index('ix_campaign_product_campaign_id')

    op.drop_table('campaign_product')
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.drop_index('ix_token_customer_id')
        batch_op.drop_index(batch_op.f('ix_token_application_id'))

    op.drop_table('token')
    with op.batch_alter_table('status_record', schema=None) as batch_op:
        batch_op.drop_index('uq_status_record_current', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('ix_status_record_valid_to')
        batch_op.drop_index('ix_status_record_status_id')
        batch_op.drop_index('ix_status_record_customer_id')

    op.drop_table('status_record')
    with op.batch_alter_table('segment_member', schema=None) as batch_op:
        batch_op.drop_index('ix_segment_member_segment_id')
        batch_op.drop_index('ix_segment_member_customer_id')

    op.drop_table('segment_member')
    with op.batch_alter_table('reward', schema=None) as batch_op:
        batch_op.drop_index('ix_reward_valid_to')
        batch_op.drop_index(batch_op.f('ix_reward_type_id'))
        batch_op.drop_index('ix_reward_priority')
        batch_op.drop_index(batch_op.f('ix_reward_partner_id'))
        batch_op.drop_index('ix_reward_name')
        batch_op.drop_index(batch_op.f('ix_reward_campaign_id'))

    op.drop_table('reward')
    with op.batch_alter_table('purchase', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_purchase_type_id'))
        batch_op.drop_index('ix_purchase_store_id')
        batch_op.drop_index('ix_purchase_paid_at')
        batch_op.drop_index('ix_purchase_external_id')
        batch_op.drop_index('ix_purchase_customer_id')

    op.drop_table('purchase')
    with op.batch_alter_table('product_reservation', schema=None) as batch_op:
        batch_op.drop_index('ix_product_reservation_store_id')
        batch_op.drop_index(batch_op.f('ix_product_reservation_origin_id'))
        batch_op.drop_index('ix_product_reservation_customer_id')

    op.drop_table('product_reservation')
    with op.batch_alter_table('product_group_ancestor', schema=None) as batch_op:
        batch_op.drop_index('ix_product_group_ancestor_ancestor_id')

    op.drop_table('product_group_ancestor')
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_partner_id'))
        batch_op.drop_index('ix_product_name')
        batch_op.drop_index('ix_product_group_id')
        batch_op.drop_index(batch_op.f('ix_product_code'))
        batch_op.drop_index('ix_product_brand_id')

    op.drop_table('product')
    with op.batch_alter_table('point_reservation', schema=None) as batch_op:
        batch_op.drop_index('ix_point_reservation_external_id')
        batch_op.drop_index('ix_point_reservation_expires_at')
        batch_op.drop_index('ix_point_reservation_customer_id')

    op.drop_table('point_reservation')
    with op.batch_alter_table('point_lot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_point_lot_point_type_id'))
        batch_op.drop_index(batch_op.f('ix_point_lot_partner_id'))
        batch_op.drop_index('ix_point_lot_left', sqlite_where=sa.text('remaining > 0'), postgresql_where=sa.text('remaining > 0'))
        batch_op.drop_index('ix_point_lot_customer_id')
        batch_op.drop_index('ix_point_lot_created_at')

    op.drop_table('point_lot')
    with op.batch_alter_table('customer_term', schema=None) as batch_op:
        batch_op.drop_index('ix_customer_term_term')

    op.drop_table('customer_term')
    with op.batch_alter_table('customer_source_record', schema=None) as batch_op:
        batch_op.drop_index('ix_customer_source_record_external_id')
        batch_op.drop_index(batch_op.f('ix_customer_source_record_customer_id'))

    op.drop_table('customer_source_record')
    with op.batch_alter_table('customer_consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_customer_consent_consent_id'))

    op.drop_table('customer_consent')
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.drop_index('ix_card_valid_to')
        batch_op.drop_index(batch_op.f('ix_card_store_id'))
        batch_op.drop_index(batch_op.f('ix_card_secondary_number'))
        batch_op.drop_index('ix_card_customer_id')
        batch_op.drop_index('ix_card_card_type_id')

    op.drop_table('card')
    with op.batch_alter_table('product_group', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_group_store_id'))
        batch_op.drop_index(batch_op.f('ix_product_group_partner_id'))
        batch_op.drop_index('ix_product_group_parent_id')
        batch_op.drop_index('ix_product_group_name')
        batch_op.drop_index(batch_op.f('ix_product_group_code'))

    op.drop_table('product_group')
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.drop_index('uq_customer_phone', sqlite_where=sa.text("state != 'DELETED'"), postgresql_where=sa.text("state != 'DELETED'"))
        batch_op.drop_index('uq_customer_email_key', sqlite_where=sa.text("state != 'DELETED'"), postgresql_where=sa.text("state != 'DELETED'"))
        batch_op.drop_index(batch_op.f('ix_customer_store_id'))
        batch_op.drop_index('ix_customer_last_name_key')
        batch_op.drop_index('ix_customer_first_name_key')
        batch_op.drop_index('ix_customer_created_at')
        batch_op.drop_index('ix_customer_birthdate')

    op.drop_table('customer')
    with op.batch_alter_table('campaign', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaign_segment_id'))
        batch_op.drop_index(batch_op.f('ix_campaign_parent_id'))
        batch_op.drop_index('ix_campaign_name')

    op.drop_table('campaign')
    with op.batch_alter_table('store', schema=None) as batch_op:
        batch_op.drop_index('ix_store_position')
        batch_op.drop_index(batch_op.f('ix_store_partner_id'))
        batch_op.drop_index('ix_store_name')

    op.drop_table('store')
    op.drop_table('status_turnover')
    with op.batch_alter_table('segment', schema=None) as batch_op:
        batch_op.drop_index('ix_segment_name')
        batch_op.drop_index(batch_op.f('ix_segment_group_id'))

    op.drop_table('segment')
    op.drop_table('property_item')
    op.drop_table('tag')
    op.drop_table('status')
    with op.batch_alter_table('segment_group', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_segment_group_parent_id'))

    op.drop_table('segment_group')
    op.drop_table('score_band')
    op.drop_table('reward_type')
    op.drop_table('purchase_type')
    op.drop_table('purchase_item_type')
    op.drop_table('property')
    op.drop_table('product_reservation_source')
    with op.batch_alter_table('product_brand', schema=None) as batch_op:
        batch_op.drop_index('ix_product_brand_name')

    op.drop_table('product_brand')
    op.drop_table('point_type')
    op.drop_table('partner')
    op.drop_table('import_step')
    op.drop_table('external_list_type')
    op.drop_table('external_application')
    op.drop_table('customer_source')
    op.drop_table('consent')
    op.drop_table('card_type')
    op.drop_table('campaign_product_type')
