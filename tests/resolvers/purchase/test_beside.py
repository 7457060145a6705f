"""What a bill says that no rule looks at: with what it was paid, custom properties, for whom lines were bought."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import bill, item, open_shop
from tests.resolvers.purchase.test_statements import SEND, statements
from tests.resolvers.running_operations import Operations

PAYMENTS = "payments { kind amount { amount currency { code } } name }"
SENT = f"purchase {{ id {PAYMENTS} }} leftOut {{ code missing }} userErrors {{ code field missing }}"
IMPORTED = "imported refused { code field missing } userErrors { code field }"


def cash(amount: str) -> dict[str, Any]:
    return {"kind": "CASH", "amount": amount}


async def test_payments_are_kept_with_what_points_paid(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    given = {"bill": bill(), "customer": shop.customer, "spendPoints": "100"}

    sent = await crm.do(
        "purchaseSend", SENT, payments=[cash("50"), {**cash("49"), "kind": "CARD", "name": "Visa"}], **given
    )

    def money(amount: str) -> dict[str, Any]:
        return {"amount": amount, "currency": {"code": "CZK"}}

    assert sent["userErrors"] == []
    assert sent["purchase"]["payments"] == [
        {"kind": "CASH", "amount": money("50.00"), "name": None},
        {"kind": "CARD", "amount": money("49.00"), "name": "Visa"},
        {"kind": "POINTS", "amount": money("1.00"), "name": None},
    ]
    found = await crm.answer('{ purchases(where: {payments: {some: {name: {eq: "Visa"}}}}) { totalCount } }')
    assert found == {"purchases": {"totalCount": 1}}


async def test_payments_that_do_not_come_to_what_is_to_pay_are_refused(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    given = {"bill": bill(), "customer": shop.customer}

    short = await crm.refused("purchaseSend", payments=[cash("99")], **given)
    unasked = await crm.refused("purchaseSend", payments=[cash("99"), {**cash("1"), "kind": "POINTS"}], **given)
    nothing = await crm.refused("purchaseSend", payments=[cash("0")], **given)

    assert short == [("PAYMENTS_DIFFER", "payments", "1.00 CZK")]
    assert unasked == [
        ("PAYMENTS_DIFFER", "payments", "-1.00 CZK"),
        ("PAYMENTS_DIFFER", "payments", "1.00 CZK"),
    ]
    assert nothing == [("OUT_OF_RANGE", "payments", None)]
    assert await crm.rows(models.Purchase, "id") == []


async def test_a_bill_that_comes_late_is_kept_without_payments_that_differ(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session)
    paid_at = (NOW - timedelta(hours=2)).isoformat()

    sent = await crm.do("purchaseSend", SENT, payments=[cash("90")], bill=bill(paidAt=paid_at), customer=shop.customer)

    assert sent["leftOut"] == [{"code": "PAYMENTS_DIFFER", "missing": "10.00 CZK"}]
    assert sent["purchase"]["payments"] == []


async def test_offline_bills_tell_their_payments_too(crm: Operations, session: AsyncSession) -> None:
    await open_shop(session)
    bills = [
        {"bill": bill(external_id="good"), "payments": [cash("120"), {**cash("-20"), "kind": "CARD"}]},
        {"bill": bill(external_id="bad"), "payments": [cash("120")]},
    ]

    answer = await crm.do("purchasesImport", IMPORTED, bills=bills)

    assert answer["imported"] == 1
    assert answer["refused"] == [{"code": "PAYMENTS_DIFFER", "field": "payments", "missing": "-20.00 CZK"}]
    kept = await crm.rows(models.PurchasePayment, "kind", "amount")
    assert kept == [("CASH", Decimal(120)), ("CARD", Decimal(-20))]


async def test_bills_and_lines_have_properties_categories_and_people_they_were_bought_for(
    crm: Operations, session: AsyncSession
) -> None:
    eva = factories.customer(first_name="Eva")
    size = factories.property(code="size", data_type="NUMBER")
    colour = factories.property(code="colour", data_type="CHOICE")
    shop = await open_shop(session, eva, size, factories.property_item(property=colour, value="red"))
    line = item(
        "60",
        "a",
        categoryCode="ski passes",
        boughtFor={"id": opaque_id("Customer", eva.id)},
        properties=[
            {"property": {"code": "size"}, "value": 38},
            {"property": {"id": opaque_id("Property", colour.id)}, "value": "red"},
        ],
    )
    basket = [{"property": {"code": "size"}, "value": 7}, {"property": {"code": "colour"}, "value": None}]
    properties = "properties { property { code } value }"
    shows = f"{properties} items {{ categoryCode boughtFor {{ id }} {properties} }} customer {{ id }}"

    sent = await crm.do(
        "purchaseSend",
        f"purchase {{ {shows} }} userErrors {{ code field }}",
        bill=bill(line, item("40", "b", boughtFor={"id": opaque_id("Customer", eva.id)})),
        customer=shop.customer,
        properties=basket,
    )

    one = {"property": {"code": "size"}, "value": 38}
    other = {"property": {"code": "colour"}, "value": "red"}
    to_eva = {"id": opaque_id("Customer", eva.id)}
    assert sent["userErrors"] == []
    assert sent["purchase"] == {
        "properties": [{"property": {"code": "size"}, "value": 7}],
        "items": [
            {"categoryCode": "ski passes", "boughtFor": to_eva, "properties": [one, other]},
            {"categoryCode": None, "boughtFor": to_eva, "properties": []},
        ],
        "customer": shop.customer,
    }


def value(code: str, of: object) -> dict[str, Any]:
    return {"property": {"code": code}, "value": of}


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"properties": [value("size", "large")]}, ("WRONG_TYPE", "properties[0].value")),
        ({"properties": [value("none", 1)]}, ("NOT_FOUND", "properties[0].property")),
        ({"properties": [value("size", 1), value("size", 2)]}, ("DUPLICATE_ITEM", "properties[1].property")),
        ({"line": {"properties": [value("colour", "blue")]}}, ("UNKNOWN_CHOICE", "bill.items[0].properties[0].value")),
        ({"line": {"properties": [value("must", None)]}}, ("REQUIRED", "bill.items[0].properties[0].value")),
        ({"properties": [value("only", "known")]}, ("VALUE_TAKEN", "properties[0].value")),
        ({"line": {"boughtFor": {"email": "nobody@example.com"}}}, ("NOT_FOUND", "bill.items[0].boughtFor.email")),
    ],
)
async def test_what_a_bill_says_beside_is_checked(
    crm: Operations, session: AsyncSession, more: dict[str, Any], refused: tuple[str, str]
) -> None:
    only = factories.property(code="only", is_unique=True)
    known = factories.purchase()
    kinds = [
        factories.property(code="size", data_type="NUMBER"),
        factories.property_item(property=factories.property(code="colour", data_type="CHOICE"), value="red"),
        factories.property(code="must", is_required=True),
    ]
    await open_shop(session, known, *kinds)
    await factories.save(session, factories.property_record(purchase_id=known.id, property=only, value="known"))
    given = dict(more)
    line = item("100", **given.pop("line", {}))

    assert await crm.refused("purchaseSend", bill=bill(line), **given) == [(*refused, None)]


async def test_two_lines_share_no_value_of_a_unique_property(crm: Operations, session: AsyncSession) -> None:
    await open_shop(session, factories.property(code="serial", is_unique=True))
    lines = [item("50", str(place), properties=[value("serial", "X1")]) for place in range(2)]

    refused = await crm.refused("purchaseSend", bill=bill(*lines), properties=[value("serial", "X1")])

    assert refused == [("VALUE_TAKEN", "bill.items[1].properties[0].value", None)]


async def test_a_bill_takes_so_many_values_properties_and_people(crm: Operations, session: AsyncSession) -> None:
    await open_shop(session)
    many = [value(f"p{place}", 1) for place in range(100)]
    full = [item("1", str(place), properties=many) for place in range(10)]
    people = [item("1", str(place), boughtFor={"email": f"guest{place}@example.com"}) for place in range(51)]
    for place in range(51):
        session.add(factories.customer(email=f"guest{place}@example.com", phone=None))
    await session.commit()

    values = await crm.refused("purchaseSend", bill=bill(*full, item("1", "x", properties=many[:1])))
    kinds = await crm.refused("purchaseSend", bill=bill(item("1", properties=[value("other", 1)])), properties=many)
    customers = await crm.refused("purchaseSend", bill=bill(*people))

    assert values == kinds == [("TOO_MANY", "properties", None)]
    assert customers == [("TOO_MANY", "bill.items[50].boughtFor", None)]


async def test_what_is_told_takes_a_statement_to_look_up_and_one_to_write(
    crm: Operations, session: AsyncSession
) -> None:
    await open_shop(session, factories.property(code="size", data_type="NUMBER"))
    plain = await statements(crm, SEND, bill=bill())

    paid = await statements(crm, SEND, bill=bill(external_id="paid"), payments=[cash("60"), cash("40")])
    told = await statements(crm, SEND, bill=bill(external_id="told"), properties=[value("size", 1)])

    assert (paid - plain, told - plain) == (1, 2)


async def test_who_a_line_was_bought_for_sees_no_more_than_before(crm: Operations, session: AsyncSession) -> None:
    from models.scope import ViewerKind
    from resolvers.storage.context import Viewer

    eva = factories.customer(first_name="Eva")
    shop = await open_shop(session, eva)
    line = item("100", boughtFor={"id": opaque_id("Customer", eva.id)})
    await crm.do("purchaseSend", SENT, bill=bill(line), customer=shop.customer, payments=[cash("100")])
    document = "{ purchases { nodes { payments { kind } items { boughtFor { id } } } } purchaseItems { totalCount } }"

    seen = []
    for viewer in (shop.jana, eva):
        crm.viewer = Viewer(viewer.id, ViewerKind.CUSTOMER)
        seen.append(await crm.answer(document))

    jana = {"nodes": [{"payments": [{"kind": "CASH"}], "items": [{"boughtFor": None}]}]}
    assert seen == [
        {"purchases": jana, "purchaseItems": {"totalCount": 1}},
        {"purchases": {"nodes": []}, "purchaseItems": {"totalCount": 0}},
    ]
