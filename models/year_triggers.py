"""Triggers by which what was worked out of a customer's year (`customer_year`) no longer holds once it may differ.

A change of bills moves the customer's revision on (see figure_triggers), and so does a change of lines. Where a product
gets another brand or group, the years of all who ever bought it go. That takes no lock on their figures, for which
tills would wait as long as a catalogue is read; on PostgreSQL those who work years out stay away meanwhile, by a lock
of their own: `ALONE`.
"""

from __future__ import annotations

from collections.abc import Iterator

ALONE = "customer_year"
"""The advisory lock: shared by those who give products other brands and groups, held alone by who works years out."""

POSTGRES_ROWS = {
    "insert": "SELECT purchase_id FROM added",
    "delete": "SELECT purchase_id FROM removed",
    "update": """SELECT purchase_id FROM (
            (SELECT id, purchase_id, product_id FROM added EXCEPT SELECT id, purchase_id, product_id FROM removed)
            UNION ALL
            (SELECT id, purchase_id, product_id FROM removed EXCEPT SELECT id, purchase_id, product_id FROM added)
        ) AS line""",
}
POSTGRES_TABLES = {
    "insert": "NEW TABLE AS added",
    "delete": "OLD TABLE AS removed",
    "update": "OLD TABLE AS removed NEW TABLE AS added",
}
POSTGRES_LINES = """
CREATE FUNCTION keep_figures_at_purchase_item_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    concerned := ARRAY(SELECT DISTINCT customer_id FROM purchase WHERE customer_id IS NOT NULL AND id IN (
        {rows}
    ));
    IF cardinality(concerned) = 0 THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM customer_statistics WHERE id = ANY (concerned) ORDER BY id FOR UPDATE;
    UPDATE customer_statistics AS kept SET revision = kept.revision + 1 FROM customer_year AS year
    WHERE year.id = kept.id AND year.revision = kept.revision AND kept.id = ANY (concerned);
    RETURN NULL;
END $$
"""
POSTGRES_LINES_TRIGGER = """
CREATE TRIGGER purchase_item_keeps_figures_at_{verb} AFTER {VERB} ON purchase_item
REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION keep_figures_at_purchase_item_{verb}()
"""
POSTGRES_PRODUCT = """
CREATE FUNCTION keep_figures_at_product_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('{alone}', 0));
    DELETE FROM customer_year WHERE id IN (
        SELECT id FROM customer_year WHERE id IN (
            SELECT customer_id FROM purchase_item JOIN purchase ON purchase.id = purchase_id WHERE product_id = NEW.id
        ) ORDER BY id FOR UPDATE
    );
    RETURN NULL;
END $$
"""
POSTGRES_PRODUCT_TRIGGER = """
CREATE TRIGGER product_keeps_figures_at_update AFTER UPDATE OF brand_id, group_id ON product FOR EACH ROW
WHEN (OLD.brand_id IS DISTINCT FROM NEW.brand_id OR OLD.group_id IS DISTINCT FROM NEW.group_id)
EXECUTE FUNCTION keep_figures_at_product_update()
"""

SQLITE_LINES = """
    UPDATE customer_statistics SET revision = revision + 1
    WHERE id = (SELECT customer_id FROM purchase WHERE id = {row}.purchase_id)
        AND revision = (SELECT revision FROM customer_year WHERE customer_year.id = customer_statistics.id);
"""
SQLITE_LINES_TRIGGER = """
CREATE TRIGGER purchase_item_keeps_figures_at_{verb} AFTER {event} ON purchase_item
BEGIN
{body}
END
"""
SQLITE_PRODUCT_TRIGGER = """
CREATE TRIGGER product_keeps_figures_at_update AFTER UPDATE OF brand_id, group_id ON product
WHEN OLD.brand_id IS NOT NEW.brand_id OR OLD.group_id IS NOT NEW.group_id
BEGIN
    DELETE FROM customer_year WHERE id IN (
        SELECT customer_id FROM purchase_item JOIN purchase ON purchase.id = purchase_id WHERE product_id = NEW.id
    );
END
"""


def on_postgresql() -> Iterator[str]:
    """The statements that make the functions and the triggers."""
    for verb, rows in POSTGRES_ROWS.items():
        yield POSTGRES_LINES.format(verb=verb, rows=rows)
        yield POSTGRES_LINES_TRIGGER.format(verb=verb, VERB=verb.upper(), tables=POSTGRES_TABLES[verb])
    yield POSTGRES_PRODUCT.format(alone=ALONE)
    yield POSTGRES_PRODUCT_TRIGGER


def on_sqlite() -> Iterator[str]:
    """The same for SQLite."""
    new, old = (SQLITE_LINES.format(row=row) for row in ("NEW", "OLD"))
    events = {"INSERT": new, "DELETE": old, "UPDATE OF purchase_id, product_id": old + new}
    for event, body in events.items():
        verb = event.split(maxsplit=1)[0].lower()
        yield SQLITE_LINES_TRIGGER.format(verb=verb, event=event, body=body.strip("\n"))
    yield SQLITE_PRODUCT_TRIGGER
