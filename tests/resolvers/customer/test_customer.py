import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

EVA: dict[str, Any] = {
    "salutation": "Dear Eva",
    "firstName": " Eva ",
    "lastName": "Čapková",
    "postNominals": "PhD",
    "gender": "FEMALE",
    "birthdate": "1990-02-03",
    "email": "Eva@Example.com",
    "phone": "601 234 567",
    "language": "CS",
    "address": {"street": "Dlouhá 1", "line2": "3rd floor", "city": "Praha", "zip": "110 00", "country": "cz"},
}
PERSON = (
    "personalInformation { fullName email phone gender birthdate language { code }"
    " address { street line2 city zip country { code } } }"
)


def key(row: models.Base) -> str:
    return opaque_id(type(row).__name__, row.id)


async def test_a_customer_is_made_with_accounts_consents_and_the_status_of_newcomers(
    crm: Operations, session: AsyncSession
) -> None:
    shop, letter, store = factories.customer_source(code="shop"), factories.consent(), factories.store(name="Brno")
    member = factories.status(code="member", qualification="REGISTRATION")
    await factories.save(session, shop, letter, store, member)

    answer = await crm.do(
        "customerCreate",
        f"customer {{ state {PERSON} store {{ name }} sources {{ externalId source {{ code }} }}"
        " consents { consent { code } value changedAt } status { status { code } } } userErrors { code }",
        personalInformation=EVA,
        store=key(store),
        sources=[{"source": "shop", "externalId": "e-1"}],
        consents=[{"consent": key(letter), "value": "GIVEN"}],
    )
    found = await crm.answer('{ customers(search: "capkova ev") { totalCount } }')

    address = {"street": "Dlouhá 1", "line2": "3rd floor", "city": "Praha", "zip": "110 00", "country": {"code": "CZ"}}
    assert answer["customer"] == {
        "state": "ACTIVE",
        "personalInformation": {
            "fullName": "Eva Čapková, PhD",
            "email": "Eva@Example.com",
            "phone": "+420601234567",
            "gender": "FEMALE",
            "birthdate": "1990-02-03",
            "language": {"code": "cs"},
            "address": address,
        },
        "store": {"name": "Brno"},
        "sources": [{"externalId": "e-1", "source": {"code": "shop"}}],
        "consents": [{"consent": {"code": letter.code}, "value": "GIVEN", "changedAt": NOW.isoformat()}],
        "status": {"status": {"code": "member"}},
    }
    assert found == {"customers": {"totalCount": 1}}
    assert [row[0] for row in await crm.rows(models.Event, "kind")] == [
        "CUSTOMER_CREATED",
        "CUSTOMER_SOURCE_ADDED",
        "CUSTOMER_CONSENT_SET",
        "STATUS_CHANGED",
    ]
    assert "Eva" not in repr(await crm.rows(models.Event, "data"))


async def test_the_same_person_of_the_same_account_is_made_once(crm: Operations, session: AsyncSession) -> None:
    await factories.save(session, factories.customer_source(code="shop"))
    sources = [{"source": "shop", "externalId": "e-1"}]

    first = await crm.do("customerCreate", "customer { id } repeated", personalInformation=EVA, sources=sources)
    second = await crm.do("customerCreate", "customer { id } repeated", personalInformation=EVA, sources=sources)
    other = await crm.refused("customerCreate", personalInformation={**EVA, "firstName": "Eve"}, sources=sources)

    assert (first["repeated"], second["repeated"], first["customer"]) == (False, True, second["customer"])
    assert other == [("EXTERNAL_ID_TAKEN", "sources[0].externalId", None)]
    assert len(await crm.rows(models.Customer, "id")) == 1


async def test_an_address_or_number_that_somebody_has_is_refused_however_it_is_written(
    crm: Operations, session: AsyncSession
) -> None:
    await crm.do("customerCreate", "customer { id }", personalInformation=EVA)
    other = factories.customer()
    await factories.save(session, other)

    same = {"email": "eVA@EXAMPLE.COM", "phone": "+420 601234567"}
    both = await crm.refused("customerCreate", personalInformation=same)
    changed = await crm.refused("customerUpdate", id=key(other), personalInformation={"email": "eva@example.com"})
    mine = {"phone": other.phone}
    own = await crm.do("customerUpdate", "userErrors { code }", id=key(other), personalInformation=mine)

    email = ("EMAIL_TAKEN", "personalInformation.email", None)
    assert both == [email, ("PHONE_TAKEN", "personalInformation.phone", None)]
    assert (changed, own) == ([email], {"userErrors": []})


