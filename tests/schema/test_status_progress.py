"""How far customers are from keeping their status, and from the next one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

CONDITION = models.Qualification.CONDITION
MISSING = "{ turnover { amount currency { code } } points }"
PROGRESS = f"""
query ($id: ID!) {{
  customer(by: {{id: $id}}) {{
    status {{ status {{ name }} isValid progress {{ keepsWith {MISSING} next {{ name }} risesWith {MISSING} }} }}
    statusHistory {{ nodes {{ status {{ name }} progress {{ next {{ name }} }} }} }}
  }}
}}
"""
NOTHING = {"turnover": [], "points": None}


async def progress(graph: Graph) -> Any:
    """What the first customer's status shows."""
    return (await graph.data(PROGRESS, id=opaque_id("Customer", 1)))["customer"]


def ladder(**silver_has: Any) -> tuple[models.Status, models.Status, models.Status]:
    """Basic on registration, silver by turnover or points, gold by turnover in two currencies."""
    basic = factories.status(name="Basic", qualification="REGISTRATION")
    given = {"validity": "P12M", "qualification_months": 12, "qualification_points": Decimal(200)} | silver_has
    silver = factories.status(name="Silver", qualification=CONDITION, previous=basic, **given)
    gold = factories.status(name="Gold", qualification=CONDITION, previous=silver, qualification_months=12)
    return basic, silver, gold


async def limits(session: AsyncSession, silver: models.Status, gold: models.Status) -> None:
    """A thousand crowns for silver; five thousand, or two hundred euros, for gold."""
    await factories.save(
        session,
        factories.status_turnover(status=silver, amount=Decimal(1000)),
        factories.status_turnover(status=gold, amount=Decimal(5000)),
        factories.status_turnover(status=gold, amount=Decimal(200), currency_code="EUR"),
    )


async def test_what_is_missing_counts_the_months_of_each_status(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    _, silver, gold = ladder()
    await factories.save(
        session,
        factories.status_record(customer=eva, status=silver),
        factories.purchase(customer=eva, total=Decimal("400.5"), returned=Decimal("0.5")),
        factories.purchase(customer=eva, total=Decimal(9000), state="CANCELLED"),
        factories.purchase(customer=eva, total=Decimal(700), paid_at=NOW - timedelta(days=400)),
        factories.purchase(customer=eva, total=Decimal(25), currency_code="EUR"),
        factories.points(customer=eva, amount=Decimal(50)),
    )
    await limits(session, silver, gold)

    found = await progress(graph)

    assert found["status"] == {
        "status": {"name": "Silver"},
        "isValid": True,
        "progress": {
            "keepsWith": {"turnover": [{"amount": "600.00", "currency": {"code": "CZK"}}], "points": "150"},
            "next": {"name": "Gold"},
            "risesWith": {
                "turnover": [
                    {"amount": "4600.00", "currency": {"code": "CZK"}},
                    {"amount": "175.00", "currency": {"code": "EUR"}},
                ],
                "points": None,
            },
        },
    }


async def test_nothing_is_missing_once_one_way_is_met(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    _, silver, gold = ladder()
    await factories.save(
        session,
        factories.status_record(customer=eva, status=silver),
        factories.points(customer=eva, amount=Decimal(200)),
    )
    await limits(session, silver, gold)

    found = await progress(graph)

    assert found["status"]["progress"]["keepsWith"] == NOTHING


async def test_a_status_without_end_cannot_be_lost(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    _, silver, gold = ladder(validity=None)
    await factories.save(session, factories.status_record(customer=eva, status=silver))
    await limits(session, silver, gold)

    found = await progress(graph)

    assert found["status"]["progress"]["keepsWith"] == NOTHING


async def test_nothing_is_above_the_top(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    _, silver, gold = ladder()
    await factories.save(session, factories.status_record(customer=eva, status=gold))
    await limits(session, silver, gold)

    found = await progress(graph)

    assert found["status"]["progress"] == {"keepsWith": NOTHING, "next": None, "risesWith": NOTHING}


async def test_a_status_that_ended_has_no_progress(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    basic, silver, gold = ladder()
    earlier = NOW - timedelta(days=9)
    await factories.save(
        session,
        factories.status_record(customer=eva, status=basic, valid_from=earlier, ended_at=NOW),
        factories.status_record(customer=eva, status=silver),
    )
    await limits(session, silver, gold)

    found = await progress(graph)

    assert found["statusHistory"]["nodes"] == [
        {"status": {"name": "Silver"}, "progress": {"next": {"name": "Gold"}}},
        {"status": {"name": "Basic"}, "progress": None},
    ]


async def test_who_holds_no_status_has_no_progress(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, factories.customer())

    assert await progress(graph) == {"status": None, "statusHistory": {"nodes": []}}


DUE = "{ turnoverDue { missing { amount currency { code } } dueAt } points pointsDueAt }"


async def test_what_keeps_a_status_counts_at_its_end_and_what_lifts_until_it_is_too_old(
    graph: Graph, session: AsyncSession
) -> None:
    eva = factories.customer()
    _, silver, gold = ladder()
    start, end = NOW - timedelta(days=100), NOW + timedelta(days=265)
    await factories.save(
        session,
        factories.status_record(customer=eva, status=silver, valid_from=start, valid_to=end),
        factories.purchase(customer=eva, total=Decimal(1000), paid_at=NOW - timedelta(days=150)),
        factories.purchase(customer=eva, total=Decimal(400), paid_at=NOW - timedelta(days=10)),
        factories.points(customer=eva, amount=Decimal(250), created_at=NOW - timedelta(days=150)),
    )
    await limits(session, silver, gold)
    query = f"{{ statusRecords {{ nodes {{ progress {{ keepsWith {DUE} risesWith {DUE} }} }} }} }}"

    found = (await graph.data(query))["statusRecords"]["nodes"][0]["progress"]

    def due(amount: str, at: str | None, currency: str = "CZK") -> dict[str, Any]:
        return {"missing": {"amount": amount, "currency": {"code": currency}}, "dueAt": at}

    assert found["keepsWith"] == {
        "turnoverDue": [due("600.00", end.isoformat())],
        "points": "200",
        "pointsDueAt": end.isoformat(),
    }
    assert found["risesWith"] == {
        "turnoverDue": [due("3600.00", "2024-12-17T12:00:00+00:00"), due("200.00", None, "EUR")],
        "points": None,
        "pointsDueAt": None,
    }


async def test_what_is_over_is_judged_by_what_counted_at_its_end(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    _, silver, gold = ladder()
    end = NOW - timedelta(days=1)
    await factories.save(
        session,
        factories.status_record(customer=eva, status=silver, valid_from=end - timedelta(days=366), valid_to=end),
        factories.purchase(customer=eva, total=Decimal(900), paid_at=end - timedelta(days=9)),
        factories.purchase(customer=eva, total=Decimal(900)),
    )
    await limits(session, silver, gold)

    found = await graph.data("{ statusRecords { nodes { progress { keepsWith { turnover { amount } } } } } }")

    assert found["statusRecords"]["nodes"][0]["progress"]["keepsWith"]["turnover"] == [{"amount": "100.00"}]
