"""Triggers that keep the figures of customers, whichever way bills and entries of the ledger come to change.

On PostgreSQL a trigger follows each statement and sums what it did, so that loading many rows stays fast. It locks the
statistics of all customers concerned in the order of their keys first: whoever changes the same figures at the same
time waits, and no two wait for each other. On SQLite, which has one writer at a time, a trigger follows each row.

What isn't additive, the first and the last bill and the currency of most, is taken anew from indexes. Each change moves
the customer's revision on, by which what was worked out of the bills before no longer holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import DDL, MetaData, event

from models import year_triggers

KEPT = frozenset({"customer_month", "customer_statistics", "customer_year"})
"""The tables whose rows follow from others: triggers keep them, or the job that works out what can't be added to."""

LOOKED_UP_BY = frozenset({"ix_purchase_customer_id"})
"""The indexes by which they find a customer's first and last bill: without them each bill reads all there are."""

ROWS = {
    "INSERT": "SELECT 1 AS sign, * FROM added",
    "DELETE": "SELECT -1 AS sign, * FROM removed",
    "UPDATE": "SELECT 1 AS sign, * FROM added UNION ALL SELECT -1, * FROM removed",
}
TABLES = {
    "INSERT": "NEW TABLE AS added",
    "DELETE": "OLD TABLE AS removed",
    "UPDATE": "OLD TABLE AS removed NEW TABLE AS added",
}

POSTGRES_PURCHASE = """
CREATE FUNCTION keep_figures_at_purchase_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id FROM ({rows}) AS bill
            WHERE customer_id IS NOT NULL AND state <> 'CANCELLED'
            GROUP BY customer_id, currency_code, paid_at, store_id
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
    FROM ({rows}) AS bill
    WHERE customer_id = ANY (concerned) AND state <> 'CANCELLED'
    GROUP BY customer_id, currency_code, month
    HAVING sum(sign) <> 0 OR sum(sign * (total - returned)) <> 0
    ORDER BY customer_id, currency_code, month
    ON CONFLICT (customer_id, currency_code, month) DO UPDATE SET
        purchase_count = kept.purchase_count + excluded.purchase_count, turnover = kept.turnover + excluded.turnover;
    {emptied}
    UPDATE customer_statistics AS kept SET
        purchase_count = coalesce(main.bills, 0),
        currency_code = main.currency_code,
        turnover = coalesce(main.turnover, 0),
        average_basket = main.average,
        first_purchase_at = earliest.paid_at,
        last_purchase_at = latest.paid_at,
        revision = kept.revision + 1
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
"""
POSTGRES_EMPTIED = "DELETE FROM customer_month WHERE customer_id = ANY (concerned) AND purchase_count = 0;"
POSTGRES_CUSTOMER = """
CREATE FUNCTION keep_figures_at_customer_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_statistics (id) SELECT id FROM added;
    RETURN NULL;
END $$
"""
POSTGRES_POINTS = """
CREATE FUNCTION keep_figures_at_point_entry_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(
        SELECT customer_id FROM ({rows}) AS entry GROUP BY customer_id HAVING sum(sign * amount) <> 0
    );
    IF cardinality(concerned) > 1 THEN
        PERFORM 1 FROM customer_statistics WHERE id = ANY (concerned) ORDER BY id FOR UPDATE;
    END IF;
    UPDATE customer_statistics AS kept SET points = kept.points + moved.amount
    FROM (SELECT customer_id, sum(sign * amount) AS amount FROM ({rows}) AS entry GROUP BY customer_id) AS moved
    WHERE kept.id = moved.customer_id AND kept.id = ANY (concerned);
    RETURN NULL;
END $$
"""
POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_keeps_figures_at_{verb} AFTER {VERB} ON {table}
REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_{table}_{verb}()
"""

SQLITE_COUNTED = "{row}.customer_id IS NOT NULL AND {row}.state <> 'CANCELLED'"
SQLITE_ADD = """
    INSERT INTO customer_month (customer_id, currency_code, month, purchase_count, turnover)
    SELECT NEW.customer_id, NEW.currency_code, substr(NEW.paid_at, 1, 7) || '-01', 1, NEW.total - NEW.returned
    WHERE NEW.customer_id IS NOT NULL AND NEW.state <> 'CANCELLED'
    ON CONFLICT (customer_id, currency_code, month) DO UPDATE SET
        purchase_count = purchase_count + 1, turnover = turnover + excluded.turnover;
"""
SQLITE_TAKE = """
    UPDATE customer_month SET purchase_count = purchase_count - 1, turnover = turnover - (OLD.total - OLD.returned)
    WHERE customer_id = OLD.customer_id AND currency_code = OLD.currency_code
        AND month = substr(OLD.paid_at, 1, 7) || '-01' AND OLD.state <> 'CANCELLED';
"""
SQLITE_EMPTIED = """
    DELETE FROM customer_month WHERE customer_id = OLD.customer_id AND currency_code = OLD.currency_code
        AND month = substr(OLD.paid_at, 1, 7) || '-01' AND purchase_count = 0;
