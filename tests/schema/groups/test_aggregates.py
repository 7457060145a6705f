"""Groups of bills, lines, points and vouchers: counted and summed up by the database."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import Scope
from resolvers.ids import opaque_id
from resolvers.storage.context import Viewer, ViewerKind
from tests import factories
from tests.schema.both_ways import Graph

SUM = "{ sum { amount currency { code } } }"


def bill(total: str, paid_at: str = "2024-03-10T12:00", **more: Any) -> models.Purchase:
    """A bill of a total, paid at a moment of UTC."""
    moment = datetime.fromisoformat(paid_at).replace(tzinfo=UTC)
    return factories.purchase(total=Decimal(total), paid_at=moment, **more)


def money(amount: str, currency: str = "CZK") -> dict[str, Any]:
    """An amount as the graph answers it."""
    return {"amount": amount, "currency": {"code": currency}}


def by_month(month: str, store: str, count: int, figures: list[str], turnover: str) -> dict[str, Any]:
    """A group of bills as the graph answers it."""
    whole, average, least, most = figures
    return {
        "month": month,
        "store": {"name": store},
        "count": count,
        "day": None,
        "total": {
            "sum": money(whole),
            "average": {"amount": average},
            "min": {"amount": least},
            "max": {"amount": most},
        },
        "turnover": {"sum": money(turnover)},
    }


async def test_bills_by_month_and_store_take_one_statement_and_one_for_the_stores(
    graph: Graph, session: AsyncSession
) -> None:
    brno, prague = factories.store(name="Brno"), factories.store(name="Prague")
    await factories.save(
        session,
        bill("100", "2024-03-10T12:00", store=brno),
        bill("50.01", "2024-03-31T23:59", store=brno),
        bill("10", "2024-04-01T00:00", store=brno),
        bill("7", "2024-03-01T12:00", store=prague, returned=Decimal(2)),
        bill("9", "2024-03-01T12:00", store=prague, state="CANCELLED"),
    )

    answer = await graph.ask(
        f"""{{ purchaseAggregates(groupBy: [MONTH, STORE]) {{ totalCount nodes {{
          month store {{ name }} count day
          total {{ sum {{ amount currency {{ code }} }} average {{ amount }} min {{ amount }} max {{ amount }} }}
          turnover {SUM}
        }} }} }}"""
    )

    assert answer.data["purchaseAggregates"] == {
        "totalCount": 3,
        "nodes": [
            by_month("2024-03-01", "Brno", 2, ["150.01", "75.01", "50.01", "100.00"], "150.01"),
            by_month("2024-03-01", "Prague", 2, ["16.00", "8.00", "7.00", "9.00"], "5.00"),
            by_month("2024-04-01", "Brno", 1, ["10.00", "10.00", "10.00", "10.00"], "10.00"),
        ],
    }
    assert (answer.planned, answer.statements) == (True, 2)


async def test_different_customers_are_counted_once(graph: Graph, session: AsyncSession) -> None:
    jana = factories.customer()
    await factories.save(session, *(bill("1", customer=who) for who in (jana, jana, factories.customer())), bill("1"))

    data = await graph.data("{ purchaseAggregates(groupBy: YEAR) { totalCount nodes { count customers } } }")
    only_counted = await graph.data("{ purchaseAggregates(groupBy: YEAR) { totalCount } }")

    assert data["purchaseAggregates"] == {"totalCount": 1, "nodes": [{"count": 4, "customers": 2}]}
    assert only_counted["purchaseAggregates"] == {"totalCount": 1}


async def test_amounts_in_several_currencies_are_never_summed(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, bill("100"), bill("20", currency_code="EUR"), bill("3.5", currency_code="EUR"))

    data = await graph.data(
        f"""{{
          together: purchaseAggregates {{ nodes {{ count total {SUM} itemsCount {{ sum }} }} }}
          apart: purchaseAggregates(groupBy: CURRENCY, orderBy: {{field: TOTAL_SUM, direction: DESC}}) {{
            nodes {{ currency {{ code }} count total {SUM} }}
          }}
          euros: purchaseAggregates(currency: "eur") {{ nodes {{ count total {SUM} }} }}
        }}"""
    )

    assert data == {
        "together": {"nodes": [{"count": 3, "total": None, "itemsCount": {"sum": "0"}}]},
        "apart": {
            "nodes": [
                {"currency": {"code": "CZK"}, "count": 1, "total": {"sum": money("100.00")}},
                {"currency": {"code": "EUR"}, "count": 2, "total": {"sum": money("23.50", "EUR")}},
            ]
        },
        "euros": {"nodes": [{"count": 2, "total": {"sum": money("23.50", "EUR")}}]},
    }


async def test_periods_begin_in_the_time_zone_that_is_asked_for(graph: Graph, session: AsyncSession) -> None:
    # In Prague the clock went forward on 31 March, so that the two lie an hour before and at the next midnight.
    await factories.save(session, bill("1", "2024-03-30T23:00"), bill("2", "2024-03-31T22:00"))

    data = await graph.data(
        """query ($zone: String!) {
          purchaseAggregates(groupBy: [DAY, WEEK, MONTH, YEAR], timeZone: $zone) { nodes { day week month year count } }
        }""",
        zone="Europe/Prague",
    )

    assert data["purchaseAggregates"]["nodes"] == [
        {"day": "2024-03-31", "week": "2024-03-25", "month": "2024-03-01", "year": "2024-01-01", "count": 1},
        {"day": "2024-04-01", "week": "2024-04-01", "month": "2024-04-01", "year": "2024-01-01", "count": 1},
    ]


async def test_of_nothing_there_is_one_group_unless_it_is_grouped(graph: Graph) -> None:
    data = await graph.data(
        f"""{{
          whole: purchaseAggregates {{ totalCount nodes {{ count customers total {SUM} pointsSpent {{ sum }} }} }}
          groups: purchaseAggregates(groupBy: STORE) {{ totalCount nodes {{ count }} pageInfo {{ endCursor }} }}
        }}"""
    )

    assert data == {
        "whole": {
            "totalCount": 1,
            "nodes": [{"count": 0, "customers": 0, "total": None, "pointsSpent": {"sum": None}}],
        },
        "groups": {"totalCount": 0, "nodes": [], "pageInfo": {"endCursor": None}},
    }


async def test_customers_have_groups_of_their_own_all_in_one_statement(graph: Graph, session: AsyncSession) -> None:
    jana, eva = factories.customer(first_name="Jana"), factories.customer(first_name="Eva")
    butter = factories.product(name="Butter")
    lines = [factories.purchase_item(product=butter, quantity=Decimal("1.5"), price=Decimal(30))]
    await factories.save(
        session,
        factories.purchase(customer=jana, items=lines),
        bill("7", customer=jana),
        bill("1000"),
        factories.point_entry(customer=jana, amount=Decimal(30)),
        factories.point_entry(customer=jana, amount=Decimal(-5), kind="SPEND"),
        factories.voucher(customer=jana, value=Decimal(50), currency_code="CZK"),
        eva,
    )

    answer = await graph.ask(
        f"""{{ customers(orderBy: {{field: FIRST_NAME, direction: DESC}}) {{ nodes {{
          purchaseAggregates {{ nodes {{ count total {SUM} }} }}
          purchaseItemAggregates(groupBy: CURRENCY) {{ nodes {{ bills quantity {{ sum average }} total {SUM} }} }}
          pointEntryAggregates(groupBy: KIND) {{ nodes {{ kind amount {{ sum max }} }} }}
          voucherAggregates(groupBy: [STATE], first: 1) {{ nodes {{ state value {SUM} }} }}
        }} }} }}"""
    )

    assert answer.data["customers"]["nodes"] == [
        {
            "purchaseAggregates": {"nodes": [{"count": 2, "total": {"sum": money("37.00")}}]},
            "purchaseItemAggregates": {
                "nodes": [{"bills": 1, "quantity": {"sum": "1.5", "average": "1.5"}, "total": {"sum": money("30.00")}}]
            },
            "pointEntryAggregates": {
                "nodes": [
                    {"kind": "ASSIGN", "amount": {"sum": "30", "max": "30"}},
                    {"kind": "SPEND", "amount": {"sum": "-5", "max": "-5"}},
                ]
            },
            "voucherAggregates": {"nodes": [{"state": "ACTIVE", "value": {"sum": money("50.00")}}]},
        },
        {
            "purchaseAggregates": {"nodes": [{"count": 0, "total": None}]},
            "purchaseItemAggregates": {"nodes": []},
            "pointEntryAggregates": {"nodes": []},
            "voucherAggregates": {"nodes": []},
        },
    ]
    assert answer.statements == 5


async def test_lines_are_summed_up_by_product_brand_group_and_the_status_of_who_bought(
    graph: Graph, session: AsyncSession
) -> None:
    gold = factories.status(name="Gold")
    jana = factories.customer()
    butter = factories.product(
        name="Butter", brand=factories.product_brand(name="Alpine"), group=factories.product_group(name="Dairy")
    )
    lines = [factories.purchase_item(product=product, price=Decimal("0.05")) for product in (butter, butter, None)]
    await factories.save(
        session,
        factories.status_record(customer=jana, status=gold),
        factories.purchase(customer=jana, items=lines[:1], state="RETURNED"),
        factories.purchase(items=lines[1:]),
    )

    data = await graph.data(
        f"""{{ purchaseItemAggregates(
          groupBy: [PRODUCT, BRAND, GROUP, CUSTOMER_STATUS], where: {{purchase: {{state: {{ne: CANCELLED}}}}}}
        ) {{ nodes {{
          product {{ name }} brand {{ name }} group {{ name }} customerStatus {{ name }} count total {SUM}
        }} }} }}"""
    )

    what = {"product": {"name": "Butter"}, "brand": {"name": "Alpine"}, "group": {"name": "Dairy"}}
    figures = {"count": 1, "total": {"sum": money("0.05")}}
    assert data["purchaseItemAggregates"]["nodes"] == [
        {**what, "customerStatus": {"name": "Gold"}, **figures},
        {**what, "customerStatus": None, **figures},
        {"product": None, "brand": None, "group": None, "customerStatus": None, **figures},
    ]


async def test_a_page_of_no_groups_says_whether_some_follow(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, bill("1"))

    asked = "{ purchaseAggregates(groupBy: STORE, first: 0) { nodes { count } pageInfo { hasNextPage } } }"

    assert (await graph.data(asked))["purchaseAggregates"] == {"nodes": [], "pageInfo": {"hasNextPage": True}}


async def test_a_walk_both_ways_meets_each_group_once(graph: Graph, session: AsyncSession) -> None:
    await factories.save(
        session,
        *(bill(str(total), source=source) for total, source in [(1, "a"), (2, None), (2, "b"), (5, "c"), (1, "a")]),
    )
    fields = "nodes { source } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    order = "groupBy: SOURCE, orderBy: {field: TOTAL_SUM, direction: DESC}"

    async def page(arguments: str) -> tuple[list[str | None], bool, bool, str]:
        found = (await graph.data(f"{{ purchaseAggregates({order}, {arguments}) {{ {fields} }} }}"))[
            "purchaseAggregates"
        ]
        info, sources = found["pageInfo"], [node["source"] for node in found["nodes"]]
        ends = info["endCursor"] if arguments.startswith("first") else info["startCursor"]
        return sources, info["hasPreviousPage"], info["hasNextPage"], ends

    first = await page("first: 3")
    rest = await page(f'first: 3, after: "{first[3]}"')
    last = await page("last: 1")
    before = await page(f'last: 2, before: "{last[3]}"')

    assert first[:3] == (["c", "a", "b"], False, True)
    assert rest[:3] == ([None], True, False)
    assert last[:3] == ([None], True, False)
    assert before[:3] == (["a", "b"], True, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("groupBy: [DAY, WEEK, MONTH, YEAR, STORE]", "`groupBy` takes 4 keys at most."),
        ("groupBy: [STORE, STORE]", "`groupBy` names a key twice."),
        ('timeZone: "Prague"', "`timeZone` must be an IANA time zone, such as Europe/Prague."),
        ('currency: "crowns"', "`currency` must be a code of ISO 4217, such as EUR."),
        ("orderBy: {field: DAY}", "`orderBy`: DAY is not among what is grouped by."),
        ("first: 101", "`first` must be from 0 to 100, not 101."),
        ('after: "WyJ4Il0"', "This cursor belongs to another list or another order."),
        ("where: {total: {gte: null}}", "`where.total.gte` is null; use `isNull` to find missing values."),
    ],
)
async def test_what_cannot_be_used_is_refused(shop: Graph, arguments: str, message: str) -> None:
    answer = await shop.ask(f"{{ purchaseAggregates({arguments}) {{ nodes {{ count }} }} }}")

    assert answer.messages == [message]


async def test_viewers_sum_up_what_they_see_in_lists(graph: Graph, session: AsyncSession) -> None:
    jana = factories.customer()
    await factories.save(session, bill("1", customer=jana), bill("2", customer=factories.customer()), bill("4"))
    query = f"{{ purchaseAggregates(groupBy: CUSTOMER) {{ nodes {{ count customer {{ id }} total {SUM} }} }} }}"

    async def seen(viewer: Viewer) -> list[tuple[object, str]]:
        graph.viewer = viewer
        nodes = (await graph.data(query))["purchaseAggregates"]["nodes"]
        return [(node["customer"] and node["customer"]["id"], node["total"]["sum"]["amount"]) for node in nodes]

    one, other = opaque_id("Customer", 1), opaque_id("Customer", 2)
    assert await seen(Viewer(None, ViewerKind.ENTERPRISE, frozenset({Scope.CUSTOMERS_READ}))) == [
        (one, "1.00"),
        (other, "2.00"),
        (None, "4.00"),
    ]
    assert await seen(Viewer(jana.id, ViewerKind.CUSTOMER)) == [(one, "1.00")]
    assert await seen(Viewer(None, ViewerKind.ENTERPRISE)) == []
    assert await seen(Viewer(None, ViewerKind.ANONYMOUS)) == []


async def test_an_erased_customer_is_nobody(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, bill("1", customer=factories.customer(state="DELETED")), bill("2"))

    data = await graph.data("{ purchaseAggregates(groupBy: CUSTOMER) { nodes { customer { id } count } } }")

    assert data["purchaseAggregates"]["nodes"] == [{"customer": None, "count": 2}]
