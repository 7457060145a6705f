"""Who may see what: a matrix made from the schema, so that no new field can be forgotten."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type, is_required_argument
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.ownership import OWNERSHIP, Kind, ownership_of
from models.scope import Scope, ViewerKind
from resolvers.errors import BadId
from resolvers.ids import opaque_id, parse_id
from resolvers.operation.structs import camel
from resolvers.query.visibility import EVERYTHING
from resolvers.storage.context import Viewer
from resolvers.storage.engine import make_engine
from schema.declaring.base import TYPES
from schema.declaring.kinds.batch_loaded import BatchLoaded
from schema.declaring.kinds.lookup import Lookup
from schema.declaring.permissions import kept_for_customers, rules
from tests.schema.both_ways import Graph, schema
from tests.schema.execution.documents import random_documents

JANA = 3
ANONYMOUS = Viewer(None, ViewerKind.ANONYMOUS)
CUSTOMER = Viewer(JANA, ViewerKind.CUSTOMER)
NO_SCOPE = Viewer(None, ViewerKind.ENTERPRISE)
BACK_OFFICE = Viewer(None, ViewerKind.ENTERPRISE, frozenset(Scope))
EACH_REFUSED = {"UNAUTHENTICATED": ANONYMOUS, "FORBIDDEN": NO_SCOPE, "FORBIDDEN!": CUSTOMER}
READS = Viewer(None, ViewerKind.ENTERPRISE, frozenset({Scope.CUSTOMERS_READ}))


schema()


@cache
def sdl() -> GraphQLSchema:
    return schema()._schema


def relations(kind: GraphQLObjectType, depth: int) -> str:
    """The ids of whatever a type leads to, so many steps away."""
    found = ["id"] if "id" in kind.fields else ["__typename"]
    if depth:
        found += [written for name, field in kind.fields.items() if (written := leading(name, field, depth))]
    return " ".join(found)


def leading(name: str, field: GraphQLField, depth: int) -> str | None:
    target = get_named_type(field.type)
    if not isinstance(target, GraphQLObjectType) or any(map(is_required_argument, field.args.values())):
        return None
    if target.name.endswith("Connection"):
        node = get_named_type(target.fields["nodes"].type)
        if not isinstance(node, GraphQLObjectType):
            return None
        return f"{name}(first: 5) {{ totalCount nodes {{ {relations(node, depth - 1)} }} }}"
    return f"{name} {{ {relations(target, depth - 1)} }}"


def lists() -> list[str]:
    """The fields of the root that list something without being asked for anything in particular."""
    root = sdl().query_type
    assert root is not None
    taken = rules("Query")
    return [name for name, field in root.fields.items() if taken[name] is None and leading(name, field, 1)]


def ids(data: Any) -> Iterator[tuple[str, int]]:
    """Every id of a record anywhere in an answer."""
    if isinstance(data, dict):
        for name, value in data.items():
            if name == "id" and isinstance(value, str):
                try:
                    yield parse_id(value)
                except BadId:
                    continue
            yield from ids(value)
    elif isinstance(data, list):
        for each in data:
            yield from ids(each)


async def owner_of(session: AsyncSession, name: str, key: int) -> int | None:
    """The customer to whom a row belongs."""
    entity: Any = getattr(models, name)
    owner = ownership_of(entity)
    value: int | None = await session.scalar(select(getattr(entity, owner.column)).where(entity.id == key))
    return value if owner.whole is None or value is None else await owner_of(session, owner.whole, value)


async def foreign(shop_url: str, data: Any) -> set[tuple[str, int]]:
    """Rows in an answer that are neither public nor Jana's."""
    engine = make_engine(shop_url)
    found = set()
    async with AsyncSession(engine) as session:
        for name, key in set(ids(data)):
            owner = OWNERSHIP.get(name)
            if owner is None or owner.kind is Kind.PUBLIC:
                continue
            whose = await owner_of(session, name, key) if owner.kind is Kind.OWNED else None
            if whose != JANA and not (owner.shared and whose is None):
                found.add((name, key))
    await engine.dispose()
    return found


