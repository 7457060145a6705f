"""What a till asks before it closes a bill, and what a customer who is logged in sees of themselves."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from resolvers.storage.context import RequestContext, Viewer
from schema.execution.run.planned_schema import Context
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import bill, item, open_shop
from tests.schema.both_ways import Graph, schema

AT_THE_TILL = """
query AtTheTill($customer: CustomerBy!, $bill: BillInput!) {
  recommendedRewards(customer: $customer, bill: $bill) {
    reward { id code name priority }
    voucher { id code }
    maxCount
    discount { amount }
    refusals { code message missing }
  }
  purchasePreview(customer: $customer, bill: $bill, benefitCodes: ["WELCOME"], spendPoints: "10") {
    total { amount }
    toPay { amount }
    discounts { billItemId amount { amount } percent reward { code } voucher { code } }
    pointsSpent
    pointsForRewards
    pointsEarned
    pointsEarnedWorth { amount }
    pointsAfter
    pointsAfterWorth { amount currency { code } }
    messages
    refused { code benefitCode message missing }
  }
}
"""
PREVIEW = """
query Preview($customer: CustomerBy!, $bill: BillInput!, $codes: [String!], $points: Decimal) {
  purchasePreview(customer: $customer, bill: $bill, benefitCodes: $codes, spendPoints: $points) {
    toPay { amount currency { code } } pointsSpent pointsEarned pointsAfter messages
    discounts { billItemId amount { amount } percent reward { code } voucher { code } }
    refused { code benefitCode missing }
  }
}
"""
ME = """
query Me {
  me {
    id
    personalInformation { firstName language { code } }
    cards(first: 1) { nodes { number } }
    pointAccount { active expiringNext { amount at } }
    vouchers(first: 10, where: { state: { eq: ACTIVE } }) { nodes { code validTo reward { name } } }
    status { status { name } progress { next { name } risesWith { points turnover { amount } } } }
    campaignProducts(first: 10) { nodes { product { name } priceNow { amount currency { code } } validTo } }
  }
}
"""


def cut(line: str, amount: str) -> dict[str, object]:
    """Ten per cent off a line by the voucher of the reward WELCOME, as the graph shows it."""
    by = {"reward": {"code": "WELCOME"}, "voucher": {"code": "W-1"}}
    return {"billItemId": line, "amount": {"amount": amount}, "percent": "10", **by}


async def test_a_till_is_told_what_the_shopper_could_use_and_what_it_would_come_to(
    graph: Graph, session: AsyncSession
) -> None:
    welcome = factories.reward(code="WELCOME", priority=2, limit_per_customer=1)
    bag = factories.reward(code="BAG", name="A bag", kind="GIFT", is_automated=True, priority=3)
    large = factories.reward(code="LARGE", minimum_purchase=Decimal(500), currency_code="CZK")
    shop = await open_shop(session, welcome, bag, large)
    voucher = factories.voucher(reward=welcome, customer=shop.jana, code="W-1")
    others = factories.reward(code="OTHERS")
    await factories.save(session, voucher, others, segment := factories.segment())
    await factories.save(session, factories.reward_segment(reward_id=others.id, segment_id=segment.id))

    data = await graph.data(AT_THE_TILL, customer=shop.customer, bill=bill(item("80"), item("20.55", "2")))

    assert [
        (
            each["reward"]["code"],
            each["voucher"] and each["voucher"]["code"],
            each["maxCount"],
            each["discount"]["amount"],
            [(one["code"], one["missing"]) for one in each["refusals"]],
        )
        for each in data["recommendedRewards"]
    ] == [
        ("WELCOME", "W-1", 1, "10.06", []),
        ("BAG", None, 1, "0.00", []),
        ("WELCOME", None, 0, "0.00", [("LIMIT_REACHED", None)]),
        ("LARGE", None, 0, "0.00", [("MINIMUM_NOT_MET", "399.45 CZK")]),
    ]
    assert data["purchasePreview"] == {
        "total": {"amount": "100.55"},
        "toPay": {"amount": "90.39"},
        "discounts": [cut("1", "8.00"), cut("2", "2.06")],
        "pointsSpent": "10",
        "pointsForRewards": "0",
        "pointsEarned": "90",
        "pointsEarnedWorth": {"amount": "0.90"},
        "pointsAfter": "180",
        "pointsAfterWorth": {"amount": "1.80", "currency": {"code": "CZK"}},
        "messages": ["Gift: A bag"],
        "refused": [],
    }


async def test_a_reward_that_would_take_nothing_off_is_recommended_with_the_reason(
    graph: Graph, session: AsyncSession
) -> None:
    coffee = factories.product(code="COFFEE", name="Coffee")
    free = factories.reward(code="FREE", kind="FREE_PRODUCT", value=None)
    on_coffee = factories.reward_condition(reward=free, role="BONUS")
    nothing = factories.reward(code="NOTHING", value=Decimal(0))
    target = factories.reward_condition_target(condition=on_coffee, product=coffee)
    shop = await open_shop(session, target, nothing)
    lines = [item("80"), item("35", "2", codes=[{"code": "COFFEE"}])]

    without = await graph.data(AT_THE_TILL, customer=shop.customer, bill=bill(lines[0]))
    with_it = await graph.data(AT_THE_TILL, customer=shop.customer, bill=bill(*lines))

    assert [reasons(each) for each in without["recommendedRewards"]] == [
        ("FREE", 0, "0.00", [("NO_GAIN", "1 more of Coffee")]),
        ("NOTHING", 0, "0.00", [("NO_GAIN", None)]),
    ]
    assert [reasons(each) for each in with_it["recommendedRewards"]] == [
        ("FREE", 1, "35.00", []),
        ("NOTHING", 0, "0.00", [("NO_GAIN", None)]),
    ]


def reasons(recommended: dict[str, Any]) -> tuple[Any, ...]:
    """A recommended reward's code, how often it can be had, what it takes off, and why not."""
    refusals = [(one["code"], one["missing"]) for one in recommended["refusals"]]
    return recommended["reward"]["code"], recommended["maxCount"], recommended["discount"]["amount"], refusals


