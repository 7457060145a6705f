"""What a document asks of the schema itself: worked out beside the event loop, once, and kept as it is sent.

A tool that asks for the whole schema keeps Python busy for half a second. One thread answers all who ask such things,
one after another, while everybody else is answered as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLError, GraphQLSchema, execute_sync

from resolvers.storage.cache import Cache
from schema.execution.plan.document_cache import Document, Operation

MOST_KEPT = 64
MOST_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class SchemaAnswer:
    """The part of an answer that tells of the schema: JSON ready to be sent, by response key."""

    data: Mapping[str, orjson.Fragment]
    errors: Sequence[GraphQLError] = ()


class Introspection:
    """Answers what documents ask of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.kept: Cache[Any, SchemaAnswer] = Cache(MOST_KEPT, MOST_BYTES)
        self._thread = ThreadPoolExecutor(1, "introspection")

    async def answer(
        self, text: str, document: Document, operation: Operation, given: Mapping[str, object]
    ) -> SchemaAnswer:
        """What an operation asks of the schema."""
        assert operation.introspection is not None
        declared = operation.introspection.variable_definitions or ()
        used = {name: given[name] for name in (each.variable.name.value for each in declared) if name in given}
        name = operation.node.name
        key = (text, name.value if name else None, orjson.dumps(used, option=orjson.OPT_SORT_KEYS))
        kept = self.kept.get(key)
        if kept is not None:
            return kept
        loop = asyncio.get_running_loop()
        found, size = await loop.run_in_executor(self._thread, self._work_out, document, operation, used)
        return found if found.errors else self.kept.put(key, found, size)

    def _work_out(
        self, document: Document, operation: Operation, variables: dict[str, object]
    ) -> tuple[SchemaAnswer, int]:
        assert operation.introspection is not None
        fragments = (details.definition for details in document.fragments.values())
        node = DocumentNode(definitions=(operation.introspection, *fragments))
        result = execute_sync(self.schema, node, variable_values=variables)
        written = {name: orjson.dumps(value) for name, value in (result.data or {}).items()}
        data = {name: orjson.Fragment(each) for name, each in written.items()}
        return SchemaAnswer(data, result.errors or ()), sum(map(len, written.values()))