async def test_of_30_who_take_an_address_at_once_one_gets_it(crm: Operations, session: AsyncSession) -> None:
    person = {"email": "eva@example.com"}
    new = [crm.refused("customerCreate", personalInformation=person) for _ in range(30)]

    told = await asyncio.gather(*new)

    assert told.count([]) == 1
    assert told.count([("EMAIL_TAKEN", "personalInformation.email", None)]) == 29
    assert len(await crm.rows(models.Customer, "id")) == 1


async def test_what_is_left_out_stays_and_null_clears(crm: Operations, session: AsyncSession) -> None:
    made = await crm.do("customerCreate", "customer { id }", personalInformation=EVA)
    given = {"email": None, "lastName": "Nová", "address": {"city": None, "street": "Krátká 2"}}

    answer = await crm.do("customerUpdate", f"customer {{ {PERSON} }}", **made["customer"], personalInformation=given)
    found = await crm.answer(
        '{ old: customers(search: "capkova") { totalCount } new: customers(search: "nova") { totalCount }'
        ' mail: customers(search: "eva@example.com") { totalCount } }'
    )

    address = {"street": "Krátká 2", "line2": "3rd floor", "city": None, "zip": "110 00", "country": {"code": "CZ"}}
    assert answer["customer"]["personalInformation"] == {
        "fullName": "Eva Nová, PhD",
        "email": None,
        "phone": "+420601234567",
        "gender": "FEMALE",
        "birthdate": "1990-02-03",
        "language": {"code": "cs"},
        "address": address,
    }
    assert [each["totalCount"] for each in found.values()] == [0, 1, 0]


async def test_a_customer_is_found_with_their_titles(crm: Operations) -> None:
    titled = {"preNominals": "MUDr.", "firstName": "Jana", "lastName": "Nová", "postNominals": "PhD"}
    made = await crm.do("customerCreate", "customer { id }", personalInformation=titled)

    async def found(words: str) -> int:
        data = await crm.answer("query($words: String) { customers(search: $words) { totalCount } }", words=words)
        return int(data["customers"]["totalCount"])

    assert [await found(words) for words in ("mudr nova", "Jana Nová, PhD", "Ing. Nová")] == [1, 1, 0]
    changed = {"preNominals": "Ing.", "postNominals": None}
    await crm.do("customerUpdate", "userErrors { code }", id=made["customer"]["id"], personalInformation=changed)
    assert [await found(words) for words in ("mudr nova", "Jana Nová, PhD", "Ing. Nová")] == [0, 0, 1]


async def test_another_address_is_to_be_confirmed_anew(crm: Operations, session: AsyncSession) -> None:
    jana = factories.customer(email="jana@example.com", email_confirmed_at=NOW, phone_confirmed_at=NOW)
    await factories.save(session, jana)

    same = await crm.do(
        "customerUpdate",
        "customer { personalInformation { emailConfirmedAt } }",
        id=key(jana),
        personalInformation={"email": "Jana@example.com"},
    )
    other = await crm.do(
        "customerUpdate",
        "customer { personalInformation { emailConfirmedAt phoneConfirmedAt } }",
        id=key(jana),
        personalInformation={"email": "jana@example.org"},
    )

    assert same["customer"]["personalInformation"] == {"emailConfirmedAt": NOW.isoformat()}
    assert other["customer"]["personalInformation"] == {"emailConfirmedAt": None, "phoneConfirmedAt": NOW.isoformat()}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"email": "eva"}, "BAD_EMAIL", "email"),
    ({"email": f"{'ß' * 200}@example.com"}, "TOO_LONG", "email"),
    ({"phone": "601234567"}, "BAD_PHONE", "phone"),
    ({"phone": "+420"}, "BAD_PHONE", "phone"),
    ({"language": "xx"}, "UNKNOWN_LANGUAGE", "language"),
    ({"address": {"country": "XX"}}, "UNKNOWN_COUNTRY", "address.country"),
    ({"birthdate": (NOW + timedelta(days=1)).date().isoformat()}, "BAD_BIRTHDATE", "birthdate"),
    ({"birthdate": "1899-12-31"}, "BAD_BIRTHDATE", "birthdate"),
    ({"preNominals": "x" * 65}, "TOO_LONG", "preNominals"),
    ({"firstName": "a\0"}, "BAD_TEXT", "firstName"),
    ({"address": {"line7": "\0"}}, "BAD_TEXT", "address.line7"),
]


