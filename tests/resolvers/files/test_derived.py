"""What follows from imported rows, and what only the other rows can forbid."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.files.report import Count
from tests.resolvers.files.conftest import Bring, Rows, Take, reasons

SOURCE = [{"code": "erp", "name": "ERP"}]
LOYALTY = {"code": "loyalty", "name": "Loyalty card", "prefix": "99", "numberLength": 8, "checkDigit": "LUHN"}


def known_as(external_id: str) -> dict[str, str]:
    return {"source": "erp", "externalId": external_id}


async def customer_terms(session: AsyncSession) -> dict[str, set[str]]:
    """Words by the external id of the customer that they find."""
    record, term = models.CustomerSourceRecord, models.CustomerTerm
    query = select(record.external_id, term.term).join(term, term.customer_id == record.customer_id)
    found: dict[str, set[str]] = {}
    for name, word in await session.execute(query):
        found.setdefault(name, set()).add(word)
    await session.commit()
    return found


async def test_customers_are_found_by_their_words_and_cards(session: AsyncSession, bring: Bring) -> None:
    jana = {
        **known_as("1"),
        "preNominals": "Ing.",
        "firstName": "Jana",
        "lastName": "Čapková",
        "email": "j@example.com",
    }
    eva = {**known_as("2"), "firstName": "Eva", "phone": "+420601234567"}
    card = {"cardType": "loyalty", "number": "99000002", "customer": known_as("1")}
    await bring(
        {
            "customerSources.jsonl": SOURCE,
            "customers.jsonl": [jana, eva],
            "cardTypes.jsonl": [LOYALTY],
            "cards.jsonl": [card],
        }
    )
    assert await customer_terms(session) == {
        "1": {"ing", "jana", "capkova", "j@example.com", "j", "example", "com", "99000002"},
        "2": {"eva", "420601234567", "601234567", "tel:420601234567", "tel:601234567"},
    }

    await bring({"customers.jsonl": [{**known_as("1"), "lastName": "Nová", "email": None}]})
    await bring({"cards.jsonl": [{"number": "99000002", "customer": known_as("2")}]})
    assert await customer_terms(session) == {
        "1": {"ing", "jana", "nova"},
        "2": {"eva", "420601234567", "601234567", "tel:420601234567", "tel:601234567", "99000002"},
    }


@pytest.mark.parametrize("skip_bad", [False, True])
async def test_numbers_without_a_prefix_are_meant_in_the_rows_country_or_the_programmes(
    session: AsyncSession, bring: Bring, *, skip_bad: bool
) -> None:
    club = {"code": "club", "name": "Club", "validFrom": "2020-01-01T00:00:00Z", "countryCode": "US"}
    jane, iza = {**known_as("1"), "phone": "513 555 0100"}, {**known_as("2"), "phone": "601234567", "countryCode": "PL"}
    await bring({"customerSources.jsonl": SOURCE, "programmes.jsonl": [club], "customers.jsonl": [jane, iza]})

    same = [{**known_as("3"), "phone": "+1 513 555 0100"}, {**known_as("4"), "phone": "5550100"}]
    report = await bring({"customers.jsonl": same}, skip_bad=skip_bad)

    phones = set(await session.scalars(select(models.Customer.phone)))
    assert phones - {None} == {"+15135550100", "+48601234567"}
    assert reasons(report) == ["customers.jsonl, line 2: phone is not a possible phone number"]
    assert [str(each) for each in report.warnings] == [
        "customers.jsonl, line 1: phone is another customer's already, and left out"
    ]


async def test_products_are_found_by_their_words_and_codes(session: AsyncSession, bring: Bring) -> None:
    butter = {**known_as("1"), "code": "B-1", "name": "Máslo", "codes": [{"listCode": "EAN", "code": "859"}]}
    await bring({"products.jsonl": [butter]})
    await bring({"products.jsonl": [{**known_as("1"), "name": "Butter"}]})

    assert set(await session.scalars(select(models.ProductTerm.term))) == {"butter", "b", "1", "b-1", "859"}


async def test_products_are_found_by_their_names_in_further_languages(session: AsyncSession, bring: Bring) -> None:
    await bring(
        {
            "products.jsonl": [
                {**known_as("1"), "code": "1", "name": "Máslo", "translations": {"de": {"name": "Süße Butter"}}}
            ]
        }
    )

    assert set(await session.scalars(select(models.ProductTerm.term))) == {"maslo", "1", "susse", "butter"}


async def tree(session: AsyncSession) -> set[tuple[str, str, int]]:
    """Every group with every group above it, by external id."""
    pair, group = models.ProductGroupAncestor, models.ProductGroup
    names = {row.id: row.external_id for row in await session.execute(select(group.id, group.external_id))}
    rows = await session.execute(select(pair.group_id, pair.ancestor_id, pair.distance))
    found = {(names[low], names[high], distance) for low, high, distance in rows}
    await session.commit()
    return found


def group(name: str, parent: str | None) -> dict[str, object]:
    return {**known_as(name), "name": name, "parent": parent and known_as(parent)}


async def test_the_tree_of_groups_is_spelt_out_and_moves_with_its_branches(session: AsyncSession, bring: Bring) -> None:
    groups = [group("food", None), group("dairy", "food"), group("butter", "dairy"), group("other", None)]
    await bring({"productGroups.jsonl": groups})
    assert await tree(session) == {
        *((name, name, 0) for name in ("food", "dairy", "butter", "other")),
        *(("dairy", "food", 1), ("butter", "dairy", 1), ("butter", "food", 2)),
    }

    await bring(
        {"productGroups.jsonl": [{**known_as("dairy"), "parent": known_as("other")}, group("salted", "butter")]}
    )
    assert await tree(session) == {
        *((name, name, 0) for name in ("food", "dairy", "butter", "other", "salted")),
        *(("dairy", "other", 1), ("butter", "dairy", 1), ("butter", "other", 2)),
        *(("salted", "butter", 1), ("salted", "dairy", 2), ("salted", "other", 3)),
    }

    await bring({"productGroups.jsonl": [{**known_as("dairy"), "parent": None}]})
    assert ("butter", "other", 2) not in await tree(session)


async def test_a_group_cannot_come_to_lie_below_itself(session: AsyncSession, bring: Bring) -> None:
    await bring({"productGroups.jsonl": [group("a", None), group("b", "a"), group("c", "b")]})
    before = await tree(session)

    report = await bring(
        {
            "productGroups.jsonl": [
                group("a", "c"),
                group("d", "d"),
                group("a", "a"),
                group("new", "c"),
                group("a", "new"),
            ]
        },
        skip_bad=True,
    )

    assert reasons(report) == [
        "productGroups.jsonl, lines 1, 3, 5: parent would lie below itself",
        "productGroups.jsonl, line 2: parent names what is not among the productGroups: erp d; "
        "bring a file productGroups.csv or .jsonl that has it",
    ]
    assert await tree(session) == before | {("new", "new", 0), ("new", "c", 1), ("new", "b", 2), ("new", "a", 3)}


async def test_two_rows_of_one_file_cannot_make_a_circle_together(bring: Bring) -> None:
    campaigns: Rows = [{**known_as(name), "name": name} for name in ("a", "b")]
    await bring({"campaigns.jsonl": campaigns})

    crossed = [{**known_as("a"), "parent": known_as("b")}, {**known_as("b"), "parent": known_as("a")}]
    report = await bring({"campaigns.jsonl": crossed}, skip_bad=True)

    assert reasons(report) == ["campaigns.jsonl, line 2: parent would lie below itself"]
    assert report.counts["campaigns"] == Count(updated=1, refused=1)


async def test_a_row_may_refer_to_one_before_it_but_not_after_it(bring: Bring) -> None:
    report = await bring({"productGroups.jsonl": [group("b", "a"), group("a", None), group("c", "a")]}, skip_bad=True)

    assert reasons(report) == [
        "productGroups.jsonl, line 1: parent names what is not among the productGroups: erp a; "
        "bring a file productGroups.csv or .jsonl that has it"
    ]
    assert report.counts["productGroups"] == Count(created=2, refused=1)


async def test_what_hangs_from_a_refused_row_is_refused_too(bring: Bring) -> None:
    statuses = [
        {"code": "silver", "name": "Silver", "qualification": "MANUAL", "rank": 1, "qualificationMonths": 0},
        {"code": "gold", "name": "Gold", "qualification": "MANUAL", "rank": 2, "previous": "silver"},
    ]

    report = await bring({"statuses.jsonl": statuses}, skip_bad=True)

    assert reasons(report) == [
        "statuses.jsonl, line 1: must satisfy qualification_months > 0",
        "statuses.jsonl, line 2: previous names what is not among the statuses: silver; "
        "bring a file statuses.csv or .jsonl that has it",
    ]


async def test_card_numbers_are_those_of_their_type(bring: Bring, take: Take) -> None:
    numbers = ["99000002", "99000003", "9900002", "98000002", "9900000x"]
    cards = [{"cardType": "loyalty", "number": number} for number in numbers]

    report = await bring({"cardTypes.jsonl": [LOYALTY], "cards.jsonl": cards}, skip_bad=True)

    assert reasons(report) == [
        "cards.jsonl, line 2: number is refused: The number's last digit doesn't match the others.",
        "cards.jsonl, line 3: number is refused: The number must have 8 characters.",
        "cards.jsonl, line 4: number is refused: The number must begin with 99.",
        "cards.jsonl, line 5: number is refused: The number may hold only digits.",
    ]
    assert [row["number"] for row in await take("cards")] == ["99000002"]


async def test_a_new_card_is_free_or_its_holders(bring: Bring, take: Take) -> None:
    cards = [
        {"cardType": "loyalty", "number": "99000002"},
        {"cardType": "loyalty", "number": "99000010", "customer": known_as("1")},
        {"cardType": "loyalty", "number": "99000028", "customer": known_as("1"), "state": "BLOCKED"},
    ]
    await bring(
        {
            "customerSources.jsonl": SOURCE,
            "customers.jsonl": [known_as("1")],
            "cardTypes.jsonl": [LOYALTY],
            "cards.jsonl": cards,
        }
    )

    assert [row["state"] for row in await take("cards")] == ["FREE", "ASSIGNED", "BLOCKED"]


PROPERTIES: Rows = [
    {"code": "text", "name": "T", "dataType": "TEXT", "isUnique": True},
    {"code": "number", "name": "N", "dataType": "NUMBER"},
    {"code": "boolean", "name": "B", "dataType": "BOOLEAN"},
    {"code": "date", "name": "D", "dataType": "DATE"},
    {"code": "choice", "name": "C", "dataType": "CHOICE", "items": [{"value": "red", "name": "Red"}]},
]


def store(code: str, **values: object) -> dict[str, object]:
    return {
        "code": code,
        "name": code,
        "properties": [{"property": key, "value": value} for key, value in values.items()],
    }


async def test_custom_properties_are_of_their_type(bring: Bring) -> None:
    good = store("a", text="x", number=1.5, boolean=False, date="2024-05-15", choice="red")
    bad = store("b", text=1, number=True, boolean="true", date="15.5.2024", choice="blue")

    report = await bring({"properties.jsonl": PROPERTIES, "stores.jsonl": [good, bad]}, skip_bad=True)

    assert reasons(report) == [
        "stores.jsonl, line 2: properties[0].value must be text",
        "stores.jsonl, line 2: properties[1].value must be a number",
        "stores.jsonl, line 2: properties[2].value must be true or false",
        "stores.jsonl, line 2: properties[3].value must be a day such as 2024-05-15",
        "stores.jsonl, line 2: properties[4].value must be one of red",
    ]


async def test_a_unique_property_is_one_owners(bring: Bring) -> None:
    await bring({"properties.jsonl": PROPERTIES, "stores.jsonl": [store("a", text="x")]})

    report = await bring(
        {"stores.jsonl": [store("a", text="x"), store("b", text="x"), store("c", text="y")]}, skip_bad=True
    )

    assert reasons(report) == ["stores.jsonl, line 2: properties[0].value is another's already"]


async def test_a_unique_property_is_one_owners_within_a_file_too(bring: Bring) -> None:
    stores = [store("a", text="x"), store("b", text="x")]

    report = await bring({"properties.jsonl": PROPERTIES, "stores.jsonl": stores}, skip_bad=True)

    assert reasons(report) == ["stores.jsonl, line 2: properties[0].value is another's already"]
