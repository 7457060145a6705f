"""What is worked out of a customer's year is kept until triggers say that it no longer holds; the job fills it."""

import sqlalchemy as sa
from alembic import op

import models.types

revision = '0480'
down_revision = '0400'
additive = True

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')

BILLS_ON_POSTGRESQL = (
    """
CREATE OR REPLACE FUNCTION keep_figures_at_purchase_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id FROM (SELECT 1 AS sign, customer_id, currency_code, paid_at{store}, total, returned, state FROM added) AS bill
            WHERE customer_id IS NOT NULL AND state <> 'CANCELLED'
            GROUP BY customer_id, currency_code, paid_at{store}
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
    FROM (SELECT 1 AS sign, customer_id, currency_code, paid_at{store}, total, returned, state FROM added) AS bill
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
        last_purchase_at = latest.paid_at{revision}
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
CREATE OR REPLACE FUNCTION keep_figures_at_purchase_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id FROM (SELECT -1 AS sign, customer_id, currency_code, paid_at{store}, total, returned, state FROM removed) AS bill
            WHERE customer_id IS NOT NULL AND state <> 'CANCELLED'
            GROUP BY customer_id, currency_code, paid_at{store}
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
    FROM (SELECT -1 AS sign, customer_id, currency_code, paid_at{store}, total, returned, state FROM removed) AS bill
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
        last_purchase_at = latest.paid_at{revision}
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
CREATE OR REPLACE FUNCTION keep_figures_at_purchase_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id FROM (SELECT 1 AS sign, customer_id, currency_code, paid_at{store}, total, returned, state FROM added UNION ALL SELECT -1, customer_id, currency_code, paid_at{store}, total, returned, state FROM removed) AS bill
            WHERE customer_id IS NOT NULL AND state <> 'CANCELLED'
            GROUP BY customer_id, currency_code, paid_at{store}
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
    FROM (SELECT 1 AS sign, customer_id, currency_code, paid_at{store}, total, returned, state FROM added UNION ALL SELECT -1, customer_id, currency_code, paid_at{store}, total, returned, state FROM removed) AS bill
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
        last_purchase_at = latest.paid_at{revision}
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
)

BILLS_ON_SQLITE = (
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
            WHERE customer_id = NEW.customer_id AND state <> 'CANCELLED' ORDER BY paid_at DESC, id DESC LIMIT 1){revision}
    WHERE id = NEW.customer_id;
END
""",
    """
CREATE TRIGGER purchase_keeps_figures_at_update AFTER UPDATE OF customer_id, currency_code, paid_at{store}, total, returned, state ON purchase WHEN OLD.customer_id IS NOT NEW.customer_id OR OLD.currency_code <> NEW.currency_code OR OLD.paid_at <> NEW.paid_at
    OR {moved}OLD.total - OLD.returned <> NEW.total - NEW.returned
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
            WHERE customer_id = OLD.customer_id AND state <> 'CANCELLED' ORDER BY paid_at DESC, id DESC LIMIT 1){revision}
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
            WHERE customer_id = NEW.customer_id AND state <> 'CANCELLED' ORDER BY paid_at DESC, id DESC LIMIT 1){revision}
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
            WHERE customer_id = OLD.customer_id AND state <> 'CANCELLED' ORDER BY paid_at DESC, id DESC LIMIT 1){revision}
    WHERE id = OLD.customer_id;
END
""",
)

YEARS_ON_POSTGRESQL = (
    """
CREATE FUNCTION keep_figures_at_purchase_item_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(SELECT DISTINCT customer_id FROM purchase WHERE customer_id IS NOT NULL AND id IN (
        SELECT purchase_id FROM added
    ));
    IF cardinality(concerned) = 0 THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM customer_statistics WHERE id = ANY (concerned) ORDER BY id FOR UPDATE;
    UPDATE customer_statistics AS kept SET revision = kept.revision + 1 FROM customer_year AS year
    WHERE year.id = kept.id AND year.revision = kept.revision AND kept.id = ANY (concerned);
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER purchase_item_keeps_figures_at_insert AFTER INSERT ON purchase_item
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_purchase_item_insert()
""",
    """
CREATE FUNCTION keep_figures_at_purchase_item_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(SELECT DISTINCT customer_id FROM purchase WHERE customer_id IS NOT NULL AND id IN (
        SELECT purchase_id FROM removed
    ));
    IF cardinality(concerned) = 0 THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM customer_statistics WHERE id = ANY (concerned) ORDER BY id FOR UPDATE;
    UPDATE customer_statistics AS kept SET revision = kept.revision + 1 FROM customer_year AS year
    WHERE year.id = kept.id AND year.revision = kept.revision AND kept.id = ANY (concerned);
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER purchase_item_keeps_figures_at_delete AFTER DELETE ON purchase_item
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_purchase_item_delete()
""",
    """
CREATE FUNCTION keep_figures_at_purchase_item_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(SELECT DISTINCT customer_id FROM purchase WHERE customer_id IS NOT NULL AND id IN (
        SELECT purchase_id FROM (
            (SELECT id, purchase_id, product_id FROM added EXCEPT SELECT id, purchase_id, product_id FROM removed)
            UNION ALL
            (SELECT id, purchase_id, product_id FROM removed EXCEPT SELECT id, purchase_id, product_id FROM added)
        ) AS line
    ));
    IF cardinality(concerned) = 0 THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM customer_statistics WHERE id = ANY (concerned) ORDER BY id FOR UPDATE;
    UPDATE customer_statistics AS kept SET revision = kept.revision + 1 FROM customer_year AS year
    WHERE year.id = kept.id AND year.revision = kept.revision AND kept.id = ANY (concerned);
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER purchase_item_keeps_figures_at_update AFTER UPDATE ON purchase_item
REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_purchase_item_update()
""",
    """
CREATE FUNCTION keep_figures_at_product_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('customer_year', 0));
    DELETE FROM customer_year WHERE id IN (
        SELECT id FROM customer_year WHERE id IN (
            SELECT customer_id FROM purchase_item JOIN purchase ON purchase.id = purchase_id WHERE product_id = NEW.id
        ) ORDER BY id FOR UPDATE
    );
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER product_keeps_figures_at_update AFTER UPDATE OF brand_id, group_id ON product FOR EACH ROW
WHEN (OLD.brand_id IS DISTINCT FROM NEW.brand_id OR OLD.group_id IS DISTINCT FROM NEW.group_id)
EXECUTE FUNCTION keep_figures_at_product_update()
""",
)

