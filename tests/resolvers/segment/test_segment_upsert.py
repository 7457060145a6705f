"""Segments that an outside system keeps, found by the ids that they have there."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.running_operations import Operations

ERP = {"source": "erp", "externalId": "s-1"}
SHOWN = "segment { name note kind members { nodes { customer { id } } } } userErrors { code field }"


async def three(session: AsyncSession) -> list[str]:
    people = [factories.customer(first_name=name) for name in ("Jana", "Petr", "Eva")]
    await factories.save(session, *people)
    return [opaque_id("Customer", person.id) for person in people]


def members(answer: Any) -> set[str]:
    return {node["customer"]["id"] for node in answer["segment"]["members"]["nodes"]}


async def test_a_list_is_made_and_then_changed_as_far_as_it_is_told(crm: Operations, session: AsyncSession) -> None:
    jana, petr, eva = await three(session)

    made = await crm.do("segmentUpsert", SHOWN, **ERP, name="VIP", note="Ours", customers=[jana, petr])
    renamed = await crm.do("segmentUpsert", SHOWN, **ERP, name="Best")
    moved = await crm.do("segmentUpsert", SHOWN, **ERP, customers=[petr, eva])
    before = await crm.dump()
    await crm.do("segmentUpsert", SHOWN, **ERP, name="Best", customers=[eva, petr])

    assert (made["segment"]["kind"], members(made)) == ("LIST", {jana, petr})
    assert (renamed["segment"]["name"], renamed["segment"]["note"], members(renamed)) == ("Best", "Ours", {jana, petr})
    assert members(moved) == {petr, eva}
    assert await crm.dump() == before
    assert [kind for (kind,) in await crm.rows(models.Event, "kind")] == [
        "SEGMENT_CREATED",
        *["SEGMENT_JOINED"] * 2,
        "SEGMENT_UPDATED",
        "SEGMENT_JOINED",
        "SEGMENT_LEFT",
    ]


async def test_criteria_are_worked_out_again_when_they_change_or_come_back(
    crm: Operations, session: AsyncSession
) -> None:
    jana, petr, _ = await three(session)
    criteria = [{"firstName": {"eq": name}} for name in ("Jana", "Petr")]

    made = await crm.do("segmentUpsert", SHOWN, **ERP, name="By name", where=criteria[0])
    changed = await crm.do("segmentUpsert", SHOWN, **ERP, where=criteria[1])
    await crm.do("segmentDelete", "deletedId", id=opaque_id("Segment", 1))
    back = await crm.do("segmentUpsert", SHOWN, **ERP)

    assert (made["segment"]["kind"], members(made)) == ("CRITERIA", {jana})
    assert [members(each) for each in (changed, back)] == [{petr}, {petr}]


async def test_what_a_segment_can_not_be_is_refused(crm: Operations, session: AsyncSession) -> None:
    jana, *_ = await three(session)
    where = {"firstName": {"eq": "Jana"}}

    refused = [
        await crm.refused("segmentUpsert", **ERP),
        await crm.refused("segmentUpsert", **ERP, name="X", where=where, customers=[jana]),
        await crm.refused("segmentUpsert", **ERP, name="X", where=None),
    ]
    await crm.do("segmentUpsert", SHOWN, **ERP, name="X")
    refused.append(await crm.refused("segmentUpsert", **ERP, where=where))
    await crm.do("segmentUpsert", SHOWN, source="erp", externalId="s-2", name="Y", where=where)
    refused.append(await crm.refused("segmentUpsert", source="erp", externalId="s-2", customers=[jana]))

    assert refused == [
        [("REQUIRED", "name", None)],
        [("WRONG_KIND", "customers", None)],
        [("REQUIRED", "where", None)],
        [("WRONG_KIND", "where", None)],
        [("WRONG_KIND", "customers", None)],
    ]


async def test_a_segment_tells_the_rules_of_earning_that_are_for_it(crm: Operations, session: AsyncSession) -> None:
    young = factories.segment(name="Young")
    rule, other = factories.earning_rule(code="double"), factories.earning_rule(code="all")
    await factories.save(session, factories.earning_rule_target(rule=rule, segment=young), other, factories.segment())

    found = await crm.answer("{ segments { nodes { name earningRules { nodes { code } } } } }")

    told = {
        node["name"]: [rule["code"] for rule in node["earningRules"]["nodes"]] for node in found["segments"]["nodes"]
    }
    assert told.pop("Young") == ["double"]
    assert list(told.values()) == [[]]
