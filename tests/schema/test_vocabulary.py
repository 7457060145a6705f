"""Codes and kinds: all of them are in the graph with their meaning, and no other one can be given."""

import ast
from collections.abc import Iterator
from pathlib import Path

from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.operation.structs import camel
from resolvers.request_codes import RequestCode
from schema.declaring.base import TYPES
from schema.declaring.operations.refusals import REFUSALS
from tests.schema.both_ways import Graph

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("resolvers/**/*.py"), *ROOT.glob("models/rules/*.py"), *ROOT.glob("schema/**/*.py")])
FIRST_SAYS = {"Refused": "ErrorCode", "UserError": "ErrorCode", "Refusal": "ErrorCode", "emit": "EventKind"}
"""What is called with a code or a kind in the first place."""


def calls(path: Path) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            if name in FIRST_SAYS:
                yield name, node.args[0]


async def test_every_code_and_kind_is_in_the_graph_with_its_meaning(shop: Graph) -> None:
    data = await shop.data(
        "{ errorCodes { code description advice mutations } requestErrorCodes { code description advice }"
        " eventKinds { kind description } }"
    )

    assert {one["code"] for one in data["errorCodes"]} == set(ErrorCode.__members__)
    assert {one["code"] for one in data["requestErrorCodes"]} == set(RequestCode.__members__)
    assert {one["kind"] for one in data["eventKinds"]} == set(EventKind.__members__)
    assert {
        "code": "NO_FREE_CARD",
        "description": "No card of this type is free.",
        "advice": "Create cards of the type first.",
        "mutations": ["cardAssign"],
    } in data["errorCodes"]
    assert {"kind": "CARD_BLOCKED", "description": "A card was blocked."} in data["eventKinds"]


def test_no_code_and_no_kind_is_given_as_a_text() -> None:
    texts = [
        f"{path.relative_to(ROOT)}:{first.lineno}"
        for path in SOURCES
        for _, first in calls(path)
        if isinstance(first, ast.JoinedStr | ast.Constant)
        or (isinstance(first, ast.IfExp) and isinstance(first.orelse, ast.Constant))
    ]

    assert len(SOURCES) > 100
    assert texts == []


def test_every_code_means_one_thing_and_is_given_somewhere() -> None:
    sources = "\n".join(path.read_text() for path in SOURCES)
    families = ("CARD_", "UNKNOWN_")

    unused = [
        code.name for code in ErrorCode if f"Code.{code.name}" not in sources and not code.name.startswith(families)
    ]

    assert unused == []
    assert len({code.description for code in ErrorCode}) == len(ErrorCode)
    assert len({kind.description for kind in EventKind}) == len(EventKind)


def test_only_mutations_that_there_are_say_what_they_may_be_refused_with(shop: Graph) -> None:
    mutations = {camel(name) for name in TYPES["Mutation"].fields}

    assert set(REFUSALS) <= mutations | {"every"}
    assert {code for codes in REFUSALS.values() for code in codes} <= set(ErrorCode.__members__)
