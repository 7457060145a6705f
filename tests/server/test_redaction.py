"""No line of the log holds personal data or a secret, whoever wrote it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.personal import MASKED, PERSONAL
from models.rules.token_format import TokenKind
from resolvers.access.token_secret import new_secret
from resolvers.operation.structs import camel
from server.commands import serve
from server.redaction import Redacting, redacted
from server.settings import load
from tests import factories

CANARY = "kanarek"
NAMES = sorted({name for classes in PERSONAL.values() for name, kind in classes.items() if kind in MASKED})


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is logged, as the gateway writes it."""
    written: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Keeping()
    handler.setFormatter(Redacting("%(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_behind_the_name_of_a_personal_column_is_taken_out(name: str) -> None:
    forms = [f"{name}={CANARY}", f"'{name}': '{CANARY} x'", f'"{camel(name)}": "{CANARY}"', f"Key ({name})=({CANARY})"]

    assert [line for line in forms if CANARY in redacted(line)] == []


def test_secrets_addresses_and_phones_are_taken_out_wherever_they_stand() -> None:
    token = new_secret(TokenKind.ENTERPRISE).text
    told = [
        f"refused {token}",
        f"authorization: Bearer {CANARY}.x",
        f"postgresql://crm:{CANARY}@host/crm",
        f"sent to {CANARY}@example.com.",
        "called +420601234567 and +420 601 234 567",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqYW5hIn0.c2lnbmF0dXJl",
    ]

    assert [redacted(line) for line in told] == [
        "refused crm_ent_•••",
        "authorization: Bearer •••",
        "postgresql://•••@host/crm",
        "sent to •••.",
        "called ••• and •••",
        "•••",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "2026-05-15 12:00:00,000 WARNING crm360 [a1b2] The job expire-points failed and will be tried again",
        "The audit trail is sealed up to entry 12: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "Working recommendations out ended with code 3.",
        "at 2026-05-15T12:00:00+00:00",
    ],
)
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert redacted(line) == line


async def test_an_exception_of_the_database_is_logged_without_what_it_says(
    session: AsyncSession, lines: list[str]
) -> None:
    await factories.save(session, factories.card(number=CANARY))
    row = {"number": CANARY, "card_type_id": 1, "state": "FREE"}

    with pytest.raises(IntegrityError) as raised:
        await session.execute(insert(models.Card), [row, row])
    logging.getLogger("some.library").error("It failed: %s", raised.value, exc_info=raised.value)

    assert "sqlalchemy.exc.IntegrityError" in lines[0]
    assert [line for line in lines if CANARY in line] == []


def test_drivers_that_tell_what_statements_are_given_are_never_heard_below_a_warning() -> None:
    levels = serve._logging(load(log_level="debug"))["loggers"]

    assert {name: levels[name]["level"] for name in ("aiosqlite", "sqlalchemy", "asyncpg")} == {
        "aiosqlite": "WARNING",
        "sqlalchemy": "WARNING",
        "asyncpg": "WARNING",
    }
