"""How an operation becomes a mutation: its input, its payload, and what all mutations share.

    @mutation
    class CardMutations:
        card_block = mutation_field(
            card.block, "Block a card, so that it no longer identifies its holder.", scope=Scope.CARDS_WRITE
        )

The operation's annotations name its input and its answer: `async def block(transaction: Transaction, given: CardBlock)
-> BlockedCardAnswer`. Both sides of the graph are made from those classes, under the mutation's name; see
`resolvers.operation.inputs` and `resolvers.operation.answers`. A `Refused` is told as `userErrors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.scope import Scope
from resolvers.operation.answers import Answer
from resolvers.operation.perform import Operation
from schema.declaring.base import Own
from schema.declaring.declarations import TYPES, Declaration, TypeDeclaration, shown
from schema.declaring.operations.mutation import Mutation
from schema.declaring.operations.refusals import codes_of
from schema.declaring.operations.types import classes_of, make_input, payload_fields


def mutation_field(
    operation: Operation,
    description: str,
    *,
    scope: Scope | None,
    own: Own | None = None,
    optional: bool = False,
    deprecated: str | None = None,
) -> _Draft:
    """Show an operation as a mutation; its input and its payload are made from the classes it takes and answers.

    `scope` is what the viewer must hold; none where the operation itself sees to who may do it. With `own`, customers
    may do it with what is their own.
    One whose input is `optional` may be called without any. What is `deprecated` says what is to be called instead.
    """
    return _Draft(operation, description, scope, own, optional, deprecated)


@dataclass(frozen=True, slots=True)
class _Draft:
    operation: Operation
    description: str
    scope: Scope | None
    own: Own | None
    optional: bool
    deprecated: str | None


def mutation(cls: type) -> type:
    """Add a class's operations to the fields of `Mutation`."""
    root = TYPES.setdefault("Mutation", TypeDeclaration("Mutation", "Everything that can be changed."))
    for name, draft in vars(cls).items():
        if isinstance(draft, _Draft):
            root.fields[name] = replace(_declared(name, draft), file=f"{cls.__module__.replace('.', '/')}.py")
    return cls


def _declared(name: str, draft: _Draft) -> Mutation:
    base = "".join(word.capitalize() for word in name.split("_"))
    given, answer = classes_of(draft.operation)
    make_input(given, f"{base}Input", f"What `{_camel(name)}` is given.")
    fields: dict[str, Declaration] = {
        each: _of_answer(each, f"{annotation} | None", description, deprecated)
        for each, (annotation, description, deprecated) in payload_fields(answer).items()
    }
    once = shown("bool", "Whether it had been done before, and nothing was done now.")
    # An operation on many things may count those that had been done before, under the same name.
    fields.setdefault("repeated", replace(once, name="repeated"))
    why = f"Why it was refused; empty when it was done.{codes_of(_camel(name))}"
    fields["user_errors"] = replace(shown("list[UserError]", why), name="user_errors")
    description = f"What `{_camel(name)}` answers."
    TYPES[f"{base}Payload"] = TypeDeclaration(f"{base}Payload", description, None, fields, is_part=True)
    return Mutation(
        name=name,
        description=draft.description,
        deprecated=draft.deprecated,
        operation=draft.operation,
        given=given,
        answer=answer,
        input_name=f"{base}Input",
        payload_name=f"{base}Payload",
        takes_nothing=draft.optional,
        scope=draft.scope,
        own=draft.own,
    )


def _of_answer(name: str, annotation: str, description: str, deprecated: str | None) -> Declaration:
    """A payload's field that shows a value of the answer; null where the operation was refused."""

    def pick(answer: Answer | None, _args: Mapping[str, object]) -> object:
        return None if answer is None else getattr(answer, name)

    found = shown(annotation, description, attribute="answer", pick=pick, deprecated=deprecated)
    declared: Declaration = replace(found, name=name)
    return declared


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
