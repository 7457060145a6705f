"""What customers are given: rewards and vouchers, points put aside, statuses, segments and recommendations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests import factories
from tests.factories import NOW
from tests.resolvers.states.people import BILL
from tests.resolvers.states.scene import Entity, Scene, asks, bill, lists, step

CODES = """
query($bill: BillInput!, $customer: CustomerBy, $codes: [String!]) {
  purchasePreview(bill: $bill, customer: $customer, benefitCodes: $codes) { refused { code } }
}
"""
RECOMMENDED = """
query($by: CustomerBy!) {
  customer(by: $by) { recommendations(first: 50) { nodes { recommendation { id } } } }
}
"""
HER = {"id": "$holder"}
EVA = {"id": "$eva"}
OFFERED = """
query($bill: BillInput!, $by: CustomerBy!) { recommendedRewards(bill: $bill, customer: $by) { reward { id } } }
"""
ON_DRAFTS = (
    "`rewardUpsert` by id",
    "`rewardActivate`",
    "`rewardDeactivate`",
    "`rewardDelete`",
    "`voucherIssue`",
    "`voucherIssueBatch`",
    "`purchasePreview` with its code",
    "`purchaseSend` with its code",
)


def refusal(preview: Any) -> bool | str:
    return preview["refused"][0]["code"] if preview["refused"] else True


def upsert_reward(**given: Any) -> Any:
    return step("rewardUpsert", **{"code": "NEW", "name": "New", "kind": "PERCENT", "value": "1"} | given)


async def voucher(scene: Scene, state: str) -> dict[str, str]:
    """A portable one; when it expired its state says so, or its end alone."""
    more: dict[str, Any] = {"reserved_for": "another"} if state == "RESERVED" else {}
    if state == "EXPIRED":
        more = {"valid_from": NOW - timedelta(days=2), "valid_to": NOW - timedelta(hours=2)}
    holder = factories.customer()
    reward = factories.reward(is_portable=True)
    more.setdefault("valid_to", NOW + timedelta(days=1))
    it = factories.voucher(customer=holder, reward=reward, state=state, code=f"CODE-{state}", **more)
    return await scene.keep(it=it, holder=holder) | {"code": f"CODE-{state}"}


VOUCHER = Entity(
    ("ACTIVE", "RESERVED", "APPLIED", "EXPIRED", "CANCELLED"),
    voucher,
    {
        "`voucherReserve` for another bill": step("voucherReserve", id="$it", bill="b"),
        "`voucherRelease`": step("voucherRelease", id="$it"),
        "`voucherRedeem`": step("voucherRedeem", id="$it"),
        "`voucherRedeem` for the bill it is reserved for": step("voucherRedeem", id="$it", bill="another"),
        "`voucherCancel`": step("voucherCancel", id="$it"),
        "`voucherExtend`": step("voucherExtend", id="$it", validTo=(NOW + timedelta(days=30)).isoformat()),
        "`voucherTransfer`": step("voucherTransfer", id="$it", customer="$eva"),
        "`purchasePreview`": asks(CODES, refusal, bill=BILL, customer=HER, codes=["$code"]),
        "`purchaseSend`": step("purchaseSend", bill=BILL, customer=HER, benefitCodes=["$code"]),
        "`purchasesImport`": step(
            "purchasesImport", bills=[{"bill": BILL, "customer": HER, "voucherCodes": ["$code"]}]
        ),
    },
)


async def reward(scene: Scene, state: str) -> dict[str, str]:
    """With a voucher that was issued while it was in use."""
    it = factories.reward(code=f"REWARD-{state}", state=state, is_portable=True, group="SIMPLE")
    holder = factories.customer()
    ids = await scene.keep(
        it=it,
        holder=holder,
        voucher=factories.voucher(reward=it, customer=holder, code=f"OF-{state}", valid_to=NOW + timedelta(days=1)),
    )
    return ids | {"code": f"REWARD-{state}", "of": f"OF-{state}"}


REWARD = Entity(
    ("ACTIVE", "INACTIVE", "DELETED"),
    reward,
    {
        "`reward` by code": asks("query($c: String!) { reward(by: {code: $c}) { id } }", c="$code"),
        "`rewardUpsert` by id": step("rewardUpsert", id="$it", name="Other"),
        "`rewardUpsert` by code": upsert_reward(code="$code"),
        "`rewardUpsert` to DELETED": step("rewardUpsert", id="$it", state="DELETED"),
        "`rewardActivate`": step("rewardActivate", id="$it"),
        "`rewardDeactivate`": step("rewardDeactivate", id="$it"),
        "`rewardDelete`": step("rewardDelete", id="$it"),
        "`voucherIssue`": step("voucherIssue", customer="$eva", reward="$it"),
        "`voucherIssueBatch`": step("voucherIssueBatch", customers=["$eva"], reward="$it"),
        "`purchasePreview` with its code": asks(CODES, refusal, bill=BILL, customer={"id": "$eva"}, codes=["$code"]),
        "`purchaseSend` with its code": step(
            "purchaseSend", bill=BILL, customer={"id": "$eva"}, benefitCodes=["$code"]
        ),
        "`purchasePreview` with a voucher of it": asks(CODES, refusal, bill=BILL, customer=HER, codes=["$of"]),
        "`purchaseSend` with a voucher of it": step("purchaseSend", bill=BILL, customer=HER, benefitCodes=["$of"]),
        "`voucherRedeem` of it": step("voucherRedeem", id="$voucher"),
        "`voucherExtend` of it": step("voucherExtend", id="$voucher", validTo=(NOW + timedelta(days=30)).isoformat()),
        "`voucherTransfer` of it": step("voucherTransfer", id="$voucher", customer="$eva"),
    },
)


async def draft(scene: Scene, _state: str) -> dict[str, str]:
    """As it is made; it would apply to any bill."""
    given = {"code": "DRAFT", "isAutomated": True, "group": "SIMPLE"}
    made = await scene.does(replace(upsert_reward(**given), makes="reward"), {})
    return {"it": made, "code": "DRAFT"}


DRAFT = Entity(
    ("DRAFT",),
    draft,
    {
        "`reward` by code": REWARD.operations["`reward` by code"],
        "`customer.rewards`": lists(
            "it", "query($by: CustomerBy!) { customer(by: $by) { rewards { nodes { id } } } }", by=EVA
        ),
        "`recommendedRewards`": lists(
            "it",
            OFFERED,
            bill=BILL,
            by=EVA,
        ),
        **{name: REWARD.operations[name] for name in ON_DRAFTS},
    },
)


async def point_reservation(scene: Scene, state: str) -> dict[str, str]:
    """Of ten points of a customer who has a hundred; EXPIRED where its time is over."""
    until = NOW + timedelta(minutes=-1 if state == "EXPIRED" else 15)
    who = factories.customer()
    kept = "ACTIVE" if state == "EXPIRED" else state
    it = factories.point_reservation(customer=who, amount=10, state=kept, expires_at=until)
    return await scene.keep(purse=factories.points(customer=who), it=it)


POINT_RESERVATION = Entity(
    ("ACTIVE", "RELEASED", "CAPTURED", "EXPIRED"),
    point_reservation,
    {
        "`pointsRelease`": step("pointsRelease", reservation="$it"),
        "`pointsCapture`": step("pointsCapture", reservation="$it"),
    },
)


async def status(scene: Scene, state: str) -> dict[str, str]:
    holder = factories.customer()
    it = factories.status(code=f"status-{state}", state=state)
    ids = await scene.keep(it=it, holder=holder, record=factories.status_record(customer=holder, status=it))
    return ids | {"code": f"status-{state}"}


STATUS = Entity(
    ("ACTIVE", "INACTIVE"),
    status,
    {
        "`statusUpsert`": step("statusUpsert", code="$code", name="Other"),
        "`statusDeactivate`": step("statusDeactivate", id="$it"),
        "`statusReactivate`": step("statusReactivate", id="$it"),
        "`customerStatusSet`": step("customerStatusSet", customer="$eva", status="$it"),
        "`customerStatusSet` of who holds it": step("customerStatusSet", customer="$holder", status="$status"),
        "`rewardUpsert` for it": upsert_reward(statuses=[{"id": "$it"}]),
        "`recommendationUpsert` for it": step(
            "recommendationUpsert",
            source="erp",
            externalId="n",
            name="N",
            kind="INFORMATION",
            audience="ALL",
            status={"id": "$it"},
        ),
    },
)


async def segment(scene: Scene, state: str) -> dict[str, str]:
    """Its members left it where it was deleted."""
    it = factories.segment(kind="LIST", state="ACTIVE", source="erp", external_id=f"s-{state}")
    ids = await scene.keep(it=it, member=(who := factories.customer()))
    await scene.does(step("segmentAddCustomers", segment="$it", customers=["$member"]), ids)
    if state == "DELETED":
        await scene.does(step("segmentDelete", id="$it"), ids)
    assert who.id
    return ids | {"external": f"s-{state}"}


SEGMENT = Entity(
    ("ACTIVE", "DELETED"),
    segment,
    {
        "`segmentUpdate`": step("segmentUpdate", id="$it", name="Other"),
        "`segmentUpsert`": step("segmentUpsert", source="erp", externalId="$external", name="Other"),
        "`segmentAddCustomers`": step("segmentAddCustomers", segment="$it", customers=["$eva"]),
        "`segmentRemoveCustomers`": step("segmentRemoveCustomers", segment="$it", customers=["$member"]),
        "`segmentDelete`": step("segmentDelete", id="$it"),
        "`voucherIssueBatch` to it": step("voucherIssueBatch", segment="$it", reward="$reward"),
        "`rewardUpsert` for it": upsert_reward(segments=[{"id": "$it"}]),
        "`campaignUpsert` for it": step(
            "campaignUpsert", source="erp", externalId="n", name="N", segment={"id": "$it"}
        ),
    },
)


async def recommendation(scene: Scene, state: str) -> dict[str, str]:
    it = factories.recommendation(audience="ALL", state=state, source="erp", external_id=f"r-{state}")
    return await scene.keep(it=it) | {"external": f"r-{state}"}


RECOMMENDATION = Entity(
    ("ACTIVE", "INACTIVE", "DELETED"),
    recommendation,
    {
        "`customer.recommendations`": lists(
            "it",
            RECOMMENDED,
            by={"id": "$eva"},
        ),
        "`recommendationUpsert`": step("recommendationUpsert", source="erp", externalId="$external", name="Other"),
        "`recommendationDeactivate`": step("recommendationDeactivate", id="$it"),
        "`recommendationReactivate`": step("recommendationReactivate", id="$it"),
        "`recommendationDelete`": step("recommendationDelete", id="$it"),
        "`recommendationFeedback`": step("recommendationFeedback", customer="$eva", shown=["$it"]),
        "`recommendationDismiss`": step("recommendationDismiss", customer="$eva", id="$it"),
        "`recommendationRestore`": step("recommendationRestore", customer="$eva", id="$it"),
    },
)

BENEFITS: dict[str, Entity] = {
    "Voucher": VOUCHER,
    "Reward": REWARD,
    "Draft of a reward": DRAFT,
    "Point reservation": POINT_RESERVATION,
    "Status": STATUS,
    "Segment": SEGMENT,
    "Recommendation": RECOMMENDATION,
}
__all__ = ["BENEFITS", "bill"]
