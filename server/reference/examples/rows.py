"""The rows that examples are about: those that are there in this very database."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode, parse, print_ast

from ..shapes import Shapes

FILE = Path(__file__).parent / "rows.graphql"

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
"""Runs a document with its variables, and gives the data of its answer."""


class Rows:
    """Finds rows by the names that variables have for them, each once."""

    def __init__(self, schema: GraphQLSchema, ask: Ask, known: Mapping[str, Any]) -> None:
        """Begin with what is known: `customer`, an id, and `bill`, one that could be closed."""
        self._schema, self._ask = schema, ask
        self._found: dict[str, Any] = dict(known)

    async def fill(self, value: Any) -> Any:
        """Put what is there in the places of names; where there is nothing a text says what to put there."""
        if isinstance(value, Mapping):
            return {name: await self.fill(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [await self.fill(each) for each in value]
        if isinstance(value, str) and value.startswith("$"):
            found = await self.named(value[1:])
            return f"the id of {_with_article(value[1:])}" if found is None else found
        return value

    async def named(self, name: str) -> Any:
        """What a name stands for; None where there is no such row."""
        if name not in self._found:
            self._found[name] = await self._look_up(name)
        return self._found[name]

    async def _look_up(self, name: str) -> Any:
        document = _queries().get(name) or self._first_of(name)
        variables = {"customer": await self.named("customer")} if "$customer" in document else {}
        if None in variables.values():
            return None
        return _last_id(await self._ask(document, variables))

    def _first_of(self, name: str) -> str:
        """A query for the first row of a type."""
        shapes, query = Shapes(self._schema), self._schema.query_type
        assert query is not None
        wanted = name[0].upper() + name[1:]
        lists = (
            field
            for field, found in query.fields.items()
            if shapes.node_of(found.type).name == wanted and "first" in found.args
        )
        return f"{{ {next(lists)}(first: 1) {{ nodes {{ id }} }} }}"


@cache
def _queries() -> Mapping[str, str]:
    definitions = parse(FILE.read_text("utf-8"), no_location=True).definitions
    operations = [each for each in definitions if isinstance(each, OperationDefinitionNode) and each.name]
    return {each.name.value: print_ast(each) for each in operations if each.name}


def _last_id(data: Any) -> str | None:
    """The last id of the first rows that an answer holds."""
    if isinstance(data, Mapping):
        found = [_last_id(each) for name, each in data.items() if name != "id"]
        return next(filter(None, found), None) or data.get("id")
    if isinstance(data, list):
        return _last_id(data[-1]) if data else None
    return None


def _with_article(name: str) -> str:
    """`an assigned card` for `assignedCard`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}"