async def test_a_bonus_without_a_count_is_given_on_all_of_the_goods(graph: Graph, session: AsyncSession) -> None:
    coffee = factories.product(code="COFFEE")
    rows = []
    for code, count in (("ALL", None), ("TWO", Decimal(2))):
        reward = factories.reward(code=code, value=Decimal(50))
        bonus = factories.reward_condition(reward=reward, role="BONUS", count=count)
        rows.append(factories.reward_condition_target(condition=bonus, product=coffee))
    shop = await open_shop(session, *rows)
    lines = [item("30", "1", "3", codes=[{"code": "COFFEE"}]), item("80", "2")]

    data = await graph.data(AT_THE_TILL, customer=shop.customer, bill=bill(*lines))

    assert [reasons(each) for each in data["recommendedRewards"]] == [
        ("ALL", 1, "15.00", []),
        ("TWO", 1, "10.00", []),
    ]


async def test_a_preview_says_of_each_thing_why_it_can_not_be_had(graph: Graph, session: AsyncSession) -> None:
    campaign = factories.reward(code="COUPON", group="CAMPAIGN")
    over = factories.reward(code="OVER", valid_to=NOW - timedelta(days=1))
    shop = await open_shop(session, campaign, over, factories.voucher(code="THEIRS"))

    data = await graph.data(
        PREVIEW, customer=shop.customer, bill=bill(), codes=["COUPON", "OVER", "NONE", " theirs"], points="120.5"
    )

    assert data["purchasePreview"]["refused"] == [
        {"code": "VOUCHER_REQUIRED", "benefitCode": "COUPON", "missing": None},
        {"code": "UNKNOWN_CODE", "benefitCode": "NONE", "missing": None},
        {"code": "EXPIRED", "benefitCode": "OVER", "missing": None},
        {"code": "WRONG_CUSTOMER", "benefitCode": "THEIRS", "missing": None},
        {"code": "POINTS_SHORT", "benefitCode": None, "missing": "20.5 points"},
    ]
    assert data["purchasePreview"]["toPay"]["amount"] == "100.00"


