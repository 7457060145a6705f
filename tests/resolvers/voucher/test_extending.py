"""A later end of a voucher's validity."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

SHOWS = "voucher { state isValid validTo events { nodes { change note } } } repeated userErrors { code field }"
DAY = timedelta(days=1)
LATER = (NOW + 30 * DAY).isoformat()


async def voucher(session: AsyncSession, **given: Any) -> str:
    row = factories.voucher(**{"code": "GOODWILL", "valid_from": NOW - 9 * DAY, "valid_to": NOW + DAY} | given)
    await factories.save(session, row)
    return opaque_id("Voucher", row.id)


async def test_a_voucher_that_has_expired_can_be_used_again(crm: Operations, session: AsyncSession) -> None:
    await voucher(session, state="EXPIRED", valid_to=NOW - DAY)

    done = await crm.do("voucherExtend", SHOWS, code="good-will", validTo=LATER, reason="Snow")

    assert done == {
        "voucher": {
            "state": "ACTIVE",
            "isValid": True,
            "validTo": LATER,
            "events": {"nodes": [{"change": "EXTENDED", "note": "Snow"}]},
        },
        "repeated": False,
        "userErrors": [],
    }
    assert await crm.rows(models.Event, "kind", "data") == [("VOUCHER_EXTENDED", {"validTo": LATER})]


async def test_what_is_reserved_stays_so_and_the_same_end_again_changes_nothing(
    crm: Operations, session: AsyncSession
) -> None:
    key = await voucher(session, state="RESERVED", reserved_for="b")

    once = await crm.do("voucherExtend", SHOWS, id=key, validTo=LATER)
    again = await crm.do("voucherExtend", SHOWS, id=key, validTo=LATER)

    assert once["voucher"]["state"] == "RESERVED"
    assert (once["repeated"], again["repeated"]) == (False, True)
    assert again["voucher"] == once["voucher"]
    assert len(await crm.rows(models.VoucherEvent, "id")) == len(await crm.rows(models.Event, "id")) == 1


@pytest.mark.parametrize(
    ("given", "until", "code"),
    [
        ({}, NOW, "BAD_VALIDITY"),
        ({"valid_to": None}, NOW + DAY, "BAD_VALIDITY"),
        ({"state": "EXPIRED", "valid_to": NOW - 2 * DAY}, NOW - DAY, "DATE_PASSED"),
    ],
)
async def test_an_end_that_is_no_later_or_over_is_refused(
    crm: Operations, session: AsyncSession, given: dict[str, Any], until: Any, code: str
) -> None:
    key = await voucher(session, **given)

    assert await crm.refused("voucherExtend", id=key, validTo=until.isoformat()) == [(code, "validTo", None)]
