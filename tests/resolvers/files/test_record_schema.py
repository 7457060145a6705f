"""What a row must keep by itself, without a database."""

from typing import Any

import pytest

from models.customer import NAMELESS
from resolvers.files import RESOURCES
from resolvers.files.format.record_schema import Draft, Fault
from resolvers.files.record import rules


def errors(resource: str, **row: Any) -> list[tuple[str | None, str]]:
    draft = RESOURCES[resource].shape.read(row, Draft(1))
    rules.finish(resource, draft)
    return [(fault.field, fault.reason) for fault in draft.errors]


@pytest.mark.parametrize(
    ("resource", "field", "value"),
    [
        ("customers", "firstName", "Jana"),
        ("customers", "firstName", None),
        ("customers", "gender", "FEMALE"),
        ("customers", "birthdate", "1990-02-28"),
        ("customers", "email", "Jana@Example.com"),
        ("customers", "phone", "+420 601 234 567"),
        ("customers", "languageCode", "cs"),
        ("customers", "emailConfirmedAt", "2024-05-15T12:00:00Z"),
        ("customers", "store", "prague-1"),
        ("customers", "store", {"source": "erp", "externalId": "1"}),
        ("stores", "latitude", "50.087500"),
        ("stores", "latitude", -50),
        ("stores", "latitude", 50.0875),
        ("stores", "timeZone", "Europe/Prague"),
        ("stores", "currencyCode", "CZK"),
        ("stores", "countryCode", "CZ"),
        ("stores", "imageUrls", []),
        ("stores", "opening", {"SUNDAY": [["22:00", "24:00"]]}),
        ("stores", "visibleToCustomers", False),
        ("purchases", "total", "99999999999999.9999"),
        ("purchases", "customer", {"source": "erp", "externalId": "1"}),
        ("purchases", "createdAt", "2024-05-15T12:00:00.123456-05:30"),
        ("rewards", "timeFrom", "08:30"),
        ("statuses", "discount", 100),
        ("statuses", "translations", {"de-AT": {"name": "Gold", "description": ""}}),
        ("customers", "photoUrl", "https://example.com/jana.png"),
        ("vouchers", "purchase", {"store": "prague-1", "externalId": "1"}),
        ("cards", "cardType", "loyalty"),
    ],
)
def test_good_values_are_taken(resource: str, field: str, value: Any) -> None:
    assert errors(resource, **{field: value}) == []


