"""Every field of the roots, asked by whoever may not: the matrix is made from the schema, so that none is forgotten.

What customers may do with what is theirs, and not with what is others', tests/resolvers/operation/test_whose.py tries.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
from graphql import GraphQLField, get_named_type, is_leaf_type, is_required_argument
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import utc_now
from models.scope import Scope
from schema.declaring.permissions import kept_for_customers, rules
from tests import factories
from tests.server.access import save_token
from tests.server.gateway import graph, opened

ROOTS = {"query": graph()._schema.query_type, "mutation": graph()._schema.mutation_type}
NOT_ACCEPTED = (401, "UNAUTHENTICATED")


def documents() -> Iterator[tuple[str, str, str]]:
    """A document for each field of the roots: its kind, its name, its text, with variables that are never given."""
    for kind, root in ROOTS.items():
        assert root is not None
        for name, field in root.fields.items():
            yield kind, name, document(kind, name, field)


def document(kind: str, name: str, field: GraphQLField) -> str:
    required = {argument: each.type for argument, each in field.args.items() if is_required_argument(each)}
    head = f"({', '.join(f'${argument}: {each}' for argument, each in required.items())})" if required else ""
    given = f"({', '.join(f'{argument}: ${argument}' for argument in required)})" if required else ""
    below = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    return f"{kind} Try{head} {{ {name}{given}{below} }}"


def scope_of(kind: str, name: str) -> Scope | None:
    return rules("Query" if kind == "query" else "Mutation")[name]


def told(response: httpx.Response) -> tuple[int, str | None]:
    """The status and the code of the only error; none where there was an answer."""
    errors = response.json().get("errors")
    return response.status_code, errors[0]["extensions"]["code"] if errors else None


async def test_no_field_answers_a_token_that_ended_or_was_revoked(session: AsyncSession, database_url: str) -> None:
    past, jana = utc_now() - timedelta(seconds=1), factories.customer()
    ended = {
        "expired": await save_token(session, *Scope, expires_at=past),
        "revoked": await save_token(session, *Scope, revoked_at=past),
        "a customer's, revoked": await save_token(session, customer=jana, revoked_at=past),
        "a customer's, expired": await save_token(session, customer=jana, expires_at=past),
    }

    async with opened(database_url, jobs_every=0) as client:
        found = {
            (name, why): told(await client.ask(text, Authorization=f"Bearer {token}"))
            for _, name, text in documents()
            for why, token in ended.items()
        }

    assert {key: each for key, each in found.items() if each != NOT_ACCEPTED} == {}
    assert len(found) > 4 * 200


async def test_a_field_that_takes_a_scope_answers_nobody_without_it(session: AsyncSession, database_url: str) -> None:
    jana = factories.customer()
    few = {scope: await save_token(session, *(each for each in Scope if each is not scope)) for scope in Scope}
    hers = await save_token(session, customer=jana)
    wanted: dict[tuple[str, str], str] = {}
    found: dict[tuple[str, str], str | None] = {}

    async with opened(database_url, open_access=False, jobs_every=0) as client:
        for kind, name, text in documents():
            scope = scope_of(kind, name)
            if scope is None:
                continue
            own = name in kept_for_customers("Query" if kind == "query" else "Mutation")
            asked = {"UNAUTHENTICATED": {}, "FORBIDDEN": {"Authorization": f"Bearer {few[scope]}"}}
            customers = {} if own else {"FORBIDDEN": {"Authorization": f"Bearer {hers}"}}
            for who, rows in (("without its scope", asked), ("a customer", customers)):
                for code, headers in rows.items():
                    wanted[name, f"{who}, {code}"] = code
                    found[name, f"{who}, {code}"] = told(await client.ask(text, **headers))[1]

    assert found == wanted
