import asyncio
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.status import requalifying
from resolvers.status.validity import requalify_statuses
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations


async def save_tiers(session: AsyncSession) -> tuple[models.Status, models.Status, models.Status]:
    """Member on registration; silver from 1,000 crowns or 50 points, gold from 5,000 crowns in a year."""
    member = factories.status(code="member", qualification="REGISTRATION")
    silver = factories.status(
        code="silver",
        previous=member,
        qualification="CONDITION",
        qualification_months=12,
        qualification_points=Decimal(50),
        validity="P12M",
    )
    gold = factories.status(
        code="gold", previous=silver, qualification="CONDITION", qualification_months=12, validity="P12M"
    )
    await factories.save(
        session,
        member,
        factories.status_turnover(status=silver, amount=Decimal(1000)),
        factories.status_turnover(status=gold, amount=Decimal(5000)),
    )
    return member, silver, gold


async def test_a_customer_without_a_status_is_registered(crm: Operations, session: AsyncSession) -> None:
    member, *_ = await save_tiers(session)
    jana = factories.customer()
    await factories.save(session, jana)

    record = await crm.inside(lambda transaction: requalifying.requalify(transaction, jana.id))

    assert (record.status_id, record.change, record.valid_to) == (member.id, "REGISTERED", None)
    assert await crm.rows(models.Event, "kind", "customer_id", "data") == [
        ("STATUS_CHANGED", jana.id, {"change": "REGISTERED"})
    ]


async def test_turnover_lifts_a_customer_through_all_tiers_it_reaches(crm: Operations, session: AsyncSession) -> None:
    member, _, gold = await save_tiers(session)
    jana = factories.customer()
    await factories.save(
        session,
        factories.status_record(customer=jana, status=member, valid_from=NOW - timedelta(days=9)),
        factories.purchase(customer=jana, total=Decimal(5000)),
    )

    await crm.inside(lambda transaction: requalifying.requalify(transaction, jana.id))
    again = await crm.inside(lambda transaction: requalifying.requalify(transaction, jana.id))

    assert again is None
    assert await crm.rows(models.StatusRecord, "status_id", "change", "valid_to", "ended_at") == [
        (member.id, "REGISTERED", None, NOW),
        (gold.id, "RISEN", NOW.replace(year=2025), None),
    ]


async def test_points_lift_a_customer_and_what_was_taken_back_of_them_does_not(
    crm: Operations, session: AsyncSession
) -> None:
    member, silver, _ = await save_tiers(session)
    jana, petr = factories.customer(), factories.customer()
    taken_back = factories.point_entry(customer=petr, kind="EARN", amount=Decimal(60))
    await factories.save(
        session,
        factories.status_record(customer=jana, status=member),
        factories.status_record(customer=petr, status=member),
        factories.point_entry(customer=jana, kind="EARN", amount=Decimal(50)),
        factories.point_entry(customer=petr, kind="REVERSE", amount=Decimal(-60), reverses=taken_back),
    )

    await crm.inside(lambda transaction: requalifying.requalify(transaction, jana.id))
    await crm.inside(lambda transaction: requalifying.requalify(transaction, petr.id))

    assert await current(crm) == {jana.id: silver.id, petr.id: member.id}


async def current(crm: Operations) -> dict[int, int]:
    """Who holds which status now."""
    rows = await crm.rows(models.StatusRecord, "customer_id", "status_id", "ended_at")
    return {customer: held for customer, held, ended_at in rows if ended_at is None}


async def test_old_cancelled_and_returned_bills_lift_nobody(crm: Operations, session: AsyncSession) -> None:
    member, *_ = await save_tiers(session)
    jana = factories.customer()
    await factories.save(
        session,
        factories.status_record(customer=jana, status=member),
        factories.purchase(customer=jana, total=Decimal(9000), state="CANCELLED"),
        factories.purchase(customer=jana, total=Decimal(9000), paid_at=NOW - timedelta(days=367)),
        factories.purchase(customer=jana, total=Decimal(9000), returned=Decimal(8001), state="PARTLY_RETURNED"),
    )

    assert await crm.inside(lambda transaction: requalifying.requalify(transaction, jana.id)) is None
    assert await current(crm) == {jana.id: member.id}


async def test_an_erased_customer_has_no_status_to_decide_on(crm: Operations, session: AsyncSession) -> None:
    await save_tiers(session)
    gone = factories.customer(state="DELETED")
    await factories.save(session, gone)

    assert await crm.inside(lambda transaction: requalifying.requalify(transaction, gone.id)) is None
    assert await current(crm) == {}


