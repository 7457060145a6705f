"""The tree of product groups; and what is deleted, and what still shows it."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from tests import factories
from tests.schema.both_ways import Graph


async def tree(session: AsyncSession) -> None:
    """Food, with dairy and bread in it, and butter in dairy; a product in each, named like its group."""
    food = factories.product_group(name="Food")
    dairy = factories.product_group(name="Dairy", parent=food)
    groups = [
        food,
        dairy,
        factories.product_group(name="Bread", parent=food),
        factories.product_group(name="Butter", parent=dairy),
    ]
    for group in groups:
        await factories.save(session, group, factories.product(name=group.name, group=group))
    await factories.save(session, factories.product(name="Gone", group=dairy, state="DELETED"))


async def test_a_groups_path_leads_from_the_top_down_to_it(graph: Graph, session: AsyncSession) -> None:
    await tree(session)

    data = await graph.data(
        "{ productGroups { nodes { name parent { name } path { name } children { nodes { name } } } } }"
    )

    rows = {row.pop("name"): row for row in data["productGroups"]["nodes"]}
    assert rows == {
        "Bread": {"parent": {"name": "Food"}, "path": [{"name": "Food"}, {"name": "Bread"}], "children": {"nodes": []}},
        "Butter": {
            "parent": {"name": "Dairy"},
            "path": [{"name": "Food"}, {"name": "Dairy"}, {"name": "Butter"}],
            "children": {"nodes": []},
        },
        "Dairy": {
            "parent": {"name": "Food"},
            "path": [{"name": "Food"}, {"name": "Dairy"}],
            "children": {"nodes": [{"name": "Butter"}]},
        },
        "Food": {
            "parent": None,
            "path": [{"name": "Food"}],
            "children": {"nodes": [{"name": "Bread"}, {"name": "Dairy"}]},
        },
    }


async def test_a_groups_products_include_those_below_when_asked(graph: Graph, session: AsyncSession) -> None:
    await tree(session)

    data = await graph.data(
        """query ($all: Boolean!) {
      productGroups { nodes {
        name
        own: products { totalCount nodes { name } }
        whole: products(includeSubgroups: $all) { totalCount nodes { name } }
        firstTwo: products(includeSubgroups: true, first: 2, where: {name: {ne: "Bread"}}) { nodes { name } }
      } }
    }""",
        all=True,
    )

    found = {
        row["name"]: [[product["name"] for product in row[key]["nodes"]] for key in ("own", "whole", "firstTwo")]
        for row in data["productGroups"]["nodes"]
    }
    assert found == {
        "Bread": [["Bread"], ["Bread"], []],
        "Butter": [["Butter"], ["Butter"], ["Butter"]],
        "Dairy": [["Dairy"], ["Butter", "Dairy"], ["Butter", "Dairy"]],
        "Food": [["Food"], ["Bread", "Butter", "Dairy", "Food"], ["Butter", "Dairy"]],
    }
    assert [row["whole"]["totalCount"] for row in data["productGroups"]["nodes"]] == [1, 1, 2, 4]


async def erased(session: AsyncSession) -> None:
    """A deleted customer with one of everything, beside one who is there."""
    gone = factories.customer(state="DELETED", first_name="Gone", email="gone@example.com", phone="+420601999999")
    await factories.save(
        session,
        gone,
        factories.customer(first_name="Here", store=factories.store(name="Brno")),
        factories.card(customer=gone, number="C1"),
        factories.customer_source_record(customer=gone, source=factories.customer_source(code="web"), external_id="7"),
        factories.purchase(customer=gone, number="B1"),
        factories.voucher(customer=gone),
        factories.points(customer=gone),
        factories.point_reservation(customer=gone),
        factories.status_record(customer=gone),
        factories.segment_member(customer=gone),
        factories.product_reservation(customer=gone),
        factories.token(customer=gone),
        factories.recommendation(customer=gone),
    )


async def test_a_deleted_customer_is_found_by_no_key(graph: Graph, session: AsyncSession) -> None:
    await erased(session)

    data = await graph.data(
        """query ($id: ID!) {
      byId: customer(by: {id: $id}) { id }
      byEmail: customer(by: {email: "gone@example.com"}) { id }
      byPhone: customer(by: {phone: "+420601999999"}) { id }
      byCard: customer(by: {cardNumber: "C1"}) { id }
      bySource: customer(by: {externalId: {source: "web", externalId: "7"}}) { id }
      node(id: $id) { id }
      nodes(ids: [$id]) { id }
      customers { totalCount nodes { personalInformation { firstName } } }
      search: customers(search: "gone") { totalCount }
      inactive: customers(where: {state: {eq: DELETED}}) { totalCount }
    }""",
        id=opaque_id("Customer", 1),
    )

    nobody = dict.fromkeys(("byId", "byEmail", "byPhone", "byCard", "bySource", "node"))
    assert data == nobody | {
        "nodes": [None],
        "customers": {"totalCount": 1, "nodes": [{"personalInformation": {"firstName": "Here"}}]},
        "search": {"totalCount": 0},
        "inactive": {"totalCount": 0},
    }


HELD = (
    "cards",
    "customerSourceRecords",
    "purchases",
    "vouchers",
    "pointEntries",
    "pointLots",
    "pointReservations",
    "statusRecords",
    "productReservations",
    "tokens",
    "recommendations",
)


async def test_what_a_deleted_customer_leaves_behind_belongs_to_nobody(graph: Graph, session: AsyncSession) -> None:
    await erased(session)

    fields = " ".join(f"{name} {{ nodes {{ customer {{ id }} }} }}" for name in HELD)
    data = await graph.data(f"{{ {fields} segments {{ nodes {{ members {{ nodes {{ customer {{ id }} }} }} }} }} }}")

    assert {name: data[name]["nodes"] for name in HELD} == {name: [{"customer": None}] for name in HELD}
    assert all(row["customer"] is None for segment in data["segments"]["nodes"] for row in segment["members"]["nodes"])


async def test_filters_see_no_deleted_customer(graph: Graph, session: AsyncSession) -> None:
    await erased(session)

    data = await graph.data("""{
      named: cards(where: {customer: {firstName: {eq: "Gone"}}}) { totalCount }
      missing: cards(where: {customer: {isNull: true}}) { totalCount }
      members: segments(where: {members: {some: {customer: {firstName: {eq: "Gone"}}}}}) { totalCount }
    }""")

    assert data == {"named": {"totalCount": 0}, "missing": {"totalCount": 1}, "members": {"totalCount": 0}}


async def test_other_deleted_rows_are_not_listed_but_shown_by_what_refers_to_them(
    graph: Graph, session: AsyncSession
) -> None:
    brand = factories.product_brand(name="Old brand", state="DELETED")
    group = factories.product_group(name="Old group", state="DELETED")
    store = factories.store(name="Old store", code="old", state="DELETED")
    product = factories.product(name="Milk", brand=brand, group=group)
    await factories.save(session, factories.purchase(store=store, items=[factories.purchase_item(product=product)]))
    await factories.save(session, factories.card(card_type=factories.card_type(name="Old type", state="DELETED")))

    data: Any = await graph.data(
        """query ($brand: ID!) {
      productBrands { totalCount } productGroups { totalCount } stores { totalCount } cardTypes { totalCount }
      brand: node(id: $brand) { id }
      store(by: {code: "old"}) { id }
      products { nodes { brand { name } group { name } } }
      purchases { nodes { store { name } items { product { brand { name } } } } }
      cards { nodes { cardType { name } } }
      ofBrand: products(where: {brand: {name: {eq: "Old brand"}}}) { totalCount }
    }""",
        brand=opaque_id("ProductBrand", 1),
    )

    assert data == {
        "productBrands": {"totalCount": 0},
        "productGroups": {"totalCount": 0},
        "stores": {"totalCount": 0},
        "cardTypes": {"totalCount": 0},
        "brand": None,
        "store": None,
        "products": {"nodes": [{"brand": {"name": "Old brand"}, "group": {"name": "Old group"}}]},
        "purchases": {
            "nodes": [{"store": {"name": "Old store"}, "items": [{"product": {"brand": {"name": "Old brand"}}}]}]
        },
        "cards": {"nodes": [{"cardType": {"name": "Old type"}}]},
        "ofBrand": {"totalCount": 1},
    }
