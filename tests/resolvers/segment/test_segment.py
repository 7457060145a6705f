import asyncio
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.segment.members import refresh_segments
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations


async def test_a_list_begins_with_its_first_members(crm: Operations, session: AsyncSession) -> None:
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
        ("SEGMENT_CREATED", None),
        ("SEGMENT_JOINED", jana.id),
        ("SEGMENT_JOINED", petr.id),
    ]


async def test_criteria_are_worked_out_at_once_and_kept_in_the_form_of_the_filter(
    crm: Operations, session: AsyncSession
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
    crm: Operations, session: AsyncSession
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
    assert await noted(crm) == [("SEGMENT_JOINED", joins.id), ("SEGMENT_LEFT", leaves.id)]


async def noted(crm: Operations) -> list[tuple[str, int]]:
    """Who came and went, as the outbox has it."""
    events = await crm.rows(models.Event, "kind", "customer_id")
    return sorted(event for event in events if event[0] in {"SEGMENT_JOINED", "SEGMENT_LEFT"})


def ids(*customers: models.Customer) -> list[str]:
    return [opaque_id("Customer", customer.id) for customer in customers]


async def test_customers_come_onto_a_list_and_off_it_and_are_counted_once(
    crm: Operations, session: AsyncSession
) -> None:
    families, jana, petr, eva = factories.segment(), factories.customer(), factories.customer(), factories.customer()
    await factories.save(session, eva, factories.segment_member(segment=families, customer=jana), petr)
    which = opaque_id("Segment", families.id)

    added = await crm.do("segmentAddCustomers", "added segment { id }", segment=which, customers=ids(jana, petr, petr))
    removed = await crm.do("segmentRemoveCustomers", "removed", segment=which, customers=ids(jana, eva))

    assert added == {"added": 1, "segment": {"id": which}}
    assert removed == {"removed": 1}
    assert await crm.rows(models.SegmentMember, "customer_id") == [(petr.id,)]
    assert await crm.rows(models.Event, "kind", "customer_id") == [
        ("SEGMENT_JOINED", petr.id),
        ("SEGMENT_LEFT", jana.id),
    ]


async def test_a_retry_adds_once_and_a_dry_run_nobody(crm: Operations, session: AsyncSession) -> None:
    families, jana = factories.segment(), factories.customer()
    await factories.save(session, families, jana)
    given = {"segment": opaque_id("Segment", families.id), "customers": ids(jana)}
    before = await crm.dump()

    assert await crm.do("segmentAddCustomers", "added", dry=True, **given) == {"added": 1}
    assert await crm.dump() == before
    assert await crm.do("segmentAddCustomers", "added repeated", key="k", **given) == {"added": 1, "repeated": False}
    assert await crm.do("segmentAddCustomers", "added repeated", key="k", **given) == {"added": 1, "repeated": True}


async def test_what_does_not_fit_a_kind_of_segment_is_refused(crm: Operations, session: AsyncSession) -> None:
    families, active = factories.segment(), factories.segment(criteria={"state": {"eq": "ACTIVE"}})
    jana, gone = factories.customer(), factories.customer(state="DELETED")
    await factories.save(session, families, active, jana, gone)
    by_list, by_criteria = opaque_id("Segment", families.id), opaque_id("Segment", active.id)
    where = {"state": {"eq": "ACTIVE"}}

    async def refused(mutation: str, **given: object) -> object:
        return [(code, field) for code, field, _ in await crm.refused(mutation, **given)]

    assert await refused("segmentAddCustomers", segment=by_criteria, customers=[]) == [("WRONG_KIND", "segment")]
    assert await refused("segmentRemoveCustomers", segment=by_criteria, customers=[]) == [("WRONG_KIND", "segment")]
    assert await refused("segmentRefresh", id=by_list) == [("WRONG_KIND", "id")]
    assert await refused("segmentUpdate", id=by_list, where=where) == [("WRONG_KIND", "where")]
    assert await refused("segmentCreate", name="x", kind="CRITERIA") == [("REQUIRED", "where")]
    assert await refused("segmentCreate", name="x", kind="LIST", where=where) == [("WRONG_KIND", "where")]
    assert await refused("segmentCreate", name="x", where=where, customers=ids(jana)) == [("WRONG_KIND", "customers")]
    assert await refused("segmentCreate", name=" ") == [("REQUIRED", "name")]
    assert await refused("segmentCreate", name="x", source="erp") == [("REQUIRED", "externalId")]
    taken = {"source": families.source, "externalId": families.external_id}
    assert await refused("segmentCreate", name="x", **taken) == [("TAKEN", "externalId")]
    assert await refused("segmentAddCustomers", segment=by_list, customers=ids(jana, gone)) == [
        ("NOT_FOUND", "customers[1]")
    ]
    assert await refused("segmentAddCustomers", segment=by_list, customers=ids(jana) * 1001) == [
        ("TOO_MANY", "customers")
    ]


async def test_criteria_that_can_not_be_applied_are_refused_and_nothing_is_made(crm: Operations) -> None:
    before = await crm.dump()

    async def refused(where: object) -> object:
        return await crm.refused("segmentCreate", name="x", where=where)

    bad = [("BAD_FILTER", "where", None)]
    assert await refused({"state": None}) == bad
    assert await refused({"city": {}}) == bad
    assert await refused({"cards": {}}) == bad
    assert await refused({"purchases": {"some": {"total": {"gte": "0.00001"}}}}) == bad
    assert await refused({"purchases": {"some": {"total": {"gte": "1e30"}}}}) == bad
    assert await refused({"createdAt": {"gte": "2024-01-01T00:00:00"}}) == bad
    assert await refused({"firstName": {"eq": "\x00"}}) == bad
    nested: dict[str, object] = {"state": {"eq": "ACTIVE"}}
    for _ in range(15):
        nested = {"not": nested}
    assert await refused(nested) == bad
    assert await crm.dump() == before


async def test_every_kind_of_value_can_be_kept_in_criteria(crm: Operations, session: AsyncSession) -> None:
    jana = factories.customer(birthdate=NOW.date(), gender="FEMALE", country_code="CZ")
    await factories.save(session, jana, factories.card(customer=jana), factories.purchase(customer=jana, items_count=3))
    where = {
        "birthdate": {"gte": "2024-05-15"},
        "gender": {"in": ["FEMALE", "OTHER"]},
        "country": {"eq": "CZ"},
        "email": {"startsWith": "JANA"},
        "photoUrl": {"isNull": True},
        "createdAt": {"lt": "2024-05-15T14:00:00.000001+02:00"},
        "not": {"purchases": {"every": {"itemsCount": {"ne": 3}}}},
        "store": {"isNull": True},
        "cards": {"some": {"isValid": {"eq": True}}},
        "status": {"isNull": True},
        "purchases": {"some": {"total": {"nin": ["1.5"]}}, "none": {"paidAt": {"gt": "2024-05-16T00:00:00Z"}}},
    }

    await crm.do("segmentCreate", "userErrors { code message }", name="All", where=where)
    found = await crm.answer("query($w: CustomerWhere) { customers(where: $w) { nodes { id } } }", w=where)
    await refresh_segments(crm.engine, NOW, 10)

    assert found == {"customers": {"nodes": [{"id": opaque_id("Customer", jana.id)}]}}
    assert await crm.rows(models.SegmentMember, "customer_id") == [(jana.id,)]


async def test_new_criteria_work_the_members_out_anew(crm: Operations, session: AsyncSession) -> None:
    segment = factories.segment(criteria={"state": {"eq": "ACTIVE"}})
    resting = factories.customer(state="INACTIVE")
    await factories.save(session, resting, factories.segment_member(segment=segment))
    which = opaque_id("Segment", segment.id)

    payload = await crm.do(
        "segmentUpdate",
        "segment { name members { totalCount nodes { customer { id } } } } userErrors { code }",
        id=which,
        name="Resting",
        where={"state": {"eq": "INACTIVE"}},
    )
    counted = await crm.do("segmentRefresh", "added removed", id=which)

    assert payload["segment"] == {
        "name": "Resting",
        "members": {"totalCount": 1, "nodes": [{"customer": {"id": ids(resting)[0]}}]},
    }
    assert counted == {"added": 0, "removed": 0}


async def test_a_deleted_segment_has_no_members_and_is_not_found(crm: Operations, session: AsyncSession) -> None:
    segment, jana, petr = factories.segment(), factories.customer(), factories.customer()
    await factories.save(session, *(factories.segment_member(segment=segment, customer=who) for who in (jana, petr)))
    which = opaque_id("Segment", segment.id)

    assert await crm.do("segmentDelete", "deletedId", id=which) == {"deletedId": which}

    assert await crm.rows(models.SegmentMember, "id") == []
    assert await noted(crm) == sorted([("SEGMENT_LEFT", jana.id), ("SEGMENT_LEFT", petr.id)])
    assert await crm.refused("segmentDelete", id=which) == [("NOT_FOUND", "id", None)]
    assert await crm.answer("{ segments { nodes { id } } }") == {"segments": {"nodes": []}}


async def test_criteria_that_went_bad_do_not_keep_others_from_being_worked_out(
    crm: Operations, session: AsyncSession
) -> None:
    bad = factories.segment(criteria={"shoeSize": {"eq": "38"}})
    good = factories.segment(criteria={"state": {"eq": "ACTIVE"}})
    await factories.save(session, bad, good, factories.customer())

    assert await refresh_segments(crm.engine, NOW, 10) == 1
    assert await crm.rows(models.SegmentMember, "segment_id") == [(good.id,)]


async def test_criteria_can_not_be_cleared(crm: Operations, session: AsyncSession) -> None:
    segment = factories.segment(criteria={"state": {"eq": "ACTIVE"}})
    await factories.save(session, segment)

    refused = await crm.refused("segmentUpdate", id=opaque_id("Segment", segment.id), where=None)

    assert refused == [("REQUIRED", "where", None)]


async def test_folders_of_segments_lie_in_a_tree(crm: Operations) -> None:
    shows = "segmentGroup { code name parent { code } } userErrors { code field }"
    await crm.do("segmentGroupUpsert", shows, code="all", name="All")

    payload = await crm.do("segmentGroupUpsert", shows, code="families", name="Families", parent={"code": "all"})

    assert payload["segmentGroup"] == {"code": "families", "name": "Families", "parent": {"code": "all"}}
    assert await crm.refused("segmentGroupUpsert", code="all", parent={"code": "families"}) == [
        ("CYCLE", "parent", None)
    ]
    assert await crm.refused("segmentGroupUpsert", code="new") == [("REQUIRED", "name", None)]
    assert await crm.refused("segmentGroupUpsert", name="new") == [("REQUIRED", "id", None)]


async def test_a_segment_refreshed_by_many_at_once_has_each_member_once(crm: Operations, session: AsyncSession) -> None:
    segment = factories.segment(criteria={"state": {"eq": "ACTIVE"}})
    await factories.save(session, segment, *(factories.customer() for _ in range(20)))
    which = opaque_id("Segment", segment.id)

    payloads = await asyncio.gather(
        *(crm.do("segmentRefresh", "added userErrors { code }", id=which) for _ in range(6)),
        *(refresh_segments(crm.engine, NOW, 3) for _ in range(2)),
    )

    assert [payload["userErrors"] for payload in payloads[:6]] == [[]] * 6
    assert len(await crm.rows(models.SegmentMember, "id")) == 20
