"""Customers by what they bought: kept figures, sums within a period, birthdays, and moments relative to now."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import Scope
from models.types import MONEY
from resolvers.storage.context import Viewer, ViewerKind
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

NAMES = "personalInformation { firstName }"


def names(data: Any) -> list[str]:
    """The given names of the customers of an answer."""
    return [row["personalInformation"]["firstName"] for row in data["customers"]["nodes"]]


async def found(graph: Graph, where: str, **variables: Any) -> list[str]:
    """The given names of the customers for whom a filter holds."""
    query = f"{{ customers(where: {where}, orderBy: [{{field: FIRST_NAME}}]) {{ totalCount nodes {{ {NAMES} }} }} }}"
    data = await graph.data(query, **variables)
    assert data["customers"]["totalCount"] == len(data["customers"]["nodes"])
    return names(data)


def customer(name: str, **more: Any) -> models.Customer:
    """A customer with a given name."""
    return factories.customer(first_name=name, first_name_key=name.lower(), **more)


def bill(of: models.Customer | None, days: float, total: str, **more: Any) -> models.Purchase:
    """A bill paid some days ago."""
    return factories.purchase(customer=of, paid_at=NOW - timedelta(days=days), total=Decimal(total), **more)


async def four(session: AsyncSession) -> None:
    """Ada bought often, Bea once, Cia in two currencies, Dan nothing that stands."""
    ada, bea, cia, dan = (customer(name) for name in ("Ada", "Bea", "Cia", "Dan"))
    await factories.save(
        session,
        *(bill(ada, days, "100") for days in (1, 20, 45, 100, 400)),
        bill(ada, 10, "50.01", returned=Decimal(20), state="PARTLY_RETURNED"),
        bill(bea, 40, "1000"),
        bill(cia, 3, "10", currency_code="EUR"),
        bill(cia, 9, "20", currency_code="EUR"),
        bill(cia, 5, "300"),
        bill(dan, 2, "999", state="CANCELLED"),
        bill(None, 1, "77"),
        factories.point_entry(customer=bea, amount=Decimal(30)),
        factories.point_entry(customer=bea, amount=Decimal(-5), kind="SPEND"),
    )


async def test_a_customer_tells_what_their_bills_and_points_come_to(graph: Graph, session: AsyncSession) -> None:
    await four(session)

    data = await graph.data("""{ customers(orderBy: [{field: FIRST_NAME}]) { nodes { statistics {
      purchaseCount turnover { amount currency { code } } averageBasket { amount } currency { code }
      firstPurchaseAt lastPurchaseAt points recencyScore
    } } } }""")

    ada, _bea, cia, dan = (row["statistics"] for row in data["customers"]["nodes"])
    assert ada == {
        "purchaseCount": 6,
        "turnover": {"amount": "530.01", "currency": {"code": "CZK"}},
        "averageBasket": {"amount": "88.34"},
        "currency": {"code": "CZK"},
        "firstPurchaseAt": "2023-04-11T12:00:00+00:00",
        "lastPurchaseAt": "2024-05-14T12:00:00+00:00",
        "points": "0",
        "recencyScore": None,
    }
    assert cia["turnover"] == {"amount": "30.00", "currency": {"code": "EUR"}}
    assert dan == {
        "purchaseCount": 0,
        "turnover": None,
        "averageBasket": None,
        "currency": None,
        "firstPurchaseAt": None,
        "lastPurchaseAt": None,
        "points": "0",
        "recencyScore": None,
    }


@pytest.mark.parametrize(
    ("field", "direction", "expected"),
    [
        ("PURCHASE_COUNT", "DESC", ["Ada", "Cia", "Bea", "Dan"]),
        ("TURNOVER", "DESC", ["Bea", "Ada", "Cia", "Dan"]),
        ("AVERAGE_BASKET", "ASC", ["Cia", "Ada", "Bea", "Dan"]),
        ("LAST_PURCHASE_AT", "DESC", ["Dan", "Ada", "Cia", "Bea"]),
        ("FIRST_PURCHASE_AT", "ASC", ["Ada", "Bea", "Cia", "Dan"]),
        ("POINTS", "DESC", ["Bea", "Dan", "Cia", "Ada"]),
    ],
)
async def test_customers_are_sorted_by_figures_page_by_page(
    graph: Graph, session: AsyncSession, field: str, direction: str, expected: list[str]
) -> None:
    await four(session)
    query = f"""query ($after: String) {{
      customers(first: 2, after: $after, orderBy: [{{field: {field}, direction: {direction}}}]) {{
        nodes {{ {NAMES} }} pageInfo {{ hasNextPage endCursor }}
      }}
    }}"""

    first = await graph.data(query)
    second = await graph.data(query, after=first["customers"]["pageInfo"]["endCursor"])

    assert names(first) + names(second) == expected
    assert [page["customers"]["pageInfo"]["hasNextPage"] for page in (first, second)] == [True, False]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("{statistics: {purchaseCount: {gte: 3}}}", ["Ada", "Cia"]),
        ("{statistics: {purchaseCount: {eq: 0}}}", ["Dan"]),
        ('{statistics: {turnover: {gt: 530}, currency: {eq: "CZK"}}}', ["Ada", "Bea"]),
        ('{statistics: {averageBasket: {eq: "88.34"}}}', ["Ada"]),
        ("{statistics: {averageBasket: {isNull: true}}}", ["Dan"]),
        ("{statistics: {points: {gte: 25}}}", ["Bea"]),
        ('{not: {statistics: {lastPurchaseAt: {last: "P30D"}}}}', ["Bea", "Dan"]),
        ("{purchases: {some: {customer: {statistics: {purchaseCount: {eq: 1}}}}}}", ["Bea"]),
    ],
)
async def test_customers_are_found_by_figures(
    graph: Graph, session: AsyncSession, where: str, expected: list[str]
) -> None:
    await four(session)

    assert await found(graph, where) == expected


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        ('{period: {last: "P30D"}, count: {gte: 3}}', ["Ada", "Cia"]),
        ('{period: {last: "P30D"}, count: {gte: 1, lt: 4}}', ["Ada", "Cia"]),
        ('{period: {last: "P30D"}, count: {eq: 0}}', ["Bea", "Dan"]),
        ('{period: {last: "P30D"}, count: {ne: 3}}', ["Bea", "Dan"]),
        ('{period: {last: "P30D"}, count: {lte: 3}}', ["Ada", "Bea", "Cia", "Dan"]),
        ('{period: {last: "P3M"}, currency: "CZK", turnover: {gte: "330.01"}}', ["Ada", "Bea"]),
        ('{period: {last: "P3M"}, currency: "CZK", turnover: {lt: "330.01"}}', ["Cia", "Dan"]),
        ('{period: {last: "P3M"}, currency: "EUR", averageBasket: {eq: 15}}', ["Cia"]),
        ('{period: {last: "P3M"}, currency: "EUR", averageBasket: {ne: 15}}', ["Ada", "Bea", "Dan"]),
        ('{period: {last: "P3M"}, currency: "EUR", averageBasket: {isNull: true}}', ["Ada", "Bea", "Dan"]),
        ('{currency: "CZK", averageBasket: {eq: "88.34"}}', ["Ada"]),
        ("{count: {gte: 6}}", ["Ada"]),
        ("{count: {in: [0, 6]}}", ["Ada", "Dan"]),
        ("{count: {nin: [0, 6]}}", ["Bea", "Cia"]),
        ('{period: {from: "2024-04-05T00:00:00Z", to: "2024-04-06T00:00:00Z"}, count: {gte: 1}}', ["Bea"]),
        ('{period: {from: "2023-04-11T12:00:00Z", to: "2024-03-31T12:00:00Z"}, count: {eq: 2}}', ["Ada"]),
        ('{period: {from: "2023-04-11T12:00:00.000001Z", to: "2024-03-31T12:00:00Z"}, count: {eq: 1}}', ["Ada"]),
        ('{period: {to: "2024-01-01T00:00:00Z"}, count: {gt: 0}}', ["Ada"]),
        ('{period: {from: "2024-05-10T00:00:00Z"}, count: {gt: 1}}', ["Cia"]),
        ('{period: {from: "2024-05-10T00:00:00Z", to: "2023-01-01T00:00:00Z"}, count: {gt: 0}}', []),
    ],
)
async def test_customers_are_found_by_what_they_bought_within_a_period(
    graph: Graph, session: AsyncSession, within: str, expected: list[str]
) -> None:
    await four(session)

    assert await found(graph, f"{{purchasesWithin: {within}}}") == expected
    rest = [name for name in ("Ada", "Bea", "Cia", "Dan") if name not in expected]
    assert await found(graph, f"{{not: {{purchasesWithin: {within}}}}}") == rest


@pytest.mark.parametrize("currency", ["CZK", "EUR"])
@pytest.mark.parametrize(("since", "until"), [(0, 1), (9, 46), (1, 101), (40, 401), (3, 500), (100, 130)])
async def test_sums_of_months_and_of_bills_are_the_sums_of_all_bills(
    graph: Graph, session: AsyncSession, currency: str, since: int, until: int
) -> None:
    await four(session)
    start, end = NOW - timedelta(days=until), NOW - timedelta(days=since)
    net = models.Purchase.total - models.Purchase.returned
    summed = await session.execute(
        select(models.Customer.first_name, func.count(), func.sum(net, type_=MONEY))
        .join(models.Purchase, models.Purchase.customer_id == models.Customer.id)
        .where(models.Purchase.state != "CANCELLED", models.Purchase.currency_code == currency)
        .where(models.Purchase.paid_at >= start, models.Purchase.paid_at < end)
        .group_by(models.Customer.first_name)
    )

    for name, count, turnover in summed.all():
        where = f'{{purchasesWithin: {{period: {{from: "{start.isoformat()}", to: "{end.isoformat()}"}}, '
        where += f'currency: "{currency}", count: {{eq: {count}}}, turnover: {{eq: "{turnover}"}}}}}}'
        assert name in await found(graph, where)


@pytest.mark.parametrize(
    ("within", "message"),
    [
        ("{period: {last: null}}", "`where.purchasesWithin.period.last` is null; leave it out."),
        ("{}", "`where.purchasesWithin` compares with nothing: give a `count`, `turnover` or `averageBasket`."),
        ("{count: {}}", "`where.purchasesWithin.count` compares with nothing: give a comparison, or leave it out."),
        ("{count: null}", "`where.purchasesWithin.count` is null; leave it out."),
        ("{turnover: {gt: 1}}", "`where.purchasesWithin` needs a `currency`: amounts of several are not added up."),
        (
            '{period: {last: "P1M", to: "2024-01-01T00:00:00Z"}}',
            "`where.purchasesWithin.period` takes either `last`, or `from` and `to`.",
        ),
        (
            '{period: {last: "a month"}}',
            "`where.purchasesWithin.period`: give an ISO 8601 duration such as P30D, P12M or PT12H.",
        ),
        ('{period: {last: "P101Y"}}', "`where.purchasesWithin.period`: the duration is longer than a hundred years."),
        ('{currency: "EUR", turnover: {gt: "0.00001"}}', None),
    ],
)
async def test_what_can_not_be_summed_is_refused(graph: Graph, within: str, message: str | None) -> None:
    answer = await graph.ask(f"{{ customers(where: {{purchasesWithin: {within}}}) {{ totalCount }} }}")

    assert answer.codes == ["BAD_FILTER"]
    assert message is None or answer.messages == [message]


async def test_who_sees_no_personal_data_finds_customers_by_sums_and_not_by_birthdays(
    graph: Graph, session: AsyncSession
) -> None:
    await four(session)
    graph.viewer = Viewer(None, ViewerKind.ENTERPRISE, frozenset({Scope.CUSTOMERS_READ}))
    shown = "totalCount nodes { statistics { purchaseCount } insights { purchaseCount } }"

    sums = await graph.data(f"{{ customers(where: {{purchasesWithin: {{count: {{gte: 6}}}}}}) {{ {shown} }} }}")
    birthdays = await graph.ask("{ customers(where: {birthday: {today: true}}) { totalCount } }")

    row = {"statistics": {"purchaseCount": 6}, "insights": {"purchaseCount": 5}}
    assert sums == {"customers": {"totalCount": 1, "nodes": [row]}}
    assert birthdays.codes == ["FORBIDDEN"]


@pytest.mark.parametrize("null", ["last", "currency", "gte", "next"])
async def test_variables_that_are_null_are_refused_both_ways(graph: Graph, null: str) -> None:
    query = """query ($last: String, $currency: String, $gte: Int, $next: String) { customers(where: {
      purchasesWithin: {period: {last: $last}, currency: $currency, count: {gte: $gte}}, birthday: {next: $next}
    }) { totalCount nodes { id } } }"""
    given: dict[str, Any] = {"last": "P30D", "currency": "CZK", "gte": 1, "next": "P7D"}

    fine, refused = await graph.ask(query, **given), await graph.ask(query, **{**given, null: None})

    assert (fine.errors, fine.planned, fine.statements) == ([], True, 1)
    assert refused.codes == ["BAD_FILTER"]


@pytest.mark.parametrize(
    ("today", "where", "expected"),
    [
        (date(2024, 5, 15), "{today: true}", ["May15"]),
        (date(2024, 5, 15), "{today: false}", ["Dec31", "Feb28", "Feb29", "Jan02", "Mar01", "May22"]),
        (date(2024, 5, 15), '{next: "P7D"}', ["May15", "May22"]),
        (date(2024, 5, 15), '{next: "P1W"}', ["May15", "May22"]),
        (date(2024, 5, 16), '{next: "P6D"}', ["May22"]),
        (date(2023, 12, 30), '{next: "P3D"}', ["Dec31", "Jan02"]),
        (date(2023, 2, 28), "{today: true}", ["Feb28", "Feb29"]),
        (date(2023, 2, 27), '{next: "P1D"}', ["Feb28", "Feb29"]),
        (date(2023, 3, 1), '{next: "P0D"}', ["Mar01"]),
        (date(2024, 2, 28), "{today: true}", ["Feb28"]),
        (date(2024, 2, 29), "{today: true}", ["Feb29"]),
        (date(2024, 5, 16), '{next: "P1Y"}', ["Dec31", "Feb28", "Feb29", "Jan02", "Mar01", "May15", "May22"]),
    ],
)
async def test_customers_are_found_by_birthdays(
    graph: Graph, session: AsyncSession, today: date, where: str, expected: list[str]
) -> None:
    born = ["1990-05-15", "1985-05-22", "1970-12-31", "2001-01-02", "1992-02-29", "1999-02-28", "1980-03-01"]
    days = [date.fromisoformat(day) for day in born]
    await factories.save(session, *(customer(f"{day:%b%d}", birthdate=day) for day in days), customer("Nobody"))
    graph.now = datetime(today.year, today.month, today.day, 23, 59, tzinfo=UTC)

    with_nobody = [*expected, "Nobody"] if "false" in where else expected

    assert await found(graph, f"{{birthday: {where}}}") == sorted(with_nobody)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('{createdAt: {last: "P30D"}}', ["New"]),
        ('{createdAt: {last: "PT240H"}}', ["New"]),
        ('{createdAt: {last: "P1Y2M"}}', ["New", "Old"]),
        ('{not: {createdAt: {last: "P30D"}}}', ["Old"]),
        ('{birthdate: {last: "P30Y"}}', ["Old"]),
        ('{birthdate: {next: "P100Y"}}', []),
        ('{vouchers: {some: {validTo: {next: "P7D"}}}}', ["New"]),
        ('{vouchers: {some: {validTo: {next: "P6D"}}}}', []),
    ],
)
async def test_moments_and_days_are_compared_with_now(
    graph: Graph, session: AsyncSession, where: str, expected: list[str]
) -> None:
    new = customer("New", created_at=NOW - timedelta(days=10), birthdate=date(1994, 5, 14))
    old = customer("Old", created_at=NOW - timedelta(days=400), birthdate=date(1994, 5, 15))
    await factories.save(session, old, factories.voucher(customer=new, valid_to=NOW + timedelta(days=7)))

    assert await found(graph, where) == expected


async def test_a_plan_that_was_kept_judges_by_the_moment_of_each_request(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, bill(customer("Ada"), 10, "100"))
    where = '{purchasesWithin: {period: {last: "P30D"}, count: {gte: 1}}, statistics: {lastPurchaseAt: {last: "P30D"}}}'

    assert await found(graph, where) == ["Ada"]
    graph.now = NOW + timedelta(days=21)
    assert await found(graph, where) == []