@pytest.mark.parametrize(
    ("resource", "field", "value", "reason"),
    [
        ("customers", "firstname", "Jana", "is not a field that can be imported"),
        ("customers", "id", 1, "is not a field that can be imported"),
        ("customers", "fullName", "Jana", "is not a field that can be imported"),
        ("customers", "emailKey", "jana", "is not a field that can be imported"),
        ("customers", "updatedAt", "2024-05-15T12:00:00Z", "is not a field that can be imported"),
        ("customers", "firstName", 5.5, "must be text"),
        ("customers", "firstName", "a\0b", "holds a null character"),
        ("customers", "firstName", "x" * 129, "is longer than 128 characters"),
        ("customers", "gender", "female", "must be one of FEMALE, MALE, NON_BINARY, OTHER, UNDISCLOSED"),
        ("customers", "gender", ["FEMALE"], "must be one of FEMALE, MALE, NON_BINARY, OTHER, UNDISCLOSED"),
        ("customers", "birthdate", "28.2.1990", "must be a day such as 2024-05-15"),
        ("customers", "birthdate", "1990-02-30", "must be a day such as 2024-05-15"),
        ("customers", "email", "jana", "must be an e-mail address"),
        ("customers", "phone", "601 234 567", "is not a phone number: (0) Missing or invalid default region."),
        ("customers", "languageCode", "czech", "must be a language code of ISO 639-1"),
        ("customers", "emailConfirmedAt", "2024-05-15T12:00:00", "needs an offset, as in 2024-05-15T12:00:00+02:00"),
        ("customers", "emailConfirmedAt", "noon", "must be a moment such as 2024-05-15T12:00:00+02:00"),
        ("customers", "emailConfirmedAt", 1715774400, "must be a moment such as 2024-05-15T12:00:00+02:00"),
        ("customers", "emailConfirmedAt", "0001-01-01T00:00:00+14:00", "is out of range"),
        ("customers", "store", True, "must be its code or an object of source and externalId"),
        ("customers", "store", {"source": "erp"}, "must be its code or an object of source and externalId"),
        ("customers", "store", {"source": "erp", "externalId": 1.5}, "must have text as its externalId"),
        ("customers", "state", None, "must not be empty"),
        ("stores", "latitude", "50.0875001", "50.0875001 has more than 6 decimal places"),
        ("stores", "latitude", "90.5", "must be from -90 to 90"),
        ("stores", "latitude", "50,5", "must be a decimal number"),
        ("stores", "latitude", "1e1", "must be a decimal number"),
        ("stores", "latitude", "\u0665", "must be a decimal number"),
        ("stores", "latitude", True, "must be a decimal number"),
        ("stores", "timeZone", "Prague", "must be a known time zone (IANA)"),
        ("stores", "currencyCode", "KCS", "must be a currency code of ISO 4217"),
        ("stores", "currencyCode", "czk", "must be a currency code of ISO 4217"),
        ("stores", "countryCode", "XX", "must be a country code of ISO 3166-1 alpha-2"),
        ("stores", "imageUrls", "a", "must be a list of texts"),
        ("stores", "imageUrls", [1], "must be a list of texts"),
        ("stores", "imageUrls", None, "must not be empty"),
        ("stores", "opening", {"FUNDAY": []}, "must have days from"),
        ("stores", "opening", {"MONDAY": [["8", "9"]]}, "must give each day pairs of times"),
        ("stores", "opening", {"MONDAY": [["08:00"]]}, "must give each day pairs of times"),
        ("stores", "visibleToCustomers", "yes", "must be true or false"),
        ("stores", "externalId", "1", "must be given together with its source, or both left empty"),
        ("purchases", "total", "100000000000000", "100000000000000 is too large"),
        ("purchases", "total", 12345678901234.5678, "has more digits than a JSON number keeps; write it as text"),
        ("purchases", "itemsCount", 1.5, "must be a whole number"),
        ("purchases", "itemsCount", 2**31, "is too large"),
        ("purchases", "items", {}, "must be a list"),
        ("purchases", "items", "milk", "must be a list, in CSV as JSON"),
        ("purchases", "customer", "jana", "must be an object of source and externalId"),
        ("rewards", "timeFrom", "8:30", "must be a time of day such as 08:30"),
        ("statuses", "discount", "100.0001", "must be from 0 to 100"),
        ("statuses", "discount", -1, "must be from 0 to 100"),
        ("statuses", "validity", "12 months", "must be a period such as P12M, or END_OF_YEAR"),
        ("rewards", "translations", {"klingon": {"name": "X"}}, "has the unknown language klingon"),
        ("rewards", "translations", {"de": {"title": "X"}}, "must give texts by language and field"),
        ("rewards", "translations", {"de": {"name": 1.5}}, "must be text"),
        ("rewards", "translations", [], "must be a JSON object"),
        ("customers", "photoUrl", "jana.png", "must be an address of the web, https://…"),
        ("segments", "criteria", [], "must be a JSON object"),
        ("segments", "criteria", {"a": 2.0**60}, "holds a number too large to be exact; write it as text"),
        ("segments", "criteria", {"a": ["\0"]}, "holds a null character"),
    ],
)
def test_bad_values_are_refused_by_field(resource: str, field: str, value: Any, reason: str) -> None:
    ((name, found),) = errors(resource, **{field: value})

    assert name == field
    assert found.startswith(reason)


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    found = errors("customers", email="no", gender="?", colour="red")

    assert [name for name, _ in found] == ["email", "gender", "colour"]