"""
SQLITE_SUM_UP = """
    UPDATE customer_statistics SET
        purchase_count = (SELECT coalesce(sum(purchase_count), 0) FROM customer_month
            WHERE customer_id = {row}.customer_id),
        (currency_code, turnover, average_basket) = (SELECT max(currency_code), coalesce(max(spent), 0),
            max(iif(spent < 0, -1, 1) * ((2 * abs(spent) + 100 * bills) / (200 * bills)) * 100)
            FROM (SELECT currency_code, sum(turnover) AS spent, sum(purchase_count) AS bills FROM customer_month
                WHERE customer_id = {row}.customer_id
                GROUP BY currency_code ORDER BY bills DESC, currency_code LIMIT 1)),
        first_purchase_at = (SELECT paid_at FROM purchase
            WHERE customer_id = {row}.customer_id AND state <> 'CANCELLED' ORDER BY paid_at, id LIMIT 1),
        last_purchase_at = (SELECT paid_at FROM purchase
            WHERE customer_id = {row}.customer_id AND state <> 'CANCELLED' ORDER BY paid_at DESC, id DESC LIMIT 1),
        revision = revision + 1
    WHERE id = {row}.customer_id;
"""
SQLITE_CHANGED = """
    OLD.customer_id IS NOT NEW.customer_id OR OLD.currency_code <> NEW.currency_code OR OLD.paid_at <> NEW.paid_at
    OR OLD.store_id <> NEW.store_id OR OLD.total - OLD.returned <> NEW.total - NEW.returned
    OR (OLD.state = 'CANCELLED') <> (NEW.state = 'CANCELLED')
"""
SQLITE_POINTS = """
    UPDATE customer_statistics SET points = points {sign} {row}.amount WHERE id = {row}.customer_id;
"""
SQLITE_TRIGGER = """
CREATE TRIGGER {table}_keeps_figures_at_{verb} AFTER {event} ON {table} WHEN {when}
BEGIN
{body}
END
"""
FIGURES = "customer_id, currency_code, paid_at, store_id, total, returned, state"
"""The columns of a bill that figures come from."""


def on_postgresql() -> Iterator[str]:
    """The statements that make the functions and the triggers."""
    for verb, rows in ROWS.items():
        columns = rows.replace("*", FIGURES)
        emptied = "" if verb == "INSERT" else POSTGRES_EMPTIED
        yield POSTGRES_PURCHASE.format(verb=verb.lower(), rows=columns, emptied=emptied)
        yield _postgres_trigger("purchase", verb)
    yield POSTGRES_CUSTOMER
    yield _postgres_trigger("customer", "INSERT")
    for verb in ("INSERT", "UPDATE"):
        # Entries are only added; where customers are merged, they follow.
        rows = ROWS[verb].replace("*", "customer_id, amount")
        yield POSTGRES_POINTS.format(verb=verb.lower(), rows=rows)
        yield _postgres_trigger("point_entry", verb)


def _postgres_trigger(table: str, verb: str) -> str:
    return POSTGRES_TRIGGER.format(table=table, verb=verb.lower(), VERB=verb, tables=TABLES[verb])


def on_sqlite() -> Iterator[str]:
    """The same for SQLite."""
    new, old = SQLITE_SUM_UP.format(row="NEW"), SQLITE_SUM_UP.format(row="OLD")
    counted = {row: SQLITE_COUNTED.format(row=row) for row in ("NEW", "OLD")}
    yield _sqlite_trigger("purchase", "INSERT", counted["NEW"], SQLITE_ADD + new)
    changed = SQLITE_TAKE + SQLITE_ADD + SQLITE_EMPTIED + old + new
    yield _sqlite_trigger("purchase", f"UPDATE OF {FIGURES}", SQLITE_CHANGED, changed)
    yield _sqlite_trigger("purchase", "DELETE", counted["OLD"], SQLITE_TAKE + SQLITE_EMPTIED + old)
    row = "    INSERT INTO customer_statistics (id) VALUES (NEW.id);"
    yield _sqlite_trigger("customer", "INSERT", "true", row)
    added, taken = (SQLITE_POINTS.format(sign=sign, row=row) for sign, row in (("+", "NEW"), ("-", "OLD")))
    yield _sqlite_trigger("point_entry", "INSERT", "NEW.amount <> 0", added)
    moved = "NEW.customer_id <> OLD.customer_id"
    yield _sqlite_trigger("point_entry", "UPDATE OF customer_id", moved, taken + added)


def _sqlite_trigger(table: str, event_: str, when: str, body: str) -> str:
    verb = event_.split(maxsplit=1)[0].lower()
    return SQLITE_TRIGGER.format(table=table, verb=verb, event=event_, when=when.strip(), body=body.strip("\n"))


def keep_figures(metadata: MetaData) -> None:
    """Let the database keep the figures from the moment when it has all tables."""
    made = {
        "postgresql": (on_postgresql, year_triggers.on_postgresql),
        "sqlite": (on_sqlite, year_triggers.on_sqlite),
    }
    for dialect, makers in made.items():
        for statement in chain.from_iterable(maker() for maker in makers):
            ddl = DDL(statement.strip().replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(metadata, "after_create", ddl.execute_if(dialect=dialect))
