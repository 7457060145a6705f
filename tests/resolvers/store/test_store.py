from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.resolvers.running_operations import Operations

PRAGUE = {
    "source": "erp",
    "externalId": "s-1",
    "code": "P1",
    "name": "Praha 1",
    "address": {"street": "Celetná 1", "city": "Praha", "zip": "110 00", "country": "CZ"},
    "phone": "601 234 567",
    "contactEmail": "praha1@example.com",
    "position": {"latitude": "50.0875", "longitude": "14.4214"},
    "timeZone": "Europe/Prague",
    "currency": "CZK",
    "opening": [
        {"day": "SATURDAY", "intervals": [{"from": "22:00", "to": "02:00"}]},
        {"day": "MONDAY", "intervals": [{"from": "13:00", "to": "24:00"}, {"from": "08:00", "to": "12:00"}]},
        {"day": "SUNDAY", "intervals": []},
    ],
}


async def test_a_store_is_made_with_all_that_is_known_of_it(crm: Operations, session: AsyncSession) -> None:
    payload = await crm.do(
        "storeUpsert",
        "store { code name address { street city zip country { code } } phone contactEmail timeZone currency { code }"
        " position { latitude longitude } opening { day intervals { from to } } visibleToCustomers imageUrls }"
        " userErrors { code message field }",
        **PRAGUE,
    )

    assert payload == {
        "store": {
            "code": "P1",
            "name": "Praha 1",
            "address": {"street": "Celetná 1", "city": "Praha", "zip": "110 00", "country": {"code": "CZ"}},
            "phone": "+420601234567",
            "contactEmail": "praha1@example.com",
            "timeZone": "Europe/Prague",
            "currency": {"code": "CZK"},
            "position": {"latitude": "50.0875", "longitude": "14.4214"},
            "opening": [
                {"day": "MONDAY", "intervals": [{"from": "08:00", "to": "12:00"}, {"from": "13:00", "to": "24:00"}]},
                {"day": "SATURDAY", "intervals": [{"from": "22:00", "to": "02:00"}]},
            ],
            "visibleToCustomers": True,
            "imageUrls": [],
        },
        "userErrors": [],
    }


async def test_what_is_left_out_stays_and_null_clears(crm: Operations, session: AsyncSession) -> None:
    await crm.do("storeUpsert", "repeated", **PRAGUE)

    payload = await crm.do(
        "storeUpsert",
        "store { name phone address { street city } position { latitude } opening { day } } userErrors { code }",
        code="P1",
        address={"street": "Dlouhá 2"},
        position=None,
        opening=None,
    )

    assert payload == {
        "store": {
            "name": "Praha 1",
            "phone": "+420601234567",
            "address": {"street": "Dlouhá 2", "city": "Praha"},
            "position": None,
            "opening": [],
        },
        "userErrors": [],
    }
    assert await crm.rows(models.Event, "kind") == [("STORE_CREATED",), ("STORE_UPDATED",)]


async def test_all_that_is_wrong_with_a_store_is_told_at_once(crm: Operations, session: AsyncSession) -> None:
    await factories.save(session, factories.store(code="TAKEN"))
    wrong = {
        **PRAGUE,
        "name": " ",
        "address": {"country": "XX"},
        "contactEmail": "nobody",
        "position": {"latitude": "90.1", "longitude": "1.1234567"},
        "timeZone": "Europe/Nowhere",
        "currency": "ABC",
        "partner": {"code": "nobody"},
    }

    assert await crm.refused("storeUpsert", **wrong) == [
        ("REQUIRED", "name", None),
        ("UNKNOWN_COUNTRY", "address.country", None),
        ("BAD_EMAIL", "contactEmail", None),
        ("OUT_OF_RANGE", "position.latitude", None),
        ("TOO_PRECISE", "position.longitude", None),
        ("UNKNOWN_TIME_ZONE", "timeZone", None),
        ("UNKNOWN_CURRENCY", "currency", None),
    ]
    assert await crm.refused("storeUpsert", **PRAGUE | {"partner": {"code": "nobody"}}) == [
        ("NOT_FOUND", "partner", None)
    ]
    assert await crm.refused("storeUpsert", **{**PRAGUE, "phone": "12"}) == [("BAD_PHONE", "phone", None)]
    assert await crm.refused("storeUpsert", source="erp", externalId="x") == [
        ("REQUIRED", "code", None),
        ("REQUIRED", "name", None),
    ]
    assert await crm.refused("storeUpsert", name="Nowhere") == [("REQUIRED", "id", None)]


async def test_opening_hours_that_make_no_sense_are_refused(crm: Operations) -> None:
    def opening(*pairs: str) -> dict[str, object]:
        intervals = [dict(zip(("from", "to"), pair.split("-"), strict=True)) for pair in pairs]
        return {**PRAGUE, "opening": [{"day": "MONDAY", "intervals": intervals}]}

    assert await crm.refused("storeUpsert", **opening("8:00-12:00")) == [
        ("BAD_OPENING", "opening[0].intervals[0].from", None)
    ]
    assert await crm.refused("storeUpsert", **opening("08:00-25:00")) == [
        ("BAD_OPENING", "opening[0].intervals[0].to", None)
    ]
    assert await crm.refused("storeUpsert", **opening("08:00-12:00", "11:59-13:00")) == [
        ("BAD_OPENING", "opening[0].intervals", None)
    ]
    assert await crm.refused("storeUpsert", **opening("20:00-02:00", "21:00-22:00")) == [
        ("BAD_OPENING", "opening[0].intervals", None)
    ]
    twice = [{"day": "MONDAY", "intervals": []}] * 2
    assert await crm.refused("storeUpsert", **{**PRAGUE, "opening": twice}) == [
        ("DUPLICATE_ITEM", "opening[1].day", None)
    ]


async def test_a_batch_of_stores_is_put_in_place_as_a_whole_or_not_at_all(crm: Operations) -> None:
    second = {**PRAGUE, "externalId": "s-2", "code": "P2"}
    before = await crm.dump()

    refused = await crm.refused("storesUpsert", stores=[PRAGUE, {**second, "currency": "ABC"}, {**second, "name": ""}])
    assert refused == [("UNKNOWN_CURRENCY", "stores[1].currency", None), ("REQUIRED", "stores[2].name", None)]
    assert await crm.dump() == before

    payload = await crm.do("storesUpsert", "stores { code } userErrors { code }", stores=[PRAGUE, second])
    assert payload == {"stores": [{"code": "P1"}, {"code": "P2"}], "userErrors": []}


async def test_a_code_that_another_store_has_is_refused(crm: Operations, session: AsyncSession) -> None:
    await factories.save(session, factories.store(code="P9", source="other", external_id="1"))
    await crm.do("storeUpsert", "repeated", **PRAGUE)

    assert await crm.refused("storeUpsert", source="erp", externalId="s-1", code="P9") == [("TAKEN", "code", None)]


async def test_a_store_closes_and_opens_again(crm: Operations, session: AsyncSession) -> None:
    payload = await crm.do("storeUpsert", "store { id }", **PRAGUE)
    which = payload["store"]["id"]

    assert await crm.do("storeDeactivate", "store { state }", id=which) == {"store": {"state": "INACTIVE"}}
    assert await crm.do("storeDeactivate", "store { state }", id=which) == {"store": {"state": "INACTIVE"}}
    assert await crm.do("storeReactivate", "store { state }", id=which) == {"store": {"state": "ACTIVE"}}
    assert [kind for (kind,) in await crm.rows(models.Event, "kind")] == [
        "STORE_CREATED",
        "STORE_DEACTIVATED",
        "STORE_REACTIVATED",
    ]
