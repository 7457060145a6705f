"""What follows from the rows that were written: accounts, search words, and the tree of groups spelt out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Table, and_, case, delete, exists, func, literal, or_, select, update

import models
from models import PurchaseState
from models.types import MONEY, QUANTITY
from resolvers import normalise
from resolvers.files.format.record_schema import Draft
from resolvers.files.record.key_resolver import chunks
from resolvers.files.record.natural_keys import table_of

if TYPE_CHECKING:
    from resolvers.files.record.batch import RecordBatch

ANCESTOR = table_of(models.ProductGroupAncestor)
CARD = table_of(models.Card)
CODE = table_of(models.ProductCode)
CUSTOMER = table_of(models.Customer)
CUSTOMER_TERM = table_of(models.CustomerTerm)
GROUP = table_of(models.ProductGroup)
ITEM = table_of(models.PurchaseItem)
PRODUCT = table_of(models.Product)
PRODUCT_TERM = table_of(models.ProductTerm)
PURCHASE = table_of(models.Purchase)
RECORD = table_of(models.CustomerSourceRecord)
RETURN = table_of(models.PurchaseReturn)
RETURNED = table_of(models.PurchaseReturnItem)


async def follow(batch: RecordBatch) -> None:
    """Bring what is derived from a batch's rows in step with them."""
    if batch.resource.name in FOLLOWING:
        await FOLLOWING[batch.resource.name](batch)


async def add_accounts(batch: RecordBatch) -> None:
    """A new customer is known by the account that the file names first."""
    rows = [
        {"customer_id": draft.key, "source_id": draft.values["source_id"], "external_id": draft.values["external_id"]}
        for draft in batch.good
        if draft.new
    ]
    await batch.writer.insert(RECORD, rows)


async def remove_other_accounts(batch: RecordBatch, customers: Sequence[Draft]) -> None:
    """A new list of accounts takes the place of all but the one by which the customer was found."""
    for draft in customers:
        kept = and_(
            RECORD.c.source_id == draft.values["source_id"], RECORD.c.external_id == draft.values["external_id"]
        )
        others = or_(RECORD.c.external_id.is_(None), ~kept)
        await batch.connection.execute(delete(RECORD).where(RECORD.c.customer_id == draft.key, others))


async def _follow_customers(batch: RecordBatch) -> None:
    await _write_terms(batch, {draft.key for draft in batch.good}, {d.key for d in batch.good if d.new})


async def _follow_cards(batch: RecordBatch) -> None:
    holders = {draft.values["customer_id"] for draft in batch.good if draft.values.get("customer_id") is not None}
    await _write_terms(batch, batch.touched | holders, set())


async def _write_terms(batch: RecordBatch, customers: set[int], new: Collection[int]) -> None:
    """A customer is found by each word of the full name and the e-mail address, by the phone and by the cards."""
    columns = (CUSTOMER.c.id, CUSTOMER.c.full_name, CUSTOMER.c.email, CUSTOMER.c.phone)
    for some in chunks(sorted(customers)):
        numbers = await _grouped(batch, CARD.c.customer_id, CARD.c.number, some)
        rows = await batch.connection.execute(select(*columns).where(CUSTOMER.c.id.in_(some)))
        terms = {key: normalise.customer_terms((name,), email, phone, numbers[key]) for key, name, email, phone in rows}
        await _replace(batch, CUSTOMER_TERM, "customer_id", terms, new)


async def _follow_products(batch: RecordBatch) -> None:
    """A product is found by each word of its name, in whatever language, and by its codes."""
    keys = [draft.key for draft in batch.good]
    codes = await _grouped(batch, CODE.c.product_id, CODE.c.code, keys)
    columns = (PRODUCT.c.id, PRODUCT.c.name, PRODUCT.c.code, PRODUCT.c.translations)
    rows = await batch.connection.execute(select(*columns).where(PRODUCT.c.id.in_(keys)))
    terms = {
        key: normalise.product_terms(name, [code, *codes[key]], translations) for key, name, code, translations in rows
    }
    await _replace(batch, PRODUCT_TERM, "product_id", terms, {draft.key for draft in batch.good if draft.new})


