"""Until when vouchers are good: on whose calendar their last day ends."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.purchase.shopping import open_shop
from tests.resolvers.running_operations import Operations


def id_of(row: models.Base) -> str:
    return opaque_id(type(row).__name__, row.id)


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