async def test_the_status_gives_its_basic_discount_and_switches_points_off(graph: Graph, session: AsyncSession) -> None:
    staff = factories.status(discount=Decimal("2.5"), collects_points=False, pays_with_points=False)
    shop = await open_shop(session)
    await factories.save(session, factories.status_record(customer=shop.jana, status=staff))

    data = await graph.data(PREVIEW, customer=shop.customer, bill=bill(), points="10")

    assert data["purchasePreview"] == {
        "toPay": {"amount": "97.50", "currency": {"code": "CZK"}},
        "pointsSpent": "0",
        "pointsEarned": "0",
        "pointsAfter": "100",
        "messages": [],
        "discounts": [
            {"billItemId": "1", "amount": {"amount": "2.50"}, "percent": "2.5", "reward": None, "voucher": None}
        ],
        "refused": [{"code": "POINTS_OFF", "benefitCode": None, "missing": None}],
    }


async def test_goods_are_known_by_any_of_their_codes_and_groups_from_above(graph: Graph, session: AsyncSession) -> None:
    dairy = factories.product_group()
    butter = factories.product(code="B", group=factories.product_group(parent=dairy), external_id="sap-1")
    fresh = factories.reward(code="FRESH")
    rule = factories.reward_condition(reward=fresh, related_to="PRODUCT_GROUP")
    await factories.save(session, dairy)
    shop = await open_shop(
        session,
        fresh,
        factories.reward_condition_target(condition=rule, group=dairy),
        factories.product_code(product=butter, list_code="EAN", code="859"),
    )
    known = [
        {"codes": [{"list": "PLU", "code": "x"}, {"list": "EAN", "code": "859"}]},
        {"codes": [{"code": "B"}]},
        {"product": {"id": opaque_id("Product", butter.id)}},
        {"product": {"externalId": {"source": "erp", "externalId": "sap-1"}}},
        {"product": {"listCode": {"list": "EAN", "code": "859"}}},
        {"codes": [{"list": "EAN", "code": "B"}]},
    ]
    lines = [item("10", str(place), **each) for place, each in enumerate(known)]

    data = await graph.data(PREVIEW, customer=shop.customer, bill=bill(*lines), codes=["FRESH"])

    assert [each["billItemId"] for each in data["purchasePreview"]["discounts"]] == ["0", "1", "2", "3", "4"]


MANY = [item("1", str(place)) for place in range(1001)]
BAD_BILLS: list[tuple[dict[str, Any], str]] = [
    ({"items": []}, "EMPTY_BILL"),
    ({"items": MANY}, "TOO_MANY_ITEMS"),
    ({"items": [item("1"), item("2")]}, "DUPLICATE_ITEM"),
    ({"items": [item("1", quantity="-1")]}, "NEGATIVE_AMOUNT"),
    ({"items": [item("1", quantity="0")]}, "NEGATIVE_AMOUNT"),
    ({"items": [item("-1")]}, "NEGATIVE_AMOUNT"),
    ({"items": [item("1.234")]}, "TOO_PRECISE"),
    ({"items": [item("1", quantity="1.2345")]}, "TOO_PRECISE"),
    ({"items": [item("1e15")]}, "OUT_OF_RANGE"),
    ({"items": [{"billItemId": "1", "quantity": "9e9", "price": "9e9"}]}, "OUT_OF_RANGE"),
    ({"items": [{"billItemId": "1", "quantity": "1"}]}, "REQUIRED"),
    ({"items": [item("1", "")]}, "REQUIRED"),
    ({"items": [item("1", "x" * 129)]}, "TOO_LONG"),
    ({"items": [item("1", name="a\x00b")]}, "BAD_TEXT"),
    ({"items": [item("1", vatRate="101")]}, "OUT_OF_RANGE"),
    ({"items": [item("1", type="none")]}, "NOT_FOUND"),
    ({"items": [item("1", product={"id": opaque_id("Product", 99)})]}, "NOT_FOUND"),
    ({"items": [item("1", product={"id": opaque_id("Store", 1)})]}, "BAD_ID"),
    ({"total": "99.99"}, "TOTALS_DIFFER"),
    ({"currency": "XXY"}, "UNKNOWN_CURRENCY"),
    ({"externalId": " "}, "REQUIRED"),
    ({"externalId": "x" * 129}, "TOO_LONG"),
    ({"store": {"code": "elsewhere"}}, "NOT_FOUND"),
    ({"store": {"externalId": {"source": "erp", "externalId": "no"}}}, "NOT_FOUND"),
    ({"paidAt": "2024-05-17T12:00:00Z"}, "IN_FUTURE"),
    ({"paidAt": "2024-05-15T12:00:00"}, "NO_OFFSET"),
    ({"paidAt": "1024-05-15T12:00:00Z"}, "OUT_OF_RANGE"),
]


