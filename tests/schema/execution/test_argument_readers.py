"""Variables and arguments come to the same as graphql-core makes of them, errors included."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from graphql import GraphQLError, OperationDefinitionNode, build_schema, parse
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from schema.execution.plan import argument_readers

SCHEMA = build_schema("""
    enum Size { SMALL LARGE }
    input Key @oneOf { id: ID, number: String }
    input Range { from: Int! = 1, to: Int, unit: String! }
    type Query {
      found(by: Key, range: Range, size: Size = SMALL, first: Int, must: String!, list: [Int!], many: [Range!]): Int
    }
""")

CASES: list[tuple[str, dict[str, Any]]] = [
    ('{ found(must: "a") }', {}),
    ("query ($m: String!) { found(must: $m) }", {"m": "a"}),
    ("query ($m: String!) { found(must: $m) }", {"m": None}),
    ("query ($m: String!) { found(must: $m) }", {"m": 7}),
    ("query ($m: String!) { found(must: $m) }", {}),
    ('query ($m: String = "b") { found(must: $m) }', {}),
    ('query ($m: String = "b") { found(must: $m) }', {"m": None}),
    ('query ($f: Int) { found(must: "a", first: $f) }', {}),
    ('query ($f: Int) { found(must: "a", first: $f) }', {"f": None}),
    ('query ($f: Int) { found(must: "a", first: $f) }', {"f": 3.5}),
    ('query ($f: Int) { found(must: "a", first: $f) }', {"f": 2**40}),
    ('query ($s: Size) { found(must: "a", size: $s) }', {}),
    ('query ($s: Size) { found(must: "a", size: $s) }', {"s": None}),
    ('query ($s: Size) { found(must: "a", size: $s) }', {"s": "LARGE"}),
    ('query ($s: Size) { found(must: "a", size: $s) }', {"s": "HUGE"}),
    ('query ($n: String) { found(must: "a", by: { number: $n }) }', {"n": "1"}),
    ('query ($n: String) { found(must: "a", by: { number: $n }) }', {"n": None}),
    ('query ($n: String) { found(must: "a", by: { number: $n }) }', {}),
    ('query ($n: String) { found(must: "a", by: { number: $n, id: 3 }) }', {"n": "1"}),
    ('query ($u: String!) { found(must: "a", range: { unit: $u }) }', {"u": "m"}),
    ('query ($u: String!, $f: Int) { found(must: "a", range: { unit: $u, from: $f, to: $f }) }', {"u": "m"}),
    ('query ($u: String!, $f: Int) { found(must: "a", range: { unit: $u, from: $f }) }', {"u": "m", "f": None}),
    ('query ($u: String!, $f: Int) { found(must: "a", range: { unit: $u, from: $f }) }', {"u": "m", "f": 4}),
    ('query ($t: Int) { found(must: "a", range: { to: $t }) }', {"t": 4}),
    ('query ($i: Int!) { found(must: "a", list: [1, $i]) }', {"i": 2}),
    ('query ($i: Int!) { found(must: "a", list: $i) }', {"i": 2}),
    ('query ($l: [Int!]) { found(must: "a", list: $l) }', {"l": 2}),
    ('query ($l: [Int!]) { found(must: "a", list: $l) }', {"l": [2, None]}),
    ('query ($u: String!) { found(must: "a", many: { unit: $u }) }', {"u": "m"}),
    ('query ($r: Range) { found(must: "a", range: $r) }', {"r": {"unit": "m"}}),
    ('query ($r: Range) { found(must: "a", range: $r) }', {"r": {"unit": "m", "other": 1}}),
    ('query ($r: Unknown) { found(must: "a", range: $r) }', {"r": 1}),
    ('{ found(must: "a", by: { id: null }) }', {}),
    ('{ found(must: "a", range: { unit: 3 }) }', {}),
    ("{ found }", {}),
]


def _read(document: str, given: dict[str, Any], *, own: bool) -> Any:
    """The variables and the arguments, or what is wrong with them."""
    (operation,) = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    definition, node = SCHEMA.query_type.fields["found"], operation.selection_set.selections[0]
    if own:
        variables = argument_readers.variables_reader(SCHEMA, operation)(given)
    else:
        variables = get_variable_values(SCHEMA, operation.variable_definitions or (), given)
    if not isinstance(variables, VariableValues):
        return [error.message for error in variables]
    read = (
        argument_readers.arguments_reader(definition, node) if own else partial(get_argument_values, definition, node)
    )
    try:
        arguments = read(variables)
    except GraphQLError as error:
        return error.message
    return variables.coerced, {name: source.value for name, source in variables.sources.items()}, arguments


@pytest.mark.parametrize(("document", "given"), CASES)
def test_what_is_read_is_what_graphql_core_reads(document: str, given: dict[str, Any]) -> None:
    expected = _read(document, given, own=False)

    found = _read(document, given, own=True)

    assert found == expected


def _not_asked(*_: Any) -> Any:
    raise AssertionError("graphql-core was asked.")


def test_what_is_plain_is_read_without_graphql_core(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("get_variable_values", "get_argument_values"):
        monkeypatch.setattr(argument_readers, name, _not_asked)

    found = _read(
        'query ($n: String, $f: Int) { found(must: "a", by: { number: $n }, first: $f) }', {"n": "1"}, own=True
    )

    assert found[2] == {"by": {"number": "1"}, "size": "SMALL", "must": "a"}
