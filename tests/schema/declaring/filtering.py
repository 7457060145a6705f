"""Asking for customers by a filter."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories
from tests.schema.both_ways import Graph

WHERE = "query ($where: CustomerWhere) { customers(where: $where) { nodes { personalInformation { firstName } } } }"


async def names(graph: Graph, where: Any) -> str:
    """The first names found, each one letter."""
    found = (await graph.data(WHERE, where=where))["customers"]["nodes"]
    return "".join(row["personalInformation"]["firstName"] for row in found)


async def three(session: AsyncSession, **columns: list[Any]) -> None:
    """Customers a, b and c with these values of theirs, in turn."""
    for index, name in enumerate("abc"):
        values = {column: given[index] for column, given in columns.items()}
        await factories.save(session, factories.customer(first_name=name, **values))
