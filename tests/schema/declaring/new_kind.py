"""A program that adds a kind of declaration, and asks for a field of it both ways: once by its plan, once without.

It runs in a process of its own, since a process makes one schema of its declarations. Its argument is a database.
"""

import asyncio
import sys
from dataclasses import dataclass
from typing import Any

from resolvers.query.columns import Column
from resolvers.query.filters.where import ValueFilter
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import make_reader
from schema.declaring.base import TYPES, FieldFilter
from schema.declaring.build import build
from schema.declaring.kinds.own import OwnField
from schema.declaring.types import field_of
from schema.execution.plan.plan_nodes import Entry
from schema.execution.run.planned_schema import Context


@dataclass(eq=False, kw_only=True)
class Initial(OwnField):
    """The first letter of a column."""

    source: str

    def columns(self) -> Any:
        return (self.source,)

    def spec(self, owner: Any) -> Any:
        return field_of(self, "str")

    def filters(self, owner: Any, entity: Any) -> Any:
        yield FieldFilter(self.name, ValueFilter(self.source), "StringFilter")

    def sort_columns(self, entity: Any) -> Any:
        yield self.name, Column((), self.source)

    def entry(self, selection: Any) -> Any:
        return FirstLetter(selection.row.column(self.source))

    def of_record(self, record: Any, info: Any) -> Any:
        return record.raw(record.place.column(self.source))[:1]


@dataclass(eq=False, slots=True)
class FirstLetter(Entry):
    """Its step in a plan."""

    column: Column

    def describe(self) -> str:
        return f"first letter of {self.column}"

    def columns(self) -> Any:
        return (self.column,)

    def code(self, writer: Any) -> str:
        return f"{writer.at(self.column)}[:1]"


DOCUMENT = """{
    stores(first: 1, where: { initial: { startsWith: "P" } }, orderBy: [{ field: INITIAL, direction: DESC }]) {
        nodes { name initial }
    }
}"""


async def main(url: str) -> None:
    """Print the two answers."""
    TYPES["Store"].fields["initial"] = Initial(
        name="initial", description="The first letter of its name.", source="name", deprecated="Use `name`."
    )
    schema, reader = build(), make_reader(url)
    for planned in (True, False):
        schema.planned = planned
        context = Context(RequestContext(reader))
        result = await schema.execute(DOCUMENT, context_value=context)
        print("planned" if context.planned else "ordinary", result.data, result.errors)
    print([line.strip() for line in schema.as_str().splitlines() if line.startswith("  initial: String!")])
    await reader.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
