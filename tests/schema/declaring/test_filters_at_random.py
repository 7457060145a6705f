"""Filters made at random find the same rows as a plain reading of them over all rows in memory."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from resolvers.ids import opaque_id
from tests.schema.both_ways import Graph
from tests.schema.declaring.naive import FILTERS, Memory, filters_of, written
from tests.schema.declaring.walking import Connection, connections

same_each_time = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=8,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

ROOT = [connection for connection in connections() if connection.parent is None]


READ: dict[str, Memory] = {}


@pytest.fixture
async def memory(shop_url: str) -> Memory:
    """All rows of the small retailer, read once."""
    if shop_url not in READ:
        engine = create_async_engine(shop_url)
        async with AsyncSession(engine) as session:
            READ[shop_url] = await Memory().read(session)
        await engine.dispose()
    return READ[shop_url]


@pytest.mark.parametrize("connection", ROOT, ids=str)
@same_each_time
@given(data=st.data())
async def test_random_filters_find_what_they_say(
    shop: Graph, memory: Memory, connection: Connection, data: st.DataObject
) -> None:
    name = connection.target
    filters = FILTERS[name]
    where = data.draw(filters_of(memory, filters, 3))
    fields = f"{connection.path[0]}(first: 100, where: $where) {{ nodes {{ id }} totalCount }}"

    answer = await shop.data(f"query ($where: {name}Where) {{ {fields} }}", where=written(filters, where))
    found = answer[connection.path[0]]

    expected = {opaque_id(name, row.id) for row in memory.listed(filters.entity) if memory.holds(filters, row, where)}
    assert {row["id"] for row in found["nodes"]} == expected
    assert found["totalCount"] == len(expected)
