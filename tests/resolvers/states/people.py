"""Customers and their cards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests import factories
from tests.factories import NOW
from tests.resolvers.every_mutation import Step
from tests.resolvers.states.scene import Entity, Question, Scene, asks, bill, step

BILL = bill(external_id="new")
LATE = bill(external_id="late", paidAt=(NOW - timedelta(hours=1)).isoformat())
PREVIEW = """
query($bill: BillInput!, $customer: CustomerBy) {
  purchasePreview(bill: $bill, customer: $customer) { toPay { amount } }
}
"""
REWARDS = """
query($bill: BillInput!, $customer: CustomerBy!) {
  recommendedRewards(bill: $bill, customer: $customer) { maxCount }
}
"""
FOUND = "query($by: CustomerBy!) { customer(by: $by) { id } }"
THEM = {"id": "$it"}


async def customer(scene: Scene, state: str) -> dict[str, str]:
    """With a card, points, vouchers, bills and a reservation, all of them from when the customer was active."""
    it = factories.customer(email=f"{state.lower()}@example.com")
    portable = factories.reward(is_portable=True)
    ids = await scene.keep(
        it=it,
        heir=factories.customer(),
        purse=factories.points(customer=it, amount=Decimal(100)),
        card=factories.card(customer=it, state="ASSIGNED"),
        free=factories.card(),
        voucher=factories.voucher(customer=it, reward=portable, valid_to=NOW + timedelta(days=1)),
        held=factories.voucher(customer=it, reward=portable, state="RESERVED", reserved_for="b"),
        theirs=factories.voucher(reward=portable),
        anonymous=factories.purchase(),
        recommended=factories.recommendation(audience="CUSTOMER", customer=it),
    )
    ids["external"] = f"{state}-1"
    await scene.does(step("customerSourceAdd", id="$it", source="app", externalId="$external"), ids)
    reserved = [step("pointsReserve", "reservation", customer="$it", amount="1")] * 2
    ids |= {name: await scene.does(each, ids) for name, each in zip(("released", "captured"), reserved, strict=True)}
    for name, external_id in (("bill", f"{state}-a"), ("other", f"{state}-b")):
        sent = step("purchaseSend", "purchase", customer=THEM, bill=bill(external_id=external_id))
        ids[name] = await scene.does(sent, ids)
    ids["assigned"] = await scene.does(step("pointsAssign", "entry", customer="$it", amount="5"), ids)
    ids["reservation"] = await scene.does(reserve("$it"), ids)
    ends = {
        "INACTIVE": step("customerDeactivate", id="$it"),
        "MERGED": step("customerMerge", **{"from": "$it", "into": "$heir"}),
        "DELETED": step("customerErase", id="$it"),
    }
    if state in ends:
        scene.crm.now = NOW - timedelta(minutes=1)
        await scene.does(ends[state], ids)
        scene.crm.now = NOW
    return ids


def reserve(whose: str, product: str = "$reservable", store: str = "$shop") -> Step:
    items = [{"reservableProduct": product, "quantity": "1"}]
    return step("productReservationCreate", "reservation", customer=whose, store=store, items=items)


CUSTOMER = Entity(
    ("ACTIVE", "INACTIVE", "MERGED", "DELETED"),
    customer,
    {
        "`customer` by id": asks(FOUND, by=THEM),
        "`customerUpdate`": step("customerUpdate", id="$it", personalInformation={"lastName": "Malá"}),
        "`customerUpsert`": step("customerUpsert", source="app", externalId="$external"),
        "`customerMerge` of them": step("customerMerge", **{"from": "$it", "into": "$eva"}),
        "`customerMerge` into them": step("customerMerge", **{"from": "$eva", "into": "$it"}),
        "`customerDeactivate`": step("customerDeactivate", id="$it"),
        "`customerReactivate`": step("customerReactivate", id="$it"),
        "`customerErase`": step("customerErase", id="$it"),
        "`customerConsentSet`": step("customerConsentSet", id="$it", consent="$consent", value="GIVEN"),
        "`customerPropertySet`": step("customerPropertySet", id="$it", property="$property", value="38"),
        "`customerSourceAdd`": step("customerSourceAdd", id="$it", source="app", externalId="n"),
        "`customerSourceRemove`": step("customerSourceRemove", id="$it", source="app", externalId="$external"),
        "`customerStatusSet`": step("customerStatusSet", customer="$it", status="$status"),
        "`cardAssign`": step("cardAssign", customer="$it", id="$free"),
        "`cardBlock`": step("cardBlock", id="$card", reason="lost"),
        "`cardRelease`": step("cardRelease", id="$card"),
        "`pointsAssign`": step("pointsAssign", customer="$it", amount="1"),
        "`pointsSpend`": step("pointsSpend", customer="$it", amount="1"),
        "`pointsReserve`": step("pointsReserve", customer="$it", amount="1"),
        "`pointsRelease`": step("pointsRelease", reservation="$released"),
        "`pointsCapture`": step("pointsCapture", reservation="$captured"),
        "`pointsTransfer` from them": step("pointsTransfer", **{"from": "$it", "to": "$eva", "amount": "1"}),
        "`pointsTransfer` to them": step("pointsTransfer", **{"from": "$eva", "to": "$it", "amount": "1"}),
        "`pointsReverse`": step("pointsReverse", entry="$assigned"),
        "`recommendedRewards`": asks(REWARDS, lambda _: True, bill=BILL, customer=THEM),
        "`purchasePreview`": asks(PREVIEW, bill=BILL, customer=THEM),
        "`purchaseSend`": step("purchaseSend", bill=BILL, customer=THEM),
        "`purchaseSend`, paid before": step("purchaseSend", bill=LATE, customer=THEM),
        "`purchasesImport`": step("purchasesImport", bills=[{"bill": BILL, "customer": THEM}]),
        "`purchasesImport`, paid before": step("purchasesImport", bills=[{"bill": LATE, "customer": THEM}]),
        "`purchaseAssignCustomer`": step("purchaseAssignCustomer", id="$anonymous", customer=THEM),
        "`purchaseReturn`": step("purchaseReturn", id="$bill", items=[{"billItemId": "1"}]),
        "`purchaseCancel`": step("purchaseCancel", id="$other"),
        "`voucherIssue`": step("voucherIssue", customer="$it", reward="$reward"),
        "`voucherIssueBatch`": step("voucherIssueBatch", customers=["$it"], reward="$reward"),
        "`voucherReserve`": step("voucherReserve", id="$voucher", bill="b"),
        "`voucherRelease`": step("voucherRelease", id="$held"),
        "`voucherRedeem`": step("voucherRedeem", id="$voucher"),
        "`voucherRedeem` of another's": step("voucherRedeem", id="$theirs", customer="$it"),
        "`voucherCancel`": step("voucherCancel", id="$voucher"),
        "`voucherExtend`": step("voucherExtend", id="$voucher", validTo=(NOW + timedelta(days=30)).isoformat()),
        "`voucherTransfer` from them": step("voucherTransfer", id="$voucher", customer="$eva"),
        "`voucherTransfer` to them": step("voucherTransfer", id="$theirs", customer="$it"),
        "`productReservationCreate`": reserve("$it"),
        "`productReservationAdvance`": step("productReservationAdvance", id="$reservation", state="READY"),
        "`productReservationComment`": step("productReservationComment", id="$reservation", note="Called."),
        "`recommendationFeedback`": step("recommendationFeedback", customer="$it", shown=["$recommendation"]),
        "`recommendationDismiss`": step("recommendationDismiss", customer="$it", id="$recommendation"),
        "`recommendationRestore`": step("recommendationRestore", customer="$it", id="$recommendation"),
        "`segmentAddCustomers`": step("segmentAddCustomers", segment="$segment", customers=["$it"]),
        "`segmentRemoveCustomers`": step("segmentRemoveCustomers", segment="$segment", customers=["$it"]),
    },
)


async def card(scene: Scene, state: str) -> dict[str, str]:
    """Of a holder who is active, unless it is free."""
    holder = None if state == "FREE" else factories.customer()
    over = {"valid_from": NOW - timedelta(days=2), "valid_to": NOW - timedelta(days=1)} if state == "EXPIRED" else {}
    number = f"99{state}"
    it = factories.card(customer=holder, state="ASSIGNED" if state == "EXPIRED" else state, number=number, **over)
    purse = {} if holder is None else {"holder": holder, "purse": factories.points(customer=holder)}
    ids = await scene.keep(it=it, **purse)
    if state == "BLOCKED":
        await scene.keep(event=factories.card_event(card=it, change="BLOCKED", at=NOW - timedelta(minutes=1)))
    return {"holder": scene.ids["eva"], **ids, "number": number}


def shown(external_id: str = "new", **more: Any) -> dict[str, Any]:
    return bill(external_id=external_id, cardNumber="$number", **more)


CARD = Entity(
    ("FREE", "ASSIGNED", "EXPIRED", "BLOCKED"),
    card,
    {
        "`customer` by its number": asks(FOUND, by={"cardNumber": "$number"}),
        "`cardAssign`": step("cardAssign", customer="$eva", id="$it"),
        "`cardRelease`": step("cardRelease", id="$it"),
        "`cardBlock`": step("cardBlock", id="$it", reason="lost"),
        "`cardUnblock`": step("cardUnblock", id="$it", reason="found"),
        "`recommendedRewards`": asks(REWARDS, lambda _: True, bill=BILL, customer={"cardNumber": "$number"}),
        "`purchasePreview`": asks(PREVIEW, bill=BILL, customer={"cardNumber": "$number"}),
        "`purchaseSend` by its number": step("purchaseSend", bill=shown()),
        "`purchaseSend` for its holder": step("purchaseSend", bill=BILL, customer={"id": "$holder"}),
        "`purchaseSend` for its holder, showing it": step("purchaseSend", bill=shown(), customer={"id": "$holder"}),
        "`purchasesImport` by its number": step("purchasesImport", bills=[{"bill": shown()}]),
        "`purchasesImport`, paid before": step("purchasesImport", bills=[{"bill": shown(paidAt=LATE["paidAt"])}]),
        "`pointsSpend` of its holder": step("pointsSpend", customer="$holder", amount="1"),
    },
)
PEOPLE: dict[str, Entity] = {"Customer": CUSTOMER, "Card": CARD}
__all__ = ["PEOPLE", "PREVIEW", "Question", "reserve"]
