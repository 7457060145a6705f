"""States that time changes, and balances, as of the moment of the request."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

DAY = timedelta(days=1)


async def test_a_card_past_its_end_is_expired_unless_it_is_blocked(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    rows: dict[str, dict[str, Any]] = {
        "a": {"customer": eva, "valid_to": NOW + DAY},
        "b": {"customer": eva, "valid_to": NOW},
        "c": {"customer": eva, "valid_to": NOW - DAY, "state": "BLOCKED"},
        "d": {"valid_to": NOW - DAY},
        "e": {},
        "f": {"customer": eva, "valid_from": NOW + DAY},
    }
    await factories.save(session, *(factories.card(number=number, **given) for number, given in rows.items()))

    data = await graph.data("""{
      cards(orderBy: [{field: NUMBER}]) { nodes { number state isValid } }
      expired: cards(where: {state: {eq: EXPIRED}}, orderBy: [{field: NUMBER}]) { totalCount nodes { number } }
      usable: cards(where: {isValid: {eq: true}}, orderBy: [{field: NUMBER}]) { nodes { number } }
      others: cards(where: {state: {nin: [EXPIRED, BLOCKED]}}, orderBy: [{field: NUMBER}]) { nodes { number } }
    }""")

    assert [(row["number"], row["state"], row["isValid"]) for row in data["cards"]["nodes"]] == [
        ("a", "ASSIGNED", True),
        ("b", "EXPIRED", False),
        ("c", "BLOCKED", False),
        ("d", "EXPIRED", False),
        ("e", "FREE", False),
        ("f", "ASSIGNED", False),
    ]
    assert data["expired"] == {"totalCount": 2, "nodes": [{"number": "b"}, {"number": "d"}]}
    assert data["usable"] == {"nodes": [{"number": "a"}]}
    assert data["others"] == {"nodes": [{"number": "a"}, {"number": "e"}, {"number": "f"}]}


async def test_a_voucher_expires_and_its_reservation_lapses_by_themselves(graph: Graph, session: AsyncSession) -> None:
    rows: dict[str, dict[str, Any]] = {
        "a": {},
        "b": {"valid_to": NOW},
        "c": {"state": "RESERVED", "reserved_until": NOW + DAY, "valid_to": NOW - DAY},
        "d": {"state": "RESERVED", "reserved_until": NOW},
        "e": {"state": "RESERVED", "reserved_until": NOW - DAY, "valid_to": NOW - DAY},
        "f": {"state": "APPLIED", "valid_to": NOW - DAY},
        "g": {"state": "CANCELLED"},
        "h": {"valid_from": NOW + DAY},
    }
    await factories.save(session, *(factories.voucher(code=code, **given) for code, given in rows.items()))

    data = await graph.data("""{
      vouchers(orderBy: [{field: CODE}]) { nodes { code state isValid } }
      active: vouchers(where: {state: {in: [ACTIVE]}}, orderBy: [{field: CODE}]) { nodes { code } }
      usable: vouchers(where: {isValid: {eq: true}}, orderBy: [{field: CODE}]) { nodes { code } }
    }""")

    assert [(row["code"], row["state"], row["isValid"]) for row in data["vouchers"]["nodes"]] == [
        ("a", "ACTIVE", True),
        ("b", "EXPIRED", False),
        ("c", "RESERVED", False),
        ("d", "ACTIVE", True),
        ("e", "EXPIRED", False),
        ("f", "APPLIED", False),
        ("g", "CANCELLED", False),
        ("h", "ACTIVE", False),
    ]
    assert [row["code"] for row in data["active"]["nodes"]] == ["a", "d", "h"]
    assert [row["code"] for row in data["usable"]["nodes"]] == ["a", "d"]


async def test_a_vouchers_worth_is_money_only_with_a_currency(graph: Graph, session: AsyncSession) -> None:
    for value, unit in ((None, None), (Decimal("5.5"), "CZK"), (Decimal(10), None), (None, "CZK")):
        await factories.save(session, factories.voucher(value=value, currency_code=unit))

    data = await graph.data("{ vouchers { nodes { value { amount currency { code } } } } }")

    worth = [row["value"] for row in data["vouchers"]["nodes"]]
    assert worth == [None, {"amount": "5.50", "currency": {"code": "CZK"}}, None, None]


ACCOUNT = "{ active pending reserved ledger expiringNext { amount at } }"


async def test_points_are_active_pending_or_reserved(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    await factories.save(
        session,
        factories.points(customer=eva, amount=Decimal(100)),
        factories.points(customer=eva, amount=Decimal("30.5"), expires_at=NOW + 2 * DAY),
        factories.points(customer=eva, amount=Decimal(7), expires_at=NOW + 2 * DAY),
        factories.points(customer=eva, amount=Decimal(9), expires_at=NOW + 3 * DAY),
        factories.points(customer=eva, amount=Decimal(50), active_from=NOW + DAY, expires_at=NOW + DAY),
        factories.points(customer=eva, amount=Decimal(1000), expires_at=NOW),
        factories.point_lot(customer=eva, amount=Decimal(40), remaining=Decimal(0), expires_at=NOW + DAY),
        factories.point_reservation(customer=eva, amount=Decimal(20)),
        factories.point_reservation(customer=eva, amount=Decimal(60), expires_at=NOW),
        factories.point_reservation(customer=eva, amount=Decimal(5), state="RELEASED"),
        factories.points(customer=factories.customer(), amount=Decimal(1)),
    )

    data = await graph.data(f"{{ customers {{ nodes {{ pointAccount {ACCOUNT} }} }} }}")

    assert data["customers"]["nodes"][0]["pointAccount"] == {
        "active": "126.5",
        "pending": "50",
        "reserved": "20",
        "ledger": "1196.5",
        "expiringNext": {"amount": "37.5", "at": "2024-05-17T12:00:00+00:00"},
    }


async def test_who_has_no_points_has_an_account_all_the_same(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, factories.customer())

    data = await graph.data(f"{{ customers {{ nodes {{ pointAccount {ACCOUNT} }} }} }}")

    assert data["customers"]["nodes"][0]["pointAccount"] == {
        "active": "0",
        "pending": "0",
        "reserved": "0",
        "ledger": "0",
        "expiringNext": None,
    }
