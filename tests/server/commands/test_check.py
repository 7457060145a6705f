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

    told = [await check(), await check("--mend"), await check()]

    line = f"{opaque_id('Customer', jana.id)}: purchase_count is 3, and should be 1\n"
    assert told == [
        (1, f"{line}1 customers: 1 differences, 0 customers put right.\n"),
        (0, f"{line}1 customers: 1 differences, 1 customers put right.\n"),
        (0, "1 customers: 0 differences, 0 customers put right.\n"),
    ]
