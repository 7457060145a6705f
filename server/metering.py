"""What requests cost: known before they run, charged to the budget of whoever asks, and the difference given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from graphql import GraphQLError

from models.rules.budget import SECOND, Allowance, Standing
from models.rules.login import counted_address
from models.scope import ViewerKind
from resolvers.budget.budgets import Budgets, OverBudget
from resolvers.request_codes import RequestCode
from resolvers.storage.context import RequestContext, Viewer
from schema.execution.plan.cost.price import Cost, actual

HEADER = b"crm360-cost"
SHOW, ONLY = "1", "only"
"""What the header says: to tell the cost beside the answer, or in its place."""
DRY = 1
"""The points of a question for a cost."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What viewers of a kind may ask for: the points of one document, and a budget; none where that isn't limited."""

    document: int | None = None
    budget: Allowance | None = None


UNLIMITED = Terms()


class Metering:
    """Keeps account of all requests."""

    def __init__(self, budgets: Budgets, terms: Mapping[ViewerKind, Terms], *, show: bool = False) -> None:
        self.budgets = budgets
        self.terms = terms
        self.show = show

    def meter(self, reading: RequestContext, own: Allowance | None, asked: str) -> RequestMeter:
        """What keeps account of one request; `own` is the budget of its token, where that has one."""
        return RequestMeter(self, reading, own, is_dry=asked == ONLY, is_shown=self.show or asked in (SHOW, ONLY))


class RequestMeter:
    """Keeps account of one request."""

    __slots__ = ("_charged", "_metering", "_reading", "_terms", "cost", "is_dry", "is_shown", "wait")

    def __init__(
        self, metering: Metering, reading: RequestContext, own: Allowance | None, *, is_dry: bool, is_shown: bool
    ) -> None:
        self._metering = metering
        self._reading = reading
        terms = metering.terms.get(reading.viewer.kind, UNLIMITED)
        self._terms = terms if own is None else Terms(terms.document, own)
        self._charged = 0
        self.is_dry = is_dry
        self.is_shown = is_shown
        self.cost: Cost | None = None
        self.wait: int | None = None
        """After how many seconds there will be enough, where there isn't now."""

    @property
    def has_priced(self) -> bool:
        """Whether the cost came to be known."""
        return self._reading.standing is not None

    async def charge(self, cost: Cost, *, dry: bool = False) -> GraphQLError | None:
        """Charge the cost before anything is run; why it isn't to be run."""
        terms, points = self._terms, cost.points
        most, budget = terms.document, terms.budget
        if budget is not None and (most is None or most > budget.limit):
            most = budget.limit
        standing = Standing(points, budget, document_limit=most)
        if not dry and most is not None and points > most:
            self._reading.standing = standing
            return _refusal(f"It may cost {points} points, and one document {most}: {LESS}.", RequestCode.COST_EXCEEDED)
        self.cost, spent = cost, DRY if dry else points
        if budget is None:
            self._reading.standing = standing
            return None
        try:
            share = await self._metering.budgets.charge(subject_of(self._reading), budget, spent)
        except OverBudget as over:
            self.wait = max(1, -(-over.wait // SECOND))
            self._reading.standing = Standing(points, budget, over.remaining, over.full_at, most)
            message = f"It may cost {points} points, and {over.remaining} are left: wait {self.wait} s, or {LESS}."
            return _refusal(message, RequestCode.THROTTLED)
        self._charged = spent
        remaining = share.remaining(self._metering.budgets.clock())
        self._reading.standing = Standing(points, budget, remaining, share.full_at, most)
        return None

    def settle(self, answer: bytes, *, dry: bool) -> int | None:
        """What an answer turned out to cost, where anybody asks; the difference to what was charged is given back."""
        budget = self._terms.budget
        is_charged = budget is not None and self._charged
        if not is_charged and not self.is_shown:
            # Looking through a long answer takes longer than many a question.
            return None
        found = DRY if dry or self.cost is None else actual(self.cost, answer)
        if budget is not None and is_charged and found != self._charged:
            self._metering.budgets.settle(subject_of(self._reading), budget, self._charged - found)
        return found

    def take_back(self) -> None:
        """The request wasn't asked by whom it was charged to."""
        budget = self._terms.budget
        if budget is not None and self._charged:
            self._metering.budgets.settle(subject_of(self._reading), budget, self._charged)
            self._charged = 0

    def shown(self, actual: int | None) -> dict[str, Any]:
        """The cost, as answers tell it beside their data."""
        standing = self._reading.standing
        assert standing is not None
        budget, remaining = standing.allowance, standing.remaining
        if budget is not None and actual is not None:
            remaining = max(0, min(budget.limit, remaining + self._charged - actual))
        return {
            "requested": standing.requested,
            "actual": actual,
            "documentLimit": standing.document_limit,
            "limit": budget and budget.limit,
            "remaining": budget and remaining,
            "refillPerSecond": budget and budget.refill,
        }


LESS = "ask for smaller pages or fewer lists"


def _refusal(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def subject_of(reading: RequestContext) -> str:
    """To whose budget a request is charged.

    Making tokens for installations is free: so all of a customer's share one budget, and those on which nobody is
    logged in that of the address they come from.
    """
    viewer: Viewer = reading.viewer
    if viewer.kind is ViewerKind.CUSTOMER:
        return f"customer:{viewer.customer_id}"
    if viewer.kind is ViewerKind.ENTERPRISE:
        return f"token:{viewer.token_id}"
    return _of_address(reading.address)


@lru_cache(maxsize=4096)
def _of_address(address: str) -> str:
    return f"address:{sha256(counted_address(address).encode()).hexdigest()}"
