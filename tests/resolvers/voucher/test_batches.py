"""Batches of vouchers: with terms of their own, and what became of them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import ViewerKind
from resolvers.ids import opaque_id
from resolvers.storage.context import Viewer
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

DAY = timedelta(days=1)
SHOWS = (
    "batch { code name note store { code } } issued"
    " vouchers { code value { amount } validFrom validTo note batch { code } }"
    " refused { index customer { id } code } userErrors { code field }"
)
COUNTS = "{ voucherBatches { nodes { code issued active reserved used expired cancelled } } }"


def id_of(row: models.Base) -> str:
    return opaque_id(type(row).__name__, row.id)


async def test_vouchers_of_a_batch_have_codes_values_and_dates_of_their_own(
    crm: Operations, session: AsyncSession
) -> None:
    reward = factories.reward(code="GIFT", name="Gift", kind="AMOUNT", value=Decimal(10), currency_code="CZK")
    eva, jana, taken = factories.customer(), factories.customer(), factories.voucher(code="TAKEN1")
    store = factories.store(code="centre")
    await factories.save(session, reward, eva, jana, taken, store)
    later, until = (NOW + DAY).isoformat(), (NOW + 9 * DAY).isoformat()

    answer = await crm.do(
        "voucherIssueBatch",
        SHOWS,
        reward=id_of(reward),
        customers=[id_of(eva)],
        vouchers=[
            {"customer": id_of(jana), "code": "jana-01", "value": "99", "currency": "CZK", "note": "For Jana"},
            {"customer": id_of(eva), "code": "EVA02", "validFrom": later},
            {"customer": id_of(eva), "code": "TAKEN1"},
            {"customer": id_of(eva), "value": "5", "currency": "EUR"},
        ],
        code="easter",
        name="Easter",
        note="For all",
        store=id_of(store),
        value="20",
        currency="CZK",
        validTo=until,
    )

    def voucher(code: str, value: str, since: str = NOW.isoformat(), note: str = "For all") -> dict[str, Any]:
        worth, batch = {"amount": value}, {"code": "easter"}
        return {"code": code, "value": worth, "validFrom": since, "validTo": until, "note": note, "batch": batch}

    assert answer["userErrors"] == []
    assert answer["batch"] == {"code": "easter", "name": "Easter", "note": "For all", "store": {"code": "centre"}}
    first, *others = answer["vouchers"]
    assert voucher(first["code"], "20.00") == first
    assert others == [voucher("EVA02", "20.00", later), voucher("JANA-01", "99.00", note="For Jana")]
    assert answer["issued"] == 3
    assert answer["refused"] == [
        {"index": 2, "customer": {"id": id_of(eva)}, "code": "CODE_TAKEN"},
        {"index": 3, "customer": {"id": id_of(eva)}, "code": "WRONG_CURRENCY"},
    ]
    assert (await crm.rows(models.Event, "kind", "data"))[-1] == ("VOUCHER_BATCH_ISSUED", {"issued": 3})


async def test_a_batch_tells_what_became_of_its_vouchers(crm: Operations, session: AsyncSession) -> None:
    batch, other = factories.voucher_batch(code="one"), factories.voucher_batch(code="other", created_at=NOW - DAY)
    states = ["ACTIVE", "ACTIVE", "RESERVED", "APPLIED", "EXPIRED", "CANCELLED"]
    rows = [factories.voucher(batch=batch, state=state) for state in states]
    over = factories.voucher(batch=batch, valid_from=NOW - 2 * DAY, valid_to=NOW - DAY)
    await factories.save(session, *rows, over, factories.voucher(), other)

    found = await crm.answer(COUNTS)
    by_count = await crm.answer("{ voucherBatches(where: {expired: {gte: 2}}) { totalCount } }")
    named = await crm.answer('{ voucherBatch(by: {code: "one"}) { vouchers { totalCount } reward { code } } }')

    nothing = dict.fromkeys(("issued", "active", "reserved", "used", "expired", "cancelled"), 0)
    counts = {"issued": 7, "active": 2, "reserved": 1, "used": 1, "expired": 2, "cancelled": 1}
    assert found["voucherBatches"]["nodes"] == [{"code": "one", **counts}, {"code": "other", **nothing}]
    assert by_count == {"voucherBatches": {"totalCount": 1}}
    assert named["voucherBatch"]["vouchers"] == {"totalCount": 7}


async def test_a_batch_has_a_name_and_a_code_also_where_none_are_given(crm: Operations, session: AsyncSession) -> None:
    reward, eva = factories.reward(code="MUG", name="Mug"), factories.customer()
    await factories.save(session, reward, eva)
    given = {"reward": id_of(reward), "customers": [id_of(eva)]}

    answer = await crm.do("voucherIssueBatch", "batch { code name }", **given)
    await crm.do("voucherIssueBatch", "issued", code="mine", **given)

    assert answer["batch"]["name"] == "Mug"
    assert answer["batch"]["code"].startswith("MUG-")
    assert await crm.refused("voucherIssueBatch", code="mine", **given) == [("TAKEN", "code", None)]


async def test_terms_that_do_not_go_with_the_reward_refuse_the_whole_batch(
    crm: Operations, session: AsyncSession
) -> None:
    reward, eva = factories.reward(kind="PERCENT", value=Decimal(10), currency_code=None), factories.customer()
    await factories.save(session, reward, eva)
    given = {"reward": id_of(reward), "customers": [id_of(eva)]}
    own = {"customer": id_of(eva), "currency": "CZK"}

    assert await crm.refused("voucherIssueBatch", value="101", **given) == [("OUT_OF_RANGE", "value", None)]
    assert await crm.refused("voucherIssueBatch", currency="CZK", **given) == [("REQUIRED", "value", None)]
    assert await crm.refused("voucherIssueBatch", vouchers=[own], **given) == [("REQUIRED", "vouchers[0].value", None)]
    assert await crm.rows(models.VoucherBatch, "id") == []


async def test_customers_see_their_vouchers_and_no_batch(crm: Operations, session: AsyncSession) -> None:
    eva = factories.customer()
    await factories.save(session, factories.voucher(customer=eva, batch=factories.voucher_batch()))
    crm.viewer = Viewer(eva.id, ViewerKind.CUSTOMER)

    found = await crm.answer("{ vouchers { nodes { batch { code } } } }")

    assert found == {"vouchers": {"nodes": [{"batch": None}]}}
