"""A token without personal:read is shown no personal data, whatever it asks, and can't find it out by asking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, GraphQLSyntaxError, get_named_type, is_required_argument
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models.base import Base
from models.personal import DERIVED, MASKED, PERSONAL, Personal, needs_class
from models.scope import Scope, ViewerKind
from resolvers.ids import opaque_id
from resolvers.query.columns import is_personal
from resolvers.query.filters.where import FILTERS, IdFilter, RelationFilter, ValueFilter
from resolvers.storage.context import Viewer
from schema.declaring.base import TYPES
from schema.declaring.permissions import rules
from tests import factories
from tests.resolvers.customer.canaries import CANARY, SPARROW, save_everything
from tests.resolvers.running_operations import Operations, running_operations
from tests.schema.both_ways import Graph, schema

READS = Viewer(None, ViewerKind.ENTERPRISE, frozenset({Scope.CUSTOMERS_READ, Scope.TOKENS_WRITE}))
CLEAR = Viewer(None, ViewerKind.ENTERPRISE, frozenset({Scope.CUSTOMERS_READ, Scope.PERSONAL_READ}))
DOTS = "•••"
TABLES = {mapper.local_table.name: mapper.local_table for mapper in Base.registry.mappers}
LISTS = [
    name
    for name, field in schema()._schema.query_type.fields.items()
    if rules("Query")[name] is None and get_named_type(field.type).name.endswith("Connection")
    if not any(map(is_required_argument, field.args.values()))
]
PERSONAL_FILTERS = sorted(
    f"{name}.{filtered}"
    for name, filters in FILTERS.items()
    for filtered, known in filters.filters.items()
    if isinstance(known, ValueFilter) and is_personal(filters.entity, known.source)
)


@pytest.fixture
async def crm(engine: AsyncEngine, database_url: str) -> AsyncIterator[Operations]:
    async with running_operations(engine, database_url) as made:
        yield made


def selected(kind: GraphQLObjectType, depth: int) -> str:
    """All fields of a type that take nothing, and so on below it."""
    found = [written for name, field in kind.fields.items() if (written := one(name, field, depth))]
    return " ".join(found) or "__typename"


def one(name: str, field: GraphQLField, depth: int) -> str | None:
    kind = get_named_type(field.type)
    if any(map(is_required_argument, field.args.values())):
        return None
    if not isinstance(kind, GraphQLObjectType):
        return name if not hasattr(kind, "fields") and not hasattr(kind, "types") else None
    if depth == 0:
        return None
    if kind.name.endswith("Connection"):
        node = get_named_type(kind.fields["nodes"].type)
        return f"{name}(first: 5) {{ nodes {{ {selected(node, depth - 1)} }} }}" if hasattr(node, "fields") else None
    return f"{name} {{ {selected(kind, depth - 1)} }}"


def test_every_column_has_a_class() -> None:
    without = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if needs_class(column) and column.name not in PERSONAL.get(table.name, {})
    ]
    unknown = [
        f"{table}.{name}"
        for table, classes in PERSONAL.items()
        for name in classes
        if table not in TABLES or name not in TABLES[table].columns
    ]

    assert (without, unknown) == ([], [])


def test_no_secret_is_in_the_graph_and_what_is_worked_out_of_a_column_is_of_its_class() -> None:
    shown = {
        f"{declared.entity.__tablename__}.{source}"
        for declared in TYPES.values()
        if declared.entity is not None
        for field in declared.fields.values()
        for source in field.columns()
        if isinstance(source, str)
    }
    secret = {
        f"{table}.{name}" for table, classes in PERSONAL.items() for name, of in classes.items() if of == "CREDENTIAL"
    }

    assert shown & secret == set()
    assert {PERSONAL["customer"][name] for name in DERIVED} <= MASKED - {Personal.CREDENTIAL}


async def everything_of(graph: Graph, name: str) -> Any:
    """All that a list answers, as deep as is allowed."""
    field = schema()._schema.query_type.fields[name]
    for depth in (3, 2, 1):
        document = f"{{ {one(name, field, depth)} }}"
        answer = await graph.run(document, {}, planned=True)
        too_long = any(isinstance(error, GraphQLSyntaxError) for error in answer.errors)
        if not too_long and "TOO_COMPLEX" not in [(error.extensions or {}).get("code") for error in answer.errors]:
            assert answer.errors == []
            return answer.data
    raise AssertionError(name)


async def test_whatever_is_listed_holds_no_personal_data(graph: Graph, session: AsyncSession) -> None:
    await save_everything(session)
    graph.viewer = READS

    written = {name: repr(await everything_of(graph, name)) for name in LISTS}

    words = (CANARY, "777123987", "1987-06-05", "FEMALE")
    assert {name: [word for word in words if word in told] for name, told in written.items()} == {
        name: [] for name in LISTS
    }
    assert sum(SPARROW in told for told in written.values()) > 3


async def test_a_token_that_holds_the_scope_is_shown_it_all(graph: Graph, session: AsyncSession) -> None:
    """The control."""
    await save_everything(session)
    graph.viewer = CLEAR

    told = repr(await everything_of(graph, "customers")) + repr(await everything_of(graph, "pointEntries"))

    assert told.count(CANARY) > 30


async def test_masked_values_are_null_or_dots_or_a_cards_last_digits(graph: Graph, session: AsyncSession) -> None:
    jana = factories.customer(country_code="CZ")
    held = factories.product_reservation(customer=jana)
    await factories.save(
        session,
        factories.card(customer=jana, number="9001000000017"),
        factories.customer_source_record(customer=jana, external_id="shop-1"),
        factories.property_record(customer=jana, value="38"),
        factories.product_reservation_comment(reservation=held, note="rings twice"),
    )
    graph.viewer = READS

    data = await graph.data(
        "{ customers { nodes { personalInformation { firstName birthdate address { country { code } } }"
        " cards { nodes { number } } sources { externalId } properties { value }"
        " reservations { nodes { comments { note } } } } } }"
    )

    assert data["customers"]["nodes"] == [
        {
            "personalInformation": {"firstName": None, "birthdate": None, "address": {"country": None}},
            "cards": {"nodes": [{"number": f"{DOTS}0017"}]},
            "sources": [{"externalId": "shop-1"}],
            "properties": [{"value": DOTS}],
            "reservations": {"nodes": [{"comments": [{"note": DOTS}]}]},
        }
    ]


async def test_customers_see_their_own_in_clear_and_properties_of_products_are_nobodys(
    graph: Graph, session: AsyncSession
) -> None:
    jana = factories.customer(first_name="Jana")
    product = factories.product()
    await factories.save(session, jana, product)
    await factories.save(session, factories.property_record(product_id=product.id, value="organic"))

    graph.viewer = Viewer(jana.id, ViewerKind.CUSTOMER)
    own = await graph.data("{ me { personalInformation { firstName } } }")
    graph.viewer = READS
    public = await graph.data("{ products { nodes { properties { value } } } }")

    assert own == {"me": {"personalInformation": {"firstName": "Jana"}}}
    assert public == {"products": {"nodes": [{"properties": [{"value": "organic"}]}]}}


async def test_no_list_is_filtered_by_what_is_masked(graph: Graph) -> None:
    graph.viewer = READS

    refused = {each: (await graph.ask(f"{{ {filtered_by(each)} }}")).codes for each in PERSONAL_FILTERS}

    assert len(refused) > 40
    assert refused == {each: ["FORBIDDEN"] for each in PERSONAL_FILTERS}


def filtered_by(filtered: str) -> str:
    """A list that is filtered by a field of its rows, or of what is related to them."""
    name, field = filtered.split(".")
    lists = {get_named_type(made.type).name: listed for listed, made in schema()._schema.query_type.fields.items()}
    root = name
    path: tuple[str, ...] = ()
    while f"{root}Connection" not in lists:
        root, path = leading_to(root, path)
    where = f"{{ {field}: {{ isNull: true }} }}"
    for step in reversed(path):
        where = f"{{ {step}: {where} }}"
    return f"{lists[f'{root}Connection']}(where: {where}) {{ totalCount }}"


def leading_to(name: str, path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A type whose filter leads to another one, and how."""
    for owner, filters in FILTERS.items():
        for field, known in filters.filters.items():
            if isinstance(known, RelationFilter) and known.target() is FILTERS[name] and owner != name:
                return owner, (field, "some", *path) if known.many else (field, *path)
    raise AssertionError(name)


