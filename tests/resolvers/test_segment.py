from datetime import timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.segment_members import refresh_segments
from tests import factories
from tests.factories import NOW
from tests.resolvers.doing import Doing


async def test_a_list_begins_with_its_first_members(crm: Doing, session: AsyncSession) -> None:
    jana, petr = factories.customer(), factories.customer()
    await factories.save(session, jana, petr, factories.segment_group(code="families"))

    payload = await crm.do(
        "segmentCreate",
        "segment { name kind note group { code } criteria members(first: 1) { totalCount nodes { since } } }"
        " userErrors { code }",
        name="Young families",
        customers=[opaque_id("Customer", jana.id), opaque_id("Customer", petr.id), opaque_id("Customer", jana.id)],
        group={"code": "families"},
        note="With children under six.",
    )

    assert payload == {
        "segment": {
            "name": "Young families",
            "kind": "LIST",
            "note": "With children under six.",
            "group": {"code": "families"},
            "criteria": None,
            "members": {"totalCount": 2, "nodes": [{"since": "2024-05-15T12:00:00+00:00"}]},
        },
        "userErrors": [],
    }
    assert await crm.rows(models.Event, "kind", "customer_id") == [
        ("SEGMENT_CREATED", None), ("SEGMENT_JOINED", jana.id), ("SEGMENT_JOINED", petr.id)
    ]


async def test_criteria_are_worked_out_at_once_and_kept_in_the_form_of_the_filter(
    crm: Doing, session: AsyncSession
) -> None:
    store = factories.store()
    jana, petr = factories.customer(), factories.customer()
    await factories.save(
        session,
        petr,
        factories.purchase(customer=jana, store=store, total=Decimal("1000.50")),
        factories.customer(state="INACTIVE"),
    )
    prague = opaque_id("Store", store.id)
    where = {
        "state": {"eq": "ACTIVE"},
        "createdAt": {"lte": "2024-05-15T14:00:00+02:00"},
        "or": [
            {"purchases": {"some": {"total": {"gte": "1000.50"}, "store": {"id": {"eq": prague}}}}},
            {"birthdate": {"in": ["1990-01-01"]}},
        ],
    }

    payload = await crm.do(
        "segmentCreate",
        "segment { kind criteria refreshedAt members { nodes { customer { id } } } } userErrors { code message }",
        name="Big spenders",
        where=where,
    )

    assert payload["segment"] == {
        "kind": "CRITERIA",
        "criteria": where,
        "refreshedAt": "2024-05-15T12:00:00+00:00",
        "members": {"nodes": [{"customer": {"id": opaque_id("Customer", jana.id)}}]},
    }


async def test_a_refresh_lets_customers_leave_and_join_and_keeps_since_when_the_others_are_in(
    crm: Doing, session: AsyncSession
) -> None:
    stays, joins, leaves = factories.customer(), factories.customer(), factories.customer(state="INACTIVE")
    segment = factories.segment(criteria={"state": {"eq": "ACTIVE"}})
    earlier = NOW - timedelta(days=9)
    await factories.save(
        session,
        joins,
        factories.segment_member(segment=segment, customer=stays, since=earlier),
        factories.segment_member(segment=segment, customer=leaves, since=earlier),
    )

    moved = await refresh_segments(crm.engine, NOW, 1)

    assert moved == 2
    assert sorted(await crm.rows(models.SegmentMember, "customer_id", "since")) == sorted(
        [(stays.id, earlier), (joins.id, NOW)]
    )
    assert await crm.rows(models.Segment, "refreshed_at") == [(NOW,)]
