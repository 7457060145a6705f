"""Performing an operation: once, in one transaction, settled by the database.

An operation reads load → decide → record. It is given a `Transaction` and its input, and gives its answer; a `Refused`
undoes everything and is told to the caller as data. The rows of the answer are read through the same transaction, so
that a dry run, which is undone at the end, answers just what the real thing would.

An operation may have a first stage, before its transaction, for what is slow or stays whatever becomes of the rest:

    @after(verify)
    async def login(transaction: Transaction, given: TokenLogin, account: Proven) -> LoginAnswer: ...

`verify` is given the `Stage` and the input; what it answers is handed to the operation. A retry of what was done before
has no first stage.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused, UserError
from resolvers.operation.answers import Answer, RepeatableAnswer
from resolvers.operation.idempotency import KeyedCall, claimed, fingerprint, is_known, lock_key
from resolvers.operation.inputs import Input, check_names, read
from resolvers.operation.merged import answered, following
from resolvers.operation.references import by_ids
from resolvers.storage.context import RequestContext
from resolvers.storage.transaction import CustomerMerged, Transaction, in_transaction

T = TypeVar("T")
Given = TypeVar("Given", bound=Input)
Prepared = TypeVar("Prepared")
Answered = TypeVar("Answered", bound=Answer)

Operation = Callable[[Transaction, Any], Awaitable[Answer]]
"""What changes something; it takes an input of its own class."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What is told of a call: the answer, whether it was done before, and why it was refused."""

    answer: Answer | None = None
    """None where the operation was refused."""
    repeated: bool = False
    user_errors: list[UserError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an operation."""

    name: str
    operation: Operation
    given: type[Input]
    answer: type[Answer]
    """The class of what it answers, by which the answer is known again."""
    input: Mapping[str, object] | Input
    """As the caller gave it, or read before."""
    key: str | None = None
    dry_run: bool = False
    allowed: frozenset[str] | None = None
    """The fields of the input that the viewer may give; none where they may give all."""

    def read(self) -> Input:
        """The input as the operation takes it."""
        if isinstance(self.input, Input):
            return self.input
        for name in self.input:
            if self.allowed and name not in self.allowed:
                raise Refused(ErrorCode.FORBIDDEN, "This is not for customers to say.", name)
        made = read(self.given, self.input)
        check_names(made)
        return made


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


async def perform(
    engine: AsyncEngine, context: RequestContext, call: Call, show: Callable[[Payload, RequestContext], Awaitable[T]]
) -> T:
    """Perform an operation and show its payload, both in one transaction. One that began goes on to its end."""
    return await asyncio.shield(asyncio.ensure_future(_once(engine, context, call, show)))


async def _once(
    engine: AsyncEngine, context: RequestContext, call: Call, show: Callable[[Payload, RequestContext], Awaitable[T]]
) -> T:
    beyond = context.beyond_the_wall()
    try:
        asked = given = call.read()
        with claimed(call.key):
            if isinstance(call.operation, StagedOperation) and not await is_known(beyond, call.key):
                call = replace(call, operation=await call.operation.ready(Stage(engine, beyond), given))

            async def work(transaction: Transaction) -> T:
                nonlocal given
                transaction.is_undone = call.dry_run
                if call.allowed is not None:
                    await transaction.keep_to_own()
                try:
                    payload = await _answered(transaction, call, asked, given)
                except CustomerMerged:
                    given = await following(transaction.context, given)
                    raise
                await transaction.settle()
                async with transaction.walled():
                    return await show(payload, transaction.context)

            return await in_transaction(engine, context.now, work, context)
    except Refused as refused:
        return await show(Payload(user_errors=refused.errors), context)


async def _answered(transaction: Transaction, call: Call, asked: Input, given: Input) -> Payload:
    """Run an operation with an input; under a key it is known by the input that was asked with."""
    if call.key is None:
        answer = await call.operation(transaction, await by_ids(transaction, given))
    else:
        keyed = KeyedCall(call.key, call.name, fingerprint(asked, transaction.viewer))
        await lock_key(transaction, call.key)
        before = await keyed.done_before(transaction, call.answer)
        if before is not None:
            return Payload(await answered(transaction.context, before), repeated=True)
        answer = await call.operation(transaction, await by_ids(transaction, given))
        keyed.remember(transaction, answer)
    # An operation that knows the same thing by its own means, such as a bill's external id, says so itself.
    return Payload(answer, repeated=isinstance(answer, RepeatableAnswer) and answer.repeated)