def test_a_row_must_be_an_object() -> None:
    assert RESOURCES["tags"].shape.read([1], Draft(1)).errors == [Fault(None, "must be an object")]


def test_errors_within_lists_tell_the_way_to_the_field() -> None:
    item = {"quantity": 1, "price": "x", "properties": [{"property": "a"}]}
    found = errors("purchases", items=[{"quantity": 1, "price": 1}, item])

    assert found == [("items[1].price", "must be a decimal number: x"), ("items[1].properties[0].value", "is missing")]


def test_a_plain_list_holds_names_only() -> None:
    assert errors("products", tags=["bio", 5.5]) == [("tags[1]", "must be its code: 5.5")]


def test_a_list_may_be_emptied() -> None:
    assert errors("products", tags=None, codes=[]) == []


def test_a_phone_number_may_be_as_dialled_in_the_rows_country() -> None:
    draft = RESOURCES["customers"].shape.read({"phone": "601 234 567", "countryCode": "CZ"}, Draft(1))
    rules.finish("customers", draft)

    assert draft.errors == []
    assert draft.values["phone"] == "+420601234567"


def test_names_and_addresses_get_the_keys_that_they_are_compared_by() -> None:
    row = {"firstName": "Žaneta", "lastName": None, "email": " Ž@Example.com "}
    draft = RESOURCES["customers"].shape.read(row, Draft(1))
    rules.finish("customers", draft)

    assert draft.values == {
        "first_name": "Žaneta",
        "first_name_key": "zaneta",
        "last_name": None,
        "last_name_key": NAMELESS,
        "email": "Ž@Example.com",
        "email_key": "ž@example.com",
    }


def test_a_customer_holds_one_status_at_a_time() -> None:
    held = {"status": "silver", "change": "SET", "validFrom": "2024-05-15T12:00:00Z"}

    assert errors("customers", statusRecords=[held, {**held, "endedAt": "2024-05-16T12:00:00Z"}]) == []
    assert errors("customers", statusRecords=[held, held]) == [
        ("statusRecords", "must have at most one that has not ended")
    ]


def test_a_bill_counts_its_lines_and_adds_them_up_where_it_does_not_say() -> None:
    items = [{"quantity": 1, "price": "10.5"}, {"quantity": 2, "price": "20"}]
    draft = RESOURCES["purchases"].shape.read({"items": items}, Draft(1))
    rules.finish("purchases", draft)

    assert (draft.values["items_count"], str(draft.values["total"])) == (2, "30.5")
    assert [item.values["line"] for item in draft.lists["items"]] == [1, 2]


def test_payments_of_a_bill_come_to_its_total() -> None:
    items, payments = [{"quantity": 1, "price": "10.5"}], [{"kind": "CASH", "amount": "10"}]

    assert errors("purchases", items=items, payments=payments) == [("payments", "must come to the bill's total")]
    assert errors("purchases", items=items, payments=[*payments, {"kind": "POINTS", "amount": "0.5"}]) == []


def test_a_bill_has_each_line_once() -> None:
    items = [{"quantity": 1, "price": 1, "line": 2}, {"quantity": 1, "price": 1}]

    assert errors("purchases", items=items) == [("items", "must not have two with the same line")]


@pytest.mark.parametrize(
    ("validity", "value", "refused"),
    [
        ("INTERVAL", "P30D", False),
        ("INTERVAL", "30 days", True),
        ("INTERVAL", None, True),
        ("END_OF_TIME_UNIT", "MONTH", False),
        ("END_OF_TIME_UNIT", "P1M", True),
        ("REWARD_VALIDITY", None, False),
    ],
)
def test_a_vouchers_life_is_said_in_the_way_its_kind_needs(validity: str, value: str | None, refused: bool) -> None:
    found = errors("rewards", voucherValidity=validity, voucherValidityValue=value)

    assert bool(found) == refused


def test_every_reference_can_be_named_in_files() -> None:
    for resource in RESOURCES.values():
        for field in resource.shape.fields.values():
            assert field.label
