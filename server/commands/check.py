"""Proving the books from the command line."""

from __future__ import annotations

import asyncio

from models.base import utc_now
from resolvers.customer.figures.checking import Proof, prove_figures
from resolvers.ids import opaque_id
from resolvers.storage.engine import make_engine
from server.commands import database
from server.settings import Settings


def prove(settings: Settings, *, mend: bool) -> tuple[bool, str]:
    """Whether the books are right now, and what there is to say of them."""
    database.require(settings)
    proof = asyncio.run(_proved(settings, mend=mend))
    lines = [
        f"{opaque_id('Customer', each.customer)}: {each.figure} is {each.kept}, and should be {each.right}"
        for each in proof.differences
    ]
    if proof.count > len(lines):
        lines.append(f"and {proof.count - len(lines)} more")
    lines.append(f"{proof.customers} customers: {proof.count} differences, {proof.mended} customers put right.")
    return proof.holds, "\n".join(lines)


async def _proved(settings: Settings, *, mend: bool) -> Proof:
    engine = make_engine(settings.database_url)
    try:
        return await prove_figures(engine, utc_now(), mend=mend)
    finally:
        await engine.dispose()
