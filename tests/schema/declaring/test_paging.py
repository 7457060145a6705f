"""Walks by every size of page while rows come in between: none twice, and none of the old ones missing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

COUNT = 5
INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


@dataclass
class List:
    """A list to walk: how it is asked for, and what makes another row of it."""

    call: str
    one_more: Callable[[], Awaitable[tuple[type[models.Base], int]]]
    orders: tuple[str, ...] = ("",)
    below: str | None = None
    node: str = "node { id }"

    def query(self, order: str) -> str:
        """The document of a page."""
        paged = "first: $first, last: $last, after: $after, before: $before"
        given = f"{paged}, orderBy: {order}" if order else paged
        call = self.call.replace("PAGE", given)
        inner = f"{call} {{ edges {{ cursor {self.node} }} {INFO} }}"
        if self.below is not None:
            key = self.below
            type_name = key.partition("@")[0]
            inner = (
                f'node(id: "{opaque_id(type_name, int(key.partition("@")[2]))}") {{ ... on {type_name} {{ {inner} }} }}'
            )
        return f"query ($first: Int, $last: Int, $after: String, $before: String) {{ {inner} }}"


Making = Callable[[AsyncSession], Awaitable[List]]
BIRTHDAYS = [None, date(1980, 1, 1), date(1980, 1, 1), None, date(1999, 12, 31)]
ENDS = [None, NOW + timedelta(days=1), NOW + timedelta(days=1), NOW + timedelta(days=9), None]
MOMENTS = [NOW - timedelta(days=1), NOW, NOW, NOW + timedelta(microseconds=1), NOW]


def adding(
    session: AsyncSession, make: Callable[[int], models.Base]
) -> Callable[[], Awaitable[tuple[type[models.Base], int]]]:
    """What saves one more row, like one of the first ones."""
    made = 0

    async def add() -> tuple[type[models.Base], int]:
        nonlocal made
        row = make(made % COUNT)
        made += 1
        await factories.save(session, row)
        return type(row), row.id

    return add


async def customers(session: AsyncSession) -> List:
    """The root list, by keys with equal and missing values."""
    orders = (
        "",
        "[{field: BIRTHDATE}]",
        "[{field: BIRTHDATE, direction: DESC}]",
        "[{field: CITY, direction: DESC}, {field: BIRTHDATE}, {field: FIRST_NAME, direction: DESC}]",
        "[{field: FIRST_NAME}, {field: EMAIL, direction: DESC}]",
    )

    def make(index: int) -> models.Base:
        return factories.customer(
            birthdate=BIRTHDAYS[index], city=("Brno", None, "Brno", "Praha", None)[index], first_name="ab"[index % 2]
        )

    return List("customers(PAGE)", adding(session, make), orders)


async def cards_of_a_customer(session: AsyncSession) -> List:
    """Rows found by their foreign key."""
    holder = factories.customer()
    await factories.save(session, holder)
    orders = ("", "[{field: VALID_TO, direction: DESC}]", "[{field: VALID_TO}, {field: NUMBER, direction: DESC}]")
    make = adding(session, lambda index: factories.card(customer_id=holder.id, valid_to=ENDS[index]))
    return List("cards(PAGE)", make, orders, below="Customer@1")


async def stores_of_a_reward(session: AsyncSession) -> List:
    """Rows found through a table between."""
    reward = factories.reward()
    await factories.save(session, reward)
    plain = adding(
        session, lambda index: factories.store(city=(None, "Brno", "Brno", "Praha", None)[index], name="ab"[index % 2])
    )

    async def add() -> tuple[type[models.Base], int]:
        entity, key = await plain()
        await factories.save(session, factories.reward_store(reward_id=reward.id, store_id=key))
        return entity, key

    return List("stores(PAGE)", add, ("", "[{field: CITY, direction: DESC}, {field: NAME}]"), below="Reward@1")


async def rewards_within_reach(session: AsyncSession) -> List:
    """Rows found by a condition of the code's own."""
    await factories.save(session, factories.customer())
    make = adding(session, lambda index: factories.reward(priority=1 + index % 2, valid_to=ENDS[index]))
    return List(
        "rewards(PAGE)", make, ("", "[{field: VALID_TO, direction: DESC}, {field: PRIORITY}]"), below="Customer@1"
    )


async def products_of_a_tree(session: AsyncSession) -> List:
    """Rows of a group and of the groups below it."""
    above = factories.product_group()
    groups = [above, factories.product_group(parent=above)]
    await factories.save(session, *groups)
    make = adding(session, lambda index: factories.product(group_id=groups[index % 2].id, name="ab"[index % 2]))
    call = "products(includeSubgroups: true, PAGE)"
    return List(call, make, ("", "[{field: NAME, direction: DESC}, {field: CODE}]"), below="ProductGroup@1")


async def timeline(session: AsyncSession) -> List:
    """Rows of five tables, many of the same moment."""
    customer = factories.customer()
    card, voucher = factories.card(customer=customer), factories.voucher(customer=customer)
    await factories.save(session, card, voucher)
    card_id, owner = card.id, customer.id

    def make(index: int) -> models.Base:
        at = MOMENTS[index]
        if index == 0:
            return factories.purchase(customer_id=owner, paid_at=at)
        if index == 1:
            return factories.point_entry(customer_id=owner, at=at)
        if index == 2:
            return models.VoucherEvent(voucher_id=voucher.id, customer_id=owner, change="ISSUED", at=at)
        if index == 3:
            return factories.status_record(customer_id=owner, valid_from=at, ended_at=NOW)
        return factories.card_event(card_id=card_id, customer_id=owner, at=at)

    return List("timeline(PAGE)", adding(session, make), below=f"Customer@{owner}", node="node { at }")


