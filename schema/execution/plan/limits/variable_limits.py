"""What variables may hold: refused before they are read, in time that grows with their size alone.

Reading an object asks for each field that its type has, whether it is given or not, and a wrong one is described at
length. So what was given is counted first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    get_named_type,
    get_nullable_type,
)

from schema.execution.plan.limits.operation_limits import MOST_KEYS, TooComplex
from schema.execution.plan.limits.token_limits import LONGEST_NAME

DEEPEST = 64
"""How deep a variable may be nested: conditions to their own limit, relations and lists between them."""
LONGEST_LIST = 5_000
"""As many lines of bills as one call takes."""
MOST_OBJECTS = 20_000
MOST_CONDITIONS = 200
"""How many conditions a filter may have, groups counted; what is left of them is counted again when it is read."""

Below = tuple[Any, Any]
"""A list or an object, and its type; none within JSON."""


def excess(name: str, value: Any, kind: GraphQLInputType) -> GraphQLError | None:
    """What a variable holds too much of; none when it may be read."""
    try:
        _Count(f"The variable `${name}`").all_of(value, kind)
    except TooComplex as error:
        return error
    return None


class _Count:
    def __init__(self, named: str) -> None:
        self.named = named
        self.objects = self.conditions = 0

    def all_of(self, value: Any, kind: GraphQLInputType) -> None:
        """Count level by level."""
        level: list[Below] = [(value, kind)]
        depth = 0
        while level:
            depth += 1
            if depth > DEEPEST:
                raise TooComplex(f"{self.named} is nested more than {DEEPEST} levels deep.")
            level = [below for each, its in level for below in self.one(each, its)]
            if self.objects > MOST_OBJECTS:
                raise TooComplex(f"{self.named} holds more than {MOST_OBJECTS} objects and lists.")

    def one(self, value: Any, kind: Any) -> Iterator[Below]:
        """Count one list or object; what lies below it."""
        self.objects += 1
        bare = None if kind is None else get_nullable_type(kind)
        if isinstance(value, list):
            if len(value) > LONGEST_LIST:
                raise TooComplex(f"{self.named} has a list of more than {LONGEST_LIST} items.")
            inner = bare.of_type if isinstance(bare, GraphQLList) else None
            self.short(value, getattr(get_named_type(inner), "name", ""))
            return ((each, inner) for each in value if isinstance(each, list | dict))
        if not isinstance(value, dict):
            return iter(())
        if isinstance(bare, GraphQLList):
            # One item may stand for a list of it.
            bare = get_nullable_type(bare.of_type)
        return self.fields(value, bare)

    def short(self, value: list[object], items: str) -> None:
        """Refuse what would be refused once all of it is read: too many conditions, or too many keys to sort by."""
        if items.endswith("Where") and self.conditions + len(value) > MOST_CONDITIONS:
            raise TooComplex(f"{self.named} has more than {MOST_CONDITIONS} conditions.")
        if items.endswith("Order") and len(value) > MOST_KEYS:
            raise TooComplex(f"{self.named} has more than {MOST_KEYS} keys to sort by.")

    def fields(self, value: Mapping[str, object], kind: Any) -> Iterator[Below]:
        """Count the keys of an object; what lies below them."""
        if len(value) > MOST_KEYS:
            raise TooComplex(f"{self.named} has an object of more than {MOST_KEYS} keys.")
        fields = kind.fields if isinstance(kind, GraphQLInputObjectType) else {}
        if fields and kind.name.endswith("Where"):
            self.conditions += max(1, len(value))
            if self.conditions > MOST_CONDITIONS:
                raise TooComplex(f"{self.named} has more than {MOST_CONDITIONS} conditions.")
        for name, each in value.items():
            if len(name) > LONGEST_NAME:
                raise TooComplex(f"{self.named} has a key of more than {LONGEST_NAME} characters.")
            if isinstance(each, list | dict):
                field = fields.get(name)
                yield each, field.type if field else None
