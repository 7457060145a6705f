"""Rows that are there are changed, others are made; lists are replaced; what refers must find."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.files import importer
from resolvers.files.record import key_resolver
from resolvers.files.report import Count
from tests import factories
from tests.resolvers.files.conftest import Bring, Rows, Take, reasons

SOURCE = [{"code": "erp", "name": "ERP"}]


def known_as(external_id: str) -> dict[str, str]:
    return {"source": "erp", "externalId": external_id}


async def test_a_row_that_is_there_is_changed_and_what_is_absent_left_alone(bring: Bring, take: Take) -> None:
    store = {**known_as("1"), "code": "p1", "name": "Prague", "city": "Praha", "description": "Big"}
    await bring({"stores.jsonl": [store]})

    report = await bring({"stores.jsonl": [{**known_as("1"), "name": "Prague 1", "description": None}]})

    (row,) = await take("stores")
    assert report.counts["stores"] == Count(updated=1)
    assert (row["name"], row["city"], "description" in row) == ("Prague 1", "Praha", False)


async def test_a_new_row_needs_what_it_cannot_be_without(bring: Bring, take: Take) -> None:
    report = await bring({"stores.jsonl": [{"name": "Prague"}, {"code": "p1"}, {**known_as("1"), "name": "Brno"}]})

    assert reasons(report) == [
        "stores.jsonl, line 1: needs source and externalId or code",
        "stores.jsonl, line 2: name is missing",
        "stores.jsonl, line 3: code is missing",
    ]
    assert await take("stores") == []


async def test_a_store_is_found_by_its_outside_system_before_its_code(bring: Bring, take: Take) -> None:
    first = {**known_as("1"), "code": "old", "name": "Prague"}
    second = {"code": "b", "name": "Brno"}
    await bring({"stores.jsonl": [first, second]})

    report = await bring({"stores.jsonl": [{**known_as("1"), "code": "new"}, {**known_as("2"), "code": "b"}]})
    taken = await bring({"stores.jsonl": [{**known_as("1"), "code": "b"}]})

    assert [(row["code"], row.get("externalId")) for row in await take("stores")] == [("new", "1"), ("b", "2")]
    assert report.counts["stores"] == Count(updated=2)
    assert reasons(taken) == ["stores.jsonl, line 1: b is another row's already"]


async def test_customers_are_found_by_any_of_their_accounts(bring: Bring, take: Take) -> None:
    jana = {**known_as("1"), "firstName": "Jana", "sources": [{"source": "shop", "externalId": "j"}]}
    sources = [*SOURCE, {"code": "shop", "name": "Shop"}]
    await bring({"customerSources.jsonl": sources, "customers.jsonl": [jana]})

    report = await bring({"customers.jsonl": [{"source": "shop", "externalId": "j", "lastName": "Nová"}]})

    (row,) = await take("customers")
    assert report.counts["customers"] == Count(updated=1)
    assert (row["firstName"], row["lastName"], row["externalId"]) == ("Jana", "Nová", "1")


async def test_a_new_list_of_accounts_leaves_the_one_that_the_file_names(bring: Bring, take: Take) -> None:
    shop = {"source": "shop", "externalId": "j"}
    sources = [*SOURCE, {"code": "shop", "name": "Shop"}]
    jana = {**known_as("1"), "sources": [known_as("1"), shop]}
    await bring({"customerSources.jsonl": sources, "customers.jsonl": [jana]})
    (before,) = await take("customers")

    await bring({"customers.jsonl": [{**shop, "sources": []}]})

    (after,) = await take("customers")
    assert (before["externalId"], before["sources"]) == ("1", [shop])
    assert (after["externalId"], "sources" in after) == ("j", False)


async def test_customers_systems_are_made_with_the_first_customers_and_must_be_known_later(
    bring: Bring, take: Take
) -> None:
    report = await bring({"customers.jsonl": [known_as("1")]})
    other = await bring({"customers.jsonl": [{"source": "epr", "externalId": "1"}]})

    assert report.notes == ["customerSources: erp is made, as customers name it."]
    assert [(row["code"], row["name"]) for row in await take("customerSources")] == [("erp", "erp")]
    assert reasons(other) == [
        "customers.jsonl, line 1: source names what is not among the customerSources: epr; "
        "bring a file customerSources.csv or .jsonl that has it"
    ]


async def test_a_list_takes_the_place_of_the_one_before(bring: Bring, take: Take) -> None:
    def codes(*numbers: str) -> list[dict[str, str]]:
        return [{"listCode": "EAN", "code": number} for number in numbers]

    butter = {**known_as("1"), "code": "b", "name": "Butter"}
    await bring({"products.jsonl": [{**butter, "codes": codes("1", "2")}]})
    await bring({"products.jsonl": [{**known_as("1"), "codes": codes("2", "3")}]})
    await bring({"products.jsonl": [{**known_as("1"), "name": "Better butter"}]})
    (row,) = await take("products")
    assert row["codes"] == codes("2", "3")

    await bring({"products.jsonl": [{**known_as("1"), "codes": []}]})
    (row,) = await take("products")
    assert "codes" not in row


async def test_two_products_cannot_have_one_code(bring: Bring) -> None:
    codes = [{"listCode": "EAN", "code": "1"}]
    rows = [{**known_as(name), "code": name, "name": name, "codes": codes} for name in ("a", "b", "c")]

    report = await bring({"products.jsonl": rows}, skip_bad=True)

    assert reasons(report) == [
        "products.jsonl, lines 2, 3: code is another's already",
    ]
    assert report.counts["products"] == Count(created=1, refused=2)


async def test_references_find_rows_of_the_database_and_of_earlier_files(bring: Bring, take: Take) -> None:
    await bring({"tags.jsonl": [{"code": "bio", "name": "Bio"}]})
    butter = {**known_as("1"), "code": "b", "name": "Butter", "brand": known_as("m"), "tags": ["bio", "new"]}

    report = await bring(
        {
            "products.jsonl": [butter],
            "productBrands.jsonl": [{**known_as("m"), "name": "Madeta"}],
            "tags.jsonl": [{"code": "new", "name": "New"}],
        }
    )

    (row,) = await take("products")
    assert report.errors == []
    assert (row["brand"], row["tags"]) == (known_as("m"), ["bio", "new"])


async def test_what_is_not_there_is_named_with_the_field(bring: Bring) -> None:
    butter = {**known_as("1"), "code": "b", "name": "Butter", "brand": known_as("m"), "tags": ["bio"]}

    report = await bring({"products.jsonl": [butter]})

    assert reasons(report) == [
        "products.jsonl, line 1: brand names what is not among the productBrands: erp m; "
        "bring a file productBrands.csv or .jsonl that has it",
        "products.jsonl, line 1: tags names what is not among the tags: bio; "
        "bring a file tags.csv or .jsonl that has it",
    ]


async def test_a_bill_is_stored_once(bring: Bring, take: Take) -> None:
    bill = {"store": "p", "externalId": "1", "paidAt": "2024-05-15T12:00:00+02:00", "currencyCode": "CZK"}
    lines = [{"quantity": "1", "price": "10.5"}, {"quantity": "0.5", "price": 20}]
    stores = [{"code": "p", "name": "Prague"}, {"code": "b", "name": "Brno"}]

    first = await bring({"stores.jsonl": stores, "purchases.jsonl": [{**bill, "items": lines}, {**bill, "total": 1}]})
    again = await bring({"purchases.jsonl": [{**bill, "total": 5}, {**bill, "store": "b", "total": 5}]})

    rows = await take("purchases")
    assert first.counts["purchases"] == Count(created=1, unchanged=1)
    assert again.counts["purchases"] == Count(created=1, unchanged=1)
    assert [(row["store"], row["total"], row["itemsCount"]) for row in rows] == [("p", "30.5", 2), ("b", "5", 0)]


async def test_emails_and_phones_stay_with_the_first_customer_who_has_them(session: AsyncSession, bring: Bring) -> None:
    rows: list[dict[str, Any]] = [
        {**known_as("1"), "email": "jana@example.com", "phone": "+420601000001"},
        {**known_as("2"), "email": "JANA@example.com"},
        {**known_as("3"), "phone": "+420 601 000 001"},
        {**known_as("4"), "email": "jana@example.com", "state": "DELETED"},
    ]

    report = await bring({"customerSources.jsonl": SOURCE, "customers.jsonl": rows})
    again = await bring({"customers.jsonl": rows})

    assert [str(warning) for warning in report.warnings] == [
        "customers.jsonl, line 2: email is another customer's already, and left out",
        "customers.jsonl, line 3: phone is another customer's already, and left out",
    ]
    assert report.counts["customers"] == Count(created=4)
    assert again.counts["customers"] == Count(unchanged=4)
    found = await session.execute(select(models.Customer.email, models.Customer.phone).order_by(models.Customer.id))
    assert [tuple(row) for row in found] == [
        ("jana@example.com", "+420601000001"),
        (None, None),
        (None, None),
        ("jana@example.com", None),
    ]


async def test_what_the_tables_refuse_is_told_with_the_rule(bring: Bring) -> None:
    coupon = {**known_as("1"), "code": "c", "name": "Coupon", "kind": "PERCENT", "priority": 12}

    report = await bring({"rewards.jsonl": [coupon]})

    assert reasons(report) == ["rewards.jsonl, line 1: must satisfy priority BETWEEN 1 AND 9"]


async def test_rows_of_one_batch_may_have_different_fields(bring: Bring, take: Take) -> None:
    rows = [{"code": "a", "name": "A"}, {"name": "B", "state": "INACTIVE", "code": "b"}, {"code": "c", "name": "C"}]

    await bring({"tags.jsonl": rows})

    assert [(row["code"], row["state"]) for row in await take("tags")] == [
        ("a", "ACTIVE"),
        ("b", "INACTIVE"),
        ("c", "ACTIVE"),
    ]


async def test_a_row_that_comes_twice_is_made_and_then_changed(bring: Bring, take: Take) -> None:
    report = await bring({"tags.jsonl": [{"code": "a", "name": "A"}, {"code": "a", "name": "B"}]})

    assert report.counts["tags"] == Count(created=1, updated=1)
    assert [row["name"] for row in await take("tags")] == ["B"]


async def test_a_row_that_no_system_knows_is_found_again_by_its_exported_name(
    session: AsyncSession, bring: Bring, take: Take
) -> None:
    await factories.save(session, factories.campaign(name="Spring", source=None, external_id=None))
    (spring,) = await take("campaigns")

    report = await bring({"campaigns.jsonl": [{**spring, "name": "Summer"}]})

    (summer,) = await take("campaigns")
    assert report.counts["campaigns"] == Count(updated=1)
    assert (summer["name"], summer["externalId"]) == ("Summer", spring["externalId"])
    assert await session.scalar(select(models.Campaign.source)) is None


async def test_the_exported_name_of_another_crms_row_finds_nobody_here(
    session: AsyncSession, bring: Bring, take: Take
) -> None:
    await factories.save(session, factories.campaign(name="Spring", source=None, external_id=None))
    (spring,) = await take("campaigns")
    elsewhere = f"{spring['externalId'].partition('-')[0]}-1"

    await bring({"campaigns.jsonl": [{"source": "crm360", "externalId": elsewhere, "name": "Other"}]})

    rows = await take("campaigns")
    assert [(row["name"], row["externalId"]) for row in rows] == [
        ("Spring", spring["externalId"]),
        ("Other", elsewhere),
    ]


async def test_discounts_are_given_to_bills_that_are_there(bring: Bring, take: Take) -> None:
    bill = {"store": "p", "externalId": "1"}
    paid = {**bill, "paidAt": "2024-05-15T12:00:00Z", "currencyCode": "CZK", "items": [{"quantity": 1, "price": 10}]}
    await bring({"stores.jsonl": [{"code": "p", "name": "Prague"}], "purchases.jsonl": [paid]})

    discounts = [{"line": 1, "amount": "2.5"}, {"amount": "1"}]
    await bring({"purchaseDiscounts.jsonl": [{**bill, "discounts": discounts}]})
    wrong = [{**bill, "discounts": [{"line": 2, "amount": 1}]}, {**bill, "externalId": "2", "discounts": []}]
    report = await bring({"purchaseDiscounts.jsonl": wrong}, skip_bad=True)

    (row,) = await take("purchaseDiscounts")
    assert [(discount["line"], discount["amount"]) for discount in row["discounts"]] == [(1, "2.5"), (None, "1")]
    assert reasons(report) == [
        "purchaseDiscounts.jsonl, line 1: discounts[0].line is not on the bill",
        "purchaseDiscounts.jsonl, line 2: is not there",
    ]


async def test_decimals_arrive_exactly(session: AsyncSession, bring: Bring) -> None:
    prices = [{"currencyCode": "CZK", "amount": 0.1}, {"currencyCode": "EUR", "amount": "99999999999999.9999"}]
    await bring({"products.jsonl": [{**known_as("1"), "code": "b", "name": "B", "prices": prices}]})

    found = await session.scalars(select(models.ProductPrice.amount).order_by(models.ProductPrice.id))
    assert list(found) == [Decimal("0.1"), Decimal("99999999999999.9999")]


async def test_a_code_that_was_given_up_names_nothing_any_more(bring: Bring) -> None:
    bill = {"externalId": "1", "paidAt": "2024-05-15T12:00:00Z", "currencyCode": "CZK", "total": 1}

    report = await bring(
        {
            # What was remembered of the first file is no longer so after the second.
            "stores-1.jsonl": [{**known_as("1"), "code": "a", "name": "A"}],
            "stores-2.jsonl": [{**known_as("1"), "code": "b"}],
            "purchases.jsonl": [{**bill, "store": "a"}, {**bill, "store": "b"}],
        },
        skip_bad=True,
    )

    assert reasons(report) == [
        "purchases.jsonl, line 1: store names what is not among the stores: a; "
        "bring a file stores.csv or .jsonl that has it"
    ]


async def test_more_names_than_are_remembered_are_looked_up_again(
    bring: Bring, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_resolver, "CACHED", 2)
    monkeypatch.setattr(importer, "ROWS_AT_ONCE", 1)
    tags = [{"code": f"t{number}", "name": "T"} for number in range(3)]
    lists = (["t0", "t1"], ["t0", "t2"], ["t2", "t0", "t1"])
    products: Rows = [
        {**known_as(str(number)), "code": "c", "name": "P", "tags": codes} for number, codes in enumerate(lists)
    ]

    report = await bring({"tags.jsonl": tags, "products.jsonl": products})

    assert report.errors == []
    assert [row["tags"] for row in await take("products")] == list(lists)


async def test_this_crms_own_source_is_made_where_customers_need_it(bring: Bring, take: Take) -> None:
    own = [{"source": "crm360", "externalId": f"{key}-1715774400000000", "email": "j@example.com"} for key in (1, 2)]

    report = await bring({"customers.jsonl": own}, skip_bad=True)

    assert report.counts["customers"] == Count(created=2)
    assert [row["externalId"] for row in await take("customers")] == ["1-1715774400000000", "2-1715774400000000"]
    assert await take("customerSources") == []
