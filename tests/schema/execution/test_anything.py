"""Documents of anything at all are answered, or told as the caller's own mistake; none is an internal error.

Each is asked as it is, by its plan and the ordinary way, and with null for every argument that may be
null. So are documents of our own making, with variables of all kinds; `make fuzz` asks 10,000 of them of each database.
"""

from __future__ import annotations

import os
import warnings
from functools import cache
from typing import Any

import httpx
import pytest
from graphql import (
    ArgumentNode,
    BooleanValueNode,
    FieldNode,
    GraphQLNonNull,
    NameNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from models.scope import Scope, ViewerKind
from resolvers.access.lookup import KnownToken
from resolvers.storage.context import Viewer
from tests.schema.both_ways import schema
from tests.schema.execution.documents import sdl_without_descriptions
from tests.schema.execution.odd_documents import odd_document
from tests.schema.execution.varied_documents import varied
from tests.server.gateway import Client, opened

CHUNKS = 4
CASES = int(os.environ.get("FUZZ_CASES", "200"))
"""How many documents of our own making each database is asked."""
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))
"""Which of them comes first: others than last night's are asked by going on from there."""
ANYTHING = int(os.environ.get("TESTS_ANYTHING", "24"))
"""How many of hypothesis-graphql's, which take a second each to make, over both databases together."""
VARIANTS = int(os.environ.get("FUZZ_VARIANTS", "2"))
"""How many times each of these is asked with other values besides."""
ODD = ("", "x", "%", "_", "\\", "'", "\U0001f600", "\u0661", "NaN", "1e400", "-0", "0x1", "null", "a" * 300)


WRITES = frozenset(scope for scope in Scope if scope.endswith(":write"))
VIEWERS = (
    Viewer(),
    Viewer(3, ViewerKind.CUSTOMER, token_id=1),
    Viewer(None, ViewerKind.ENTERPRISE, WRITES, token_id=2),
    Viewer(),
    Viewer(None, ViewerKind.ENTERPRISE, frozenset({Scope.CUSTOMERS_READ}), token_id=3),
    Viewer(None, ViewerKind.ANONYMOUS),
)
"""Who asks, in turns: half of them may not see all that they ask for."""
KINDS = ("enterprise", "customer", "anonymous")
UNCHARGED = {f"{kind}_cost": 0 for kind in KINDS} | {f"{kind}_budget": "0" for kind in KINDS}


def _scalars() -> dict[str, st.SearchStrategy[Any]]:
    """Values of each scalar, half of them none that it takes."""
    odd = st.sampled_from(ODD).map(nodes.String)
    amounts = st.decimals(allow_nan=False, places=4).map(lambda each: nodes.String(str(each)))
    whole = st.integers(-(2**70), 2**70).map(nodes.Int)
    moments = st.datetimes().map(lambda moment: nodes.String(f"{moment.isoformat()}Z"))
    return {
        "Decimal": st.one_of(odd, whole, amounts),
        "DateTime": st.one_of(odd, moments),
        "Date": st.one_of(odd, st.dates().map(lambda day: nodes.String(day.isoformat()))),
        "JSON": st.one_of(odd, whole, st.floats(allow_nan=False, allow_infinity=False).map(nodes.Float)),
    }


