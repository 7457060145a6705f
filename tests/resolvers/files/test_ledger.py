"""Points from files: the books balance whatever the files say."""

import copy
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.files.report import Count
from tests.resolvers.files.conftest import Bring, Take, reasons

CUSTOMER = {"source": "erp", "externalId": "1"}
AT = "2024-05-15T12:00:00+00:00"
PEOPLE: dict[str, Any] = {
    "customerSources.jsonl": [{"code": "erp", "name": "ERP"}],
    "customers.jsonl": [CUSTOMER, {**CUSTOMER, "externalId": "2"}],
}
BALANCE = {"source": "old", "externalId": "b1", "customer": CUSTOMER, "amount": "120.5"}
LEDGER: dict[str, Any] = {
    "customer": CUSTOMER,
    "lots": [
        {"amount": "100", "activeFrom": AT, "createdAt": AT},
        {"amount": "50", "activeFrom": AT, "createdAt": AT, "expiresAt": "2025-05-15T12:00:00+00:00"},
    ],
    "entries": [
        {"kind": "EARN", "amount": "150", "at": AT, "lots": [{"lot": 1, "amount": "100"}, {"lot": 2, "amount": "50"}]},
        {"kind": "SPEND", "amount": "-60", "at": AT, "lots": [{"lot": 2, "amount": "-50"}, {"lot": 1, "amount": -10}]},
        {"kind": "REVERSE", "amount": "10", "at": AT, "reverses": 2, "lots": [{"lot": 1, "amount": "10"}]},
    ],
    "reservations": [{"externalId": "o", "amount": "5", "createdAt": AT, "expiresAt": AT}],
}


async def books(session: AsyncSession) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """The same sum three times: of the entries, of what lots have left, and of what entries did to lots."""
    sums = (
        func.sum(models.PointEntry.amount),
        func.sum(models.PointLot.remaining),
        func.sum(models.PointEntryLot.amount),
    )
    found = [await session.scalar(select(total)) for total in sums]
    await session.commit()
    return found[0], found[1], found[2]


async def test_an_opening_balance_makes_a_lot_and_its_entry(session: AsyncSession, bring: Bring) -> None:
    given = {**BALANCE, "createdAt": AT, "expiresAt": "2025-05-15T12:00:00+00:00", "note": "Moved"}

    report = await bring({**PEOPLE, "openingBalances.jsonl": [given]})

    entry = await session.scalar(select(models.PointEntry))
    lot = await session.scalar(select(models.PointLot))
    assert report.counts["openingBalances"] == Count(created=1)
    assert entry is not None
    assert lot is not None
    assert (entry.kind, entry.amount, entry.note, entry.at.isoformat()) == ("ASSIGN", Decimal("120.5"), "Moved", AT)
    assert (lot.amount, lot.remaining, lot.active_from, lot.created_at) == (
        entry.amount,
        entry.amount,
        entry.at,
        entry.at,
    )
    assert lot.expires_at is not None
    assert await books(session) == (Decimal("120.5"),) * 3


async def test_an_opening_balance_is_taken_once(session: AsyncSession, bring: Bring) -> None:
    other = {**BALANCE, "customer": {**CUSTOMER, "externalId": "2"}}
    await bring({**PEOPLE, "openingBalances.jsonl": [BALANCE]})

    rows = [BALANCE, {**BALANCE, "externalId": "b2", "amount": 1}, {**BALANCE, "amount": 1}, other]
    report = await bring({"openingBalances.jsonl": rows}, skip_bad=True)

    assert report.counts["openingBalances"] == Count(created=2, unchanged=1, refused=1)
    assert reasons(report) == ["openingBalances.jsonl, line 3: amount was taken before as 120.5; entries never change"]
    assert await books(session) == (Decimal(242),) * 3


async def test_balances_of_one_name_in_one_file_are_taken_once(session: AsyncSession, bring: Bring) -> None:
    report = await bring({**PEOPLE, "openingBalances.jsonl": [BALANCE, BALANCE]})

    assert report.counts["openingBalances"] == Count(created=1, unchanged=1)
    assert await books(session) == (Decimal("120.5"),) * 3


