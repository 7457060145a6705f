"""Kept figures of customers: what their bills and points come to, by triggers; what there is already is summed."""

import sqlalchemy as sa
from alembic import op

import models.types

revision = '0190'
down_revision = '0140'

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MONEY = models.types.ExactDecimal(precision=18, scale=4)
POINTS = models.types.ExactDecimal(precision=18, scale=2)
CURRENCY = sa.String(length=3).with_variant(sa.String(length=3, collation='C'), 'postgresql')
SORTED = (
    'purchase_count', 'turnover', 'average_basket', 'first_purchase_at', 'last_purchase_at', 'points',
    'recency_score', 'frequency_score', 'monetary_score',
)  # fmt: skip
FUNCTIONS = (
    'keep_figures_at_purchase_insert', 'keep_figures_at_purchase_update', 'keep_figures_at_purchase_delete',
    'keep_figures_at_customer_insert', 'keep_figures_at_point_entry_insert', 'keep_figures_at_point_entry_update',
)  # fmt: skip
TRIGGERS = (
    ('purchase', 'insert'), ('purchase', 'update'), ('purchase', 'delete'), ('customer', 'insert'), ('point_entry', 'insert'), ('point_entry', 'update'),
)  # fmt: skip

ON_POSTGRESQL = (
    """
CREATE FUNCTION keep_figures_at_purchase_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id FROM (SELECT 1 AS sign, customer_id, currency_code, paid_at, total, returned, state FROM added) AS bill
            WHERE customer_id IS NOT NULL AND state <> 'CANCELLED'
            GROUP BY customer_id, currency_code, paid_at
            HAVING sum(sign) <> 0 OR sum(sign * (total - returned)) <> 0
        ) AS changed
    );
    IF cardinality(concerned) = 0 THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM customer_statistics WHERE id = ANY (concerned) ORDER BY id FOR UPDATE;
    INSERT INTO customer_month AS kept (customer_id, currency_code, month, purchase_count, turnover)
    SELECT customer_id, currency_code, date_trunc('month', paid_at AT TIME ZONE 'UTC')::date AS month,
        sum(sign), sum(sign * (total - returned))
    FROM (SELECT 1 AS sign, customer_id, currency_code, paid_at, total, returned, state FROM added) AS bill
    WHERE customer_id = ANY (concerned) AND state <> 'CANCELLED'
    GROUP BY customer_id, currency_code, month
    HAVING sum(sign) <> 0 OR sum(sign * (total - returned)) <> 0
    ORDER BY customer_id, currency_code, month
    ON CONFLICT (customer_id, currency_code, month) DO UPDATE SET
        purchase_count = kept.purchase_count + excluded.purchase_count, turnover = kept.turnover + excluded.turnover;
    
    UPDATE customer_statistics AS kept SET
        purchase_count = coalesce(main.bills, 0),
        currency_code = main.currency_code,
        turnover = coalesce(main.turnover, 0),
        average_basket = main.average,
        first_purchase_at = earliest.paid_at,
        last_purchase_at = latest.paid_at
    FROM unnest(concerned) AS one (id)
    LEFT JOIN LATERAL (
        SELECT currency_code, sum(sum(purchase_count)) OVER () AS bills, sum(turnover) AS turnover,
            round(sum(turnover) / nullif(sum(purchase_count), 0), 2) AS average
        FROM customer_month WHERE customer_id = one.id
        GROUP BY currency_code ORDER BY sum(purchase_count) DESC, currency_code LIMIT 1
    ) AS main ON true
    LEFT JOIN LATERAL (
        SELECT paid_at FROM purchase WHERE customer_id = one.id AND state <> 'CANCELLED'
        ORDER BY paid_at, id LIMIT 1
    ) AS earliest ON true
    LEFT JOIN LATERAL (
        SELECT paid_at FROM purchase WHERE customer_id = one.id AND state <> 'CANCELLED'
        ORDER BY paid_at DESC, id DESC LIMIT 1
    ) AS latest ON true
    WHERE kept.id = one.id;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER purchase_keeps_figures_at_insert AFTER INSERT ON purchase
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_purchase_insert()
""",
    """
CREATE FUNCTION keep_figures_at_purchase_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id FROM (SELECT -1 AS sign, customer_id, currency_code, paid_at, total, returned, state FROM removed) AS bill
            WHERE customer_id IS NOT NULL AND state <> 'CANCELLED'
            GROUP BY customer_id, currency_code, paid_at
            HAVING sum(sign) <> 0 OR sum(sign * (total - returned)) <> 0
        ) AS changed
    );
    IF cardinality(concerned) = 0 THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM customer_statistics WHERE id = ANY (concerned) ORDER BY id FOR UPDATE;
    INSERT INTO customer_month AS kept (customer_id, currency_code, month, purchase_count, turnover)
    SELECT customer_id, currency_code, date_trunc('month', paid_at AT TIME ZONE 'UTC')::date AS month,
        sum(sign), sum(sign * (total - returned))
    FROM (SELECT -1 AS sign, customer_id, currency_code, paid_at, total, returned, state FROM removed) AS bill
    WHERE customer_id = ANY (concerned) AND state <> 'CANCELLED'
    GROUP BY customer_id, currency_code, month
    HAVING sum(sign) <> 0 OR sum(sign * (total - returned)) <> 0
    ORDER BY customer_id, currency_code, month
    ON CONFLICT (customer_id, currency_code, month) DO UPDATE SET
        purchase_count = kept.purchase_count + excluded.purchase_count, turnover = kept.turnover + excluded.turnover;
    DELETE FROM customer_month WHERE customer_id = ANY (concerned) AND purchase_count = 0;
    UPDATE customer_statistics AS kept SET
        purchase_count = coalesce(main.bills, 0),
        currency_code = main.currency_code,
        turnover = coalesce(main.turnover, 0),
        average_basket = main.average,
        first_purchase_at = earliest.paid_at,
        last_purchase_at = latest.paid_at
    FROM unnest(concerned) AS one (id)
    LEFT JOIN LATERAL (
        SELECT currency_code, sum(sum(purchase_count)) OVER () AS bills, sum(turnover) AS turnover,
            round(sum(turnover) / nullif(sum(purchase_count), 0), 2) AS average
        FROM customer_month WHERE customer_id = one.id
        GROUP BY currency_code ORDER BY sum(purchase_count) DESC, currency_code LIMIT 1
    ) AS main ON true
    LEFT JOIN LATERAL (
        SELECT paid_at FROM purchase WHERE customer_id = one.id AND state <> 'CANCELLED'
        ORDER BY paid_at, id LIMIT 1
    ) AS earliest ON true
    LEFT JOIN LATERAL (
        SELECT paid_at FROM purchase WHERE customer_id = one.id AND state <> 'CANCELLED'
        ORDER BY paid_at DESC, id DESC LIMIT 1
    ) AS latest ON true
    WHERE kept.id = one.id;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER purchase_keeps_figures_at_delete AFTER DELETE ON purchase
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_purchase_delete()
""",
    """
CREATE FUNCTION keep_figures_at_purchase_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id FROM (SELECT 1 AS sign, customer_id, currency_code, paid_at, total, returned, state FROM added UNION ALL SELECT -1, customer_id, currency_code, paid_at, total, returned, state FROM removed) AS bill
            WHERE customer_id IS NOT NULL AND state <> 'CANCELLED'
            GROUP BY customer_id, currency_code, paid_at
            HAVING sum(sign) <> 0 OR sum(sign * (total - returned)) <> 0
        ) AS changed
    );
    IF cardinality(concerned) = 0 THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM customer_statistics WHERE id = ANY (concerned) ORDER BY id FOR UPDATE;
    INSERT INTO customer_month AS kept (customer_id, currency_code, month, purchase_count, turnover)
    SELECT customer_id, currency_code, date_trunc('month', paid_at AT TIME ZONE 'UTC')::date AS month,
        sum(sign), sum(sign * (total - returned))
    FROM (SELECT 1 AS sign, customer_id, currency_code, paid_at, total, returned, state FROM added UNION ALL SELECT -1, customer_id, currency_code, paid_at, total, returned, state FROM removed) AS bill
    WHERE customer_id = ANY (concerned) AND state <> 'CANCELLED'
    GROUP BY customer_id, currency_code, month
    HAVING sum(sign) <> 0 OR sum(sign * (total - returned)) <> 0
    ORDER BY customer_id, currency_code, month
    ON CONFLICT (customer_id, currency_code, month) DO UPDATE SET
        purchase_count = kept.purchase_count + excluded.purchase_count, turnover = kept.turnover + excluded.turnover;
    DELETE FROM customer_month WHERE customer_id = ANY (concerned) AND purchase_count = 0;
    UPDATE customer_statistics AS kept SET
        purchase_count = coalesce(main.bills, 0),
        currency_code = main.currency_code,
        turnover = coalesce(main.turnover, 0),
        average_basket = main.average,
        first_purchase_at = earliest.paid_at,
        last_purchase_at = latest.paid_at
    FROM unnest(concerned) AS one (id)
    LEFT JOIN LATERAL (
        SELECT currency_code, sum(sum(purchase_count)) OVER () AS bills, sum(turnover) AS turnover,
            round(sum(turnover) / nullif(sum(purchase_count), 0), 2) AS average
        FROM customer_month WHERE customer_id = one.id
        GROUP BY currency_code ORDER BY sum(purchase_count) DESC, currency_code LIMIT 1
    ) AS main ON true
    LEFT JOIN LATERAL (
        SELECT paid_at FROM purchase WHERE customer_id = one.id AND state <> 'CANCELLED'
        ORDER BY paid_at, id LIMIT 1
    ) AS earliest ON true
    LEFT JOIN LATERAL (
        SELECT paid_at FROM purchase WHERE customer_id = one.id AND state <> 'CANCELLED'
        ORDER BY paid_at DESC, id DESC LIMIT 1
    ) AS latest ON true
    WHERE kept.id = one.id;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER purchase_keeps_figures_at_update AFTER UPDATE ON purchase
REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_purchase_update()
""",
    """
CREATE FUNCTION keep_figures_at_customer_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_statistics (id) SELECT id FROM added;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER customer_keeps_figures_at_insert AFTER INSERT ON customer
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_customer_insert()
""",
    """
CREATE FUNCTION keep_figures_at_point_entry_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(
        SELECT customer_id FROM (SELECT 1 AS sign, customer_id, amount FROM added) AS entry GROUP BY customer_id HAVING sum(sign * amount) <> 0
    );
    IF cardinality(concerned) > 1 THEN
        PERFORM 1 FROM customer_statistics WHERE id = ANY (concerned) ORDER BY id FOR UPDATE;
    END IF;
    UPDATE customer_statistics AS kept SET points = kept.points + moved.amount
    FROM (SELECT customer_id, sum(sign * amount) AS amount FROM (SELECT 1 AS sign, customer_id, amount FROM added) AS entry GROUP BY customer_id) AS moved
    WHERE kept.id = moved.customer_id AND kept.id = ANY (concerned);
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER point_entry_keeps_figures_at_insert AFTER INSERT ON point_entry
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_point_entry_insert()
""",
    """
CREATE FUNCTION keep_figures_at_point_entry_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(
        SELECT customer_id FROM (SELECT 1 AS sign, customer_id, amount FROM added UNION ALL SELECT -1, customer_id, amount FROM removed) AS entry GROUP BY customer_id HAVING sum(sign * amount) <> 0
    );
    IF cardinality(concerned) > 1 THEN
        PERFORM 1 FROM customer_statistics WHERE id = ANY (concerned) ORDER BY id FOR UPDATE;
    END IF;
    UPDATE customer_statistics AS kept SET points = kept.points + moved.amount
    FROM (SELECT customer_id, sum(sign * amount) AS amount FROM (SELECT 1 AS sign, customer_id, amount FROM added UNION ALL SELECT -1, customer_id, amount FROM removed) AS entry GROUP BY customer_id) AS moved
    WHERE kept.id = moved.customer_id AND kept.id = ANY (concerned);
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER point_entry_keeps_figures_at_update AFTER UPDATE ON point_entry
REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_point_entry_update()
""",
)
ON_SQLITE = (
    """
CREATE TRIGGER purchase_keeps_figures_at_insert AFTER INSERT ON purchase WHEN NEW.customer_id IS NOT NULL AND NEW.state <> 'CANCELLED'
BEGIN
    INSERT INTO customer_month (customer_id, currency_code, month, purchase_count, turnover)
    SELECT NEW.customer_id, NEW.currency_code, substr(NEW.paid_at, 1, 7) || '-01', 1, NEW.total - NEW.returned
    WHERE NEW.customer_id IS NOT NULL AND NEW.state <> 'CANCELLED'
    ON CONFLICT (customer_id, currency_code, month) DO UPDATE SET
        purchase_count = purchase_count + 1, turnover = turnover + excluded.turnover;

    UPDATE customer_statistics SET
        purchase_count = (SELECT coalesce(sum(purchase_count), 0) FROM customer_month
            WHERE customer_id = NEW.customer_id),
        (currency_code, turnover, average_basket) = (SELECT max(currency_code), coalesce(max(spent), 0),
            max(iif(spent < 0, -1, 1) * ((2 * abs(spent) + 100 * bills) / (200 * bills)) * 100)
            FROM (SELECT currency_code, sum(turnover) AS spent, sum(purchase_count) AS bills FROM customer_month
                WHERE customer_id = NEW.customer_id
                GROUP BY currency_code ORDER BY bills DESC, currency_code LIMIT 1)),
        first_purchase_at = (SELECT paid_at FROM purchase
            WHERE customer_id = NEW.customer_id AND state <> 'CANCELLED' ORDER BY paid_at, id LIMIT 1),
        last_purchase_at = (SELECT paid_at FROM purchase
            WHERE customer_id = NEW.customer_id AND state <> 'CANCELLED' ORDER BY paid_at DESC, id DESC LIMIT 1)
    WHERE id = NEW.customer_id;
END
""",
    """
CREATE TRIGGER purchase_keeps_figures_at_update AFTER UPDATE OF customer_id, currency_code, paid_at, total, returned, state ON purchase WHEN OLD.customer_id IS NOT NEW.customer_id OR OLD.currency_code <> NEW.currency_code OR OLD.paid_at <> NEW.paid_at
    OR OLD.total - OLD.returned <> NEW.total - NEW.returned
    OR (OLD.state = 'CANCELLED') <> (NEW.state = 'CANCELLED')
BEGIN
    UPDATE customer_month SET purchase_count = purchase_count - 1, turnover = turnover - (OLD.total - OLD.returned)
    WHERE customer_id = OLD.customer_id AND currency_code = OLD.currency_code
        AND month = substr(OLD.paid_at, 1, 7) || '-01' AND OLD.state <> 'CANCELLED';

    INSERT INTO customer_month (customer_id, currency_code, month, purchase_count, turnover)
    SELECT NEW.customer_id, NEW.currency_code, substr(NEW.paid_at, 1, 7) || '-01', 1, NEW.total - NEW.returned
    WHERE NEW.customer_id IS NOT NULL AND NEW.state <> 'CANCELLED'
    ON CONFLICT (customer_id, currency_code, month) DO UPDATE SET
        purchase_count = purchase_count + 1, turnover = turnover + excluded.turnover;

    DELETE FROM customer_month WHERE customer_id = OLD.customer_id AND currency_code = OLD.currency_code
        AND month = substr(OLD.paid_at, 1, 7) || '-01' AND purchase_count = 0;

    UPDATE customer_statistics SET
        purchase_count = (SELECT coalesce(sum(purchase_count), 0) FROM customer_month
            WHERE customer_id = OLD.customer_id),
        (currency_code, turnover, average_basket) = (SELECT max(currency_code), coalesce(max(spent), 0),
            max(iif(spent < 0, -1, 1) * ((2 * abs(spent) + 100 * bills) / (200 * bills)) * 100)
            FROM (SELECT currency_code, sum(turnover) AS spent, sum(purchase_count) AS bills FROM customer_month
                WHERE customer_id = OLD.customer_id
                GROUP BY currency_code ORDER BY bills DESC, currency_code LIMIT 1)),
        first_purchase_at = (SELECT paid_at FROM purchase
            WHERE customer_id = OLD.customer_id AND state <> 'CANCELLED' ORDER BY paid_at, id LIMIT 1),
        last_purchase_at = (SELECT paid_at FROM purchase
            WHERE customer_id = OLD.customer_id AND state <> 'CANCELLED' ORDER BY paid_at DESC, id DESC LIMIT 1)
    WHERE id = OLD.customer_id;

    UPDATE customer_statistics SET
        purchase_count = (SELECT coalesce(sum(purchase_count), 0) FROM customer_month
            WHERE customer_id = NEW.customer_id),
        (currency_code, turnover, average_basket) = (SELECT max(currency_code), coalesce(max(spent), 0),
            max(iif(spent < 0, -1, 1) * ((2 * abs(spent) + 100 * bills) / (200 * bills)) * 100)
            FROM (SELECT currency_code, sum(turnover) AS spent, sum(purchase_count) AS bills FROM customer_month
                WHERE customer_id = NEW.customer_id
                GROUP BY currency_code ORDER BY bills DESC, currency_code LIMIT 1)),
        first_purchase_at = (SELECT paid_at FROM purchase
            WHERE customer_id = NEW.customer_id AND state <> 'CANCELLED' ORDER BY paid_at, id LIMIT 1),
        last_purchase_at = (SELECT paid_at FROM purchase
            WHERE customer_id = NEW.customer_id AND state <> 'CANCELLED' ORDER BY paid_at DESC, id DESC LIMIT 1)
    WHERE id = NEW.customer_id;
END
""",
    """
CREATE TRIGGER purchase_keeps_figures_at_delete AFTER DELETE ON purchase WHEN OLD.customer_id IS NOT NULL AND OLD.state <> 'CANCELLED'
BEGIN
    UPDATE customer_month SET purchase_count = purchase_count - 1, turnover = turnover - (OLD.total - OLD.returned)
    WHERE customer_id = OLD.customer_id AND currency_code = OLD.currency_code
        AND month = substr(OLD.paid_at, 1, 7) || '-01' AND OLD.state <> 'CANCELLED';

    DELETE FROM customer_month WHERE customer_id = OLD.customer_id AND currency_code = OLD.currency_code
        AND month = substr(OLD.paid_at, 1, 7) || '-01' AND purchase_count = 0;

    UPDATE customer_statistics SET
        purchase_count = (SELECT coalesce(sum(purchase_count), 0) FROM customer_month
            WHERE customer_id = OLD.customer_id),
        (currency_code, turnover, average_basket) = (SELECT max(currency_code), coalesce(max(spent), 0),
            max(iif(spent < 0, -1, 1) * ((2 * abs(spent) + 100 * bills) / (200 * bills)) * 100)
            FROM (SELECT currency_code, sum(turnover) AS spent, sum(purchase_count) AS bills FROM customer_month
                WHERE customer_id = OLD.customer_id
                GROUP BY currency_code ORDER BY bills DESC, currency_code LIMIT 1)),
        first_purchase_at = (SELECT paid_at FROM purchase
            WHERE customer_id = OLD.customer_id AND state <> 'CANCELLED' ORDER BY paid_at, id LIMIT 1),
        last_purchase_at = (SELECT paid_at FROM purchase
            WHERE customer_id = OLD.customer_id AND state <> 'CANCELLED' ORDER BY paid_at DESC, id DESC LIMIT 1)
    WHERE id = OLD.customer_id;
END
""",
    """
CREATE TRIGGER customer_keeps_figures_at_insert AFTER INSERT ON customer WHEN true
BEGIN
    INSERT INTO customer_statistics (id) VALUES (NEW.id);
END
""",
    """
CREATE TRIGGER point_entry_keeps_figures_at_insert AFTER INSERT ON point_entry WHEN NEW.amount <> 0
BEGIN
    UPDATE customer_statistics SET points = points + NEW.amount WHERE id = NEW.customer_id;
END
""",
    """
CREATE TRIGGER point_entry_keeps_figures_at_update AFTER UPDATE OF customer_id ON point_entry WHEN NEW.customer_id <> OLD.customer_id
BEGIN
    UPDATE customer_statistics SET points = points - OLD.amount WHERE id = OLD.customer_id;

    UPDATE customer_statistics SET points = points + NEW.amount WHERE id = NEW.customer_id;
END
""",
)
MONTHS = """
INSERT INTO customer_month (customer_id, currency_code, month, purchase_count, turnover)
SELECT customer_id, currency_code, {month} AS month, count(*), sum(total - returned)
FROM purchase WHERE customer_id IS NOT NULL AND state <> 'CANCELLED'
GROUP BY customer_id, currency_code, {month} ORDER BY customer_id, currency_code, {month}
"""
MONTH = {
    'sqlite': "substr(paid_at, 1, 7) || '-01'",
    'postgresql': "date_trunc('month', paid_at AT TIME ZONE 'UTC')::date",
}
BIRTHDAY = {
    'sqlite': 'CAST(substr(birthdate, 6, 2) || substr(birthdate, 9, 2) AS INTEGER)',
    'postgresql': '(extract(month FROM birthdate)::integer * 100 + extract(day FROM birthdate)::integer)',
}
MEAN = {
    'sqlite': 'iif(spent < 0, -1, 1) * ((2 * abs(spent) + 100 * bills) / (200 * bills)) * 100',
    'postgresql': 'round(spent / bills, 2)',
}
STATISTICS = """
INSERT INTO customer_statistics (
    id, purchase_count, currency_code, turnover, average_basket, first_purchase_at, last_purchase_at, points
)
SELECT customer.id, coalesce(main.all_bills, 0), main.currency_code, coalesce(main.spent, 0), main.average,
    times.earliest, times.latest, coalesce(ledger.amount, 0)
FROM customer
LEFT JOIN (
    SELECT customer_id, currency_code, spent, all_bills, {mean} AS average FROM (
        SELECT customer_id, currency_code, spent, bills, sum(bills) OVER (PARTITION BY customer_id) AS all_bills,
            row_number() OVER (PARTITION BY customer_id ORDER BY bills DESC, currency_code) AS place
        FROM (
            SELECT customer_id, currency_code, sum(turnover) AS spent, sum(purchase_count) AS bills
            FROM customer_month GROUP BY customer_id, currency_code
        ) AS by_currency
    ) AS placed WHERE place = 1
) AS main ON main.customer_id = customer.id
LEFT JOIN (
    SELECT customer_id, min(paid_at) AS earliest, max(paid_at) AS latest FROM purchase
    WHERE state <> 'CANCELLED' GROUP BY customer_id
) AS times ON times.customer_id = customer.id
LEFT JOIN (
    SELECT customer_id, sum(amount) AS amount FROM point_entry GROUP BY customer_id
) AS ledger ON ledger.customer_id = customer.id
ORDER BY customer.id
"""


