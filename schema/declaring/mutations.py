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
from dataclasses import replace
from typing import Any

from models.scope import Scope
from resolvers.operation.perform import Operation
from schema.declaring.base import Own
from schema.declaring.declarations import TYPES, Declaration, TypeDeclaration, shown, structure
from schema.declaring.kinds.mutation import Mutation
from schema.declaring.operation_types import classes_of, make_input, payload_fields
from schema.declaring.types import FieldSpec, input_type


@structure
class UserError:
    """Why an operation was refused: something that the caller, or the customer, can act on."""

    code = shown("str", "What is wrong, for programs: one of `ErrorCode`, such as POINTS_SHORT, EXPIRED, NOT_FOUND.")
    message = shown("str", "What is wrong, for people.")
    field = shown("str | None", "The field of the input that is to blame.")
    missing = shown("str | None", "What is missing, such as “12 points” or “4.50 USD”.")


def input_field(annotation: str, description: str) -> FieldSpec:
    """A field of an input, its type in GraphQL's own notation: `ID!`, `[BillItemInput!]!`, `Decimal`."""
    return FieldSpec(python_annotation(annotation), description)


PYTHON = {"String": "str", "Int": "int", "Boolean": "bool"}


def python_annotation(graphql: str) -> str:
    """GraphQL's notation of a type as Strawberry's."""
    required = graphql.endswith("!")
    inner = graphql.removesuffix("!")
    made = f"list[{python_annotation(inner[1:-1])}]" if inner.startswith("[") else PYTHON.get(inner, inner)
    return made if required else f"{made} | None"


def mutation_field(
    operation: Operation,
    description: str,
    *,
    scope: Scope | None,
    own: Own | None = None,
    input: Mapping[str, FieldSpec] | None = None,  # noqa: A002
    payload: Mapping[str, tuple[str, ...]] | None = None,
    optional: bool = False,
) -> Any:
    """Show an operation as a mutation; its input and its payload are made from the classes it takes and answers.

    `scope` is what the viewer must hold; none where the operation itself sees to who may do it. With `own`, customers
    may do it with what is their own.
    One whose input is `optional` may be called without any.

    Of an operation that isn't typed yet, `input` and `payload` give them by hand; a third text names the operation's
    value where it is called otherwise.
    """
    return _Draft(operation, description, input, payload, scope=scope, own=own, optional=optional)


class _Draft:
    def __init__(
        self,
        operation: Operation,
        description: str,
        fields: Mapping[str, FieldSpec] | None,
        payload: Mapping[str, tuple[str, ...]] | None,
        *,
        scope: Scope | None,
        own: Own | None,
        optional: bool,
    ) -> None:
        self.scope, self.own = scope, own
        self.optional = optional
        self.operation, self.description, self.fields, self.payload = operation, description, fields, payload


def mutation(cls: type) -> type:
    """Add a class's operations to the fields of `Mutation`."""
    root = TYPES.setdefault("Mutation", TypeDeclaration("Mutation", "Everything that can be changed."))
    for name, draft in vars(cls).items():
        if isinstance(draft, _Draft):
            root.fields[name] = replace(_declared(name, draft), file=f"{cls.__module__.replace('.', '/')}.py")
    return cls


def _declared(name: str, draft: _Draft) -> Mutation:
    base = "".join(word.capitalize() for word in name.split("_"))
    given, answer = (None, None) if draft.fields is not None else classes_of(draft.operation)
    described = f"What `{_camel(name)}` is given."
    if given is not None:
        make_input(given, f"{base}Input", described)
    else:
        input_type(f"{base}Input", described, draft.fields or {})
    payload = draft.payload if answer is None else payload_fields(answer)
    fields: dict[str, Declaration] = {
        each: _of_answer(each, f"{annotation} | None", description, next(iter(attribute), each))
        for each, (annotation, description, *attribute) in (payload or {}).items()
    }
    once = shown("bool", "Whether it had been done before, and nothing was done now.")
    # An operation on many things may count those that had been done before, under the same name.
    fields.setdefault("repeated", replace(once, name="repeated"))
    fields["user_errors"] = replace(
        shown("list[UserError]", "Why it was refused; empty when it was done."), name="user_errors"
    )
    description = f"What `{_camel(name)}` answers."
    TYPES[f"{base}Payload"] = TypeDeclaration(f"{base}Payload", description, None, fields, is_part=True)
    return Mutation(
        name=name,
        description=draft.description,
        operation=draft.operation,
        given=given,
        answer=answer,
        input_name=f"{base}Input",
        payload_name=f"{base}Payload",
        takes_nothing=draft.optional,
        scope=draft.scope,
        own=draft.own,
    )


def _of_answer(name: str, annotation: str, description: str, attribute: str) -> Declaration:
    """A payload's field that shows a value of the answer; null where the operation was refused."""

    def pick(answer: Any, _args: Mapping[str, Any]) -> Any:
        if answer is None or isinstance(answer, Mapping):
            return None if answer is None else answer.get(attribute)
        return getattr(answer, attribute)

    declared: Declaration = replace(shown(annotation, description, attribute="answer", pick=pick), name=name)
    return declared


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
