"""Programmes kept in the graph, and bills judged by the one that held when they were paid."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.rules.programme import NO_PROGRAMME, PointsEnd
from resolvers.ids import opaque_id
from resolvers.programme.reading import read_terms
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import bill, item, open_shop
from tests.resolvers.running_operations import Operations

CLUB = {
    "code": "club",
    "name": "Club",
    "timeZone": "Europe/Prague",
    "pointsLast": "P12M",
    "pointValues": [{"currency": "CZK", "value": "0.01"}, {"currency": "EUR", "value": "0.0004"}],
    "earningRules": [
        {
            "code": "crowns",
            "name": "A point for 25 crowns",
            "kind": "AMOUNT",
            "currency": "CZK",
            "points": "1",
            "perAmount": "25",
        },
        {"code": "visit", "name": "For coming", "kind": "VISIT", "points": "5", "delay": "P14D"},
    ],
}
SHOWN = """
programme {
  code validFrom validTo timeZone pointsLast pointsEnd rounding pointDecimals mostShare turnoverBasis automaticChoice
  clockTolerance isValid pointValues { currency { code } pointValue }
  earningRules {
    code kind currency { code } points perAmount delay validFrom targets { product { code } status { code } }
  }
}
userErrors { code message field }
"""


DOUBLE = {"code": "double", "name": "Double for gold", "kind": "MULTIPLIER", "factor": "2", "priority": 9}


async def test_a_programme_is_set_up_and_shown(crm: Operations, session: AsyncSession) -> None:
    gold, bread = factories.status(code="gold"), factories.product(code="P1")
    await factories.save(session, gold, bread)
    double = {**DOUBLE, "products": [{"id": opaque_id("Product", bread.id)}], "statuses": [{"code": "gold"}]}

    made = await crm.do("programmeUpsert", SHOWN, **{**CLUB, "earningRules": [*CLUB["earningRules"], double]})

    assert made["userErrors"] == []
    assert made["programme"] == {
        "code": "club",
        "validFrom": "2024-05-15T12:00:00+00:00",
        "validTo": None,
        "timeZone": "Europe/Prague",
        "pointsLast": "P12M",
        "pointsEnd": "DAY",
        "rounding": "DOWN",
        "pointDecimals": 0,
        "mostShare": "100",
        "turnoverBasis": "FULL",
        "automaticChoice": "BEST_COMBINATION",
        "clockTolerance": 300,
        "isValid": True,
        "pointValues": [
            {"currency": {"code": "CZK"}, "pointValue": "0.01"},
            {"currency": {"code": "EUR"}, "pointValue": "0.0004"},
        ],
        "earningRules": [
            {
                "code": "crowns", "kind": "AMOUNT", "currency": {"code": "CZK"}, "points": "1", "perAmount": "25.00",
                "delay": None, "validFrom": None, "targets": [],
            },
            {
                "code": "visit", "kind": "VISIT", "currency": None, "points": "5", "perAmount": "1.00", "delay": "P14D",
                "validFrom": None, "targets": [],
            },
            {
                "code": "double", "kind": "MULTIPLIER", "currency": None, "points": "0", "perAmount": "1.00",
                "delay": None, "validFrom": None,
                "targets": [{"product": {"code": "P1"}, "status": None}, {"product": None, "status": {"code": "gold"}}],
            },
        ],
    }  # fmt: skip


async def test_the_terms_that_hold_are_read_in_one_statement(crm: Operations, session: AsyncSession) -> None:
    programme = factories.programme(code="club", points_end="MONTH", least_points=Decimal("10.5"), clock_tolerance=60)
    rule = factories.earning_rule(programme=programme, code="base", points=Decimal("0.5"), whole_steps=True)
    ended = factories.earning_rule(programme=programme, valid_to=NOW)
    target = factories.earning_rule_target(rule=rule)
    store = factories.earning_rule_target(rule=rule, store=factories.store())
    await factories.save(session, target, store, ended, factories.programme_currency(programme=programme))
    await factories.save(session, factories.programme(valid_from=NOW + timedelta(1)), factories.programme(valid_to=NOW))

    async def read(transaction: Any) -> Any:
        context = await transaction.inside()
        found = await read_terms(context, NOW), await read_terms(context, NOW - timedelta(days=9999))
        return (*found, len(context.runs))

    terms, before, statements = await crm.inside(read)

    assert (before, statements) == (NO_PROGRAMME, 2)
    assert (terms.code, terms.points_end, terms.least_points) == ("club", PointsEnd.MONTH, Decimal("10.5"))
    assert (terms.point_values, terms.clocks_differ) == ({"CZK": Decimal("0.01")}, timedelta(minutes=1))
    (base,) = terms.rules
    assert (base.code, base.currency, base.points, base.whole_steps) == ("base", "CZK", Decimal("0.5"), True)
    assert (base.product_ids, base.store_ids) == (frozenset({target.product_id}), frozenset({store.store_id}))


@pytest.mark.parametrize(
    ("currency", "earned", "to_pay"), [("CZK", "4", "99.95"), ("EUR", "0", "100.00"), ("JPY", "0", None)]
)
async def test_each_currency_has_its_own_rates_and_none_earns_and_pays_nothing(
    crm: Operations, session: AsyncSession, currency: str, earned: str, to_pay: str | None
) -> None:
    shop = await open_shop(session, points=5, programme=factories.programme(valid_to=NOW - timedelta(days=1)))
    rules = CLUB["earningRules"][:1]
    assert (await crm.do("programmeUpsert", "userErrors { code }", **{**CLUB, "earningRules": rules}))[
        "userErrors"
    ] == []

    answer = await crm.answer(
        "query($customer: CustomerBy!, $bill: BillInput!) { purchasePreview(customer: $customer, bill: $bill,"
        ' spendPoints: "5") { pointsEarned toPay { amount } refused { code message } } }',
        customer=shop.customer,
        bill=bill(item("100")) | {"currency": currency},
    )

    preview = answer["purchasePreview"]
    nothing = [{"code": "WRONG_CURRENCY", "message": "Points pay nothing in JPY."}]
    # Three points short of a crown more: 99.95 earn 3.998.
    assert preview["pointsEarned"] == ("3" if currency == "CZK" else earned)
    assert preview["toPay"]["amount"] == (to_pay or "100.00")
    assert preview["refused"] == (nothing if currency == "JPY" else [])


async def test_the_rules_by_which_points_were_earned_are_told_and_kept(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0, programme=factories.programme(valid_to=NOW - timedelta(days=1)))
    await crm.do("programmeUpsert", "userErrors { code }", **CLUB)
    rules = "earnedBy { programme rule name points }"

    preview = await crm.answer(
        "query($customer: CustomerBy!, $bill: BillInput!) { purchasePreview(customer: $customer, bill: $bill) {"
        f" pointsEarned {rules} }} }}",
        customer=shop.customer,
        bill=bill(),
    )
    sent = await crm.do(
        "purchaseSend",
        f"purchase {{ pointEntries {{ nodes {{ amount {rules} lots {{ lot {{ amount activeFrom expiresAt }} }} }} }}"
        " customer { pointAccount { active pending } } }",
        customer=shop.customer,
        bill=bill(),
    )

    earned_by = [
        {"programme": "club", "rule": "crowns", "name": "A point for 25 crowns", "points": "4"},
        {"programme": "club", "rule": "visit", "name": "For coming", "points": "5"},
    ]
    assert preview["purchasePreview"] == {"pointsEarned": "9", "earnedBy": earned_by}
    (entry,) = sent["purchase"]["pointEntries"]["nodes"]
    assert (entry["amount"], entry["earnedBy"]) == ("9", earned_by)
    assert [one["lot"] for one in entry["lots"]] == [
        {"amount": "4", "activeFrom": "2024-05-15T12:00:00+00:00", "expiresAt": "2025-05-15T22:00:00+00:00"},
        {"amount": "5", "activeFrom": "2024-05-29T12:00:00+00:00", "expiresAt": "2025-05-29T22:00:00+00:00"},
    ]
    assert sent["purchase"]["customer"]["pointAccount"] == {"active": "4", "pending": "5"}


async def test_a_bill_is_judged_by_the_programme_that_held_when_it_was_paid(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, points=0)
    await crm.do("programmeUpsert", "userErrors { code }", **CLUB)

    earned = []
    for number, days in (("1", 0), ("2", 1)):
        paid_at = (NOW - timedelta(days=days)).isoformat()
        its = bill(external_id=number, paidAt=paid_at)
        answer = await crm.do("purchaseSend", "purchase { pointsEarned }", customer=shop.customer, bill=its)
        earned.append(answer["purchase"]["pointsEarned"])

    assert earned == ["9", "100"]


async def test_what_bills_are_judged_by_can_only_end(crm: Operations, session: AsyncSession) -> None:
    await crm.do("programmeUpsert", "userErrors { code }", **CLUB)
    crm.now = NOW + timedelta(days=1)
    crowns, visit = CLUB["earningRules"]
    later, earlier = (crm.now + timedelta(days=7)).isoformat(), NOW.isoformat()

    async def refused(**given: Any) -> Any:
        return [(code, field) for code, field, _ in await crm.refused("programmeUpsert", code="club", **given)]

    assert await refused(pointsLast="P6M") == [("IN_FORCE", "pointsLast")]
    assert await refused(pointValues=[{"currency": "CZK", "value": "0.02"}]) == [("IN_FORCE", "pointValues")]
    assert await refused(earningRules=[{**crowns, "points": "2"}]) == [("IN_FORCE", "earningRules[0]")]
    assert await refused(earningRules=[{**crowns, "stores": []}, {**visit, "delay": None}]) == [
        ("IN_FORCE", "earningRules[1]")
    ]
    assert await refused(validTo=earlier) == [("DATE_PASSED", "validTo")]
    assert await refused(earningRules=[{**crowns, "validTo": earlier}]) == [("DATE_PASSED", "earningRules[0].validTo")]
    assert await refused(earningRules=[{**crowns, "code": "new", "validFrom": earlier}]) == [
        ("DATE_PASSED", "earningRules[0].validFrom")
    ]
    assert await refused(name="The club", earningRules=[{**crowns, "validTo": later}, {**crowns, "code": "new"}]) == []
    assert await crm.rows(models.EarningRule, "code", "valid_from", "valid_to") == [
        ("crowns", None, crm.now + timedelta(days=7)),
        ("visit", None, None),
        ("new", crm.now, None),
    ]


async def test_a_programme_to_come_can_still_be_changed(crm: Operations, session: AsyncSession) -> None:
    begins = (NOW + timedelta(days=1)).isoformat()
    await crm.do("programmeUpsert", "userErrors { code }", **CLUB, validFrom=begins)
    crowns = {**CLUB["earningRules"][0], "points": "2", "minimumPurchase": "50"}

    changed = await crm.do(
        "programmeUpsert",
        "programme { pointsLast isValid pointValues { pointValue }"
        " earningRules { code points minimumPurchase { amount } } }"
        " userErrors { code field }",
        code="club",
        pointsLast=None,
        pointValues=[{"currency": "CZK", "value": "0.02"}],
        earningRules=[crowns],
    )

    assert changed == {
        "programme": {
            "pointsLast": None,
            "isValid": False,
            "pointValues": [{"pointValue": "0.02"}],
            "earningRules": [
                {"code": "crowns", "points": "2", "minimumPurchase": {"amount": "50.00"}},
                {"code": "visit", "points": "5", "minimumPurchase": None},
            ],
        },
        "userErrors": [],
    }


async def test_terms_that_make_no_sense_are_refused(crm: Operations, session: AsyncSession) -> None:
    crowns = CLUB["earningRules"][0]

    async def refused(**given: Any) -> Any:
        return [(code, field) for code, field, _ in await crm.refused("programmeUpsert", **{**CLUB, **given})]

    assert await refused(validFrom=(NOW - timedelta(1)).isoformat()) == [("DATE_PASSED", "validFrom")]
    assert await refused(pointsLast="a year") == [("INVALID_PERIOD", "pointsLast")]
    assert await refused(mostShare="101") == [("OUT_OF_RANGE", "mostShare")]
    assert await refused(timeZone="Prague") == [("UNKNOWN_TIME_ZONE", "timeZone")]
    assert await refused(pointValues=[{"currency": "CZK", "value": "0"}]) == [
        ("NEGATIVE_AMOUNT", "pointValues[0].value")
    ]
    assert await refused(pointValues=CLUB["pointValues"][:1] * 2) == [("DUPLICATE_ITEM", "pointValues[1].currency")]
    assert await refused(earningRules=[crowns, crowns]) == [("DUPLICATE_ITEM", "earningRules[1].code")]
    assert await refused(earningRules=[{**crowns, "currency": None}]) == [("REQUIRED", "earningRules[0].currency")]
    assert await refused(earningRules=[{**crowns, "points": "0"}]) == [("NEGATIVE_AMOUNT", "earningRules[0].points")]
    assert await refused(earningRules=[{**crowns, "delay": "14"}]) == [("INVALID_PERIOD", "earningRules[0].delay")]
    assert await refused(earningRules=[{**crowns, "stores": [{"code": "none"}]}]) == [
        ("NOT_FOUND", "earningRules[0].stores[0]")
    ]
    assert await crm.rows(models.Programme, "id") == []
