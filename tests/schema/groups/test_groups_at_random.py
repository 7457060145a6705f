"""Groups asked for at random are those that a plain reading finds over all rows in memory."""

from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from resolvers.operation.structs import camel
from resolvers.query.groups.grouping import Grouping
from schema.declaring.base import type_of_entity
from schema.declaring.groups.arguments import enum_name
from schema.declaring.groups.fields import grouping_of
from tests.schema.both_ways import Graph, schema
from tests.schema.declaring.naive import FILTERS, Memory, filters_of, written
from tests.schema.declaring.test_filters_at_random import READ, same_each_time
from tests.schema.groups.by_hand import groups_of, shown, sortable

AGGREGATES = ("PurchaseAggregate", "PurchaseItemAggregate", "PointEntryAggregate", "VoucherAggregate")
ZONES = ("UTC", "Europe/Prague", "America/St_Johns", "Pacific/Apia")


@pytest.fixture
async def memory(shop_url: str) -> Memory:
    """All rows of the small retailer, read once."""
    if shop_url not in READ:
        engine = create_async_engine(shop_url)
        async with AsyncSession(engine) as session:
            READ[shop_url] = await Memory().read(session)
        await engine.dispose()
    return READ[shop_url]


def selection(name: str) -> tuple[str, dict[str, str | None]]:
    """All that is shown of groups, and the types of the rows that they have in common."""
    made = schema()._schema.type_map[name]
    assert isinstance(made, GraphQLObjectType)
    fields, rows = [], {}
    for field, definition in made.fields.items():
        target = get_named_type(definition.type)
        if is_leaf_type(target):
            fields.append(field)
        elif target.name == "Currency":
            fields.append(f"{field} {{ code }}")
        elif target.name.endswith("Figures"):
            inner = " { amount }" if target.name == "MoneyFigures" else ""
            fields.append(f"{field} {{ {' '.join(each + inner for each in ('sum', 'average', 'min', 'max'))} }}")
        else:
            fields.append(f"{field} {{ id }}")
            rows[field] = target.name
    return " ".join(fields), rows


def read(node: dict[str, Any], name: str) -> Any:
    """A value of a group that was answered, by its name in Python."""
    field, _, measure = name.partition(".")
    value = node[camel(field)]
    if measure:
        value = None if value is None else value[measure]
        value = value["amount"] if isinstance(value, dict) else value
        return None if value is None else Decimal(value)
    if isinstance(value, dict):
        return value.get("id", value.get("code"))
    return value


async def walk(shop: Graph, query: str, **variables: Any) -> list[Any]:
    """All groups, page by page."""
    found: list[Any] = []
    after = None
    while True:
        page = (await shop.data(query, **variables, after=after))["groups"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = page["pageInfo"]["endCursor"]


def arguments_of(grouping: Grouping, keys: list[str], order: list[tuple[str, int]], zone: str) -> str:
    """The arguments as a caller writes them."""
    sorts = [f"{{field: {enum_name(by)}, direction: {'ASC' if way > 0 else 'DESC'}}}" for by, way in order]
    given = f"groupBy: [{', '.join(map(enum_name, keys))}], orderBy: [{', '.join(sorts)}]"
    return f'{given}, timeZone: "{zone}"' if grouping.has_periods else given


@pytest.mark.parametrize("name", AGGREGATES)
@same_each_time
@given(data=st.data())
async def test_random_groups_are_those_worked_out_by_hand(
    shop: Graph, memory: Memory, name: str, data: st.DataObject
) -> None:
    grouping, filters = grouping_of(name), FILTERS[type_of_entity(grouping_of(name).entity)]
    keys = data.draw(st.lists(st.sampled_from(sorted(grouping.keys)), unique=True, max_size=4))
    by = data.draw(st.lists(st.sampled_from(sortable(grouping, keys)), unique=True, max_size=2))
    order = [(each, data.draw(st.sampled_from((1, -1)))) for each in by]
    zone, size = data.draw(st.sampled_from(ZONES)), data.draw(st.integers(2, 40))
    where = data.draw(st.one_of(st.just({}), filters_of(memory, filters, 2)))
    fields, rows = selection(name)

    given = f"first: $size, after: $after, where: $where, {arguments_of(grouping, keys, order, zone)}"
    page = f"{{ totalCount nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }}"
    declared = f"$where: {type_of_entity(grouping.entity)}Where, $size: Int, $after: String"
    found = await walk(
        shop,
        f"query ({declared}) {{ groups: {name[0].lower()}{name[1:]}s({given}) {page} }}",
        where=written(filters, where),
        size=size,
    )

    passing = [row for row in memory.listed(grouping.entity) if memory.holds(filters, row, where)]
    expected = groups_of(memory, grouping, passing, keys, zone, order)
    assert [{each: read(node, each) for each in (*keys, *grouping.results())} for node in found] == [
        {each: shown(value, rows.get(camel(each))) for each, value in group.items()} for group in expected
    ]