@pytest.mark.parametrize(
    "asked",
    [
        'customers(search: "jana") { totalCount }',
        "customers(orderBy: [{field: LAST_NAME}]) { nodes { id } }",
        'customer(by: {email: "jana@example.com"}) { id }',
        'customer(by: {phone: "+420601000001"}) { id }',
        'card(by: {number: "9001000000017"}) { id }',
        'purchases(where: {customer: {lastName: {eq: "Nováková"}}}) { totalCount }',
        'purchases(where: {not: {customer: {firstName: {startsWith: "J"}}}}) { totalCount }',
        'customers(where: {cards: {some: {number: {contains: "17"}}}}) { totalCount }',
    ],
)
async def test_what_is_masked_cannot_be_found_out_by_asking_for_it(
    graph: Graph, session: AsyncSession, asked: str
) -> None:
    await factories.save(session, factories.card(customer=factories.customer(), number="9001000000017"))
    graph.viewer = READS
    refused = await graph.ask(f"{{ {asked} }}")
    graph.viewer = CLEAR
    answered = await graph.ask(f"{{ {asked} }}")

    assert (refused.codes, refused.statements) == (["FORBIDDEN"], 0)
    assert answered.codes == []


async def test_what_a_change_answers_is_masked_and_segments_are_not_made_of_it(
    crm: Operations, session: AsyncSession
) -> None:
    jana = factories.customer(first_name="Jana")
    await factories.save(session, jana)
    scopes = {Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE, Scope.SEGMENTS_WRITE}
    crm.viewer = Viewer(None, ViewerKind.ENTERPRISE, frozenset(scopes))

    changed: Any = await crm.do(
        "customerUpdate",
        "customer { personalInformation { firstName } }",
        id=opaque_id("Customer", jana.id),
        personalInformation={"firstName": "Eva"},
    )
    made = await crm.refused("segmentCreate", name="Evas", where={"firstName": {"eq": "Eva"}})

    assert changed == {"customer": {"personalInformation": {"firstName": None}}}
    assert await crm.rows(models.Customer, "first_name") == [("Eva",)]
    assert made == [("FORBIDDEN", "where", None)]
    assert isinstance(FILTERS["Customer"].filters["id"], IdFilter)
