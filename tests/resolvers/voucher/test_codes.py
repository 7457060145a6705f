"""Codes of vouchers and rewards: read as they are meant, each for one thing, and told to nobody who guesses."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import Scope, ViewerKind
from resolvers.ids import opaque_id
from resolvers.storage.context import Viewer
from tests import factories
from tests.resolvers.purchase.shopping import PURCHASE, Shop, bill, open_shop
from tests.resolvers.running_operations import Operations

PREVIEW = """
query($bill: BillInput!, $customer: CustomerBy, $codes: [String!]) {
  purchasePreview(bill: $bill, customer: $customer, benefitCodes: $codes) {
    toPay { amount } refused { code benefitCode message }
  }
}
"""
TYPED = ["spring", "SPRING", " Spr-ing ", "s p r i n g"]
TEN = {"code": "Spring", "name": "Ten per cent", "kind": "PERCENT", "value": "10", "state": "ACTIVE"}


def id_of(row: models.Base) -> str:
    return opaque_id(type(row).__name__, row.id)


def till(*scopes: Scope) -> Viewer:
    return Viewer(None, ViewerKind.ENTERPRISE, frozenset(scopes))


async def preview(crm: Operations, shop: Shop, *codes: str) -> Any:
    found = await crm.answer(PREVIEW, bill=bill(), customer=shop.customer, codes=list(codes))
    return found["purchasePreview"]


@pytest.mark.parametrize("typed", TYPED)
async def test_a_reward_s_code_is_read_however_it_is_typed(crm: Operations, session: AsyncSession, typed: str) -> None:
    reward = factories.reward(code="Spring", group="SIMPLE")
    shop = await open_shop(session, reward, points=0)

    found = await crm.answer("query($c: String!) { reward(by: {code: $c}) { id code } }", c=typed)
    listed = await crm.answer("query($c: String!) { rewards(where: {code: {eq: $c}}) { nodes { code } } }", c=typed)
    shown = await preview(crm, shop, typed)

    assert found["reward"] == {"id": id_of(reward), "code": "Spring"}
    assert listed["rewards"]["nodes"] == [{"code": "Spring"}]
    assert (shown["toPay"], shown["refused"]) == ({"amount": "90.00"}, [])


async def test_a_voucher_s_code_is_read_however_it_is_typed(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    await factories.save(session, *(factories.voucher(customer=shop.jana, code=f"JANA-{each}X") for each in "ABCD"))
    sent = {"bill": bill(), "customer": shop.customer, "benefitCodes": ["jana a x"]}

    found = await crm.answer('{ voucher(by: {code: "janaax"}) { code } }')
    closed = await crm.do("purchaseSend", PURCHASE, **sent)
    redeemed = await crm.do("voucherRedeem", "voucher { code state }", code="Jana-BX")
    cancelled = await crm.do("voucherCancel", "voucher { code state }", code=" jana-c x")
    held = await crm.do("voucherReserve", "voucher { code state }", code="jana\u2013dx", bill="b")

    assert found["voucher"] == {"code": "JANA-AX"}
    assert closed["purchase"]["vouchersApplied"] == [{"code": "JANA-AX"}]
    assert redeemed["voucher"] == {"code": "JANA-BX", "state": "APPLIED"}
    assert cancelled["voucher"] == {"code": "JANA-CX", "state": "CANCELLED"}
    assert held["voucher"] == {"code": "JANA-DX", "state": "RESERVED"}


async def test_no_two_rewards_have_codes_that_are_read_alike(crm: Operations) -> None:
    shows = "reward { id code name } userErrors { code field }"
    first = await crm.do("rewardUpsert", shows, **TEN)

    again = await crm.do("rewardUpsert", shows, **TEN | {"code": "sPR-ING", "name": "Spring"})
    other = await crm.do("rewardUpsert", shows, **TEN | {"code": "SPRING", "source": "erp", "externalId": "2"})
    both = await crm.do("rewardUpsert", shows, **TEN | {"code": "Autumn", "source": "erp", "externalId": "3"})
    taken = await crm.do("rewardUpsert", shows, source="erp", externalId="3", code="spring")

    assert again["reward"] == first["reward"] | {"code": "sPR-ING", "name": "Spring"}
    assert other["reward"]["id"] == first["reward"]["id"] != both["reward"]["id"]
    assert taken["userErrors"] == [{"code": "TAKEN", "field": "code"}]
    assert await crm.rows(models.Reward, "code", "code_key") == [("SPRING", "SPRING"), ("Autumn", "AUTUMN")]


async def test_vouchers_and_rewards_share_their_codes(crm: Operations, session: AsyncSession) -> None:
    reward = factories.reward(code="Spring")
    shop = await open_shop(session, reward, factories.voucher(code="JANA-1"), points=0)
    to_jana = {"customer": shop.customer["id"], "reward": id_of(reward)}

    issued = [await crm.refused("voucherIssue", code=code, **to_jana) for code in ("spr ing", "jana1", "1", "A-B-C-D")]
    upserted = [await crm.refused("rewardUpsert", **TEN | {"code": code}) for code in ("Jana 1", "R")]

    assert issued == [
        [("CODE_TAKEN", "code", None)],
        [("CODE_TAKEN", "code", None)],
        [("TOO_SHORT", "code", None)],
        [("TOO_SHORT", "code", None)],
    ]
    assert upserted == [[("TAKEN", "code", None)], [("TOO_SHORT", "code", None)]]


@pytest.mark.parametrize(
    ("reward", "own", "reason"),
    [
        ({}, {"value": "500", "currency": "CZK"}, ("WRONG_KIND", "currency", None)),
        ({}, {"value": "100.01"}, ("OUT_OF_RANGE", "value", None)),
        ({"kind": "AMOUNT", "currency_code": "CZK"}, {"value": "5"}, ("REQUIRED", "currency", None)),
        (
            {"kind": "AMOUNT", "currency_code": "CZK"},
            {"value": "5", "currency": "EUR"},
            ("WRONG_CURRENCY", "currency", None),
        ),
        (
            {"kind": "AMOUNT", "currency_code": "JPY"},
            {"value": "99.5", "currency": "JPY"},
            ("TOO_PRECISE", "value", None),
        ),
        ({"kind": "GIFT", "value": None}, {"value": "1"}, ("WRONG_KIND", "value", None)),
        ({}, {"currency": "CZK"}, ("REQUIRED", "value", None)),
    ],
)
async def test_a_voucher_s_own_value_must_go_with_its_reward(
    crm: Operations, session: AsyncSession, reward: dict[str, Any], own: dict[str, Any], reason: tuple[str, str, None]
) -> None:
    row = factories.reward(**reward)
    shop = await open_shop(session, row, points=0)

    found = await crm.refused("voucherIssue", customer=shop.customer["id"], reward=id_of(row), **own)

    assert found == [reason]
    assert await crm.rows(models.Voucher, "id") == []


async def test_a_voucher_may_have_a_percentage_of_its_own(crm: Operations, session: AsyncSession) -> None:
    row = factories.reward()
    shop = await open_shop(session, row, points=0)
    own = {"customer": shop.customer["id"], "reward": id_of(row), "code": "JANA-25"}

    await crm.do("voucherIssue", "voucher { id }", value="25", **own)

    assert (await preview(crm, shop, "jana25"))["toPay"] == {"amount": "75.00"}


async def test_a_limit_counts_who_was_issued_a_voucher_and_who_was_handed_it(
    crm: Operations, session: AsyncSession
) -> None:
    reward, petr = factories.reward(limit_per_customer=1, is_portable=True), factories.customer()
    shop = await open_shop(session, reward, petr, points=0)
    to_jana = {"customer": shop.customer["id"], "reward": id_of(reward)}
    made = (await crm.do("voucherIssue", "voucher { id }", **to_jana))["voucher"]["id"]
    reach = "query($id: ID!) { customer(by: {id: $id}) { rewards(first: 5) { nodes { code } } } }"

    await crm.do("voucherTransfer", "voucher { id }", id=made, customer=id_of(petr))
    again = await crm.refused("voucherIssue", **to_jana)
    handed = await crm.refused("voucherIssue", **to_jana | {"customer": id_of(petr)})
    within = [await crm.answer(reach, id=key) for key in (to_jana["customer"], id_of(petr))]
    await crm.do("voucherTransfer", "voucher { id }", id=made, customer=shop.customer["id"])
    petr_s = await crm.do("voucherIssue", "userErrors { code }", **to_jana | {"customer": id_of(petr)})

    assert again == handed == [("LIMIT_REACHED", "reward", None)]
    assert [each["customer"]["rewards"]["nodes"] for each in within] == [[], []]
    # What came back to whom it was issued is nobody else's.
    assert petr_s["userErrors"] == []
    assert await crm.rows(models.Voucher, "customer_id", "issued_to_id") == [(shop.jana.id, None), (petr.id, None)]


@pytest.mark.parametrize(
    ("scopes", "told"),
    [
        ((Scope.CUSTOMERS_READ,), ["UNKNOWN_CODE"] * 4),
        ((Scope.VOUCHERS_WRITE,), ["UNKNOWN_CODE", "WRONG_CUSTOMER", "ALREADY_APPLIED", "ALREADY_APPLIED"]),
    ],
)
async def test_a_hit_is_told_from_a_miss_only_where_vouchers_are_kept(
    crm: Operations, session: AsyncSession, scopes: tuple[Scope, ...], told: list[str]
) -> None:
    shop = await open_shop(session, points=0)
    portable = factories.reward(is_portable=True)
    theirs = [
        factories.voucher(code="HERS1"),
        factories.voucher(code="HERS2", state="APPLIED"),
        factories.voucher(code="HERS3", reward=portable, state="APPLIED"),
        factories.voucher(code="GIFT1", reward=portable),
    ]
    await factories.save(session, *theirs)
    crm.viewer = till(Scope.PURCHASES_WRITE, *scopes)
    asked = {"bill": bill(), "customer": shop.customer, "benefitCodes": ["HERS1", "HERS2", "HERS3", "NONE1"]}

    shown = await preview(crm, shop, *asked["benefitCodes"])
    sent = await crm.do("purchaseSend", "userErrors { code message }", **asked)
    gift = await preview(crm, shop, "gift1")

    refused = [(each["code"], each["message"]) for each in shown["refused"]]
    assert [code for code, _ in refused] == told
    assert [(each["code"], each["message"]) for each in sent["userErrors"]] == refused
    assert len(set(refused)) == len(set(told))
    assert (gift["toPay"]["amount"], gift["refused"]) == ("90.00", [])


async def test_codes_that_were_kept_before_and_are_read_alike_are_both_found(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, points=0)
    first = factories.voucher(customer=shop.jana, code="SAME1")
    other = factories.voucher(customer=shop.jana, code="same-1", reward=factories.reward(value=Decimal(20)))
    other.code_key = "same-1"
    await factories.save(session, first, other)

    found = [(await preview(crm, shop, code))["toPay"]["amount"] for code in ("Same1", "SAME1", "same-1")]

    assert found == ["90.00", "90.00", "80.00"]
