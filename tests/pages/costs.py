"""The figures in `docs/limits.md`: what usual documents cost at most."""

from collections.abc import Iterator
from pathlib import Path

from graphql import value_from_ast_untyped
from graphql.execution.values import VariableValues

from schema.execution.plan.cost.price import cost
from schema.execution.plan.document_cache import Documents
from schema.execution.run.planned_schema import PlannedSchema
from tests.benchmarks.cases import CASES, QUERIES
from tests.schema.contract_operations import operations

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"
BEGIN, END = "<!-- costs -->\n", "<!-- /costs -->"


def row(documents: Documents, title: str, text: str) -> str:
    """A document's cost, with the defaults of its variables, in a line of a table."""
    document = documents.document(text)
    operation = document.operation(None)
    assert operation is not None, document.errors
    defaults = {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.node.variable_definitions or ()
        if each.default_value is not None
    }
    variables = VariableValues({}, defaults)
    found = cost(documents.plan(text, document, operation, variables), variables)
    parts = (found.objects, found.values, found.lists, found.counts, found.changes, found.points)
    return f"| {title} | {' | '.join(f'{part:,}' for part in parts)} |"


def table(schema: PlannedSchema) -> Iterator[str]:
    """What the benchmark asks, and what frontends were promised."""
    # Documents of its own: a plan that is there for another one would take its literals from variables.
    documents = Documents(schema._schema)
    yield "| document | objects | values | lists | counts | changes | points |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for case in CASES:
        yield row(documents, f"{case.title} (benchmark)", (QUERIES / "gateway" / f"{case.name}.graphql").read_text())
    for name, text in operations().items():
        yield row(documents, f"`{name}`", text)


def page(schema: PlannedSchema) -> str:
    """The page with its figures as they are now."""
    head, _, rest = PAGE.read_text().partition(BEGIN)
    figures = "\n".join(table(schema))
    return f"{head}{BEGIN}{figures}\n{END}{rest.partition(END)[2]}"
