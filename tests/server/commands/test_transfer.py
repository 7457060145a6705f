"""What is taken out of the database is noted in the audit trail."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from server.commands import transfer
from server.commands.transfer import Lines, progress
from tests import factories


async def exported(url: str, folder: Path, resources: list[str] | None = None) -> None:
    with progress() as bars:
        assert isinstance(bars, Lines)
        await transfer._export(url, folder, "jsonl", resources, bars)


async def entries(session: AsyncSession) -> list[tuple[Any, ...]]:
    entry = models.AuditEntry
    columns = (entry.action, entry.customer_id, entry.what, entry.viewer_kind, entry.token_id)
    return [tuple(row) for row in await session.execute(select(*columns).order_by(entry.id))]


async def test_an_export_is_noted_for_each_customer_with_who_made_it(
    session: AsyncSession, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "getuser", lambda: "alice")
    gone = factories.customer(state="DELETED")
    await factories.save(session, factories.customer(), gone, factories.customer(state="INACTIVE"))

    await exported(database_url, tmp_path)

    told = "EXPORT of 2 customers by alice"
    assert await entries(session) == [("READ", key, told, "OPEN", None) for key in (1, 3)]
    assert (tmp_path / "customers.jsonl").exists()


async def test_an_export_of_what_is_anyones_is_not_noted(
    session: AsyncSession, database_url: str, tmp_path: Path
) -> None:
    await factories.save(session, factories.customer(), factories.tag())

    await exported(database_url, tmp_path, ["tags"])

    assert await entries(session) == []


async def test_who_has_no_name_on_the_machine_is_told_by_their_number(
    session: AsyncSession, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless() -> str:
        raise KeyError

    monkeypatch.setattr(transfer, "getuser", nameless)
    await factories.save(session, factories.customer())

    await exported(database_url, tmp_path, ["cards"])

    assert await entries(session) == [("READ", 1, f"EXPORT of 1 customers by {os.getuid()}", "OPEN", None)]


def test_where_there_is_no_terminal_a_line_is_said_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    # It is asked for at the beginning, at each step, and when something was said.
    now = iter([0, 1, 3, 5, 5, 7, 10, 10])
    lines = Lines(clock=lambda: next(now))

    lines.step("customers.jsonl", 3000)
    for _ in range(4):
        lines.advance(1000)

    assert capsys.readouterr().err == (
        "customers.jsonl: 2,000 of about 3,000 rows\ncustomers.jsonl: 4,000 of about 4,000 rows\n"
    )
