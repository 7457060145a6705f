from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.ownership import Kind, ownership_of
from resolvers.customer.export import Part, parts_of_customer
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.customer.canaries import CANARY, SPARROW, save_everything
from tests.resolvers.running_operations import Operations

EXPORT = "query($by: CustomerBy!) { customerExport(by: $by) }"


async def test_all_of_one_customer_is_exported_and_nothing_of_another(crm: Operations, session: AsyncSession) -> None:
    jana = factories.customer(first_name="Jana", last_name=None, email=None, store=factories.store(name="Brno"))
    bill = factories.purchase(customer=jana, items=[factories.purchase_item(product_name="Milk")])
    others = factories.points(amount=Decimal(7))
    await factories.save(
        session,
        bill,
        others,
        factories.points(customer=jana, amount=Decimal("12.50")),
        factories.property_record(customer=jana, value={"sizes": [38]}),
        factories.token(customer=jana),
    )

    exported = (await crm.answer(EXPORT, by={"id": opaque_id("Customer", jana.id)}))["customerExport"]

    assert exported["firstName"] == "Jana"
    assert {"lastName", "email"} & set(exported) == set()
    assert exported["createdAt"] == NOW.isoformat()
    assert exported["store"]["name"] == "Brno"
    assert exported["purchase"][0]["purchaseItem"][0]["productName"] == "Milk"
    assert exported["purchase"][0]["total"] == f"{bill.total:.2f}"
    assert [entry["amount"] for entry in exported["pointEntry"]] == ["12.5"]
    assert exported["propertyRecord"][0]["value"] == {"sizes": [38]}
    assert "secretHash" not in repr(exported)


async def test_a_customer_is_exported_by_each_key(crm: Operations, session: AsyncSession) -> None:
    shop = factories.customer_source(code="shop")
    jana = factories.customer(email="jana@example.com")
    account = factories.customer_source_record(customer=jana, source=shop, external_id="7")
    await factories.save(session, account, factories.card(customer=jana, number="99000042"))
    keys = [
        {"email": "JANA@example.com"},
        {"phone": jana.phone},
        {"cardNumber": "99000042"},
        {"externalId": {"source": "shop", "externalId": "7"}},
        {"id": opaque_id("Customer", jana.id)},
        {"id": opaque_id("Customer", 99)},
        {"email": "nobody@example.com"},
    ]

    found = [(await crm.answer(EXPORT, by=by))["customerExport"] for by in keys]

    assert [one and one["id"] for one in found] == [opaque_id("Customer", jana.id)] * 5 + [None, None]


def test_every_table_that_names_the_customer_is_exported() -> None:
    def tables(part: Part) -> list[str]:
        return [part.table.name, *(name for below in part.parts for name in tables(below))]

    exported = tables(parts_of_customer())

    assert len(exported) == len(set(exported))
    owned = {
        mapper.local_table.name
        for mapper in models.Base.registry.mappers
        if ownership_of(mapper.class_).kind is Kind.OWNED
    }
    assert owned - set(exported) == {"customer_term", "customer_merge", "customer_month", "customer_year"}


async def test_all_that_tells_something_of_a_customer_is_exported_but_credentials(
    crm: Operations, session: AsyncSession
) -> None:
    jana = await save_everything(session)

    exported = repr((await crm.answer(EXPORT, by={"id": opaque_id("Customer", jana.id)}))["customerExport"])

    assert exported.count(CANARY) > 35
    assert exported.count(SPARROW) == 8
    assert [name for name in ("passwordHash", "secretHash", "codeHash", "emailKey") if name in exported] == []


async def test_what_somebody_else_holds_now_is_not_exported(crm: Operations, session: AsyncSession) -> None:
    jana, ota = factories.customer(), factories.customer()
    await factories.save(session, jana, ota)
    await factories.save(session, factories.voucher(customer=ota, issued_to_id=jana.id, note=CANARY))

    found = [
        (await crm.answer(EXPORT, by={"id": opaque_id("Customer", each.id)}))["customerExport"] for each in (jana, ota)
    ]

    assert [CANARY in repr(each) for each in found] == [False, True]
