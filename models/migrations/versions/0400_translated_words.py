"""Products are found by the words of their names in further languages, too."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = '0400'
down_revision = '0460'
additive = True

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
WORD = re.compile(r'[^\W_]+')
BATCH = 5_000

PRODUCT = sa.table('product', sa.column('id', KEY), sa.column('translations', sa.JSON))
TERM = sa.table('product_term', sa.column('product_id', KEY), sa.column('term', sa.String))


def words(text: str) -> set[str]:
    """The words of a text, case and accents taken off."""
    decomposed = unicodedata.normalize('NFKD', text.casefold())
    folded = ''.join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
    return set(WORD.findall(folded))


def terms(translations: dict[str, dict[str, str]]) -> set[str]:
    """The words of all names among translations."""
    return {word for texts in translations.values() for word in words(texts.get('name') or '')}


def upgrade() -> None:
    """Bring the change."""
    connection, last = op.get_bind(), 0
    page = sa.select(PRODUCT.c.id, PRODUCT.c.translations).order_by(PRODUCT.c.id).limit(BATCH)
    while rows := connection.execute(page.where(PRODUCT.c.translations.is_not(None), PRODUCT.c.id > last)).all():
        last = rows[-1][0]
        known = sa.select(TERM.c.product_id, TERM.c.term).where(TERM.c.product_id.between(rows[0][0], last))
        there = {tuple(pair) for pair in connection.execute(known)}
        found = {(key, term) for key, translations in rows for term in terms(translations)}
        if new := sorted(found - there):
            op.bulk_insert(TERM, [{'product_id': key, 'term': term} for key, term in new])


def downgrade() -> None:
    """Leave the words: a product that is written again loses them."""
