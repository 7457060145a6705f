"""Documents tell whose personal data their answers show, and answers are as they were asked for."""

from __future__ import annotations

import pytest
from graphql import parse, validate

from resolvers.ids import opaque_id
from schema.execution.run.audited import MARK, AuditedDocuments
from tests.schema.both_ways import schema
from tests.schema.contract_operations import operations

ID = f" {MARK}: id "
CUSTOMER = f" {MARK}: customer {{ id }} "
DOCUMENTS = [
    ("{ stores { nodes { name } } }", "{ stores { nodes { name } } }"),
    ("{ purchases { nodes { total customer { id } } } }", "{ purchases { nodes { total customer { id } } } }"),
    (
        "{ customers { nodes { id personalInformation { firstName } } } }",
        f"{{ customers {{ nodes {{ id personalInformation {{ firstName }} {ID}}} }} }}",
    ),
    ("{ cards { nodes { number } } }", f"{{ cards {{ nodes {{ number {CUSTOMER}}} }} }}"),
    (
        '{ node(id: "x") { id ... on Customer { insights { purchaseCount } } } }',
        f'{{ node(id: "x") {{ id ... on Customer {{ insights {{ purchaseCount }} {ID}}} }} }}',
    ),
    (
        "{ me { ...P } } fragment P on Customer { p: personalInformation { firstName } # a name\n}",
        f"{{ me {{ ...P }} }} fragment P on Customer {{ p: personalInformation {{ firstName }} # a name\n{ID}}}",
    ),
]


@pytest.mark.parametrize(("asked", "run"), DOCUMENTS)
def test_a_document_asks_for_the_customer_beside_what_is_personal(asked: str, run: str) -> None:
    assert AuditedDocuments(schema()._schema).document(asked).text == run


@pytest.mark.parametrize("name", sorted(operations()))
def test_what_frontends_were_promised_can_be_audited(name: str) -> None:
    marked = AuditedDocuments(schema()._schema).document(operations()[name]).text

    assert validate(schema()._schema, parse(marked)) == []


ASKED = """
query Both { ...Q mine: purchases { nodes { cardNumber } } }
query Other { cards { nodes { number } } }
fragment Q on Query { me { id personalInformation { firstName } ... on Customer { cards { nodes { number } } } } }
"""


def test_an_answer_tells_of_customers_and_is_then_as_it_was_asked_for() -> None:
    jana, eva = opaque_id("Customer", 1), opaque_id("Customer", 2)
    answer = {
        "me": {MARK: jana, "cards": {"nodes": [{MARK: {"id": jana}, "number": "1"}, {MARK: None, "number": "2"}]}},
        "mine": {"nodes": [{"cardNumber": None, MARK: {"id": eva}}, None]},
    }
    audited = AuditedDocuments(schema()._schema).document(ASKED)

    found = audited.take_customers(answer, "Both")

    assert found == {1, 2}
    assert answer == {
        "me": {"cards": {"nodes": [{"number": "1"}, {"number": "2"}]}},
        "mine": {"nodes": [{"cardNumber": None}, None]},
    }
    assert audited.take_customers({"me": None, "mine": {"nodes": []}}, "Both") == set()


def test_a_list_in_a_list_and_a_part_that_is_missing_are_looked_through() -> None:
    eva = opaque_id("Customer", 2)
    audited = AuditedDocuments(schema()._schema).document("{ cards { nodes { number } edges { node { number } } } }")
    answer = {"cards": {"nodes": [[{MARK: {"id": eva}}], [None]]}}

    assert audited.take_customers(answer, None) == {2}
    assert answer == {"cards": {"nodes": [[{}], [None]]}}
