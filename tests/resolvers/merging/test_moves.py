"""No table that names a customer can be forgotten when customers are merged: they are found in the models."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, UniqueConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import Base
from models.ownership import OWNERSHIP
from resolvers.ids import opaque_id
from resolvers.merging import moves
from tests import factories
from tests.resolvers.running_operations import Operations

OTHERWISE: dict[str, dict[str, Any]] = {
    "recommendation": {"audience": "CUSTOMER"},
    "event": {},
    "audit_entry": {},
    "one_time_code": {},
}
"""What the factory of a table is given beside the customer, where that is not enough; these know them by key alone."""

BY_KEY = {"event", "audit_entry", "one_time_code"}


def table_of(entity: type[Base]) -> Table:
    return cast("Table", entity.__table__)


async def save_one_of_each(session: AsyncSession, customer: models.Customer) -> None:
    """A row of every table that names customers, for one of them."""
    for entity in moves.entities():
        name = table_of(entity).name
        if entity in (models.CustomerTerm, models.CustomerMerge, models.CustomerMonth):
            continue
        factory: Callable[..., Base] = getattr(factories, name)
        who = {"customer_id": customer.id} if name in BY_KEY else {"customer": customer}
        if entity is models.PurchaseItem:
            who = {"bought_for": customer, "purchase": factories.purchase()}
        await factories.save(session, factory(**who, **OTHERWISE.get(name, {})))


async def test_who_was_issued_a_voucher_that_was_transferred_follows_too(
    crm: Operations, session: AsyncSession
) -> None:
    jana, jane = factories.customer(), factories.customer()
    await factories.save(session, jana, jane)
    await factories.save(session, factories.voucher(customer=factories.customer(), issued_to_id=jane.id))

    await crm.do(
        "customerMerge", "mergedId", **{"from": opaque_id("Customer", jane.id), "into": opaque_id("Customer", jana.id)}
    )

    assert await crm.rows(models.Voucher, "issued_to_id") == [(jana.id,)]


async def test_a_row_of_every_table_follows_or_is_known_to_stay_or_go(crm: Operations, session: AsyncSession) -> None:
    jana, jane = factories.customer(), factories.customer()
    await factories.save(session, jana, jane)
    await save_one_of_each(session, jane)
    await factories.save(session, factories.customer_merge(customer=jane))
    names = {"from": opaque_id("Customer", jane.id), "into": opaque_id("Customer", jana.id)}

    answer = await crm.do("customerMerge", "records { kind moved dropped } userErrors { code message }", **names)

    async def rows(entity: type[Base], key: int) -> int:
        column = table_of(entity).c[moves.columns_of(entity)[0]]
        return await session.scalar(select(func.count()).where(column == key)) or 0

    left = {entity: await rows(entity, jane.id) for entity in moves.entities()}
    have = {entity for entity in moves.entities() if await rows(entity, jana.id)}
    assert answer["userErrors"] == []
    assert {entity.__name__: count for entity, count in left.items() if count} == {"AuditEntry": 1}
    assert set(moves.entities()) - have == {models.OneTimeCode, models.CodeMessage}
    assert {one["kind"] for one in answer["records"]} >= {"Purchase", "PointEntry", "Card", "Voucher", "Token"}


def test_every_entity_whose_rows_a_customer_owns_is_among_them() -> None:
    owned = {name for name, one in OWNERSHIP.items() if one.column == "customer_id"}

    assert owned <= {entity.__name__ for entity in moves.entities()}
    assert {models.Event, models.AuditEntry, models.CustomerPassword} <= set(moves.entities())


def entity_like(*parts: Any) -> Any:
    """Something like an entity, of a table that isn't there."""
    metadata = MetaData()
    Table("customer", metadata, Column("id", Integer, primary_key=True))
    table = Table("gift", metadata, *parts)
    return type("Gift", (), {"__table__": table, "__name__": "Gift"})


def test_a_table_in_which_a_customer_has_one_row_needs_a_rule() -> None:
    def key() -> Column[int]:
        return Column("customer_id", Integer, ForeignKey("customer.id"))

    moves._check(entity_like(key()))

    with pytest.raises(LookupError, match="two rows of gift that are alike"):
        moves._check(entity_like(key(), UniqueConstraint("customer_id")))
    giver = Column("giver_id", Integer, ForeignKey("customer.id"))
    with pytest.raises(LookupError, match="two rows of gift that are alike"):
        moves._check(entity_like(key(), giver, UniqueConstraint("giver_id")))


def test_every_column_that_names_a_customer_follows_but_whom_a_row_leads_from() -> None:
    more = {entity.__name__: moves.columns_of(entity) for entity in moves.entities()}

    assert more["CustomerMerge"] == ["customer_id"]
    assert {name: columns for name, columns in more.items() if columns != ["customer_id"]} == {
        "PurchaseItem": ["bought_for_id"],
        "Voucher": ["customer_id", "issued_to_id"],
    }
