"""What of the schema is used: counted once for each run of a document, and worked out once for each document.

Every minute the counts of documents become counts of coordinates, beside the event loop, and are added to the table.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Mapping
from datetime import UTC, date, datetime

from graphql import FragmentDefinitionNode, GraphQLInputType, GraphQLSchema, OperationDefinitionNode
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.errors import Unavailable
from resolvers.storage.writing.usage import add_uses, forget_uses
from server.telemetry.coordinates import coordinates, telling_variables, within
from server.telemetry.observer import Seen
from server.telemetry.snapshot import Snapshot

logger = logging.getLogger("crm360")

MOST_DOCUMENTS = 1000
"""How many documents are counted before they become coordinates, at the latest; and whose coordinates are kept."""


class Counted:
    """A document's operation, and how often it was run."""

    __slots__ = ("fragments", "node", "runs", "variables")

    def __init__(
        self,
        node: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, GraphQLInputType],
    ) -> None:
        self.node = node
        self.fragments = fragments
        self.variables = variables
        self.runs = 0


class Usage:
    """Counts what of a schema is used."""

    def __init__(self, schema: GraphQLSchema, engine: AsyncEngine) -> None:
        self._schema = schema
        self._engine = engine
        self._counted: dict[int, Counted] = {}
        self._by_variables: Counter[str] = Counter()
        self._coordinates: OrderedDict[int, tuple[OperationDefinitionNode, frozenset[str]]] = OrderedDict()
        self._total: Counter[str] = Counter()
        self._unsaved: Counter[str] = Counter()
        self._working = asyncio.Lock()
        self._early: asyncio.Task[None] | None = None
        self._day: date | None = None

    def note(self, seen: Seen) -> None:
        """Count a request's operation. What was refused before it ran is counted, too: somebody asks for it."""
        running = seen.request.running
        if running is None:
            return
        node = running.operation.node
        # A node is kept as long as it is counted: until then the number is its own.
        counted = self._counted.get(id(node))
        if counted is None:
            fragments = {name: each.definition for name, each in running.document.fragments.items()}
            counted = Counted(node, fragments, telling_variables(self._schema, node))
            self._counted[id(node)] = counted
            if len(self._counted) >= MOST_DOCUMENTS and (self._early is None or self._early.done()):
                self._early = asyncio.ensure_future(self.work_out())
        counted.runs += 1
        given = running.variables
        if counted.variables and given:
            for name, kind in counted.variables.items():
                if name in given:
                    self._by_variables.update(set(within(kind, given[name])))

    async def work_out(self) -> None:
        """Turn what was counted into coordinates."""
        async with self._working:
            await self._work_out()

    async def _work_out(self) -> None:
        counted = list(self._counted.values())
        uses = [await self._coordinates_of(each) for each in counted]
        # Nothing is waited for from here on: what was counted is never in between.
        found, self._by_variables = self._by_variables, Counter()
        for each, used in zip(counted, uses, strict=True):
            del self._counted[id(each.node)]
            for coordinate in used:
                found[coordinate] += each.runs
        self._total += found
        self._unsaved += found

    async def _coordinates_of(self, counted: Counted) -> frozenset[str]:
        key = id(counted.node)
        known = self._coordinates.get(key)
        if known is None:
            found = await asyncio.to_thread(coordinates, self._schema, counted.node, counted.fragments)
            known = self._coordinates[key] = counted.node, found
            if len(self._coordinates) > MOST_DOCUMENTS:
                self._coordinates.popitem(last=False)
        else:
            self._coordinates.move_to_end(key)
        return known[1]

    async def save(self) -> None:
        """Add what is counted to the table; where the database is away it is added next time."""
        async with self._working:
            await self._work_out()
            unsaved, self._unsaved = self._unsaved, Counter()
            try:
                await self._add(unsaved)
            except (SQLAlchemyError, OSError, Unavailable) as error:
                self._unsaved += unsaved
                logger.warning(
                    "What of the schema was used could not be noted (%s); it is tried again.", type(error).__name__
                )

    async def _add(self, uses: Counter[str]) -> None:
        today = datetime.now(UTC).date()
        if self._day != today:
            await forget_uses(self._engine, today)
            self._day = today
        if uses:
            await add_uses(self._engine, today, uses)

    def tell(self, snapshot: Snapshot) -> None:
        """What this process has seen used."""
        for coordinate, uses in self._total.items():
            snapshot.add("crm360_schema_uses", uses, coordinate)
