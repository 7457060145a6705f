"""Bills that come late: offline ones, and ones whose customer is found afterwards."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import PURCHASE, bill, item, open_shop, points_of
from tests.resolvers.running_operations import Operations

OFFLINE_BILLS = """
mutation OfflineBills($input: PurchasesImportInput!) {
  purchasesImport(input: $input) {
    imported
    repeated
    refused { index code message }
    userErrors { code message field }
  }
}
"""
IMPORT = "imported repeated refused { index code field missing } leftOut { index benefitCode code } userErrors { code }"


async def test_offline_bills_count_once_and_bad_ones_stop_no_others(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    await crm.do("purchaseSend", PURCHASE, bill=bill(external_id="online"), customer=shop.customer)
    bills: list[dict[str, Any]] = [
        {"bill": bill(external_id="new"), "customer": shop.customer},
        {"bill": bill(external_id="online"), "customer": shop.customer},
        {"bill": bill(external_id="bad", total="1")},
        {"bill": bill(external_id="new")},
        {"bill": bill(external_id="stranger"), "customer": {"cardNumber": "1"}},
        {"bill": bill(external_id="malformed"), "customer": {"id": "nonsense"}},
    ]

    first = await crm.answer(OFFLINE_BILLS, input={"bills": bills})
    again = await crm.do("purchasesImport", IMPORT, bills=bills)

    codes = [(2, "TOTALS_DIFFER"), (4, "UNKNOWN_CARD"), (5, "BAD_ID")]
    found = first["purchasesImport"]
    assert (found["imported"], found["repeated"], found["userErrors"]) == (1, 2, [])
    assert [(each["index"], each["code"]) for each in found["refused"]] == codes
    assert (again["imported"], again["repeated"]) == (0, 3)
    assert [(each["index"], each["code"]) for each in again["refused"]] == codes
    assert await crm.rows(models.Purchase, "external_id", "customer_id") == [
        ("online", shop.jana.id),
        ("new", shop.jana.id),
    ]


async def test_a_bill_counts_once_in_whatever_order_and_however_often_it_is_sent_and_imported(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, points=0)
    orders = list(permutations(["send one", "send two", "import both"]))
    new = Counter[str]()

    for place, order in enumerate(orders):
        one = {"bill": bill(item("100"), external_id=f"one-{place}"), "customer": shop.customer}
        two = {"bill": bill(item("60"), external_id=f"two-{place}"), "customer": shop.customer}
        for call in order * 2:
            if call == "import both":
                new["imported"] += (await crm.do("purchasesImport", IMPORT, bills=[two, one]))["imported"]
            else:
                sent = await crm.do("purchaseSend", PURCHASE, **(one if call == "send one" else two))
                new["sent"] += not sent["repeated"]

    assert new == {"imported": 6, "sent": 6}
    assert len(await crm.rows(models.Purchase, "id")) == len(await crm.rows(models.PurchaseItem, "id")) == 12
    assert await points_of(session, shop.jana) == (6 * (100 + 60), 6 * (100 + 60))


async def test_a_cancelled_bill_stays_cancelled_when_it_comes_again(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    given = {"bill": bill(), "customer": shop.customer}
    await crm.do("purchaseSend", PURCHASE, **given)
    await crm.do("purchaseCancel", PURCHASE, id=opaque_id("Purchase", 1))

    sent = await crm.do("purchaseSend", PURCHASE, **given)
    imported = await crm.do("purchasesImport", IMPORT, bills=[given])

    assert (sent["repeated"], sent["purchase"]["state"]) == (True, "CANCELLED")
    assert (imported["imported"], imported["repeated"]) == (0, 1)
    assert await points_of(session, shop.jana) == (0, 0)


async def test_an_offline_bill_is_as_it_was_paid_and_earns_from_when_it_was_paid(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, factories.reward(code="AUTO", is_automated=True), points=0)
    status = factories.status(discount=Decimal(10))
    await factories.save(session, factories.status_record(customer=shop.jana, status=status))
    then = NOW - timedelta(days=30)
    offline = bill(item("50"), paidAt=then.isoformat())

    await crm.do("purchasesImport", IMPORT, bills=[{"bill": offline, "customer": shop.customer}])

    assert await crm.rows(models.Purchase, "total", "paid_at", "points_earned") == [(Decimal(50), then, Decimal(50))]
    assert await crm.rows(models.PointLot, "amount", "active_from", "expires_at") == [
        (Decimal(50), then, datetime(2025, 4, 16, tzinfo=UTC))
    ]
    assert await crm.rows(models.PurchaseDiscount, "id") == []


async def test_offline_what_was_paid_for_but_not_counted_is_one_piece(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    lines = [item("12.50", "1", "0"), item("0", "2", "0"), item("5", "3", "2")]
    offline = {"bill": bill(*lines), "customer": shop.customer}

    payload = await crm.do("purchasesImport", IMPORT, bills=[offline])
    refused = await crm.refused("purchaseSend", bill=bill(*lines, external_id="online"))

    assert (payload["imported"], payload["refused"]) == (1, [])
    assert await crm.rows(models.PurchaseItem, "quantity", "price") == [
        (Decimal(1), Decimal("12.5")),
        (Decimal(0), Decimal(0)),
        (Decimal(2), Decimal(5)),
    ]
    assert await points_of(session, shop.jana) == (17, 17)
    assert refused == [("NEGATIVE_AMOUNT", "bill.items", None)]


async def test_vouchers_used_offline_are_used_up(crm: Operations, session: AsyncSession) -> None:
    reward = factories.reward(minimum_purchase=Decimal(1000))
    shop = await open_shop(session, factories.reward(code="DIRECT"))
    await factories.save(
        session,
        factories.voucher(customer=shop.jana, code="MINE", reward=reward),
        factories.voucher(customer=shop.jana, code="USED", reward=reward, state="APPLIED"),
        factories.voucher(code="THEIRS", reward=reward),
    )
    codes = ["MINE", "USED", "THEIRS", "DIRECT", "NONE", "MINE"]
    bills = [
        {"bill": bill(external_id=str(place)), "customer": shop.customer, "voucherCodes": [code]}
        for place, code in enumerate(codes)
    ]

    payload = await crm.do("purchasesImport", IMPORT, bills=bills)
    await crm.do("purchaseCancel", PURCHASE, id=opaque_id("Purchase", 1))

    assert (payload["imported"], payload["refused"]) == (6, [])
    assert [(each["index"], each["benefitCode"], each["code"]) for each in payload["leftOut"]] == [
        (1, "USED", "ALREADY_APPLIED"),
        (2, "THEIRS", "WRONG_CUSTOMER"),
        (3, "DIRECT", "VOUCHER_REQUIRED"),
        (4, "NONE", "UNKNOWN_CODE"),
        (5, "MINE", "ALREADY_APPLIED"),
    ]
    assert ("MINE", "ACTIVE") in await crm.rows(models.Voucher, "code", "state")


async def test_a_call_takes_so_many_bills(crm: Operations, session: AsyncSession) -> None:
    await open_shop(session)
    many = [{"bill": bill(external_id=str(place))} for place in range(501)]
    lines = [item("1", str(line)) for line in range(1000)]
    long = [{"bill": bill(*lines, external_id=str(place))} for place in range(6)]

    assert await crm.refused("purchasesImport", bills=many) == [("TOO_MANY", "bills", None)]
    assert await crm.refused("purchasesImport", bills=long) == [("TOO_MANY", "bills", None)]


async def test_a_bill_without_a_customer_is_given_to_one(crm: Operations, session: AsyncSession) -> None:
    goods = factories.product(code="G")
    thanks = factories.reward(code="THANKS", group="CAMPAIGN", is_automated=True)
    rule = factories.reward_condition(reward=thanks)
    shop = await open_shop(session, factories.reward_condition_target(condition=rule, product=goods), points=0)
    await factories.save(session, factories.card(customer=shop.jana, number="990001"))
    lines = (item("60", "a", "2", codes=[{"code": "G"}]), item("40", "b", loyaltyOff=True))
    sent = (await crm.do("purchaseSend", PURCHASE, bill=bill(*lines)))["purchase"]["id"]
    await crm.do("purchaseReturn", PURCHASE, id=sent, items=[{"billItemId": "a", "quantity": "1"}])

    given = await crm.do("purchaseAssignCustomer", PURCHASE, id=sent, customer={"cardNumber": "990001"})
    again = await crm.do("purchaseAssignCustomer", PURCHASE, id=sent, customer=shop.customer)
    await crm.do("purchaseReturn", PURCHASE, id=sent, items=[{"billItemId": "a"}])

    assert given["purchase"]["customer"] == {"id": shop.customer["id"]}
    assert again["repeated"]
    assert await crm.rows(models.PointEntry, "kind", "amount") == [
        ("EARN", Decimal(60)),
        ("REVERSE", Decimal(-30)),
        ("REVERSE", Decimal(-30)),
    ]
    assert await crm.rows(models.Voucher, "customer_id", "earned_by_id") == [(shop.jana.id, 1)]
    assert await crm.rows(models.Purchase, "card_number") == [("990001",)]


async def test_a_bill_that_is_somebody_s_or_over_is_given_to_nobody(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    petr = factories.customer()
    await factories.save(session, petr)
    hers = (await crm.do("purchaseSend", PURCHASE, bill=bill(), customer=shop.customer))["purchase"]["id"]
    over = (await crm.do("purchaseSend", PURCHASE, bill=bill(external_id="2")))["purchase"]["id"]
    await crm.do("purchaseCancel", PURCHASE, id=over)
    his = {"id": opaque_id("Customer", petr.id)}

    found = [
        await crm.refused("purchaseAssignCustomer", id=hers, customer=his),
        await crm.refused("purchaseAssignCustomer", id=over, customer=his),
        await crm.refused("purchaseAssignCustomer", id=opaque_id("Purchase", 99), customer=his),
        await crm.refused("purchaseAssignCustomer", id=hers, customer={"id": opaque_id("Customer", 99)}),
    ]

    assert found == [
        [("ALREADY_ASSIGNED", "id", None)],
        [("WRONG_STATE", "id", None)],
        [("NOT_FOUND", "id", None)],
        [("NOT_FOUND", "customer.id", None)],
    ]