def upgrade() -> None:
    """Bring the change."""
    _make_tables()
    backend = op.get_bind().dialect.name
    op.execute(f'CREATE INDEX ix_customer_birthday ON customer ({BIRTHDAY[backend]}, id)')
    op.execute(MONTHS.format(month=MONTH[backend]))
    op.execute(STATISTICS.format(mean=MEAN[backend]))
    for statement in ON_SQLITE if backend == 'sqlite' else ON_POSTGRESQL:
        # Not as SQL with parameters: a colon stands before none.
        op.get_bind().exec_driver_sql(statement.strip())


def _make_tables() -> None:
    op.create_table('customer_statistics',
    sa.Column('id', KEY, autoincrement=False, nullable=False),
    sa.Column('purchase_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('currency_code', CURRENCY, nullable=True),
    sa.Column('turnover', MONEY, server_default='0', nullable=False),
    sa.Column('average_basket', MONEY, nullable=True),
    sa.Column('first_purchase_at', models.types.Instant(), nullable=True),
    sa.Column('last_purchase_at', models.types.Instant(), nullable=True),
    sa.Column('points', POINTS, server_default='0', nullable=False),
    sa.Column('recency_score', sa.SmallInteger(), nullable=True),
    sa.Column('frequency_score', sa.SmallInteger(), nullable=True),
    sa.Column('monetary_score', sa.SmallInteger(), nullable=True),
    sa.ForeignKeyConstraint(['id'], ['customer.id'], name=op.f('fk_customer_statistics_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_statistics'))
    )
    for name in SORTED:
        op.create_index(f'ix_customer_statistics_{name}', 'customer_statistics', [name, 'id'])
    op.create_table('customer_month',
    sa.Column('id', KEY, nullable=False),
    sa.Column('customer_id', KEY, nullable=False),
    sa.Column('currency_code', CURRENCY, nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('purchase_count', sa.Integer(), nullable=False),
    sa.Column('turnover', MONEY, nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_month_customer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_month')),
    sa.UniqueConstraint('customer_id', 'currency_code', 'month', name=op.f('uq_customer_month_customer_id_currency_code_month'))
    )
    op.create_index('ix_customer_month_month', 'customer_month', ['month', 'customer_id'])


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == 'sqlite':
        for table, verb in TRIGGERS:
            op.execute(f'DROP TRIGGER {table}_keeps_figures_at_{verb}')
    else:
        for name in FUNCTIONS:
            op.execute(f'DROP FUNCTION {name}() CASCADE')
    op.drop_index('ix_customer_birthday', 'customer')
    op.drop_table('customer_month')
    op.drop_table('customer_statistics')
