"""By which rules of the programme points were earned, as an entry of the ledger keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import orjson
from sqlalchemy import select

from models import PointEntry
from models.rules.programme import Earnings
from models.rules.refusals import plain
from resolvers.query.compiled_query import CompiledQuery
from resolvers.storage.context import RequestContext
from resolvers.storage.writing.batches import in_batch

EARNED_BY = CompiledQuery(
    lambda backend: select(PointEntry.id, PointEntry.earned_by).where(
        in_batch(PointEntry.id, backend), PointEntry.earned_by.is_not(None)
    )
)


@dataclass(frozen=True, slots=True)
class EarnedBy:
    """What a rule of the programme gave."""

    programme: str
    rule: str
    name: str
    points: Decimal


def earned_by(programme: str, earnings: Earnings) -> list[EarnedBy]:
    """What each rule of a programme gives."""
    return [EarnedBy(programme, one.code, one.name, one.points) for one in earnings.by_rule]


def kept(earned: Sequence[EarnedBy]) -> list[dict[str, str]]:
    """What the ledger keeps of it: it stays readable whatever becomes of the rules."""
    return [
        {"programme": one.programme, "rule": one.rule, "name": one.name, "points": plain(one.points)} for one in earned
    ]


async def load_earned_by(
    context: RequestContext, keys: Sequence[int], _args: object, _names: frozenset[str]
) -> Mapping[int, list[EarnedBy]]:
    """The rules of each entry; none for one that no bill earned."""
    found: dict[int, list[EarnedBy]] = {key: [] for key in keys}
    for key, written in await EARNED_BY.read(context, keys=keys):
        found[key] = [
            EarnedBy(one["programme"], one["rule"], one["name"], Decimal(one["points"]))
            for one in (orjson.loads(written) if isinstance(written, str) else written)
        ]
    return found
