"""What the jobs do that time asks for: vouchers and statuses whose validity is over."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import VoucherState
from resolvers.status.validity import requalify_statuses
from resolvers.voucher.expiry import expire_vouchers
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations


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
