"""How examples are made: what each operation is given, what is done before, and the document that asks."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, get_named_type

from schema.execution.run.planned_schema import PlannedSchema
from server.welcome import Welcome
from tests.pages.examples.documents import document_of
from tests.server.gateway import Client

GIVEN = Path(__file__).parent / "variables.toml"


MOST_SHOWN = 3
"""Of a list in an answer."""


@cache
def given() -> Mapping[str, Any]:
    """What `variables.toml` says."""
    return tomllib.loads(GIVEN.read_text("utf-8"))


def templates(schema: GraphQLSchema) -> dict[str, Any]:
    """The variables of each operation, by names such as `Mutation.cardBlock`."""
    found: dict[str, Any] = {}
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    for name, field in schema.query_type.fields.items():
        by = {"by": {"id": f"${name}"}} if "by" in field.args else {}
        found[f"Query.{name}"] = given()["Query"].get(name, by)
    for name, field in schema.mutation_type.fields.items():
        written = given()["Mutation"].get(name)
        found[f"Mutation.{name}"] = {"input": written or {"id": f"${_type_of(name, field)}"}}
    return found


def _type_of(name: str, field: Any) -> str:
    """What a mutation of one row is about, by its name: `campaignProduct` for `campaignProductDelete`."""
    verbs = ("Deactivate", "Reactivate", "Activate", "Delete", "Remove")
    return next(name.removesuffix(verb) for verb in verbs if name.endswith(verb))


async def begin(examples: Recorded) -> dict[str, Any]:
    """Do what `variables.toml` begins with, and give what was refused."""
    refused = {}
    for step in given()["begin"]:
        mutation = step["mutation"]
        field = examples.schema._schema.mutation_type.fields[mutation]
        type_ = get_named_type(field.args["input"].type).name
        document = (
            f"mutation($input: {type_}!) {{ {mutation}(input: $input) {{ userErrors {{ code message field }} }} }}"
        )
        answer = await examples.ask(document, {"input": await examples.filled(step["input"])})
        if (answer.get("data") or {}).get(mutation) != {"userErrors": []}:
            refused[mutation] = answer
    return refused


def shortened(answer: Any) -> Any:
    """An answer whose lists are cut, as nobody reads all of them."""
    if isinstance(answer, dict):
        return {name: shortened(each) for name, each in answer.items()}
    if isinstance(answer, list):
        left_out = len(answer) - MOST_SHOWN
        kept = [shortened(each) for each in answer[:MOST_SHOWN]]
        return [*kept, f"… and {left_out} more"] if left_out > 0 else kept
    return answer


class Recorded:
    """Asks a gateway for examples."""

    def __init__(self, client: Client, url: str) -> None:
        self.client, self.url = client, url
        self.schema: PlannedSchema = client.app.endpoint.schema

    async def example(self, name: str) -> dict[str, Any]:
        """An operation's example as it is kept."""
        schema, (root, field) = self.schema._schema, name.split(".")
        type_ = schema.type_map[root]
        template = templates(schema)[name]
        document = document_of(schema, type_, field)
        variables = await self.filled(template)
        answer = await self.ask(document, variables)
        return {"document": document, "template": template, "variables": variables, "answer": shortened(answer)}

    async def filled(self, template: Any) -> Any:
        """Variables about rows that are there now."""
        endpoint = self.client.app.endpoint
        welcome = Welcome(self.schema, endpoint.reader, self.url, endpoint="", reference="")
        return await (await welcome.rows()).fill(template)

    async def ask(self, document: str, variables: Any) -> Any:
        """What the gateway answers."""
        return (await self.client.ask(document, variables)).json()
