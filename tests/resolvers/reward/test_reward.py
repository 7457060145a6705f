"""Rewards as marketing or an outside system keeps them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.purchase.shopping import PURCHASE, bill, item, open_shop
from tests.resolvers.running_operations import Operations

REWARD = """
reward {
  code name kind value weekdays pointsCost currency { code } state
  conditions {
    relatedTo count minPrice { amount } targets { nodes { product { code } group { name } brand { name } } }
  }
  bonuses { relatedTo count }
  stores { nodes { code } } segments { nodes { name } } statuses { nodes { name } } tags { code }
}
userErrors { code message field missing }
"""
TEN = {"code": "TEN", "name": "Ten per cent", "kind": "PERCENT", "value": "10"}


async def goods(session: AsyncSession) -> None:
    await factories.save(
        session,
        factories.product(code="B", external_id="b"),
        factories.product_group(name="Dairy", external_id="d"),
        factories.store(code="shop"),
        factories.segment(name="Young", external_id="y"),
        factories.status(code="gold"),
        factories.tag(code="spring"),
    )


def whole() -> dict[str, Any]:
    """A reward with everything that hangs from it."""
    butter, dairy, young = ({"externalId": {"source": "erp", "externalId": key}} for key in "bdy")
    return TEN | {
        "source": "erp",
        "externalId": "r1",
        "currency": "CZK",
        "weekdays": ["SUNDAY", "MONDAY"],
        "timeFrom": "08:00",
        "timeTo": "24:00",
        "pointsCost": "5",
        "priority": 1,
        "voucherValidity": "END_OF_TIME_UNIT",
        "voucherValidityValue": "MONTH",
        "stores": [{"code": "shop"}],
        "segments": [young],
        "statuses": [{"code": "gold"}],
        "tags": [{"code": "spring"}],
        "conditions": [
            {"relatedTo": "PRODUCT", "count": "2", "minPrice": "1", "products": [butter]},
            {"relatedTo": "PRODUCT_GROUP", "groups": [dairy]},
        ],
        "bonuses": [{"relatedTo": "ANY", "count": "1.5"}],
    }


async def test_a_reward_is_made_with_all_that_hangs_from_it(crm: Operations, session: AsyncSession) -> None:
    await goods(session)

    made = await crm.do("rewardUpsert", REWARD, **whole())

    assert made["userErrors"] == []
    assert made["reward"] == {
        "code": "TEN",
        "name": "Ten per cent",
        "kind": "PERCENT",
        "value": "10.00",
        "weekdays": ["MONDAY", "SUNDAY"],
        "pointsCost": "5",
        "currency": {"code": "CZK"},
        "state": "INACTIVE",
        "conditions": [
            {
                "relatedTo": "PRODUCT",
                "count": "2",
                "minPrice": {"amount": "1.00"},
                "targets": {"nodes": [{"product": {"code": "B"}, "group": None, "brand": None}]},
            },
            {
                "relatedTo": "PRODUCT_GROUP",
                "count": "1",
                "minPrice": None,
                "targets": {"nodes": [{"product": None, "group": {"name": "Dairy"}, "brand": None}]},
            },
        ],
        "bonuses": [{"relatedTo": "ANY", "count": "1.5"}],
        "stores": {"nodes": [{"code": "shop"}]},
        "segments": {"nodes": [{"name": "Young"}]},
        "statuses": {"nodes": [{"name": "Silver"}]},
        "tags": [{"code": "spring"}],
    }
    assert await crm.rows(models.Event, "kind") == [("REWARD_CREATED",)]


async def test_the_same_reward_again_changes_nothing(crm: Operations, session: AsyncSession) -> None:
    await goods(session)
    await crm.do("rewardUpsert", REWARD, **whole())
    before = await crm.dump()

    await crm.do("rewardUpsert", REWARD, **whole())

    assert await crm.dump() == before


async def test_what_is_left_out_stays_and_lists_are_replaced(crm: Operations, session: AsyncSession) -> None:
    await goods(session)
    await crm.do("rewardUpsert", REWARD, **whole())
    one = {"relatedTo": "PRODUCT", "products": [{"externalId": {"source": "erp", "externalId": "b"}}]}

    changed = await crm.do("rewardUpsert", REWARD, code="TEN", name="Tenth", stores=[], conditions=[one], weekdays=[])

    reward = changed["reward"]
    assert (reward["name"], reward["value"], len(reward["weekdays"])) == ("Tenth", "10.00", 7)
    assert [each["count"] for each in reward["conditions"]] == ["1"]
    assert (len(reward["bonuses"]), reward["stores"]["nodes"], len(reward["tags"])) == (1, [], 1)


async def test_a_reward_that_makes_no_sense_is_refused_with_all_its_faults(
    crm: Operations, session: AsyncSession
) -> None:
    await goods(session)
    product = {"relatedTo": "PRODUCT", "products": [{"externalId": {"source": "erp", "externalId": "b"}}]}
    refusals: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"value": None}, [("REQUIRED", "value")]),
        ({"value": "100.5"}, [("OUT_OF_RANGE", "value")]),
        ({"value": "-1"}, [("NEGATIVE_AMOUNT", "value")]),
        ({"kind": "AMOUNT"}, [("REQUIRED", "currency")]),
        ({"minimumPurchase": "5"}, [("REQUIRED", "currency")]),
        ({"currency": "XXY"}, [("UNKNOWN_CURRENCY", "currency")]),
        ({"priority": 10}, [("OUT_OF_RANGE", "priority")]),
        ({"limitTotal": 0}, [("OUT_OF_RANGE", "limitTotal")]),
        ({"timeFrom": "25:00"}, [("BAD_TIME", "timeFrom")]),
        ({"voucherValidity": "INTERVAL"}, [("BAD_VALIDITY", "voucherValidityValue")]),
        ({"validFrom": "2024-05-02T00:00:00Z", "validTo": "2024-05-01T00:00:00Z"}, [("BAD_VALIDITY", "validTo")]),
        ({"stores": [{"code": "none"}]}, [("NOT_FOUND", "stores[0]")]),
        ({"tags": [{"code": "spring"}] * 2}, [("DUPLICATE_ITEM", "tags[1]")]),
        ({"conditions": [{"relatedTo": "PRODUCT"}]}, [("REQUIRED", "conditions[0].products")]),
        (
            {"conditions": [{"relatedTo": "ANY", "products": product["products"]}]},
            [("WRONG_KIND", "conditions[0].products")],
        ),
        ({"conditions": [product | {"minPrice": "1"}]}, [("REQUIRED", "currency")]),
        (
            {"currency": "CZK", "bonuses": [product | {"minPrice": "2", "maxPrice": "1"}]},
            [("OUT_OF_RANGE", "bonuses[0].maxPrice")],
        ),
        ({"bonuses": [product | {"count": "0"}]}, [("NEGATIVE_AMOUNT", "bonuses[0].count")]),
        ({"bonuses": [product] * 21}, [("TOO_MANY", "bonuses")]),
        ({"kind": "FREE_PRODUCT"}, [("REQUIRED", "bonuses")]),
        ({"maxPerBill": 0}, [("OUT_OF_RANGE", "maxPerBill")]),
        ({"state": "DELETED"}, [("WRONG_STATE", "state")]),
        ({"priority": 0, "value": "101"}, [("OUT_OF_RANGE", "value"), ("OUT_OF_RANGE", "priority")]),
    ]
    before = await crm.dump()

    found = [await crm.refused("rewardUpsert", **TEN | wrong) for wrong, _ in refusals]

    assert [[reason[:2] for reason in reasons] for reasons in found] == [reasons for _, reasons in refusals]
    assert await crm.refused("rewardUpsert", code="NEW") == [("REQUIRED", "name", None), ("REQUIRED", "kind", None)]
    assert await crm.dump() == before


async def test_a_reward_out_of_use_takes_nothing_off_but_its_vouchers_do(
    crm: Operations, session: AsyncSession
) -> None:
    reward = factories.reward(code="OLD")
    shop = await open_shop(session, reward)
    await factories.save(session, factories.voucher(customer=shop.jana, reward=reward, code="V"))
    its = {"id": opaque_id("Reward", reward.id)}

    await crm.do("rewardDeactivate", REWARD, **its)
    given = {"bill": bill(item("10"))}
    refused = await crm.refused("purchaseSend", **given, benefitCodes=["OLD"])
    sent = await crm.do("purchaseSend", PURCHASE, **given, benefitCodes=["V"], customer=shop.customer)
    await crm.do("rewardActivate", REWARD, **its)
    deleted = await crm.do("rewardDelete", "deletedId userErrors { code }", **its)

    assert refused == [("UNKNOWN_CODE", "benefitCodes", None)]
    assert sent["purchase"]["total"] == {"amount": "9.00"}
    assert deleted == {"deletedId": its["id"], "userErrors": []}
    assert await crm.rows(models.Reward, "state") == [("DELETED",)]


async def test_a_reward_is_a_draft_until_it_is_activated(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    made = await crm.do("rewardUpsert", "reward { id state isDraft }", **TEN)
    given = {"bill": bill(), "customer": shop.customer, "benefitCodes": ["TEN"]}

    refused = await crm.refused("purchaseSend", **given)
    await crm.do("rewardActivate", REWARD, id=made["reward"]["id"])
    again = await crm.do("rewardUpsert", "reward { state isDraft }", code="TEN", name="Tenth")
    off = await crm.do("rewardUpsert", "reward { state isDraft }", code="TEN", state="INACTIVE")
    await crm.do("rewardActivate", REWARD, id=made["reward"]["id"])

    assert made["reward"] | {"id": None} == {"id": None, "state": "INACTIVE", "isDraft": True}
    assert again["reward"] == {"state": "ACTIVE", "isDraft": False}
    assert off["reward"] == {"state": "INACTIVE", "isDraft": False}
    assert refused == [("UNKNOWN_CODE", "benefitCodes", None)]
    assert (await crm.do("purchaseSend", PURCHASE, **given))["purchase"]["total"]["amount"] == "90.00"


async def test_a_free_product_stays_one_that_is_named(crm: Operations, session: AsyncSession) -> None:
    await goods(session)
    dairy = {"relatedTo": "PRODUCT_GROUP", "groups": [{"externalId": {"source": "erp", "externalId": "d"}}]}
    free = {"code": "FREE", "name": "Free", "kind": "FREE_PRODUCT", "value": "1", "bonuses": [dairy]}
    await crm.do("rewardUpsert", REWARD, **free)

    assert await crm.refused("rewardUpsert", code="FREE", bonuses=[]) == [("REQUIRED", "bonuses", None)]
    assert await crm.refused("rewardUpsert", code="FREE", name="Freer") == []


async def test_a_reward_is_used_so_many_times_on_a_bill_as_it_says(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    terms = {"kind": "AMOUNT", "value": "10", "currency": "CZK", "maxPerBill": 2, "state": "ACTIVE"}
    made = await crm.do("rewardUpsert", "reward { maxPerBill onReturn }", code="TWICE", name="Twice", **terms)
    found = await session.execute(select(models.Reward).where(models.Reward.code == "TWICE"))
    reward = found.scalar_one()
    await factories.save(
        session, *(factories.voucher(customer=shop.jana, reward=reward, code=f"V{place}") for place in range(3))
    )

    two = await crm.do("purchaseSend", PURCHASE, bill=bill(), customer=shop.customer, benefitCodes=["V0", "V1"])
    three = await crm.refused(
        "purchaseSend", bill=bill(external_id="2"), customer=shop.customer, benefitCodes=["V2", "TWICE", "TWICE"]
    )

    assert made["reward"] == {"maxPerBill": 2, "onReturn": "KEEP"}
    assert two["purchase"]["total"]["amount"] == "80.00"
    assert [reason[0] for reason in three] == ["LIMIT_REACHED"]
