"""Doing operations in tests, the way a request does: in a transaction of their own, as of a moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.storage.context import RequestContext, Viewer
from resolvers.storage.reader import Reader, make_reader
from resolvers.storage.transaction import Transaction, in_transaction
from schema.execution.run.planned_schema import Context
from tests.factories import NOW
from tests.schema.both_ways import schema


@dataclass(slots=True)
class Operations:
    """One database, changed as of a moment."""

    engine: AsyncEngine
    reader: Reader
    now: datetime = NOW
    viewer: Viewer = field(default_factory=Viewer)

    async def answer(self, document: str, /, **variables: Any) -> Any:
        """The data that a document answers; it must have no errors."""
        context = Context(RequestContext(self.reader, now=self.now, viewer=self.viewer), self.engine)
        result = await schema().execute(document, variables, context_value=context)
        if result.errors:
            raise AssertionError(result.errors) from result.errors[0].original_error
        return result.data

    async def do(self, mutation: str, shows: str, /, *, key: str | None = None, dry: bool = False, **input: Any) -> Any:
        """The payload of one mutation, its input given by name."""
        name = mutation[0].upper() + mutation[1:]
        document = (
            f"mutation($input: {name}Input!, $key: String, $dry: Boolean!) {{"
            f" {mutation}(input: $input, idempotencyKey: $key, dryRun: $dry) {{ {shows} }} }}"
        )
        return (await self.answer(document, input=input, key=key, dry=dry))[mutation]

    async def refused(self, mutation: str, /, **input: Any) -> Any:
        """Why one mutation is refused: code, field and what is missing of each reason."""
        payload = await self.do(mutation, "userErrors { code message field missing }", **input)
        assert all(error["message"] for error in payload["userErrors"])
        return [(error["code"], error["field"], error["missing"]) for error in payload["userErrors"]]

    async def inside(self, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
        """What a function does in a transaction of its own."""
        return await in_transaction(self.engine, self.now, work)

    async def rows(self, entity: type[models.Base], *columns: str) -> list[tuple[Any, ...]]:
        """Some columns of all rows of a table, in the order of their keys."""
        async with AsyncSession(self.engine) as session:
            found = await session.execute(select(*(getattr(entity, name) for name in columns)).order_by(entity.id))
            return [tuple(row) for row in found]

    async def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that the database holds."""
        tables = models.Base.metadata.sorted_tables
        async with self.engine.connect() as connection:
            return {
                table.name: sorted((tuple(row) for row in await connection.execute(select(table))), key=repr)
                for table in tables
            }


@asynccontextmanager
async def running_operations(engine: AsyncEngine, url: str, now: datetime = NOW) -> AsyncIterator[Operations]:
    """What is needed to change a database."""
    reader = make_reader(url)
    yield Operations(engine, reader, now)
    await reader.close()