async def test_an_opening_balance_needs_points_and_a_customer(bring: Bring) -> None:
    rows = [{**BALANCE, "amount": 0}, {**BALANCE, "amount": "-1"}, {"source": "old", "externalId": "b", "amount": 1}]
    nobody = {**BALANCE, "customer": {**CUSTOMER, "externalId": "3"}}

    report = await bring({**PEOPLE, "openingBalances.jsonl": [*rows, nobody]})

    assert reasons(report) == [
        "openingBalances.jsonl, line 2: amount must be greater than zero",
        "openingBalances.jsonl, line 3: customer is missing",
        "openingBalances.jsonl, line 4: customer names what is not among the customers: erp 3; "
        "bring a file customers.csv or .jsonl that has it",
    ]


async def test_a_ledger_comes_whole_and_balances(session: AsyncSession, bring: Bring, take: Take) -> None:
    report = await bring({**PEOPLE, "pointLedgers.jsonl": [LEDGER]})

    (found,) = await take("pointLedgers")
    remaining = await session.scalars(select(models.PointLot.remaining).order_by(models.PointLot.id))
    assert report.errors == []
    assert list(remaining) == [Decimal(100), Decimal(0)]
    assert await books(session) == (Decimal(100),) * 3
    assert found["entries"][2]["reverses"] == 2
    assert [part["amount"] for part in found["entries"][1]["lots"]] == ["-50", "-10"]


async def test_a_ledger_that_is_there_stays_as_it_is(session: AsyncSession, bring: Bring, take: Take) -> None:
    await bring({**PEOPLE, "pointLedgers.jsonl": [LEDGER]})
    longer = copy.deepcopy(LEDGER)
    longer["entries"].append({"kind": "EXPIRE", "amount": -1, "at": AT, "lots": [{"lot": 1, "amount": -1}]})

    again = await bring({"pointLedgers.jsonl": [LEDGER]})
    other = await bring({"pointLedgers.jsonl": [longer]})

    assert again.counts["pointLedgers"] == Count(unchanged=1)
    assert reasons(other) == [
        "pointLedgers.jsonl, line 1: customer has points already, and other ones; entries never change"
    ]
    assert await books(session) == (Decimal(100),) * 3


def lots(ledger: dict[str, Any], entry: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ledger["entries"][entry]["lots"]
    return found


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda it: it["entries"][1].update(amount="-61"), "entries[1].amount differs from what its lots got"),
        (lambda it: it["entries"][0].pop("lots"), "entries[0].amount differs from what its lots got"),
        (lambda it: lots(it, 0).pop(), "entries[0].amount differs from what its lots got"),
        (lambda it: it["lots"][0].update(amount="99"), "lots[0] would be left with 100 points"),
        (lambda it: lots(it, 0)[0].update(lot=3), "entries[0].lots names a lot that is not in the ledger"),
        (lambda it: lots(it, 0)[0].update(lot=0), "entries[0].lots names a lot that is not in the ledger"),
        (lambda it: it["entries"][2].update(reverses=3), "entries[2].reverses must be an entry that comes before"),
        (lambda it: it["entries"][0].update(amount="x"), "entries[0].amount must be a decimal number: x"),
        (lambda it: it["reservations"][0].pop("amount"), "reservations[0].amount is missing"),
    ],
)
async def test_a_ledger_that_does_not_balance_is_refused(
    session: AsyncSession, bring: Bring, change: Any, reason: str
) -> None:
    ledger = copy.deepcopy(LEDGER)
    change(ledger)

    report = await bring({**PEOPLE, "pointLedgers.jsonl": [ledger]}, skip_bad=True)

    assert f"pointLedgers.jsonl, line 1: {reason}" in reasons(report)
    assert await books(session) == (None, None, None)


async def test_a_lot_that_gives_more_than_it_got_is_refused(session: AsyncSession, bring: Bring) -> None:
    ledger = copy.deepcopy(LEDGER)
    taken = [{"lot": 1, "amount": "-101"}, {"lot": 2, "amount": "41"}]
    ledger["entries"][1]["lots"] = taken

    report = await bring({**PEOPLE, "pointLedgers.jsonl": [ledger]}, skip_bad=True)

    assert reasons(report) == [
        "pointLedgers.jsonl, line 1: lots[1] would be left with 91 points",
    ]
