"""Each comparison on each kind of value."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph
from tests.schema.declaring.filtering import names, three

TEXT = [
    ({"eq": "Brno"}, "a"),
    ({"ne": "Brno"}, "bc"),
    ({"in": ["Brno", "brno"]}, "ab"),
    ({"in": []}, ""),
    ({"nin": ["Brno"]}, "bc"),
    ({"nin": []}, "abc"),
    ({"lt": "brno"}, "a"),
    ({"lte": "brno"}, "ab"),
    ({"gt": "Brno"}, "b"),
    ({"gte": "Brno"}, "ab"),
    ({"isNull": True}, "c"),
    ({"isNull": False}, "ab"),
    ({"startsWith": "Br"}, "a"),
    ({"startsWith": ""}, "ab"),
    ({"contains": "rn"}, "ab"),
    ({"contains": "%"}, ""),
    ({"contains": ""}, "ab"),
    ({"startsWith": "_"}, ""),
    ({"gt": "A", "lt": "C"}, "a"),
    ({"contains": "r", "ne": "Brno"}, "b"),
]


async def test_text_compares_letter_for_letter(graph: Graph, session: AsyncSession) -> None:
    await three(session, city=["Brno", "brno", None])

    for where, found in TEXT:
        assert await names(graph, {"city": where}) == found, where


IGNORING_CASE = [
    ({"eqIgnoreCase": "ŘÍČANY"}, "ab"),
    ({"eqIgnoreCase": "Ricany"}, ""),
    ({"startsWithIgnoreCase": "řÍ"}, "ab"),
    ({"startsWithIgnoreCase": "any"}, ""),
    ({"startsWithIgnoreCase": ""}, "ab"),
    ({"containsIgnoreCase": "ČAN"}, "ab"),
    ({"containsIgnoreCase": "%"}, ""),
    ({"containsIgnoreCase": "ČAN", "eq": "Říčany"}, "a"),
]


async def test_text_compares_whatever_its_case_the_same_on_both_databases(graph: Graph, session: AsyncSession) -> None:
    await three(session, city=["Říčany", "říČANY", None])

    for where, found in IGNORING_CASE:
        assert await names(graph, {"city": where}) == found, where


DECOMPOSED = "Plzen\u030c"
COMPOSED = "Plze\u0148"


async def test_text_is_found_however_its_letters_are_composed(graph: Graph, session: AsyncSession) -> None:
    await three(session, city=[COMPOSED, "Plzen", None])

    for where in ({"eq": DECOMPOSED}, {"in": [DECOMPOSED]}, {"startsWith": DECOMPOSED}, {"contains": "zen\u030c"}):
        assert await names(graph, {"city": where}) == "a", where
    assert await names(graph, {"city": {"ne": DECOMPOSED}}) == "bc"


async def test_a_key_is_found_however_its_letters_are_composed(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, factories.store(code=COMPOSED, name="Main square"))

    found = await graph.data("query ($c: String!) { store(by: { code: $c }) { name } }", c=DECOMPOSED)

    assert found == {"store": {"name": "Main square"}}


DAYS = [
    ({"eq": "1980-02-29"}, "a"),
    ({"ne": "1980-02-29"}, "bc"),
    ({"in": ["1980-02-29", "1999-01-01"]}, "a"),
    ({"nin": ["1980-02-29"]}, "bc"),
    ({"lt": "1980-03-01"}, "a"),
    ({"lte": "1980-02-29"}, "a"),
    ({"gt": "1980-02-29"}, "b"),
    ({"gte": "1980-02-29"}, "ab"),
    ({"isNull": True}, "c"),
    ({"isNull": False}, "ab"),
]


async def test_days_compare_by_the_calendar(graph: Graph, session: AsyncSession) -> None:
    await three(session, birthdate=[date(1980, 2, 29), date(2001, 1, 1), None])

    for where, found in DAYS:
        assert await names(graph, {"birthdate": where}) == found, where


LATE = (NOW + timedelta(microseconds=1)).isoformat()
MOMENTS = [
    ({"eq": "2024-05-15T12:00:00Z"}, "a"),
    ({"eq": "2024-05-15T14:00:00+02:00"}, "a"),
    ({"eq": LATE}, "b"),
    ({"ne": "2024-05-15T12:00:00Z"}, "bc"),
    ({"in": ["2024-05-15T12:00:00.000000Z", LATE]}, "ab"),
    ({"nin": [LATE]}, "ac"),
    ({"lt": LATE}, "a"),
    ({"lte": LATE}, "ab"),
    ({"gt": "2024-05-15T12:00:00Z"}, "b"),
    ({"gte": "2024-05-15T07:00:00-05:00"}, "ab"),
    ({"isNull": True}, "c"),
    ({"isNull": False}, "ab"),
]


async def test_moments_compare_whatever_their_offset(graph: Graph, session: AsyncSession) -> None:
    await three(session, email_confirmed_at=[NOW, datetime.fromisoformat(LATE), None])

    for where, found in MOMENTS:
        assert await names(graph, {"emailConfirmedAt": where}) == found, where


CHOICES = [
    ({"eq": "FEMALE"}, "a"),
    ({"ne": "FEMALE"}, "bc"),
    ({"in": ["FEMALE", "MALE"]}, "ab"),
    ({"in": []}, ""),
    ({"nin": ["MALE"]}, "ac"),
    ({"isNull": True}, "c"),
    ({"isNull": False}, "ab"),
]


async def test_choices_compare_by_their_names(graph: Graph, session: AsyncSession) -> None:
    await three(session, gender=["FEMALE", "MALE", None])

    for where, found in CHOICES:
        assert await names(graph, {"gender": where}) == found, where


AMOUNTS = [
    ({"eq": "10"}, "ab"),
    ({"eq": 10}, "ab"),
    ({"eq": "10.0000"}, "ab"),
    ({"eq": "1e1"}, "ab"),
    ({"ne": "10"}, "cd"),
    ({"in": ["10", "10.0001"]}, "abc"),
    ({"nin": [10]}, "cd"),
    ({"lt": "10.0001"}, "ab"),
    ({"lte": "10.0001"}, "abc"),
    ({"gt": 10}, "c"),
    ({"gte": 10}, "abc"),
    ({"isNull": True}, "d"),
    ({"isNull": False}, "abc"),
    ({"gt": "-1"}, "abc"),
]


async def test_amounts_compare_exactly(graph: Graph, session: AsyncSession) -> None:
    for name, value in zip("abcd", (Decimal(10), Decimal("10.0"), Decimal("10.0001"), None), strict=True):
        await factories.save(session, factories.reward(name=name, value=value))

    query = "query ($where: RewardWhere) { rewards(where: $where, orderBy: [{field: NAME}]) { nodes { name } } }"

    for where, found in AMOUNTS:
        rows = (await graph.data(query, where={"value": where}))["rewards"]["nodes"]
        assert "".join(row["name"] for row in rows) == found, where


NUMBERS = [
    ({"eq": 2}, "b"),
    ({"ne": 2}, "acd"),
    ({"in": [1, 2]}, "ab"),
    ({"nin": [1, 2]}, "cd"),
    ({"lt": 2}, "a"),
    ({"lte": 2}, "ab"),
    ({"gt": 2}, "c"),
    ({"gte": 2}, "bc"),
    ({"isNull": True}, "d"),
    ({"isNull": False}, "abc"),
    ({"gt": -(2**31)}, "abc"),
]


async def test_whole_numbers_compare(graph: Graph, session: AsyncSession) -> None:
    for name, value in zip("abcd", (1, 2, 2**31 - 1, None), strict=True):
        await factories.save(session, factories.reward(name=name, limit_total=value))

    query = "query ($where: RewardWhere) { rewards(where: $where, orderBy: [{field: NAME}]) { nodes { name } } }"

    for where, found in NUMBERS:
        rows = (await graph.data(query, where={"limitTotal": where}))["rewards"]["nodes"]
        assert "".join(row["name"] for row in rows) == found, where


SWITCHES = [
    ({"eq": True}, "a"),
    ({"eq": False}, "b"),
    ({"ne": True}, "b"),
    ({"isNull": True}, ""),
    ({"isNull": False}, "ab"),
]


async def test_yes_and_no_compare(graph: Graph, session: AsyncSession) -> None:
    stores = [factories.store(name=name, visible_to_customers=seen) for name, seen in (("a", True), ("b", False))]
    await factories.save(session, *stores)

    query = "query ($where: StoreWhere) { stores(where: $where) { nodes { name } } }"

    for where, found in SWITCHES:
        rows = (await graph.data(query, where={"visibleToCustomers": where}))["stores"]["nodes"]
        assert "".join(row["name"] for row in rows) == found, where


ITEMS = [
    ({"has": "web"}, "bc"),
    ({"has": "leaflet"}, "c"),
    ({"has": "we"}, ""),
    ({"has": '"web"'}, ""),
    ({"has": "ž"}, "c"),
    ({"isNull": False}, "abc"),
    ({"isNull": True}, ""),
]


async def test_lists_of_text_are_asked_for_an_item(graph: Graph, session: AsyncSession) -> None:
    for name, places in (("a", []), ("b", ["web"]), ("c", ["leaflet", "web", "ž"])):
        await factories.save(session, factories.campaign_product(name=name, display_in=places))

    query = """
    query ($where: CampaignProductWhere) { campaignProducts(where: $where) { nodes { presentation { name } } } }
    """

    for where, found in ITEMS:
        rows = (await graph.data(query, where={"displayIn": where}))["campaignProducts"]["nodes"]
        assert "".join(row["presentation"]["name"] for row in rows) == found, where


THINGS = [
    ({"eq": "38"}, "a"),
    ({"eq": 38}, "b"),
    ({"eq": 38.0}, "b"),
    ({"eq": True}, "c"),
    ({"eq": 1}, "d"),
    ({"eq": 1.5}, "e"),
    ({"eq": False}, ""),
    ({"ne": 38}, "acdef"),
    ({"eq": 'ž"x\\'}, "f"),
    ({"isNull": False}, "abcdef"),
]


async def test_values_of_properties_compare_as_what_they_are(graph: Graph, session: AsyncSession) -> None:
    size = factories.property()
    for name, value in zip("abcdef", ("38", 38, True, 1, 1.5, 'ž"x\\'), strict=True):
        holder = factories.customer(first_name=name)
        await factories.save(session, factories.property_record(customer=holder, property=size, value=value))

    for where, found in THINGS:
        assert await names(graph, {"properties": {"some": {"value": where}}}) == found, where


async def test_ids_compare_by_equality(graph: Graph, session: AsyncSession) -> None:
    await three(session)
    first, second = opaque_id("Customer", 1), opaque_id("Customer", 2)

    assert await names(graph, {"id": {"eq": first}}) == "a"
    assert await names(graph, {"id": {"ne": first}}) == "bc"
    assert await names(graph, {"id": {"in": [first, second, opaque_id("Customer", 99)]}}) == "ab"
    assert await names(graph, {"id": {"nin": [first, second]}}) == "c"
    assert await names(graph, {"id": {"isNull": True}}) == ""


async def test_emails_and_phones_are_compared_as_they_are_known(graph: Graph, session: AsyncSession) -> None:
    emails, phones = ["Eva@Example.com", "jan@example.com", None], ["+420601234567", None, "+421905123456"]
    await three(session, email=emails, phone=phones)

    assert await names(graph, {"email": {"eq": " EVA@example.COM "}}) == "a"
    assert await names(graph, {"email": {"in": ["Jan@Example.Com", "x@y.cz"]}}) == "b"
    assert await names(graph, {"email": {"contains": "@Example"}}) == "ab"
    assert await names(graph, {"email": {"startsWith": "EVA"}}) == "a"
    assert await names(graph, {"phone": {"eq": "+420 601 234 567"}}) == "a"
    assert await names(graph, {"phone": {"nin": ["+420 601 234 567"]}}) == "bc"
    assert await names(graph, {"phone": {"startsWith": "+42"}}) == "ac"
    assert await names(graph, {"phone": {"contains": "905"}}) == "c"
