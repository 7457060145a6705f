"""Countries, currencies and languages, in the language of the reader."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories
from tests.schema.both_ways import Graph

ONE = '{ country(code: "CZ") { code name } currency(code: "CZK") { code name } language(code: "cs") { code name } }'


@pytest.mark.parametrize(
    ("locale", "country", "currency", "language"),
    [
        ("en", "Czechia", "Czech Koruna", "Czech"),
        ("cs", "Česko", "česká koruna", "čeština"),
        ("de_AT", "Tschechien", "Tschechische Krone", "Tschechisch"),
        ("tlh", "Czechia", "Czech Koruna", "Czech"),
        ("", "Czechia", "Czech Koruna", "Czech"),
    ],
)
async def test_names_are_in_the_language_of_the_reader(
    shop: Graph, locale: str, country: str, currency: str, language: str
) -> None:
    shop.locale = locale

    assert await shop.data(ONE) == {
        "country": {"code": "CZ", "name": country},
        "currency": {"code": "CZK", "name": currency},
        "language": {"code": "cs", "name": language},
    }


@pytest.mark.parametrize("code", ["XX", "", "cz", "C", "CZE", "\x00", "Ž"])
async def test_a_code_of_no_list_finds_nothing(shop: Graph, code: str) -> None:
    fields = "country(code: $code) { name } currency(code: $code) { name } language(code: $code) { name }"
    query = f"query ($code: String!) {{ {fields} }}"

    assert await shop.data(query, code=code) == {"country": None, "currency": None, "language": None}


async def test_a_code_that_no_list_has_is_shown_as_it_is(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, factories.customer(language_code="tlh", country_code="XX"))

    fields = "personalInformation { language { code name } address { country { code name } } }"
    data = await graph.data(f"{{ customers {{ nodes {{ {fields} }} }} }}")

    assert data["customers"]["nodes"][0]["personalInformation"] == {
        "language": {"code": "tlh", "name": "Klingon"},
        "address": {"country": {"code": "XX", "name": "XX"}},
    }


LISTS = [
    ('where: {code: {eq: "SK"}}', "SK"),
    ('where: {code: {in: ["SK", "CZ"]}}', "CZ SK"),
    ("where: {code: {in: []}}", ""),
    ('where: {name: {startsWith: "Slov"}}', "SI SK"),
    ('where: {name: {contains: "lovak"}}', "SK"),
    ('where: {or: [{code: {eq: "SK"}}, {name: {eq: "Malta"}}]}', "MT SK"),
    ("where: {or: []}", ""),
    ('where: {and: [{code: {gte: "SK"}}, {not: {code: {gt: "SM"}}}]}', "SK SL SM"),
    ('where: {code: {lt: "AF", ne: "AD"}}', "AE"),
    ('where: {code: {nin: ["AD"], lte: "AE"}}', "AE"),
    ("where: {code: {isNull: true}}", ""),
    ('where: {code: {isNull: false, eq: "SK"}}', "SK"),
    ('first: 2, where: {name: {startsWith: "A"}}, orderBy: [{field: NAME, direction: DESC}]', "AZ AT"),
    ('last: 2, where: {name: {startsWith: "A"}}, orderBy: [{field: NAME}]', "AT AZ"),
]


async def test_lists_are_filtered_and_sorted(shop: Graph) -> None:
    for arguments, codes in LISTS:
        data = await shop.data(f"{{ countries({arguments}) {{ nodes {{ code }} }} }}")
        assert " ".join(row["code"] for row in data["countries"]["nodes"]) == codes, arguments


async def test_names_sort_as_their_readers_fold_them(shop: Graph) -> None:
    shop.locale = "cs"

    where = '{code: {in: ["CZ", "CN", "TD"]}}'
    data = await shop.data(f"{{ countries(where: {where}, orderBy: [{{field: NAME}}]) {{ nodes {{ name }} }} }}")

    assert [row["name"] for row in data["countries"]["nodes"]] == ["Čad", "Česko", "Čína"]


@pytest.mark.parametrize("name", ["countries", "currencies", "languages"])
@pytest.mark.parametrize("size", [7, 100])
@pytest.mark.parametrize("backwards", [False, True])
async def test_a_walk_meets_each_code_once(shop: Graph, name: str, size: int, backwards: bool) -> None:
    side, way = ("last", "before") if backwards else ("first", "after")
    fields = "totalCount nodes { code } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    arguments = f"{side}: $n, {way}: $c, orderBy: [{{field: NAME}}]"
    query = f"query ($n: Int, $c: String) {{ {name}({arguments}) {{ {fields} }} }}"
    met: list[Any] = []
    cursor = None
    while True:
        page = (await shop.data(query, n=size, c=cursor))[name]
        codes = [row["code"] for row in page["nodes"]]
        met = codes + met if backwards else met + codes
        cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]
        if not page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]:
            break

    assert len(met) == len(set(met)) == page["totalCount"]


@pytest.mark.parametrize("where", ["{code: {eq: null}}", "{code: null}", "{not: null}"])
async def test_null_operands_are_refused(shop: Graph, where: str) -> None:
    answer = await shop.ask(f"{{ countries(where: {where}) {{ nodes {{ code }} }} }}")

    assert (answer.data, answer.codes) == (None, ["BAD_FILTER"])
