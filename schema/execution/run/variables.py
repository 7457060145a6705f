"""Reading a request's variables: beside the event loop where there are many values, as of a long bill's lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError
from graphql.execution.values import VariableValues

from resolvers.storage.beside import beside
from schema.execution.plan.document_cache import Operation

MOST_AT_ONCE = 200
"""How many values are read at once: each takes some 20 µs where it is an object of many fields."""


async def variables_of(operation: Operation, given: dict[str, object]) -> VariableValues | list[GraphQLError]:
    """An operation's variables, or what is wrong with them."""
    for value in given.values():
        if type(value) in (dict, list) and holds_much(given):
            return await beside(object(), operation.read, given)
    return operation.read(given)


def holds_much(given: Mapping[str, object]) -> bool:
    """Whether variables hold more values than are read at once; no more of them are looked at."""
    waiting: list[Any] = [given]
    seen = 0
    while waiting and seen <= MOST_AT_ONCE:
        each = waiting.pop()
        seen += len(each)
        waiting += [value for value in (each.values() if type(each) is dict else each) if type(value) in (dict, list)]
    return seen > MOST_AT_ONCE
