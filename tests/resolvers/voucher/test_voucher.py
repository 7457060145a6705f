"""The life of a voucher, and the jobs that time asks for."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import VoucherState
from resolvers.ids import opaque_id
from resolvers.status.validity import requalify_statuses
from resolvers.voucher.expiry import expire_vouchers
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import open_shop
from tests.resolvers.running_operations import Operations

VOUCHERS = """
mutation Vouchers($issue: VoucherIssueInput!, $redeem: VoucherRedeemInput!, $cancel: VoucherCancelInput!) {
  voucherIssue(input: $issue) {
    voucher { id code validTo reward { code } customer { id } } userErrors { code message field missing }
  }
  voucherRedeem(input: $redeem) {
    voucher { id state redeemedAt store { name } } userErrors { code message field missing }
  }
  voucherCancel(input: $cancel) { voucher { id state } userErrors { code message field } }
}
"""
VOUCHER = (
    "voucher { code state validFrom validTo reservedFor reservedUntil customer { id } value { amount } }"
    " repeated userErrors { code field missing }"
)


def id_of(row: models.Base) -> str:
    return opaque_id(type(row).__name__, row.id)


async def test_the_contract_s_mutations_issue_redeem_and_cancel(crm: Operations, session: AsyncSession) -> None:
    reward = factories.reward(
        code="MUG",
        points_cost=Decimal(30),
        voucher_validity="INTERVAL",
        voucher_validity_value="P30D",
        code_generation="REWARD_CODE",
    )
    shop = await open_shop(session, reward)
    used, off = (factories.voucher(customer=shop.jana, reward=reward, code=code) for code in ("USED", "OFF"))
    await factories.save(session, used, off)

    answer = await crm.answer(
        VOUCHERS,
        issue={"customer": shop.customer["id"], "reward": id_of(reward)},
        redeem={"code": "used", "store": id_of(shop.store)},
        cancel={"id": id_of(off)},
    )

    issued = answer["voucherIssue"]["voucher"]
    assert issued.pop("code").startswith(reward.code.upper() + "-")
    assert issued == {
        "id": opaque_id("Voucher", 3),
        "validTo": "2024-06-15T00:00:00+00:00",
        "reward": {"code": "MUG"},
        "customer": {"id": shop.customer["id"]},
    }
    assert answer["voucherRedeem"]["voucher"] == {
        "id": id_of(used),
        "state": "APPLIED",
        "redeemedAt": "2024-05-15T12:00:00+00:00",
        "store": {"name": "Prague"},
    }
    assert answer["voucherCancel"]["voucher"] == {"id": id_of(off), "state": "CANCELLED"}
    assert await crm.rows(models.VoucherEvent, "voucher_id", "change") == [
        (3, "ISSUED"),
        (used.id, "APPLIED"),
        (off.id, "CANCELLED"),
    ]
    assert await crm.rows(models.Event, "kind") == [
        ("VOUCHER_ISSUED",),
        ("POINTS_SPENT",),
        ("VOUCHER_APPLIED",),
        ("VOUCHER_CANCELLED",),
    ]


async def test_points_that_a_voucher_cost_are_spent_and_come_back_when_it_is_cancelled(
    crm: Operations, session: AsyncSession
) -> None:
    reward = factories.reward(points_cost=Decimal(30))
    shop = await open_shop(session, reward)
    kept, back = [
        (await crm.do("voucherIssue", "voucher { id }", customer=shop.customer["id"], reward=id_of(reward)))["voucher"]
        for _ in range(2)
    ]

    await crm.do("voucherCancel", VOUCHER, id=kept["id"], keepPoints=True)
    await crm.do("voucherCancel", VOUCHER, id=back["id"], reason="By mistake")
    again = await crm.do("voucherCancel", VOUCHER, id=back["id"])

    assert again["repeated"]
    assert await crm.rows(models.PointLot, "remaining") == [(Decimal(70),)]
    assert await crm.rows(models.PointEntry, "kind", "amount", "voucher_id") == [
        ("ASSIGN", Decimal(100), None),
        ("SPEND", Decimal(-30), 1),
        ("SPEND", Decimal(-30), 2),
        ("REVERSE", Decimal(30), 2),
    ]


async def test_a_voucher_may_have_a_code_value_and_validity_of_its_own(crm: Operations, session: AsyncSession) -> None:
    reward = factories.reward(kind="AMOUNT", currency_code="CZK")
    shop = await open_shop(session, reward)
    own = {
        "code": "jana 1",
        "value": "5",
        "currency": "CZK",
        "validFrom": "2024-06-01T00:00:00Z",
        "validTo": "2024-07-01T00:00:00Z",
        "customer": shop.customer["id"],
        "reward": id_of(reward),
    }

    payload = await crm.do("voucherIssue", VOUCHER, **own)

    assert payload["voucher"] == {
        "code": "JANA1",
        "state": "ACTIVE",
        "validFrom": "2024-06-01T00:00:00+00:00",
        "validTo": "2024-07-01T00:00:00+00:00",
        "reservedFor": None,
        "reservedUntil": None,
        "customer": {"id": shop.customer["id"]},
        "value": {"amount": "5.00"},
    }
    assert await crm.refused("voucherIssue", **own) == [("CODE_TAKEN", "code", None)]
    assert await crm.refused("voucherIssue", **own | {"currency": None}) == [("REQUIRED", "currency", None)]
    backwards = own | {"validTo": "2024-05-31T00:00:00Z"}
    assert await crm.refused("voucherIssue", **backwards) == [("BAD_VALIDITY", "validTo", None)]


ISSUE_REFUSALS: list[tuple[dict[str, Any], tuple[str, str | None]]] = [
    ({"points_cost": Decimal(130)}, ("POINTS_SHORT", "30 points")),
    ({"valid_to": NOW}, ("EXPIRED", None)),
    ({"valid_from": NOW + timedelta(hours=1)}, ("NOT_YET_VALID", None)),
    ({"state": "INACTIVE"}, ("WRONG_STATE", None)),
]


@pytest.mark.parametrize(("reward", "reason"), ISSUE_REFUSALS, ids=[reason[0] for _, reason in ISSUE_REFUSALS])
async def test_a_voucher_that_can_not_be_issued_is_refused(
    crm: Operations, session: AsyncSession, reward: dict[str, Any], reason: tuple[str, str | None]
) -> None:
    row = factories.reward(**reward)
    shop = await open_shop(session, row)
    before = await crm.dump()

    found = await crm.refused("voucherIssue", customer=shop.customer["id"], reward=id_of(row))

    assert found == [(reason[0], "reward", reason[1])]
    assert await crm.dump() == before


async def test_vouchers_are_for_segments_and_statuses_and_active_customers(
    crm: Operations, session: AsyncSession
) -> None:
    young, gold = factories.reward(), factories.reward()
    segment, status, resting = factories.segment(), factories.status(), factories.customer(state="INACTIVE")
    shop = await open_shop(session, young, gold, segment, status, resting)
    await factories.save(
        session,
        factories.reward_segment(reward_id=young.id, segment_id=segment.id),
        factories.reward_status(reward_id=gold.id, status_id=status.id),
    )
    jana = shop.customer["id"]

    found = [
        await crm.refused("voucherIssue", customer=jana, reward=id_of(young)),
        await crm.refused("voucherIssue", customer=jana, reward=id_of(gold)),
        await crm.refused("voucherIssue", customer=id_of(resting), reward=id_of(young)),
        await crm.refused("voucherIssue", customer=opaque_id("Customer", 99), reward=id_of(young)),
        await crm.refused("voucherIssue", customer=jana, reward=opaque_id("Reward", 99)),
    ]

    assert [code for ((code, _, _),) in found] == [
        "SEGMENT_REQUIRED",
        "STATUS_REQUIRED",
        "CUSTOMER_INACTIVE",
        "NOT_FOUND",
        "NOT_FOUND",
    ]


async def test_a_batch_is_issued_to_all_who_may_have_one(crm: Operations, session: AsyncSession) -> None:
    reward = factories.reward(limit_per_customer=1, limit_total=3)
    people = [factories.customer() for _ in range(5)]
    segment = factories.segment()
    await factories.save(session, reward, factories.voucher(customer=people[0], reward=reward), *people)
    await factories.save(session, *(factories.segment_member(segment=segment, customer=one) for one in people[1:]))
    shows = "issued vouchers { customer { id } } refused { customer { id } code } userErrors { code }"

    payload = await crm.do(
        "voucherIssueBatch",
        shows,
        reward=id_of(reward),
        segment=id_of(segment),
        customers=[id_of(people[0]), opaque_id("Customer", 99)],
    )

    assert payload["issued"] == 2
    assert [each["customer"]["id"] for each in payload["vouchers"]] == [id_of(people[1]), id_of(people[2])]
    assert [(each["customer"] and each["customer"]["id"], each["code"]) for each in payload["refused"]] == [
        (id_of(people[0]), "LIMIT_REACHED"),
        (id_of(people[3]), "LIMIT_REACHED"),
        (id_of(people[4]), "LIMIT_REACHED"),
        (None, "NOT_FOUND"),
    ]
    assert await crm.refused("voucherIssueBatch", reward=id_of(reward)) == [("REQUIRED", "customers", None)]
    many = [opaque_id("Customer", key) for key in range(1, 1002)]
    assert await crm.refused("voucherIssueBatch", reward=id_of(reward), customers=many) == [
        ("TOO_MANY", "customers", None)
    ]


@pytest.mark.parametrize(
    ("programme", "store", "end"),
    [
        ("UTC", None, "2024-06-15T00:00:00+00:00"),
        ("Europe/Prague", None, "2024-06-14T22:00:00+00:00"),
        ("Europe/Prague", "America/New_York", "2024-06-15T04:00:00+00:00"),
    ],
)
async def test_vouchers_end_with_a_day_of_the_store_or_of_the_programme(
    crm: Operations, session: AsyncSession, programme: str, store: str | None, end: str
) -> None:
    reward = factories.reward(voucher_validity="INTERVAL", voucher_validity_value="P30D")
    issuing = factories.store(time_zone=store or "UTC")
    terms = factories.usual_programme()
    terms.time_zone = programme
    shop = await open_shop(session, reward, issuing, points=0, programme=terms)
    where = {} if store is None else {"store": id_of(issuing)}
    jana = shop.customer["id"]

    one = await crm.do("voucherIssue", "voucher { validTo }", reward=id_of(reward), customer=jana, **where)
    many = await crm.do("voucherIssueBatch", "vouchers { validTo }", reward=id_of(reward), customers=[jana], **where)

    assert one["voucher"] == many["vouchers"][0] == {"validTo": end}


async def test_a_voucher_is_put_aside_for_one_bill_for_a_time(crm: Operations, session: AsyncSession) -> None:
    await factories.save(session, factories.voucher(code="V"))

    first = await crm.do("voucherReserve", VOUCHER, code="V", bill="one", minutes=30)
    other = await crm.refused("voucherReserve", code="V", bill="two")
    longer = await crm.do("voucherReserve", VOUCHER, code="V", bill="one", minutes=60)
    crm.now += timedelta(minutes=60)
    late = await crm.do("voucherReserve", VOUCHER, code="V", bill="two")

    assert first["voucher"]["reservedUntil"] == "2024-05-15T12:30:00+00:00"
    assert other == [("RESERVED_ELSEWHERE", "bill", None)]
    assert longer["voucher"]["reservedUntil"] == "2024-05-15T13:00:00+00:00"
    assert (late["voucher"]["reservedFor"], late["voucher"]["reservedUntil"]) == ("two", "2024-05-15T13:15:00+00:00")


async def test_a_voucher_that_was_put_aside_is_let_go(crm: Operations, session: AsyncSession) -> None:
    held = {"state": "RESERVED", "reserved_for": "one"}
    await factories.save(session, factories.voucher(code="V", **held), factories.voucher(code="FREE"))

    other = await crm.refused("voucherRelease", code="V", bill="two")
    payload = await crm.do("voucherRelease", VOUCHER, code="V", bill="one")

    assert other == [("RESERVED_ELSEWHERE", "bill", None)]
    assert (payload["voucher"]["state"], payload["voucher"]["reservedFor"]) == ("ACTIVE", None)
    assert await crm.refused("voucherRelease", code="FREE") == [("WRONG_STATE", "id", None)]


@pytest.mark.parametrize(
    ("voucher", "given", "code"),
    [
        ({"state": "APPLIED"}, {}, "ALREADY_APPLIED"),
        ({"state": "CANCELLED"}, {}, "WRONG_STATE"),
        ({"state": "EXPIRED"}, {}, "EXPIRED"),
        ({"valid_to": NOW}, {}, "EXPIRED"),
        ({"valid_from": NOW + timedelta(days=1)}, {}, "NOT_YET_VALID"),
        ({"state": "RESERVED", "reserved_for": "one"}, {"bill": "two"}, "RESERVED_ELSEWHERE"),
        ({}, {"customer": opaque_id("Customer", 2)}, "WRONG_CUSTOMER"),
    ],
)
async def test_a_voucher_that_can_not_be_used_is_refused(
    crm: Operations, session: AsyncSession, voucher: dict[str, Any], given: dict[str, Any], code: str
) -> None:
    await factories.save(session, factories.voucher(code="V", **voucher))
    await factories.save(session, factories.customer())

    found = await crm.refused("voucherRedeem", code="V", **given)

    assert found == [(code, "id", None)]


async def test_where_and_when_a_voucher_is_used_is_asked_and_its_bill_is_not(
    crm: Operations, session: AsyncSession
) -> None:
    reward = factories.reward(weekdays=4, minimum_purchase=Decimal(100), currency_code="EUR", is_portable=True)
    here, there = factories.store(), factories.store()
    voucher = factories.voucher(reward=reward, code="V")
    eva = factories.customer()
    await factories.save(session, voucher, here, there, eva)
    await factories.save(session, factories.reward_store(reward_id=reward.id, store_id=here.id))

    elsewhere = await crm.refused("voucherRedeem", code="V", store=id_of(there))
    nowhere = await crm.refused("voucherRedeem", code="V")
    crm.now += timedelta(days=1)
    tomorrow = await crm.refused("voucherRedeem", code="V", store=id_of(here))
    crm.now -= timedelta(days=1)
    done = await crm.do("voucherRedeem", VOUCHER, code="V", store=id_of(here), customer=id_of(eva))

    assert elsewhere == nowhere == [("WRONG_STORE", "id", None)]
    assert tomorrow == [("WRONG_DAY", "id", None)]
    assert done["voucher"]["state"] == "APPLIED"


async def test_a_portable_voucher_is_handed_on_to_who_may_have_it(crm: Operations, session: AsyncSession) -> None:
    portable = factories.reward(is_portable=True, limit_per_customer=1, limit_total=2, points_cost=Decimal(5))
    voucher = factories.voucher(reward=portable, code="V")
    petr, has_one = factories.customer(), factories.customer()
    await factories.save(
        session, voucher, factories.voucher(code="FIXED"), petr, factories.voucher(customer=has_one, reward=portable)
    )

    done = await crm.do("voucherTransfer", VOUCHER, code="V", customer=id_of(petr))

    assert done["voucher"]["customer"] == {"id": id_of(petr)}
    assert await crm.rows(models.VoucherEvent, "customer_id", "change") == [(petr.id, "TRANSFERRED")]
    assert await crm.refused("voucherTransfer", code="FIXED", customer=id_of(petr)) == [("NOT_PORTABLE", "id", None)]
    assert await crm.refused("voucherTransfer", code="V", customer=id_of(petr)) == [("SAME_CUSTOMER", "customer", None)]
    assert await crm.refused("voucherTransfer", code="V", customer=id_of(has_one)) == [
        ("LIMIT_REACHED", "customer", None)
    ]
    await crm.do("voucherReserve", VOUCHER, code="V", bill="one")
    held = await crm.refused("voucherTransfer", code="V", customer=id_of(has_one))
    assert held == [("RESERVED_ELSEWHERE", "id", None)]


async def test_a_voucher_is_named_by_one_of_its_keys(crm: Operations, session: AsyncSession) -> None:
    voucher = factories.voucher(code="V")
    await factories.save(session, voucher)

    found = [
        await crm.refused("voucherCancel"),
        await crm.refused("voucherCancel", id=id_of(voucher), code="V"),
        await crm.refused("voucherCancel", code="NONE"),
        await crm.refused("voucherCancel", id=opaque_id("Voucher", 99)),
        await crm.refused("voucherReserve", code="V", bill="b", minutes=0),
        await crm.refused("voucherReserve", code="V", bill=""),
    ]

    assert [reason for (reason,) in found] == [
        ("REQUIRED", "id", None),
        ("REQUIRED", "id", None),
        ("NOT_FOUND", "code", None),
        ("NOT_FOUND", "id", None),
        ("OUT_OF_RANGE", "minutes", None),
        ("REQUIRED", "bill", None),
    ]


@pytest.mark.parametrize("batch", [1, 2, 100])
async def test_the_job_marks_vouchers_whose_validity_is_over(
    crm: Operations, session: AsyncSession, batch: int
) -> None:
    over = {"valid_to": NOW}
    held = {"state": "RESERVED", "reserved_for": "b"}
    await factories.save(
        session,
        factories.voucher(code="A", **over),
        factories.voucher(code="B"),
        factories.voucher(code="C", valid_to=NOW + timedelta(seconds=1)),
        factories.voucher(code="D", state="APPLIED", **over),
        factories.voucher(code="E", reserved_until=NOW, **held, **over),
        factories.voucher(code="F", reserved_until=NOW + timedelta(hours=1), **held, **over),
    )

    first = await expire_vouchers(crm.engine, NOW, batch)
    second = await expire_vouchers(crm.engine, NOW, batch)

    assert (first, second) == (2, 0)
    states = await crm.rows(models.Voucher, "code", "state")
    assert [code for code, state in states if state is VoucherState.EXPIRED] == ["A", "E"]
    assert await crm.rows(models.Event, "kind") == [("VOUCHER_EXPIRED",)] * 2


@pytest.mark.parametrize("batch", [1, 2, 100])
async def test_the_job_keeps_or_ends_statuses_whose_validity_is_over(
    crm: Operations, session: AsyncSession, batch: int
) -> None:
    member = factories.status(qualification="REGISTRATION")
    silver = factories.status(
        previous=member,
        qualification="CONDITION",
        qualification_months=12,
        validity="P12M",
    )
    people = [factories.customer() for _ in range(3)]
    over = [factories.status_record(customer=one, status=silver, valid_to=NOW) for one in people[:2]]
    still = factories.status_record(customer=people[2], status=silver, valid_to=NOW + timedelta(seconds=1))
    await factories.save(
        session,
        *over,
        still,
        factories.status_turnover(status=silver, amount=Decimal(50)),
        factories.purchase(customer=people[1]),
    )

    first = await requalify_statuses(crm.engine, NOW, batch)
    second = await requalify_statuses(crm.engine, NOW, batch)

    assert (first, second) == (2, 0)
    current = await crm.rows(models.StatusRecord, "customer_id", "status_id", "change", "ended_at")
    assert sorted(row[:3] for row in current if row[3] is None) == [
        (people[0].id, member.id, "FALLEN"),
        (people[1].id, silver.id, "KEPT"),
        (people[2].id, silver.id, "REGISTERED"),
    ]