async def _grouped(batch: RecordBatch, owner: Any, value: Any, keys: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, text_ in await batch.connection.execute(select(owner, value).where(owner.in_(keys))):
        found[key].append(text_)
    return found


async def _replace(
    batch: RecordBatch, table: Table, owner: str, terms: dict[int, set[str]], new: Collection[int]
) -> None:
    await batch.writer.delete(table, owner, [key for key in terms if key not in new])
    rows = [{owner: key, "term": term} for key, words in terms.items() for term in sorted(words)]
    await batch.writer.insert(table, rows)


async def _follow_groups(batch: RecordBatch) -> None:
    """Every pair of a group and a group above it, in the order in which the rows came."""
    above: dict[int, list[tuple[int, int]]] = {}
    for draft in batch.good:
        if draft.new:
            higher = await _above(batch, above, draft.values.get("parent_id"))
            above[draft.key] = [(draft.key, 0), *higher]
            await batch.writer.insert(ANCESTOR, _pairs(draft.key, above[draft.key]))
        elif "parent_id" in draft.values:
            await _move(batch, draft.key, await _above(batch, above, draft.values["parent_id"]))
            above.clear()


async def _above(
    batch: RecordBatch, known: dict[int, list[tuple[int, int]]], parent: int | None
) -> list[tuple[int, int]]:
    """The groups above a child of this parent, with the steps to each."""
    if parent is None:
        return []
    if parent not in known:
        query = select(ANCESTOR.c.ancestor_id, ANCESTOR.c.distance).where(ANCESTOR.c.group_id == parent)
        known[parent] = [(key, distance) for key, distance in await batch.connection.execute(query)]
    return [(key, distance + 1) for key, distance in known[parent]]


async def _move(batch: RecordBatch, group: int, above: list[tuple[int, int]]) -> None:
    """A group that moves takes along all that is below it."""
    query = select(ANCESTOR.c.group_id, ANCESTOR.c.distance).where(ANCESTOR.c.ancestor_id == group)
    below = {row.group_id: row.distance for row in await batch.connection.execute(query)}
    outside = and_(ANCESTOR.c.group_id.in_(below), ANCESTOR.c.ancestor_id.not_in(below))
    await batch.connection.execute(delete(ANCESTOR).where(outside))
    for key, distance in below.items():
        await batch.writer.insert(ANCESTOR, _pairs(key, [(upper, steps + distance) for upper, steps in above]))


def _pairs(group: int, above: Iterable[tuple[int, int]]) -> list[dict[str, int]]:
    return [{"group_id": group, "ancestor_id": key, "distance": distance} for key, distance in above]


async def _follow_returns(batch: RecordBatch) -> None:
    """Bills and their lines tell at least what their returns come to."""
    keys = [draft.key for draft in batch.good if draft.lists.get("returns")]
    for some in chunks(keys):
        of_line = select(func.sum(RETURNED.c.quantity, type_=QUANTITY)).where(RETURNED.c.item_id == ITEM.c.id)
        await _raise(batch, ITEM, ITEM.c.returned_quantity, of_line, ITEM.c.purchase_id.in_(some))
        worth = RETURN.c.refund + RETURN.c.withheld + RETURN.c.paid_with_points
        for name, each in (
            ("returned", worth),
            ("returned_with_points", RETURN.c.paid_with_points),
            ("withheld", RETURN.c.withheld),
        ):
            of_bill = select(func.sum(each, type_=MONEY)).where(RETURN.c.purchase_id == PURCHASE.c.id)
            await _raise(batch, PURCHASE, PURCHASE.c[name], of_bill, PURCHASE.c.id.in_(some))
        line = ITEM.alias()
        kept = exists().where(line.c.purchase_id == PURCHASE.c.id, line.c.returned_quantity < line.c.quantity)
        state = case((kept, PurchaseState.PARTLY_RETURNED), else_=PurchaseState.RETURNED)
        standing = PURCHASE.c.state.in_([PurchaseState.CLOSED, PurchaseState.PARTLY_RETURNED])
        back = exists().where(line.c.purchase_id == PURCHASE.c.id, line.c.returned_quantity > literal(0))
        changed = update(PURCHASE).where(PURCHASE.c.id.in_(some), standing, back, PURCHASE.c.state != state)
        await batch.connection.execute(changed.values(state=state))


async def _raise(batch: RecordBatch, table: Table, column: Column[Any], total: Any, which: Any) -> None:
    """Let a column be a sum, where that is more than is there."""
    summed = total.scalar_subquery()
    await batch.connection.execute(update(table).where(which, summed > column).values({column.name: summed}))


FOLLOWING: dict[str, Callable[[RecordBatch], Awaitable[None]]] = {
    "customers": _follow_customers,
    "cards": _follow_cards,
    "products": _follow_products,
    "productGroups": _follow_groups,
    "purchaseReturns": _follow_returns,
}