async def stores_near(session: AsyncSession) -> List:
    """Rows by their distance, many at the same place."""
    where = [Decimal(50), Decimal("50.1"), Decimal("50.1"), Decimal(49), Decimal(50)]
    make = adding(session, lambda index: factories.store(latitude=where[index], longitude=Decimal(14)))
    return List("storesNear(position: {latitude: 50, longitude: 14}, PAGE)", make)


LISTS = [
    customers,
    cards_of_a_customer,
    stores_of_a_reward,
    rewards_within_reach,
    products_of_a_tree,
    timeline,
    stores_near,
]


def page_of(data: Any) -> Any:
    """The connection in an answer."""
    inner = next(iter(data.values()))
    return inner if "edges" in inner else next(iter(inner.values()))


@pytest.mark.parametrize("make", LISTS, ids=lambda make: make.__name__)
async def test_a_walk_meets_each_old_row_once_whatever_comes_in(
    graph: Graph, session: AsyncSession, make: Making
) -> None:
    walked = await make(session)
    for _ in range(COUNT):
        await walked.one_more()

    for order in walked.orders:
        query = walked.query(order)
        whole = [edge["cursor"] for edge in page_of(await graph.data(query, first=100))["edges"]]
        assert len(whole) == COUNT
        for size in range(1, COUNT + 2):
            for backwards in (False, True):
                met = await _walk(graph, session, walked, query, size, backwards=backwards)
                assert len(set(met)) == len(met)
                assert [cursor for cursor in met if cursor in whole] == (whole[::-1] if backwards else whole)


async def _walk(
    graph: Graph, session: AsyncSession, walked: List, query: str, size: int, *, backwards: bool
) -> list[str]:
    """The cursors met; after each page a row comes in, and all that came in is taken away at the end."""
    met: list[str] = []
    came: list[tuple[type[models.Base], int]] = []
    side, way = ("last", "before") if backwards else ("first", "after")
    ahead, behind = ("hasPreviousPage", "hasNextPage") if backwards else ("hasNextPage", "hasPreviousPage")
    given: dict[str, Any] = {side: size}
    more = True
    while more:
        page = page_of(await graph.data(query, **given))
        cursors = [edge["cursor"] for edge in page["edges"]]
        info = page["pageInfo"]
        assert (info["startCursor"], info["endCursor"]) == (cursors[0], cursors[-1])
        assert len(cursors) == size or not info[ahead]
        assert info[behind] == (way in given)
        met += cursors[::-1] if backwards else cursors
        given[way] = info["startCursor" if backwards else "endCursor"]
        more = info[ahead]
        if len(came) < COUNT:
            came.append(await walked.one_more())
    await _take_away(session, came)
    return met


async def _take_away(session: AsyncSession, came: list[tuple[type[models.Base], int]]) -> None:
    for entity, key in came:
        if entity is models.Store:
            await session.execute(delete(models.RewardStore).where(models.RewardStore.store_id == key))
        if entity is models.PointEntry:
            continue
        await session.execute(delete(entity).where(entity.id == key))
    await session.commit()
    session.expunge_all()


async def test_an_empty_page_tells_if_rows_follow_wherever_it_is_read(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, factories.purchase(customer=factories.customer()))
    page = "purchases(first: 0) { totalCount nodes { id } pageInfo { hasNextPage } }"

    data = await graph.data(f"{{ {page} customers {{ nodes {{ {page} }} }} }}")
    below = await graph.data(f"{{ purchases {{ nodes {{ customer {{ {page} }} }} }} }}")

    expected = {"totalCount": 1, "nodes": [], "pageInfo": {"hasNextPage": True}}
    assert (data["purchases"], data["customers"]["nodes"]) == (expected, [{"purchases": expected}])
    assert below["purchases"]["nodes"] == [{"customer": {"purchases": expected}}]


async def test_edges_of_which_only_the_name_is_asked_for_are_shown(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    await factories.save(session, eva, factories.card(customer=eva), factories.card(customer=eva))

    data = await graph.data("{ customers { edges { __typename } nodes { cards(first: 1) { edges { __typename } } } } }")

    cards = {"edges": [{"__typename": "CardEdge"}]}
    assert data["customers"] == {"edges": [{"__typename": "CustomerEdge"}], "nodes": [{"cards": cards}]}
    assert (await graph.data("{ cards { edges { __typename } } }"))["cards"]["edges"] == cards["edges"] * 2


@pytest.mark.parametrize("key", ["FIRST_NAME", "LAST_NAME"])
@pytest.mark.parametrize(("way", "expected"), [("ASC", [2, 4, 1, 3]), ("DESC", [3, 1, 4, 2])])
async def test_customers_without_a_name_come_where_all_that_is_missing_comes(
    graph: Graph, session: AsyncSession, key: str, way: str, expected: list[int]
) -> None:
    names = (None, "Adam", None, "žák")
    await factories.save(session, *(factories.customer(first_name=name, last_name=name) for name in names))
    query = f"""query($after: String) {{
      customers(first: 1, after: $after, orderBy: [{{field: {key}, direction: {way}}}]) {{
        nodes {{ id }} pageInfo {{ endCursor }}
      }}
    }}"""

    found, after = [], None
    for _ in names:
        page = (await graph.data(query, after=after))["customers"]
        found += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]

    assert found == [opaque_id("Customer", number) for number in expected]