async def test_at_the_end_of_its_validity_a_status_is_kept_or_the_customer_falls(
    crm: Operations, session: AsyncSession
) -> None:
    member, silver, _ = await save_tiers(session)
    keeps, falls, waits = factories.customer(), factories.customer(), factories.customer()
    over, later = {"valid_from": NOW - timedelta(days=365), "valid_to": NOW}, {"valid_to": NOW + timedelta(seconds=1)}
    await factories.save(
        session,
        factories.purchase(customer=keeps, total=Decimal(1000)),
        factories.status_record(customer=keeps, status=silver, **over),
        factories.status_record(customer=falls, status=silver, **over),
        factories.status_record(customer=waits, status=silver, **later),
    )

    ended = await requalify_statuses(crm.engine, NOW, 1)

    assert ended == 2
    assert await current(crm) == {keeps.id: silver.id, falls.id: member.id, waits.id: silver.id}
    assert [change for (change,) in await crm.rows(models.StatusRecord, "change")][3:] == ["KEPT", "FALLEN"]
    assert await requalify_statuses(crm.engine, NOW, 1) == 0


async def test_a_period_is_judged_by_its_own_end_whenever_the_job_runs(crm: Operations, session: AsyncSession) -> None:
    _, silver, _ = await save_tiers(session)
    jana, since = factories.customer(), NOW - timedelta(days=365)
    await factories.save(
        session,
        factories.status_record(customer=jana, status=silver, valid_from=since, valid_to=NOW),
        factories.purchase(customer=jana, total=Decimal(1000), paid_at=since),
        factories.purchase(customer=jana, total=Decimal(1000), paid_at=since + timedelta(minutes=5)),
    )

    await requalify_statuses(crm.engine, NOW + timedelta(minutes=8))

    assert await crm.rows(models.StatusRecord, "change", "valid_from", "valid_to", "ended_at") == [
        ("REGISTERED", since, NOW, NOW),
        ("KEPT", NOW, NOW.replace(year=2025), None),
    ]


async def test_periods_that_nobody_looked_at_follow_each_other_without_a_gap(
    crm: Operations, session: AsyncSession
) -> None:
    member, silver, _ = await save_tiers(session)
    jana = factories.customer()
    await factories.save(
        session,
        factories.status_record(customer=jana, status=silver, valid_from=NOW - timedelta(days=365), valid_to=NOW),
        factories.purchase(customer=jana, total=Decimal(1000), paid_at=NOW - timedelta(days=1)),
    )

    await requalify_statuses(crm.engine, NOW + timedelta(days=900))

    assert await crm.rows(models.StatusRecord, "status_id", "change", "valid_from", "ended_at") == [
        (silver.id, "REGISTERED", NOW - timedelta(days=365), NOW),
        (silver.id, "KEPT", NOW, NOW.replace(year=2025)),
        (member.id, "FALLEN", NOW.replace(year=2025), None),
    ]


async def test_a_year_ends_on_the_calendar_of_the_programme(crm: Operations, session: AsyncSession) -> None:
    silver = factories.status(validity="END_OF_YEAR")
    jana = factories.customer()
    await factories.save(session, jana, silver, factories.programme(time_zone="Europe/Prague"))

    given = await crm.do(
        "customerStatusSet",
        "statusRecord { validTo }",
        customer=opaque_id("Customer", jana.id),
        status=opaque_id("Status", silver.id),
    )

    assert given == {"statusRecord": {"validTo": "2024-12-31T23:00:00+00:00"}}


async def test_a_status_is_given_by_hand_and_the_history_kept(crm: Operations, session: AsyncSession) -> None:
    member, silver, _ = await save_tiers(session)
    jana = factories.customer()
    await factories.save(session, factories.status_record(customer=jana, status=member))
    who, which = opaque_id("Customer", jana.id), opaque_id("Status", silver.id)

    payload = await crm.do(
        "customerStatusSet",
        "statusRecord { status { code } change validTo note customer { statusHistory { nodes { status { code } endedAt"
        " } } } } userErrors { code }",
        customer=who,
        status=which,
        note="Moved here from the partner's programme.",
    )

    assert payload["userErrors"] == []
    assert payload["statusRecord"] == {
        "status": {"code": "silver"},
        "change": "SET",
        "validTo": "2025-05-15T12:00:00+00:00",
        "note": "Moved here from the partner's programme.",
        "customer": {
            "statusHistory": {
                "nodes": [
                    {"status": {"code": "silver"}, "endedAt": None},
                    {"status": {"code": "member"}, "endedAt": "2024-05-15T12:00:00+00:00"},
                ]
            }
        },
    }
    until = await crm.do(
        "customerStatusSet", "statusRecord { validTo }", customer=who, status=which, validTo="2024-06-01T00:00:00Z"
    )
    assert until == {"statusRecord": {"validTo": "2024-06-01T00:00:00+00:00"}}


async def test_a_status_that_can_not_be_given_is_refused(crm: Operations, session: AsyncSession) -> None:
    _, silver, _ = await save_tiers(session)
    jana, out_of_use = factories.customer(), factories.status(state="INACTIVE")
    await factories.save(session, jana, out_of_use)
    good = {"customer": opaque_id("Customer", jana.id), "status": opaque_id("Status", silver.id)}

    async def refused(**rest: str) -> object:
        return await crm.refused("customerStatusSet", **{**good, **rest})

    assert await refused(customer=opaque_id("Customer", 99)) == [("NOT_FOUND", "customer", None)]
    assert await refused(status=opaque_id("Status", 99)) == [("NOT_FOUND", "status", None)]
    assert await refused(status=opaque_id("Status", out_of_use.id)) == [("INACTIVE", "status", None)]
    assert await refused(validTo="2024-05-15T12:00:00Z") == [("DATE_PASSED", "validTo", None)]
    assert await refused(validTo="2024-06-15T12:00:00") == [("NO_OFFSET", "validTo", None)]
    assert await current(crm) == {}


