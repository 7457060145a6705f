"""What the edge takes: the same gateway with open access, and asked with tokens, permissions, costs and budgets."""
# ruff: noqa: RUF001 - tables have dashes and signs of multiplication

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import asyncpg

from models.rules.token_format import TokenKind
from resolvers.access.token_secret import NewSecret, new_secret
from tests.benchmarks.cases import CASES, Case, Subjects
from tests.benchmarks.contestants import Gateway
from tests.benchmarks.data import Data
from tests.benchmarks.measure import Results, Run, measure

CONNECTIONS = 8
NEVER_EMPTY = "1000000000/1000000000"
OWN = ("customer360", "catalogue", "lookup", "timeline")
"""What customers may ask of themselves, and of what is public."""
TOKEN = (
    "INSERT INTO token (kind, name, scopes, customer_id, secret_hash, allows_gps, allows_notifications, created_at, "
    "updated_at) VALUES ($1, $2, $3, $4, $5, false, false, now(), now())"
)


class Guarded(Gateway):
    """Ours, where access isn't open."""

    address: dict[str, Any]

    def environment(self, data: Data, times: int) -> dict[str, str]:
        self.address = data.postgres.address(data.name(times))
        budgets = {f"CRM360_{kind}_BUDGET": NEVER_EMPTY for kind in ("ENTERPRISE", "CUSTOMER")}
        return {**super().environment(data, times), "CRM360_OPEN_ACCESS": "false", **budgets}

    async def keep(self, secret: NewSecret, kind: TokenKind, scopes: str | None, customer: int | None) -> None:
        """Let a token in."""
        connection: Any = await asyncpg.connect(**self.address)
        try:
            await connection.execute(TOKEN, kind.value, "benchmark", scopes, customer, secret.hash)
        finally:
            await connection.close()


class Shop(Guarded):
    """Asked by a back office, whose every look at personal data is noted before it is answered."""

    scopes = '["customers:read", "personal:read"]'

    @cached_property
    def secret(self) -> str:
        """Its token."""
        made = new_secret(TokenKind.ENTERPRISE)
        asyncio.run(self.keep(made, TokenKind.ENTERPRISE, self.scopes, None))
        return made.text

    def prepare(self, subjects: Subjects) -> None:
        assert self.secret
        super().prepare(subjects)

    def headers(self, _case: str, _subject: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


class App(Guarded):
    """Asked by customers, each of their own."""

    def prepare(self, subjects: Subjects) -> None:
        """Log each of them in."""
        self.secrets: dict[Any, str] = {}
        asyncio.run(self._log_in(subjects))

    async def _log_in(self, subjects: Subjects) -> None:
        connection: Any = await asyncpg.connect(**self.address)
        try:
            holders = await connection.fetch(
                "SELECT number, customer_id FROM card WHERE number = any($1)", list(subjects.card)
            )
        finally:
            await connection.close()
        whose = {customer: customer for customer in subjects.customer} | {row[0]: row[1] for row in holders}
        for subject, customer in whose.items():
            made = new_secret(TokenKind.INSTALLATION)
            await self.keep(made, TokenKind.INSTALLATION, None, customer)
            self.secrets[subject] = made.text

    def headers(self, _case: str, subject: Any) -> dict[str, str]:
        shown = self.secrets.get(subject) or next(iter(self.secrets.values()))
        return {"Authorization": f"Bearer {shown}"}


def measured(data: Data, rounds: int, seconds: float, patience: int) -> list[str]:
    """Measure each against open access in one run, as lines of a page."""
    found = {}
    for made, wanted in ((App, [each for each in CASES if each.name in OWN]), (Shop, list(CASES))):
        name = made.__name__.lower()
        contestants = [Gateway("open", "open access", "postgresql"), made(name, name, "postgresql")]
        run = Run(1, ["open", name], wanted, rounds, seconds, [CONNECTIONS], patience)
        found[name] = measure(data, contestants, run)
    return table(found, CASES)


def table(found: dict[str, Results], wanted: Sequence[Case]) -> list[str]:
    """The ratios: of requests per second, and of CPU a request, wherever."""
    lines = [
        "| of open access | customers: requests/s | CPU a request | back office, audited: requests/s | CPU a request |",
        "|---|--:|--:|--:|--:|",
    ]
    for case in wanted:
        parts = [
            _ratio(results.ratio(case.name, name, "open", CONNECTIONS, what))
            for name, results in found.items()
            for what in ("per_second", "cpu")
        ]
        lines.append(f"| {case.title} | {' | '.join(parts)} |")
    return lines


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} ×"