async def test_a_bill_that_is_not_in_order_is_refused_with_a_code_of_its_own(
    graph: Graph, session: AsyncSession
) -> None:
    shop = await open_shop(session)

    answers = [await graph.ask(PREVIEW, customer=shop.customer, bill=bill() | wrong) for wrong, _ in BAD_BILLS]

    assert [(wrong, *answer.codes) for (wrong, _), answer in zip(BAD_BILLS, answers, strict=True)] == BAD_BILLS


BAD_CUSTOMERS: list[tuple[dict[str, Any], str]] = [
    ({"id": opaque_id("Customer", 99)}, "NOT_FOUND"),
    ({"email": "nobody@example.com"}, "NOT_FOUND"),
    ({"phone": "+420601999999"}, "NOT_FOUND"),
    ({"phone": "nonsense"}, "BAD_PHONE"),
    ({"externalId": {"source": "web", "externalId": "1"}}, "NOT_FOUND"),
    ({"cardNumber": "none"}, "UNKNOWN_CARD"),
    ({"cardNumber": "FREE"}, "UNKNOWN_CARD"),
    ({"cardNumber": "BLOCKED"}, "CARD_BLOCKED"),
    ({"cardNumber": "OLD"}, "CARD_EXPIRED"),
    ({"email": "resting@example.com"}, "CUSTOMER_INACTIVE"),
]


async def test_a_customer_who_can_not_be_recognised_is_refused(graph: Graph, session: AsyncSession) -> None:
    shop = await open_shop(session)
    await factories.save(
        session,
        factories.card(number="FREE"),
        factories.card(number="BLOCKED", customer=shop.jana, state="BLOCKED"),
        factories.card(number="OLD", customer=shop.jana, valid_to=NOW),
        factories.customer(email="resting@example.com", state="INACTIVE"),
    )

    answers = [await graph.ask(PREVIEW, customer=by, bill=bill()) for by, _ in BAD_CUSTOMERS]

    assert [(by, *answer.codes) for (by, _), answer in zip(BAD_CUSTOMERS, answers, strict=True)] == BAD_CUSTOMERS


async def test_a_customer_is_recognised_by_each_key(graph: Graph, session: AsyncSession) -> None:
    shop = await open_shop(session)
    account = factories.customer_source_record(customer=shop.jana, source=factories.customer_source(code="web"))
    await factories.save(session, account, factories.card(number="CARD", customer=shop.jana))
    keys = [
        shop.customer,
        {"email": (shop.jana.email or "").upper()},
        {"phone": shop.jana.phone},
        {"cardNumber": "CARD"},
        {"externalId": {"source": "web", "externalId": account.external_id}},
    ]

    answers = [await graph.data(PREVIEW, customer=by, bill=bill()) for by in keys]

    assert [each["purchasePreview"]["pointsAfter"] for each in answers] == ["200"] * 5


async def test_a_customer_sees_themselves(graph: Graph, session: AsyncSession) -> None:
    shop = await open_shop(session)
    gone = factories.customer(state="DELETED")
    await factories.save(session, factories.voucher(customer=shop.jana, code="MINE"), gone)

    async def me(viewer: Viewer) -> Any:
        answer = await schema().execute(ME, {}, context_value=Context(RequestContext(graph.reader, NOW, viewer=viewer)))
        assert not answer.errors
        return (answer.data or {})["me"]

    seen = await me(Viewer(customer_id=shop.jana.id))
    assert seen["id"] == opaque_id("Customer", shop.jana.id)
    assert seen["pointAccount"] == {"active": "100", "expiringNext": None}
    assert [each["code"] for each in seen["vouchers"]["nodes"]] == ["MINE"]
    assert await me(Viewer()) is None
    assert await me(Viewer(customer_id=gone.id)) is None
