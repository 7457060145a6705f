"""Proving the books from the command line."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from resolvers.ids import opaque_id
from server.cli import app
from tests import factories


async def check(*options: str) -> tuple[int, str]:
    """What the command says, and how it ends."""
    done = await asyncio.to_thread(CliRunner().invoke, app, ["check", *options])
    return done.exit_code, done.output


async def test_what_differs_is_told_until_it_is_mended(
    session: AsyncSession, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    jana = factories.customer()
    await factories.save(session, factories.purchase(customer=jana), factories.points(customer=jana))
    await session.execute(text("UPDATE customer_statistics SET purchase_count = 3"))
    await session.commit()

    told = [await check("figures"), await check("figures", "--mend"), await check("figures")]

    line = f"{opaque_id('Customer', jana.id)}: purchase_count is 3, and should be 1\n"
    assert told == [
        (1, f"{line}figures: 1 customers: 1 differences, 0 customers put right.\n"),
        (0, f"{line}figures: 1 customers: 1 differences, 1 customers put right.\n"),
        (0, "figures: 1 customers: 0 differences, 0 customers put right.\n"),
    ]


async def test_every_part_is_proved_where_none_is_named(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty)

    code, told = await check()
    unknown = await check("nothing")

    parts = ["figures", "points", "vouchers", "purchases", "reservations", "audit"]
    assert code == 0
    assert [line.partition(":")[0] for line in told.splitlines()] == [*parts, "The newest digest"]
    assert unknown == (1, f"The books have no part called nothing. There are: {', '.join(parts)}.\n")
