"""How conditions are put together."""

from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories
from tests.schema.both_ways import Graph
from tests.schema.declaring.filtering import names, three

BOTH = [
    ({"and": []}, "abc"),
    ({"or": []}, ""),
    ({"not": {}}, ""),
    ({"not": {"or": []}}, "abc"),
    ({"or": [{"city": {"eq": "Brno"}}, {"city": {"isNull": True}}]}, "ac"),
    ({"and": [{"city": {"eq": "Brno"}}, {"zip": {"eq": "1"}}]}, "a"),
    ({"and": [{"city": {"eq": "Brno"}}], "zip": {"eq": "2"}}, ""),
    ({"city": {"eq": "Brno"}, "or": [{"zip": {"eq": "1"}}, {"zip": {"eq": "2"}}]}, "a"),
    ({"not": {"city": {"eq": "Brno"}}}, "bc"),
    ({"not": {"city": {"ne": "Brno"}}}, "a"),
    ({"not": {"not": {"city": {"eq": "Brno"}}}}, "a"),
    ({"not": {"city": {"lt": "Z"}}}, "c"),
    ({"not": {"and": [{"city": {"isNull": False}}, {"zip": {"eq": "1"}}]}}, "bc"),
    ({}, "abc"),
    (None, "abc"),
]


async def test_conditions_are_put_together(graph: Graph, session: AsyncSession) -> None:
    await three(session, city=["Brno", "Praha", None], zip=["1", "2", None])

    for where, found in BOTH:
        assert await names(graph, where) == found, where


ROWS = [
    ({"some": {}}, "ab"),
    ({"none": {}}, "c"),
    ({"every": {}}, "abc"),
    ({"some": {"state": {"eq": "BLOCKED"}}}, "a"),
    ({"none": {"state": {"eq": "BLOCKED"}}}, "bc"),
    ({"every": {"state": {"eq": "ASSIGNED"}}}, "bc"),
    ({"every": {"state": {"in": ["ASSIGNED", "BLOCKED"]}}}, "abc"),
    ({"some": {"validTo": {"isNull": True}}}, "ab"),
    ({"every": {"validTo": {"gt": "2024-01-01T00:00:00Z"}}}, "c"),
    ({"some": {"or": []}}, ""),
    ({"none": {"or": []}}, "abc"),
    ({"some": {"number": {"eq": "1"}}, "none": {"number": {"eq": "2"}}}, ""),
    ({"some": {"number": {"eq": "1"}, "state": {"eq": "BLOCKED"}}}, ""),
    ({"some": {"cardType": {"name": {"eq": "Gold"}}}}, "a"),
]


async def test_relations_to_many_ask_for_some_none_or_every_row(graph: Graph, session: AsyncSession) -> None:
    a, b, c = (factories.customer(first_name=name) for name in "abc")
    gold = factories.card_type(name="Gold")
    await factories.save(
        session,
        factories.card(customer=a, number="1"),
        factories.card(customer=a, number="2", state="BLOCKED", card_type=gold),
        factories.card(customer=b, number="3"),
        c,
    )

    for where, found in ROWS:
        assert await names(graph, {"cards": where}) == found, where


ONE = [
    ({"isNull": True}, "c"),
    ({"isNull": False}, "ab"),
    ({"name": {"eq": "Brno"}}, "a"),
    ({"name": {"ne": "Brno"}}, "b"),
    ({"not": {"name": {"eq": "Brno"}}}, "b"),
    ({}, "ab"),
    ({"city": {"isNull": True}}, "b"),
    ({"or": []}, ""),
    ({"isNull": True, "name": {"eq": "Brno"}}, ""),
    ({"partner": {"isNull": True}}, "b"),
    ({"partner": {"code": {"eq": "p"}}}, "a"),
]


async def test_relations_to_one_ask_for_the_row_or_for_none(graph: Graph, session: AsyncSession) -> None:
    brno = factories.store(name="Brno", city="Brno", partner=factories.partner(code="p"))
    await three(session, store=[brno, factories.store(name="Praha"), None])

    for where, found in ONE:
        assert await names(graph, {"store": where}) == found, where


async def test_not_a_relation_keeps_rows_without_one(graph: Graph, session: AsyncSession) -> None:
    await three(session, store=[factories.store(name="Brno"), factories.store(name="Praha"), None])

    assert await names(graph, {"not": {"store": {"name": {"eq": "Brno"}}}}) == "bc"


async def test_search_filter_order_and_count_go_together(graph: Graph, session: AsyncSession) -> None:
    rows = (("Eva", "Brno"), ("Evelína", "Brno"), ("Eva", "Praha"), ("Jan", "Brno"), ("Ewa", "Brno"), ("EVŽEN", "Brno"))
    await factories.save(session, *(factories.customer(first_name=name, city=city) for name, city in rows))

    data = await graph.data("""{
      customers(
        first: 2, search: "ev nov", where: {city: {eq: "Brno"}}, orderBy: [{field: FIRST_NAME, direction: DESC}]
      ) {
        totalCount
        nodes { personalInformation { firstName } }
        pageInfo { hasNextPage }
      }
    }""")

    assert data == {
        "customers": {
            "totalCount": 3,
            "nodes": [
                {"personalInformation": {"firstName": "EVŽEN"}},
                {"personalInformation": {"firstName": "Evelína"}},
            ],
            "pageInfo": {"hasNextPage": True},
        }
    }


async def test_a_nested_list_is_filtered_for_each_parent(graph: Graph, session: AsyncSession) -> None:
    for name in "ab":
        holder = factories.customer(first_name=name)
        states = ("ASSIGNED", "BLOCKED", "ASSIGNED") if name == "a" else ("BLOCKED",)
        await factories.save(session, *(factories.card(customer=holder, state=state) for state in states))

    data = await graph.data(
        "{ customers { nodes { cards(where: {state: {eq: ASSIGNED}}) { totalCount nodes { state } } } } }"
    )

    assert data["customers"]["nodes"] == [
        {"cards": {"totalCount": 2, "nodes": [{"state": "ASSIGNED"}, {"state": "ASSIGNED"}]}},
        {"cards": {"totalCount": 0, "nodes": []}},
    ]