async def test_what_cannot_be_kept_of_a_person_is_refused_and_changes_nothing(crm: Operations) -> None:
    before = await crm.dump()

    refused = [await crm.refused("customerCreate", personalInformation=given) for given, _, _ in REFUSED]
    unknown = await crm.refused("customerCreate", sources=[{"source": "nope", "externalId": "1"}])

    assert refused == [[(code, f"personalInformation.{field}", None)] for _, code, field in REFUSED]
    assert unknown == [("UNKNOWN_SOURCE", "sources[0].source", None)]
    assert await crm.dump() == before


async def test_an_account_is_switched_off_and_on(crm: Operations, session: AsyncSession) -> None:
    jana = factories.customer()
    await factories.save(session, jana)

    on = await crm.refused("customerReactivate", id=key(jana))
    off = await crm.do("customerDeactivate", "customer { state }", id=key(jana))
    again = await crm.refused("customerDeactivate", id=key(jana))
    back = await crm.do("customerReactivate", "customer { state }", id=key(jana))

    assert on == again == [("WRONG_STATE", "id", None)]
    assert (off, back) == ({"customer": {"state": "INACTIVE"}}, {"customer": {"state": "ACTIVE"}})


async def test_an_answer_to_a_consent_is_kept_with_its_moment(crm: Operations, session: AsyncSession) -> None:
    jana, letter = factories.customer(), factories.consent(code="newsletter")
    await factories.save(session, jana, letter)
    given, shows = {"id": key(jana), "consent": key(letter)}, "customer { consents { value changedAt } }"

    await crm.do("customerConsentSet", shows, **given, value="GIVEN")
    crm.now = NOW + timedelta(1)
    same = await crm.do("customerConsentSet", shows, **given, value="GIVEN")
    other = await crm.do("customerConsentSet", shows, **given, value="WITHDRAWN")

    assert same["customer"]["consents"] == [{"value": "GIVEN", "changedAt": NOW.isoformat()}]
    assert other["customer"]["consents"] == [{"value": "WITHDRAWN", "changedAt": crm.now.isoformat()}]
    assert await crm.rows(models.Event, "kind", "data") == [
        ("CUSTOMER_CONSENT_SET", {"value": "GIVEN"}),
        ("CUSTOMER_CONSENT_SET", {"value": "WITHDRAWN"}),
    ]


async def test_a_property_takes_what_its_type_says(crm: Operations, session: AsyncSession) -> None:
    jana = factories.customer()
    kinds = {kind: factories.property(data_type=kind) for kind in ("TEXT", "NUMBER", "BOOLEAN", "DATE", "CHOICE")}
    size = factories.property_item(property=kinds["CHOICE"], value="38")
    await factories.save(session, jana, *kinds.values(), size)
    good: list[tuple[str, Any]] = [
        ("TEXT", "a"),
        ("NUMBER", 1.5),
        ("NUMBER", 3),
        ("BOOLEAN", True),
        ("DATE", "2024-05-15"),
        ("CHOICE", "38"),
    ]
    bad: list[tuple[str, Any, str]] = [
        ("TEXT", 1, "WRONG_TYPE"),
        ("TEXT", " ", "REQUIRED"),
        ("TEXT", "a\0", "BAD_TEXT"),
        ("NUMBER", "1", "WRONG_TYPE"),
        ("NUMBER", True, "WRONG_TYPE"),
        ("NUMBER", 10**16, "WRONG_TYPE"),
        ("BOOLEAN", 0, "WRONG_TYPE"),
        ("DATE", "2024-02-30", "WRONG_TYPE"),
        ("DATE", "20240515", "WRONG_TYPE"),
        ("CHOICE", "39", "UNKNOWN_CHOICE"),
    ]

    async def told(kind: str, value: Any) -> Any:
        return await crm.refused("customerPropertySet", id=key(jana), property=key(kinds[kind]), value=value)

    assert [await told(kind, value) for kind, value in good] == [[]] * len(good)
    assert [await told(kind, value) for kind, value, _ in bad] == [[(code, "value", None)] for *_, code in bad]
    assert [row[0] for row in await crm.rows(models.PropertyRecord, "value")] == ["a", 3, True, "2024-05-15", "38"]


