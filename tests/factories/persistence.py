"""Putting rows into the database, with what is derived from them."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers import normalise


async def save(session: AsyncSession, *rows: models.Base) -> None:
    """Commit the rows and all that they refer to, with search words and the closure of the tree of groups."""
    session.add_all(rows)
    new = list(session.new)
    await session.flush()
    await _add_customer_terms(session, new)
    await _add_product_terms(session, new)
    for group in sorted((row for row in new if isinstance(row, models.ProductGroup)), key=lambda row: row.id):
        await _add_ancestors(session, group)
    await session.commit()


async def _add_customer_terms(session: AsyncSession, new: list[models.Base]) -> None:
    terms: dict[int, set[str]] = defaultdict(set)
    for row in new:
        if isinstance(row, models.Customer):
            names = (row.pre_nominals, row.first_name, row.last_name, row.post_nominals)
            terms[row.id] |= normalise.customer_terms(names, row.email, row.phone, ())
        elif isinstance(row, models.Card) and row.customer_id is not None:
            terms[row.customer_id] |= normalise.customer_terms((), None, None, (row.number,))
    term = models.CustomerTerm
    known = await session.execute(select(term.customer_id, term.term).where(term.customer_id.in_(terms)))
    for customer_id, word in known:
        terms[customer_id].discard(word)
    session.add_all(term(customer_id=owner, term=word) for owner in terms for word in sorted(terms[owner]))


async def _add_product_terms(session: AsyncSession, new: list[models.Base]) -> None:
    terms: dict[int, set[str]] = defaultdict(set)
    for row in new:
        if isinstance(row, models.Product):
            terms[row.id] |= normalise.product_terms(row.name, (row.code,), row.translations)
        elif isinstance(row, models.ProductCode):
            terms[row.product_id] |= normalise.product_terms("", (row.code,))
    term = models.ProductTerm
    known = await session.execute(select(term.product_id, term.term).where(term.product_id.in_(terms)))
    for product_id, word in known:
        terms[product_id].discard(word)
    session.add_all(term(product_id=owner, term=word) for owner in terms for word in sorted(terms[owner]))


async def _add_ancestors(session: AsyncSession, group: models.ProductGroup) -> None:
    pair = models.ProductGroupAncestor
    above = select(pair.ancestor_id, pair.distance + literal(1)).where(pair.group_id == group.parent_id)
    pairs = [(group.id, 0), *(await session.execute(above)).all()]
    session.add_all(pair(group_id=group.id, ancestor_id=ancestor, distance=distance) for ancestor, distance in pairs)
    await session.flush()
