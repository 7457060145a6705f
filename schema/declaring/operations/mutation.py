"""Operations that change something."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graphql.execution.values import VariableValues
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.errors import BadInput
from resolvers.operation.answers import Answer
from resolvers.operation.inputs import Input
from resolvers.operation.perform import Call, Operation, Payload, perform
from resolvers.query.visibility import answered
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
    given: type[Input]
    answer: type[Answer]
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
        return Change(selection.key, self.run, selection.arguments(), selection.converter(answered))

    def resolver(self) -> Resolver:
        """A mutation answers from within its transaction, which only a plan can do."""

        def refuse(_source: object, _info: Info, **_args: object) -> object:
            raise BadInput("Mutations can't be run with @defer, @stream or fragment variables.")

        return refuse

    async def run(
        self, wanted: Change, context: RequestContext, engine: AsyncEngine, variables: VariableValues
    ) -> object:
        """Do it and answer its payload, read in the same transaction."""
        args = wanted.arguments.read(variables)
        key, dry_run = args.get("idempotencyKey"), args["dryRun"]
        # What else there is to be said of it is not for customers to say.
        allowed = self.own.inputs if self.own is not None and is_customer(context.viewer) else None
        given = args.get("input") or {}
        call = Call(self.name, self.operation, self.given, self.answer, given, key, dry_run, allowed)

        async def show(payload: Payload, inside: RequestContext) -> object:
            filling = AnswerState(inside, variables)
            answer = wanted.convert(payload, filling)
            await Running(inside, variables, alone=True).below([], filling)
            return answer

        return await perform(engine, context, call, show)