@cache
def anything(count: int, chosen_seed: int) -> list[str]:
    """So many documents; the same ones for the same seed."""
    made: list[str] = []

    @seed(chosen_seed)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(from_schema(sdl_without_descriptions(schema().as_str()), custom_scalars=_scalars(), allow_null=True))
    def note(document: str) -> None:
        made.append(document)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        note()
    return made


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_no_document_is_an_internal_error(shop_url: str, database_kind: str, chunk: int) -> None:
    chosen = 1000 * (1 + ["sqlite", "postgresql"].index(database_kind)) + chunk
    documents = anything(ANYTHING // 2 // CHUNKS, chosen)

    async with opened(shop_url, jobs_every=0) as client:
        wrong = [why for each in documents if (why := await _wrong(client, each)) is not None]
        variants = [varied(schema()._schema, each, place) for each in documents for place in range(VARIANTS)]
        wrong += [why for each in variants if (why := await _differs(client, _tried(each), {})) is not None]

    assert len(documents) > ANYTHING // 2 // CHUNKS - 5
    assert wrong == []


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_no_odd_document_is_an_internal_error(shop_url: str, chunk: int) -> None:
    seeds = range(FIRST + chunk, FIRST + CASES, CHUNKS)
    wrong = []

    async with opened(shop_url, jobs_every=0, **UNCHARGED) as client:
        for place, each in enumerate(seeds):
            viewer = VIEWERS[place % len(VIEWERS)]
            _ask_as(client, viewer)
            why = await _differs(client, *odd_document(schema()._schema, each))
            wrong += [f"{viewer}: {why}"] if why else []

    assert wrong == []


def _ask_as(client: Client, viewer: Viewer) -> None:
    """Take whoever asks from now on for a viewer."""

    async def asking(_request: Any) -> KnownToken:
        return KnownToken(viewer)

    client.endpoint.authentication.asking = asking


async def _differs(client: Client, document: str, variables: dict[str, Any]) -> str | None:
    """What is wrong with the answers to a document by its plan and the ordinary way, if anything is."""
    answered = await client.ask(document, variables)
    if _is_internal(answered):
        return f"{document} {variables}: {answered.text}"
    # Mutations go one way only; and what is known of costs is known from plans.
    if document.startswith("mutation") or "rateLimit" in document:
        return None
    client.endpoint.schema.planned = False
    other = await client.ask(document, variables)
    client.endpoint.schema.planned = True
    if _said(other) != _said(answered):
        return f"{document} {variables}: {answered.text} by its plan, and {other.text}"
    return None


async def _wrong(client: Client, document: str) -> str | None:
    """What is wrong with the answers to a document as it is and with nulls, if anything is."""
    tried = _tried(document)
    if (why := await _differs(client, tried, {})) is not None:
        return why
    nulled, variables = _nulled(tried)
    response = await client.ask(nulled, variables)
    return f"{nulled} with nulls: {response.text}" if _is_internal(response) else None


def _is_internal(response: httpx.Response) -> bool:
    codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
    return response.status_code >= 500 or not codes.isdisjoint(("INTERNAL", "ERROR"))


def _said(response: httpx.Response) -> Any:
    """The data of an answer, and the codes of its errors; where there is no data, it is chance which error ended it."""
    answer = response.json()
    codes = sorted({error["extensions"]["code"] for error in answer.get("errors", [])})
    return (None, bool(codes)) if answer.get("data") is None else (answer["data"], codes)


class _Nulling(Visitor):
    """Puts a variable in the place of each argument that may be null."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.declared: list[str] = []

    def leave_argument(self, node: ArgumentNode, *_: Any) -> Any:
        """The argument as it is where it may not be null, or says that a mutation is a trial."""
        argument = self.types.get_argument()
        if argument is None or isinstance(argument.type, GraphQLNonNull) or node.name.value == "dryRun":
            return None
        name = f"null{len(self.declared)}"
        self.declared.append(f"${name}: {argument.type}")
        return ArgumentNode(name=node.name, value=VariableNode(name=NameNode(value=name)))


def _nulled(document: str) -> tuple[str, dict[str, None]]:
    """A document with variables that are all null."""
    types = TypeInfo(schema()._schema)
    nulling = _Nulling(types)
    text = print_ast(visit(parse(document), TypeInfoVisitor(types, nulling)))
    kind, _, rest = text.partition("{")
    head = f"{kind.strip() or 'query'}({', '.join(nulling.declared)}) " if nulling.declared else kind
    return f"{head}{{{rest}", {f"null{index}": None for index in range(len(nulling.declared))}


def _tried(document: str) -> str:
    """A document whose mutations are tried and undone: others read the same database."""
    if not document.startswith("mutation"):
        return document
    node = parse(document)
    [operation] = node.definitions
    assert isinstance(operation, OperationDefinitionNode)
    for field in operation.selection_set.selections:
        assert isinstance(field, FieldNode)
        if field.name.value != "__typename":
            others = [each for each in field.arguments or () if each.name.value != "dryRun"]
            trial = ArgumentNode(name=NameNode(value="dryRun"), value=BooleanValueNode(value=True))
            object.__setattr__(field, "arguments", (*others, trial))
    return print_ast(node)
