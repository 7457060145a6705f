"""Asking the graph: every question is answered by its plan and the ordinary way, and the answers must be equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from graphql import GraphQLError

from resolvers.storage.context import RequestContext, Run, Viewer
from resolvers.storage.reader import Reader
from schema.declaring.build import build
from schema.execution.run.planned_schema import Context, PlannedSchema
from tests.factories import NOW

ANYONE = Viewer()
PLANNED: list[bool] = []
"""Whether each document was answered by its plan, in the order in which they were asked."""


@cache
def schema() -> PlannedSchema:
    """The one schema of the process, which takes a second to build; it notes which documents their plans answer."""
    made = build()
    run_planned = made._run_planned

    async def noted(*args: Any) -> Any:
        answered = await run_planned(*args)
        PLANNED.append(answered is not None)
        return answered

    made._run_planned = noted
    return made


@dataclass(slots=True)
class Answer:
    """What a document was answered, and how."""

    data: Any
    errors: Sequence[GraphQLError]
    runs: Sequence[Run]
    planned: bool
    """Whether its plan answered it, and not the ordinary way."""

    @property
    def statements(self) -> int:
        """How many statements it took."""
        return len(self.runs)

    @property
    def codes(self) -> list[str]:
        """The codes of the errors; the class's name where an error has none."""
        causes = [error.original_error for error in self.errors]
        return [getattr(cause, "code", type(cause).__name__) for cause in causes]

    @property
    def messages(self) -> list[str]:
        """What the errors say."""
        return [error.message for error in self.errors]


@dataclass(slots=True)
class Graph:
    """One database, asked as of a moment and in a language."""

    reader: Reader
    now: datetime = NOW
    locale: str = "en"
    viewer: Viewer = ANYONE
    count: dict[str, int] = field(default_factory=lambda: {"asked": 0, "planned": 0})

    async def ask(self, query: str, /, **variables: Any) -> Answer:
        """Both ways' common answer."""
        planned = await self.run(query, variables, planned=True)
        ordinary = await self.run(query, variables, planned=False)
        assert wire(planned) == wire(ordinary), (
            f"{query}\n{variables}\n{wire(planned).decode()}\n{wire(ordinary).decode()}"
        )
        self.count["asked"] += 1
        self.count["planned"] += planned.planned
        return planned

    async def data(self, query: str, /, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.ask(query, **variables)
        assert not answer.errors, answer.errors
        assert answer.planned, f"was not planned: {query}"
        return answer.data

    async def run(self, query: str, variables: dict[str, Any], *, planned: bool) -> Answer:
        """The answer of one way."""
        made, context = schema(), RequestContext(self.reader, now=self.now, locale=self.locale, viewer=self.viewer)
        made.planned = planned
        PLANNED.clear()
        result = await made.execute(query, variables, context_value=Context(context))
        made.planned = True
        return Answer(result.data, result.errors or [], context.runs, planned=any(PLANNED))


def wire(answer: Answer) -> bytes:
    """The answer as a client gets it."""
    return orjson.dumps({"data": answer.data, "errors": [error.formatted for error in answer.errors]})
