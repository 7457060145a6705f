"""Proving the books from the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from models.base import utc_now
from resolvers.books.proving import PARTS, Proved
from resolvers.ids import opaque_id
from resolvers.storage.engine import make_engine
from server.cli_errors import none_such
from server.commands import database
from server.settings import Settings


def prove(settings: Settings, names: Sequence[str], *, mend: bool) -> tuple[bool, str]:
    """Whether the books, or the parts that are named, are right now, and what there is to say of them."""
    for name in names:
        if name not in PARTS:
            raise none_such("The books have no part called", name, PARTS)
    database.require(settings)
    proved = asyncio.run(_proved(settings, names or list(PARTS), mend=mend))
    return not any(each.left for each in proved), "\n".join(line for each in proved for line in _lines(each))


def listed() -> str:
    """The parts with what they prove, a line each."""
    width = max(map(len, PARTS))
    return "\n".join(f"{part.name:<{width}}  {part.description}" for part in PARTS.values())


async def _proved(settings: Settings, names: Sequence[str], *, mend: bool) -> list[Proved]:
    engine = make_engine(settings.database_url)
    try:
        return [await PARTS[name].prove(engine, utc_now(), mend) for name in names]
    finally:
        await engine.dispose()


def _lines(proved: Proved) -> list[str]:
    lines = [
        f"{opaque_id(each.entity, each.key)}: {each.what} is {each.found}, and should be {each.expected}"
        for each in proved.findings
    ]
    if proved.findings and proved.count > len(lines):
        lines.append(f"and {proved.count - len(lines)} more")
    return [*lines, f"{proved.name}: {proved.told}"]
