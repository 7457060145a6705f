"""How far customers are from keeping their status and from the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models.rules import qualification as rules
from resolvers.status.achievements import read_achievements, read_standing
from resolvers.storage.context import RequestContext, RowRef
from resolvers.values import Money


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing: any one of these will do; empty when nothing is."""

    turnover: Sequence[Money]
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What keeps the current status, and what leads to the next."""

    keeps_with: Missing
    next: RowRef | None
    rises_with: Missing


async def load_progress(
    context: RequestContext, keys: Sequence[int], _args: Mapping[str, Any], _names: frozenset[str]
) -> Mapping[int, Progress]:
    """The progress of each current status record; none for one that has ended."""
    standing = await read_standing(context, keys, by_record=True)
    customers = [one.customer_id for one in standing.held]
    achieved = await read_achievements(context, standing, customers, context.now) if customers else {}
    by_id = {status.id: status for status in standing.statuses}
    return {
        one.id: _shown(rules.progress(by_id.get(one.status_id), standing.statuses, achieved[one.customer_id]))
        for one in standing.held
    }


def _shown(progress: rules.Progress) -> Progress:
    following = RowRef("Status", progress.next.id) if progress.next else None
    return Progress(_missing(progress.keeps_with), following, _missing(progress.rises_with))


def _missing(missing: rules.Missing) -> Missing:
    """Turnover in the order of its currencies, as decimal text shows it best."""
    return Missing([Money(short, currency) for currency, short in sorted(missing.turnover)], missing.points)
