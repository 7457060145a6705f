"""Proving the books, part by part. What follows from other rows can be put right; what is nobody's to say is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.audit.sealing import verify_audit
from resolvers.books import comparisons
from resolvers.books.comparisons import SHOWN, Comparison, Finding
from resolvers.customer.figures.checking import prove_figures
from resolvers.storage.transaction import in_transaction


@dataclass(frozen=True, slots=True)
class Proved:
    """What became of proving a part of the books."""

    name: str
    told: str
    count: int = 0
    """How many differences there were."""
    left: int = 0
    """How many of them stay."""
    findings: Sequence[Finding] = field(default=())
    """The first of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the books."""

    name: str
    description: str
    prove: Callable[[AsyncEngine, datetime, bool], Awaitable[Proved]]


async def _figures(engine: AsyncEngine, now: datetime, mend: bool) -> Proved:
    proof = await prove_figures(engine, now, mend=mend)
    findings = [Finding("Customer", each.customer, each.figure, each.kept, each.right) for each in proof.differences]
    told = f"{proof.customers} customers: {proof.count} differences, {proof.mended} customers put right."
    return Proved("figures", told, proof.count, proof.left, findings)


async def _audit(engine: AsyncEngine, now: datetime, _mend: bool) -> Proved:
    found = await in_transaction(engine, now, verify_audit)
    if found.broken is not None:
        told = f"Seal {found.broken} of the audit trail doesn't hold: entries before it were changed or removed."
        return Proved("audit", told, 1, 1)
    before = f", {found.pruned} before them are no longer kept" if found.pruned else ""
    told = (
        f"{found.seals} seals over {found.entries} entries hold, {found.unsealed} entries are not sealed yet{before}.\n"
        f"The newest digest: {found.digest}"
    )
    return Proved("audit", told)


def _compared(name: str, description: str, rules: Callable[[datetime], Sequence[Comparison]]) -> Part:
    async def prove(engine: AsyncEngine, now: datetime, _mend: bool) -> Proved:
        count, findings = 0, list[Finding]()
        async with engine.connect() as connection:
            # Each reads what there is, and keeps no writer waiting.
            await connection.execution_options(reading=True)
            for comparison in rules(now):
                wrong, first = await comparisons.differences(connection, comparison)
                count, findings = count + wrong, findings + first
        return Proved(name, f"{count} differences.", count, count, findings[:SHOWN])

    return Part(name, description, prove)


PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Part("figures", "Kept figures and balances of customers against bills, ledger and lots.", _figures),
        _compared(
            "points",
            "Points in circulation: the ledger against lots, reservations and bills.",
            comparisons.points,
        ),
        _compared(
            "vouchers",
            "Vouchers against their history and the bills they are on.",
            comparisons.vouchers,
        ),
        _compared(
            "purchases",
            "Bills against their lines and returns.",
            comparisons.purchases,
        ),
        _compared(
            "reservations",
            "Reservations of products against their steps, which take stock and give it back.",
            comparisons.reservations,
        ),
        Part("audit", "The chain of the audit trail: nothing sealed was changed or removed.", _audit),
    )
}
"""All parts of the books, in the order in which they are proved."""
