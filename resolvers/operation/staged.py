"""Operations with a first stage, before their transaction: for what is slow, or stays whatever becomes of the rest.

    @after(verify)
    async def login(transaction: Transaction, given: TokenLogin, account: Proven) -> LoginAnswer: ...

`verify` is given the `Stage` and the input; what it answers is handed to the operation. It must not begin from an open
transaction: SQLite has one writer, who would wait for itself. A retry of what was done before has no first stage.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.storage.context import RequestContext
from resolvers.storage.transaction import Transaction

Given = TypeVar("Given")
Prepared = TypeVar("Prepared")
Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True)
class Stage:
    """What the first stage reads and writes with, in transactions of its own."""

    engine: AsyncEngine
    context: RequestContext


class StagedOperation(Generic[Given, Prepared, Answered]):
    """An operation with a first stage."""

    def __init__(
        self,
        prepare: Callable[[Stage, Given], Awaitable[Prepared]],
        operation: Callable[[Transaction, Given, Prepared], Awaitable[Answered]],
    ) -> None:
        self._prepare = prepare
        self._operation = operation
        update_wrapper(self, operation)

    async def ready(self, stage: Stage, given: Given) -> Callable[[Transaction, Given], Awaitable[Answered]]:
        """Do the first stage; what is left is an operation like any other."""
        prepared = await self._prepare(stage, given)
        return lambda transaction, given: self._operation(transaction, given, prepared)

    async def __call__(self, _transaction: Transaction, _given: Given) -> Answered:
        """Only a retry comes here without its first stage, and that never runs an operation."""
        raise AssertionError(f"{self._operation.__name__} has a first stage")


def after(
    prepare: Callable[[Stage, Given], Awaitable[Prepared]],
) -> Callable[
    [Callable[[Transaction, Given, Prepared], Awaitable[Answered]]], StagedOperation[Given, Prepared, Answered]
]:
    """Give an operation a first stage."""

    def decorate(
        operation: Callable[[Transaction, Given, Prepared], Awaitable[Answered]],
    ) -> StagedOperation[Given, Prepared, Answered]:
        return StagedOperation(prepare, operation)

    return decorate