async def test_a_unique_property_has_one_owner_and_a_required_one_stays(crm: Operations, session: AsyncSession) -> None:
    jana, eva = factories.customer(), factories.customer()
    plate = factories.property(is_unique=True, is_required=True)
    await factories.save(session, jana, eva, plate)
    given = {"property": key(plate), "value": "1AB 2345"}

    both = await asyncio.gather(*(crm.refused("customerPropertySet", id=key(each), **given) for each in (jana, eva)))
    cleared = await crm.refused("customerPropertySet", id=key(jana), property=key(plate), value=None)

    assert sorted(both) == [[], [("VALUE_TAKEN", "value", None)]]
    assert cleared == [("REQUIRED", "value", None)]


async def test_accounts_in_outside_systems_come_and_go(crm: Operations, session: AsyncSession) -> None:
    jana, eva = factories.customer(), factories.customer()
    await factories.save(session, jana, eva)
    shows = "repeated customer { sources { externalId source { name } } }"

    await crm.do("customerSourceUpsert", "customerSource { id }", code="shop", name="E-shop")
    added = await crm.do("customerSourceAdd", shows, id=key(jana), source="shop", externalId="7")
    again = await crm.do("customerSourceAdd", shows, id=key(jana), source="shop", externalId="7")
    taken = await crm.refused("customerSourceAdd", id=key(eva), source="shop", externalId="7")
    removed = await crm.do("customerSourceRemove", shows, id=key(jana), source="shop", externalId="7")
    none = await crm.refused("customerSourceRemove", id=key(jana), source="shop")

    account = {"externalId": "7", "source": {"name": "E-shop"}}
    assert added == {"repeated": False, "customer": {"sources": [account]}}
    assert again == {"repeated": True, "customer": {"sources": [account]}}
    assert taken == [("EXTERNAL_ID_TAKEN", "externalId", None)]
    assert (removed["customer"], none) == ({"sources": []}, [("NOT_FOUND", "source", None)])


async def test_a_dry_run_of_each_changes_nothing(crm: Operations, session: AsyncSession) -> None:
    jana, letter, size = factories.customer(), factories.consent(), factories.property()
    await factories.save(session, jana, letter, size, factories.customer_source(code="shop"))
    before = await crm.dump()
    who = {"id": key(jana)}

    answers = [
        await crm.do(name, "customer { id } userErrors { code }", dry=True, **given)
        for name, given in (
            ("customerCreate", {"personalInformation": EVA}),
            ("customerUpdate", {**who, "personalInformation": {"lastName": "Nová"}}),
            ("customerDeactivate", who),
            ("customerConsentSet", {**who, "consent": key(letter), "value": "GIVEN"}),
            ("customerPropertySet", {**who, "property": key(size), "value": "38"}),
            ("customerSourceAdd", {**who, "source": "shop", "externalId": "1"}),
        )
    ]

    assert [answer["userErrors"] for answer in answers] == [[]] * 6
    assert [answer["customer"]["id"] for answer in answers[1:]] == [key(jana)] * 5
    assert await crm.dump() == before


async def test_a_source_is_switched_off_and_not_deleted(crm: Operations) -> None:
    given = {"code": "shop", "name": "Shop"}

    deleted = await crm.refused("customerSourceUpsert", **given, state="DELETED")
    off = await crm.do("customerSourceUpsert", "customerSource { state }", **given, state="INACTIVE")

    assert [(code, field) for code, field, _ in deleted] == [("WRONG_STATE", "state")]
    assert off == {"customerSource": {"state": "INACTIVE"}}
