"""Each recipe of `docs/recipes.md`, played in a copy of the tree: the checks hold, and what it brings can be used."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.gateways import serving
from tests.recipes.playing import Tree, recipe

ALWAYS = (
    "tests/resolvers/files/test_reference.py",
    "tests/server/commands/test_schema.py::test_the_committed_file_is_the_schema",
    "tests/test_layout.py::test_layers_import_only_what_is_below_them",
)
Rows = Mapping[str, Sequence[Mapping[str, object]]]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A copy of the tree."""
    (folder := tmp_path / "tree").mkdir()
    return Tree(folder)


def check(tree: Tree, *tests: str) -> None:
    """Run the checks on a tree, and those tests that tell what is missing; of those on both databases, one will do."""
    tree.python("-m", "ruff", "format", "--check", ".")
    tree.python("-m", "ruff", "check", ".")
    tree.python("-m", "mypy")
    tree.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not postgresql", *ALWAYS, *tests)


def check_tables(tree: Tree) -> None:
    """Run the tests of the migrations, on both databases."""
    tree.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/models/test_migrations.py")


def asked(tree: Tree, rows: Rows, document: str, by_code: Mapping[str, str] | None = None) -> Any:
    """What a tree's gateway answers after files were imported; `by_code` names stores whose ids are variables."""
    url = f"sqlite:///{tree.folder}/recipe.sqlite"
    environment = tree.environment(DATABASE_URL=url, CRM360_OPEN_ACCESS="true")
    tree.python("-m", "crm360", "migrate", DATABASE_URL=url)
    for name, lines in rows.items():
        file = tree.folder / f"{name}.jsonl"
        file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        tree.python("-m", "crm360", "import", "files", str(file), DATABASE_URL=url)
    command = (tree.folder / ".venv/bin/python", "-m", "crm360", "serve", "--port", "0")
    with serving(*command, cwd=tree.folder, environment=environment) as address:
        variables = {name: _ask(address, ID, {"code": code})["store"]["id"] for name, code in (by_code or {}).items()}
        return _ask(address, document, variables)


ID = "query ($code: String!) { store(by: { code: $code }) { id } }"


def _ask(address: str, document: str, variables: Mapping[str, str]) -> Any:
    answer = httpx.post(f"{address}/graphql", json={"query": document, "variables": variables}, timeout=30).json()
    assert "errors" not in answer, answer
    return answer["data"]


def test_a_field_is_added(tree: Tree) -> None:
    told = recipe("To add a field")
    stores = [{"code": "brno-1", "name": "Brno", "parkingPlaces": 40}, {"code": "brno-2", "name": "Brno"}]

    tree.play(told)

    check(tree)
    check_tables(tree)
    answer = asked(tree, {"stores": stores}, told.document)
    assert answer == {"stores": {"nodes": [{"code": "brno-1", "parkingPlaces": 40}]}}
    upsert = 'mutation { storeUpsert(input: { code: "brno-2", parkingPlaces: 12 }) { store { parkingPlaces } } }'
    assert asked(tree, {}, upsert) == {"storeUpsert": {"store": {"parkingPlaces": 12}}}


def test_an_entity_is_added(tree: Tree) -> None:
    told = recipe("To add an entity")
    stores = [{"code": "brno-1", "name": "Brno"}, {"code": "brno-2", "name": "Brno"}]
    shelves = [
        {"store": {"code": "brno-1"}, "code": "D-7", "name": "Dairy"},
        {"store": {"code": "brno-2"}, "code": "D-7", "name": "Drinks"},
    ]

    tree.play(told)

    whose = "tests/schema/test_permissions.py::test_every_table_says_whose_its_rows_are"
    kinds = "tests/schema/test_vocabulary.py"
    check(tree, "tests/test_factories.py", "tests/resolvers/files/test_round_trip.py", whose, kinds)
    check_tables(tree)
    found, renamed = told.documents
    answer = asked(tree, {"stores": stores, "shelves": shelves}, found)
    assert answer == {"shelf": {"name": "Dairy", "store": {"shelves": {"totalCount": 1}}}}
    answer = asked(tree, {}, renamed)
    shelf = {"name": "Dairy and eggs", "store": {"shelves": {"totalCount": 1}}}
    assert answer == {"shelfUpsert": {"shelf": shelf, "userErrors": []}}


def test_a_filter_is_added(tree: Tree) -> None:
    told = recipe("To add a filter")
    stores = [
        {"code": "brno-1", "name": "Brno", "latitude": "49.19", "longitude": "16.61"},
        {"code": "brno-2", "name": "Brno"},
    ]

    tree.play(told)

    check(tree)
    answer = asked(tree, {"stores": stores}, told.document)
    assert answer == {"stores": {"nodes": [{"code": "brno-1", "isOnTheMap": True}]}}


def bill_paid_in_cash(number: str, amount: str) -> Mapping[str, object]:
    """A bill as a file has it."""
    return {
        "store": {"code": "brno-1"},
        "externalId": number,
        "paidAt": "2024-05-15T12:00:00Z",
        "currencyCode": "CZK",
        "total": amount,
        "itemsCount": 1,
        "items": [{"line": 1, "quantity": "1", "price": amount}],
        "payments": [{"kind": "CASH", "amount": amount}],
    }


def test_an_aggregate_is_added(tree: Tree) -> None:
    told = recipe("To add an aggregate")
    brands = [{"source": "erp", "externalId": name, "name": name} for name in ("Madeta", "Olma")]
    products = [
        {
            "source": "erp",
            "externalId": code,
            "code": code,
            "name": code,
            "brand": {"source": "erp", "externalId": "Olma"},
        }
        | ({"state": "DELETED"} if code == "gone" else {})
        for code in ("butter", "milk", "gone")
    ]

    tree.play(told)

    check(tree)
    numbers, groups = told.documents
    answer = asked(tree, {"productBrands": brands, "products": products}, numbers)
    assert answer == {
        "productBrands": {"nodes": [{"name": "Olma", "productCount": 2}, {"name": "Madeta", "productCount": 0}]}
    }
    bills = [bill_paid_in_cash("bill-1", "30.50"), bill_paid_in_cash("bill-2", "5")]
    answer = asked(tree, {"stores": [{"code": "brno-1", "name": "Brno"}], "purchases": bills}, groups)
    figures = {"sum": {"amount": "35.50"}, "average": {"amount": "17.75"}}
    assert answer == {"purchasePaymentAggregates": {"nodes": [{"kind": "CASH", "count": 2, "amount": figures}]}}


def test_an_operation_is_added(tree: Tree) -> None:
    told = recipe("To add an operation")
    stores = [{"code": "brno-1", "name": "Brno"}, {"code": "brno-2", "name": "Brno", "visibleToCustomers": False}]

    tree.play(told)

    check(tree, "tests/resolvers/operation/test_every_mutation.py", "tests/schema/test_vocabulary.py")
    shown = asked(tree, {"stores": stores}, told.document, {"id": "brno-1"})
    hidden = asked(tree, {}, told.document, {"id": "brno-2"})
    assert shown == {"storeHide": {"store": {"visibleToCustomers": False}, "userErrors": []}}
    assert hidden == {"storeHide": {"store": None, "userErrors": [{"code": "WRONG_STATE", "field": "id"}]}}