YEARS_ON_SQLITE = (
    """
CREATE TRIGGER purchase_item_keeps_figures_at_insert AFTER INSERT ON purchase_item
BEGIN
    UPDATE customer_statistics SET revision = revision + 1
    WHERE id = (SELECT customer_id FROM purchase WHERE id = NEW.purchase_id)
        AND revision = (SELECT revision FROM customer_year WHERE customer_year.id = customer_statistics.id);
END
""",
    """
CREATE TRIGGER purchase_item_keeps_figures_at_delete AFTER DELETE ON purchase_item
BEGIN
    UPDATE customer_statistics SET revision = revision + 1
    WHERE id = (SELECT customer_id FROM purchase WHERE id = OLD.purchase_id)
        AND revision = (SELECT revision FROM customer_year WHERE customer_year.id = customer_statistics.id);
END
""",
    """
CREATE TRIGGER purchase_item_keeps_figures_at_update AFTER UPDATE OF purchase_id, product_id ON purchase_item
BEGIN
    UPDATE customer_statistics SET revision = revision + 1
    WHERE id = (SELECT customer_id FROM purchase WHERE id = OLD.purchase_id)
        AND revision = (SELECT revision FROM customer_year WHERE customer_year.id = customer_statistics.id);

    UPDATE customer_statistics SET revision = revision + 1
    WHERE id = (SELECT customer_id FROM purchase WHERE id = NEW.purchase_id)
        AND revision = (SELECT revision FROM customer_year WHERE customer_year.id = customer_statistics.id);
END
""",
    """
CREATE TRIGGER product_keeps_figures_at_update AFTER UPDATE OF brand_id, group_id ON product
WHEN OLD.brand_id IS NOT NEW.brand_id OR OLD.group_id IS NOT NEW.group_id
BEGIN
    DELETE FROM customer_year WHERE id IN (
        SELECT customer_id FROM purchase_item JOIN purchase ON purchase.id = purchase_id WHERE product_id = NEW.id
    );
END
""",
)

NOW = {'revision': ',\n        revision = {kept}revision + 1', 'store': ', store_id', 'moved': 'OLD.store_id <> NEW.store_id OR '}
BEFORE = {'revision': '', 'store': '', 'moved': ''}
TRIGGERS = (
    ('purchase_item', 'insert'), ('purchase_item', 'delete'), ('purchase_item', 'update'), ('product', 'update'),
)  # fmt: skip


def upgrade() -> None:
    """Bring the change; no row is worked out here, and none is read: jobs do that a few customers at a time."""
    op.add_column('customer_statistics', sa.Column('revision', sa.Integer(), server_default='0', nullable=False))
    op.create_table('customer_year',
    sa.Column('id', KEY, autoincrement=False, nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('since', models.types.Instant(), nullable=False),
    sa.Column('first_at', models.types.Instant(), nullable=False),
    sa.Column('turnover', models.types.Json, nullable=False),
    sa.Column('stores', models.types.Json, nullable=False),
    sa.Column('products', models.types.Json, nullable=False),
    sa.Column('brands', models.types.Json, nullable=False),
    sa.Column('groups', models.types.Json, nullable=False),
    sa.ForeignKeyConstraint(['id'], ['customer.id'], name=op.f('fk_customer_year_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_year'))
    )
    _keep_bills(NOW)
    for statement in YEARS_ON_SQLITE if _backend() == 'sqlite' else YEARS_ON_POSTGRESQL:
        _run(statement)


def downgrade() -> None:
    """Take it back."""
    for table, verb in TRIGGERS:
        if _backend() == 'sqlite':
            op.execute(f'DROP TRIGGER {table}_keeps_figures_at_{verb}')
        else:
            op.execute(f'DROP FUNCTION keep_figures_at_{table}_{verb}() CASCADE')
    _keep_bills(BEFORE)
    op.drop_table('customer_year')
    op.drop_column('customer_statistics', 'revision')


def _keep_bills(parts: dict[str, str]) -> None:
    if _backend() == 'postgresql':
        parts = {name: part.replace('{kept}', 'kept.') for name, part in parts.items()}
        for statement in BILLS_ON_POSTGRESQL:
            _run(statement.format(**parts))
        return
    parts = {name: part.replace('{kept}', '') for name, part in parts.items()}
    for verb in ('insert', 'update', 'delete'):
        op.execute(f'DROP TRIGGER purchase_keeps_figures_at_{verb}')
    for statement in BILLS_ON_SQLITE:
        _run(statement.format(**parts))


def _backend() -> str:
    return op.get_bind().dialect.name


def _run(statement: str) -> None:
    # Not as SQL with parameters: a colon stands before none.
    op.get_bind().exec_driver_sql(statement.strip())