def test_what_is_neither_a_list_nor_a_look_up_says_who_may_ask_for_it() -> None:
    """A list or a look-up shows each viewer the rows that are theirs; all else at the root has to be looked at."""
    found = {name: field.scope for name, field in TYPES["Query"].fields.items() if isinstance(field, BatchLoaded)}

    assert found == {
        "country": None,
        "countries": None,
        "currency": None,
        "currencies": None,
        "language": None,
        "languages": None,
        "customer_export": Scope.PERSONAL_READ,
        "error_codes": None,
        "request_error_codes": None,
        "event_kinds": None,
        "me": None,
        "node": None,
        "nodes": None,
        "point_entry_aggregates": None,
        "purchase_aggregates": None,
        "purchase_item_aggregates": None,
        "purchase_preview": Scope.PURCHASES_WRITE,
        "rate_limit": None,
        "recommended_products": Scope.PURCHASES_WRITE,
        "recommended_rewards": Scope.PURCHASES_WRITE,
        "stores_near": None,
        "viewer": None,
        "voucher_aggregates": None,
    }


def test_mutations_that_take_no_scope_are_those_about_the_own_token_account_and_recommendations() -> None:
    free = {name for name, scope in rules("Mutation").items() if scope is None}

    assert free == {
        "enterpriseTokenCreate",
        "loginCodeSend",
        "passwordReset",
        "passwordSet",
        "recommendationDismiss",
        "recommendationFeedback",
        "recommendationRestore",
        "tokenCreate",
        "tokenLogin",
        "tokenLogout",
        "tokenRevoke",
        "tokenRotate",
        "tokenUpdate",
    }


def test_every_table_says_whose_its_rows_are() -> None:
    tables = {mapper.class_.__name__ for mapper in models.Base.registry.mappers}

    assert tables == OWNERSHIP.keys()


@pytest.mark.parametrize("name", lists())
async def test_a_customer_is_led_to_nothing_of_others(shop: Graph, shop_url: str, name: str) -> None:
    root = sdl().query_type
    assert root is not None
    document = f"{{ {leading(name, root.fields[name], 3)} }}"
    if len(document) > 20_000:
        document = f"{{ {leading(name, root.fields[name], 2)} }}"
    shop.viewer = CUSTOMER

    answer = await shop.ask(document)

    assert answer.codes == []
    assert await foreign(shop_url, answer.data) == set()


LOOK_UPS = {
    camel(name): field.type_name
    for name, field in TYPES["Query"].fields.items()
    if isinstance(field, Lookup) and ownership_of(getattr(models, field.type_name)).kind is Kind.OWNED
}


async def test_what_is_another_s_is_looked_up_in_vain_by_its_id(shop: Graph, shop_url: str) -> None:
    engine, asked = make_engine(shop_url), []
    async with AsyncSession(engine) as session:
        for name, kind in LOOK_UPS.items():
            entity = getattr(models, kind)
            for key in await session.scalars(select(entity.id).order_by(entity.id).limit(2)):
                if await owner_of(session, kind, key) not in (JANA, None):
                    asked += [f'{name}(by: {{id: "{opaque_id(kind, key)}"}}) {{ id }}']
                    asked += [f'node(id: "{opaque_id(kind, key)}") {{ id }}']
    await engine.dispose()
    document = f"{{ {' '.join(f'a{place}: {each}' for place, each in enumerate(asked))} }}"

    seen = {}
    for name, viewer in {"jana": CUSTOMER, "nobody": ANONYMOUS, "no scope": NO_SCOPE, "all": BACK_OFFICE}.items():
        shop.viewer = viewer
        answer = await shop.ask(document)
        seen[name] = answer.codes, sum(each is not None for each in answer.data.values())

    codes, found = seen.pop("all")
    assert (codes, found > 30) == ([], True)
    assert seen == dict.fromkeys(("jana", "nobody", "no scope"), ([], 0))


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_without_the_door_a_customer_would_be_led_to_others(
    shop: Graph, shop_url: str, monkeypatch: pytest.MonkeyPatch, database_kind: str
) -> None:
    """The control."""
    monkeypatch.setattr("schema.execution.run.level_reader.access_of", lambda _: EVERYTHING)
    shop.viewer = CUSTOMER

    answer = await shop.ask("{ vouchers(first: 50) { nodes { id } } }")

    assert await foreign(shop_url, answer.data) != set()


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_without_the_door_postgresqls_own_wall_stands(
    shop: Graph, shop_url: str, monkeypatch: pytest.MonkeyPatch, database_kind: str
) -> None:
    monkeypatch.setattr("schema.execution.run.level_reader.access_of", lambda _: EVERYTHING)
    root = sdl().query_type
    assert root is not None
    documents = [f"{{ {leading(name, root.fields[name], 2)} }}" for name in lists()]
    documents += random_documents(30, 7100) + random_documents(15, 7101, filtered=True)

    found: dict[str, set[tuple[str, int]]] = {}
    for name, viewer in {"jana": CUSTOMER, "nobody": ANONYMOUS, "all": Viewer()}.items():
        shop.viewer = viewer
        answers = [(await shop.ask(document)).data for document in documents]
        found[name] = await foreign(shop_url, answers)
    # The retailer's own lists, which name no customer.
    internal = {"Segment", "SegmentGroup", "VoucherBatch"}

    assert len(found["all"]) > 100
    assert {kind for kind, _ in found["jana"]} <= internal
    assert {kind for kind, _ in found["nobody"]} <= internal