async def test_one_customer_holds_one_status_however_many_decide_at_once(
    crm: Operations, session: AsyncSession
) -> None:
    await save_tiers(session)
    jana = factories.customer()
    await factories.save(session, jana, factories.purchase(customer=jana, total=Decimal(1000)))

    begun = await asyncio.gather(
        *(crm.inside(lambda transaction: requalifying.requalify(transaction, jana.id)) for _ in range(10))
    )

    assert len([record for record in begun if record is not None]) == 1
    assert len(await current(crm)) == 1


PLATINUM = {
    "code": "platinum",
    "name": "Platinum",
    "rank": 90,
    "qualification": "CONDITION",
    "qualificationMonths": 12,
    "qualificationTurnover": [{"amount": "20000", "currency": "CZK"}],
    "validity": "END_OF_YEAR",
    "discount": "5.5",
}


async def test_a_tier_is_added_above_the_others_and_changed(crm: Operations, session: AsyncSession) -> None:
    await save_tiers(session)
    shows = (
        "status { code rank qualification qualificationMonths qualificationPoints qualificationTurnover { amount"
        " currency { code } } validity discount collectsPoints previous { code } } userErrors { code field }"
    )

    made = await crm.do("statusUpsert", shows, **PLATINUM, previous={"code": "gold"})
    changed = await crm.do(
        "statusUpsert",
        shows,
        code="platinum",
        qualificationPoints="500",
        validity=None,
        qualificationTurnover=[{"amount": "900", "currency": "EUR"}],
    )

    assert made["userErrors"] == []
    assert made["status"] == {
        "code": "platinum",
        "rank": 90,
        "qualification": "CONDITION",
        "qualificationMonths": 12,
        "qualificationPoints": None,
        "qualificationTurnover": [{"amount": "20000.00", "currency": {"code": "CZK"}}],
        "validity": "END_OF_YEAR",
        "discount": "5.5",
        "collectsPoints": True,
        "previous": {"code": "gold"},
    }
    assert changed["status"] == made["status"] | {
        "qualificationPoints": "500",
        "qualificationTurnover": [{"amount": "900.00", "currency": {"code": "EUR"}}],
        "validity": None,
    }


async def test_tiers_that_make_no_sense_are_refused(crm: Operations, session: AsyncSession) -> None:
    member, silver, gold = await save_tiers(session)

    async def refused(**rest: object) -> object:
        return await crm.refused("statusUpsert", **{**PLATINUM, "previous": {"code": "gold"}, **rest})

    assert await refused(validity="12 months") == [("INVALID_PERIOD", "validity", None)]
    assert await refused(discount="100.1") == [("OUT_OF_RANGE", "discount", None)]
    assert await refused(qualificationMonths=0) == [("OUT_OF_RANGE", "qualificationMonths", None)]
    assert await refused(qualificationPoints="0") == [("NEGATIVE_AMOUNT", "qualificationPoints", None)]
    assert await refused(rank=silver.rank) == [("TAKEN", "rank", None), ("BAD_RANK", "rank", f"above {gold.rank}")]
    assert await refused(previous={"code": "member"}) == [("TAKEN", "previous", None)]
    assert await refused(qualificationTurnover=[]) == [("REQUIRED", "qualificationTurnover", None)]
    money = {"amount": "1", "currency": "CZK"}
    assert await refused(qualificationTurnover=[money, money]) == [
        ("DUPLICATE_ITEM", "qualificationTurnover[1].currency", None)
    ]
    assert await refused(qualificationTurnover=[{**money, "amount": "0"}]) == [
        ("NEGATIVE_AMOUNT", "qualificationTurnover[0].amount", None)
    ]
    assert await crm.refused("statusUpsert", code="member", previous={"code": "gold"}) == [("CYCLE", "previous", None)]
    assert await crm.refused("statusUpsert", code="silver", rank=member.rank - 1) == [
        ("BAD_RANK", "rank", f"above {member.rank}")
    ]
    assert await crm.refused("statusUpsert", code="new", name="New") == [
        ("REQUIRED", "rank", None),
        ("REQUIRED", "qualification", None),
    ]


async def test_a_tier_is_taken_out_of_the_programme_and_back(crm: Operations, session: AsyncSession) -> None:
    _, silver, _ = await save_tiers(session)
    which = opaque_id("Status", silver.id)

    assert await crm.do("statusDeactivate", "status { state }", id=which) == {"status": {"state": "INACTIVE"}}
    assert await crm.do("statusReactivate", "status { state }", id=which) == {"status": {"state": "ACTIVE"}}
