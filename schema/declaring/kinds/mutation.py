"""Operations that change something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLInputType, GraphQLList, GraphQLNonNull
from graphql.execution.values import VariableValues
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.errors import BadInput
from resolvers.operation.answers import Answer
from resolvers.operation.inputs import Input
from resolvers.operation.perform import Call, Operation, Payload, perform
from resolvers.storage.context import RequestContext, is_customer
from schema.declaring.base import Argument, Declaration, TypeDeclaration
from schema.declaring.types import FieldSpec, field_of
from schema.execution.plan.bindings import NotPlannable
from schema.execution.plan.plan_nodes import AnswerState, Change, Entry
from schema.execution.plan.selection import Selection
from schema.execution.run.executor import Running
from schema.execution.run.loaders import Info, Resolver

ARGUMENTS = (
    Argument(
        "idempotency_key",
        "str | None",
        "A key of the caller's own, unique for what it wants done. Within 30 days the same call under the same key "
        "answers the same and is not done twice.",
        None,
    ),
    Argument("dry_run", "bool", "Whether to answer as if it were done, and undo it.", False),
)


@dataclass(eq=False, kw_only=True)
class Mutation(Declaration):
    """An operation that changes something, in a transaction of its own."""

    operation: Operation
    given: type[Input] | None
    """The class of its input; none of an operation that isn't typed yet."""
    answer: type[Answer] | None
    """The class of its answer."""
    input_name: str
    payload_name: str
    takes_nothing: bool = False
    """Whether it may be called without an input."""

    @property
    def changes(self) -> int:
        """One."""
        return 1

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """Its input and what all mutations share."""
        given = Argument("input", self.input_name, "What to do.")
        if self.takes_nothing:
            given = replace(given, annotation=f"{self.input_name} | None", default=None)
        return field_of(self, self.payload_name, arguments=[given, *ARGUMENTS])

    def entry(self, _selection: Selection) -> Entry:
        """No query has it."""
        raise NotPlannable

    def change(self, selection: Selection) -> Change:
        """Do it, and show what is selected of its payload."""
        return Change(selection.key, self.run, selection.arguments(), selection.converter())

    def resolver(self) -> Resolver:
        """A mutation answers from within its transaction, which only a plan can do."""

        def refuse(_source: Any, _info: Info, **_args: Any) -> Any:
            raise BadInput("Mutations can't be run with @defer, @stream or fragment variables.")

        return refuse

    async def run(self, wanted: Change, context: RequestContext, engine: AsyncEngine, variables: VariableValues) -> Any:
        """Do it and answer its payload, read in the same transaction."""
        args = wanted.arguments.read(variables)
        raw = args.get("input") or {}
        if self.given is None:
            raw = snake(raw, wanted.arguments.definition.args["input"].type)
        call = Call(self.name, self.operation, raw, args.get("idempotencyKey"), args["dryRun"], self.given, self.answer)
        if self.own is not None and is_customer(context.viewer):
            # What else there is to be said of it is not for customers to say.
            call = replace(call, allowed=self.own.fields)

        async def show(payload: Payload, inside: RequestContext) -> Any:
            filling = AnswerState(inside, variables)
            answer = wanted.convert(payload, filling)
            await Running(inside, variables, alone=True).below([], filling)
            return answer

        return await perform(engine, context, call, show)


CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def snake(value: Any, of: GraphQLInputType) -> Any:
    """An input with its names in snake case, all the way down; a filter and a caller's own JSON stay as they are."""
    if isinstance(of, GraphQLNonNull):
        return snake(value, of.of_type)
    if isinstance(of, GraphQLList) and isinstance(value, list):
        return [snake(each, of.of_type) for each in value]
    if isinstance(of, GraphQLInputObjectType) and isinstance(value, Mapping) and not of.name.endswith("Where"):
        return {CAPITAL.sub("_", name).lower(): snake(each, of.fields[name].type) for name, each in value.items()}
    return value