@pytest.mark.parametrize("viewer", [ANONYMOUS, NO_SCOPE], ids=["anonymous", "no scope"])
@pytest.mark.parametrize("name", lists())
async def test_nobody_in_particular_is_led_to_no_customer(
    shop: Graph, shop_url: str, name: str, viewer: Viewer
) -> None:
    root = sdl().query_type
    assert root is not None
    shop.viewer = viewer

    answer = await shop.ask(f"{{ {leading(name, root.fields[name], 2)} }}")

    assert answer.codes == []
    assert {kind for kind, _ in ids(answer.data) if kind in OWNERSHIP and OWNERSHIP[kind].kind is Kind.OWNED} <= {
        "Recommendation",
        "PropertyRecord",
    }


async def test_a_customer_sees_all_that_is_their_own_and_a_back_office_sees_everybody(shop: Graph) -> None:
    document = "{ customers(first: 100) { totalCount } purchases(first: 100) { totalCount nodes { customer { id } } } }"
    seen = {}
    for name, viewer in {"open": Viewer(), "reads": READS, "all": BACK_OFFICE, "jana": CUSTOMER}.items():
        shop.viewer = viewer
        seen[name] = await shop.data(document)
    hers = [
        one
        for one in seen["open"]["purchases"]["nodes"]
        if one["customer"] and parse_id(one["customer"]["id"])[1] == JANA
    ]

    assert seen["reads"] == seen["all"] == seen["open"]
    assert seen["jana"]["customers"]["totalCount"] == 1
    assert seen["jana"]["purchases"]["nodes"] == hers


@pytest.mark.parametrize("chunk", range(2))
async def test_random_questions_of_a_customer_find_nothing_of_others(
    shop: Graph, shop_url: str, database_kind: str, chunk: int
) -> None:
    shop.viewer = CUSTOMER
    chosen = 7000 + 10 * ["sqlite", "postgresql"].index(database_kind) + chunk

    found: list[Any] = []
    for document in random_documents(40, chosen) + random_documents(20, chosen, filtered=True):
        answer = await shop.ask(document)
        found.append(answer.data)

    assert await foreign(shop_url, found) == set()


@pytest.mark.parametrize(
    "name", sorted(name for name, scope in {**rules("Query"), **rules("Mutation")}.items() if scope)
)
async def test_a_field_is_refused_before_anything_runs_to_those_who_lack_its_scope(graph: Graph, name: str) -> None:
    field = {**sdl().query_type.fields, **sdl().mutation_type.fields}[name]
    required = [f"${arg}: {one.type}" for arg, one in field.args.items() if is_required_argument(one)]
    passed = [f"{arg}: ${arg}" for arg, one in field.args.items() if is_required_argument(one)]
    kind = "mutation" if name in rules("Mutation") else "query"
    answers = get_named_type(field.type)
    below = " { __typename }" if isinstance(answers, GraphQLObjectType) else ""
    document = f"{kind} Try({', '.join(required)}) {{ {name}({', '.join(passed)}){below} }}"

    own = name in kept_for_customers("Query") | kept_for_customers("Mutation")
    viewers = {"UNAUTHENTICATED": ANONYMOUS, "FORBIDDEN": NO_SCOPE} if own else EACH_REFUSED
    codes, statements = [], 0
    for viewer in viewers.values():
        graph.viewer = viewer
        answer = await graph.ask(document)
        codes += [(error.extensions or {}).get("code") for error in answer.errors]
        statements += answer.statements

    assert [code.removesuffix("!") for code in viewers] == codes
    assert statements == 0
