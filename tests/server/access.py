"""What tests of access share: customers who can log in, and tokens by their secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import Scope
from resolvers.access.token_secret import new_secret
from tests import factories
from tests.schema.contract_operations import operations
from tests.server.gateway import Client

PASSWORD = "correct horse"
HASH = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
INSTALLATION = {
    "application": "app",
    "device": {"id": "d-1", "name": "Jana's phone", "system": "Android 15", "type": "phone"},
    "language": "cs",
    "permissions": {"gps": True, "notifications": False},
    "pushToken": "push-1",
}


async def save_customer(session: AsyncSession, **overrides: Any) -> models.Customer:
    """A customer with the password `PASSWORD`, and the application that installations are of."""
    customer = factories.customer(**overrides)
    await factories.save(session, customer, factories.customer_password(customer=customer, password_hash=HASH))
    return customer


async def save_application(session: AsyncSession) -> None:
    """The application `app`."""
    await factories.save(session, factories.external_application(code="app"))


async def save_token(session: AsyncSession, *scopes: Scope, expires_at: datetime | None = None, **others: Any) -> str:
    """The secret of a token: of an enterprise with scopes, or of an installation where none are given."""
    kind = models.TokenKind.ENTERPRISE if scopes else models.TokenKind.INSTALLATION
    secret = new_secret(kind)
    token = factories.token(
        kind=kind,
        scopes=[scope.value for scope in scopes] if scopes else None,
        secret_hash=secret.hash,
        hint=secret.hint,
        expires_at=expires_at,
        **others,
    )
    await factories.save(session, token)
    return secret.text


async def run(client: Client, name: str, token: str | None = None, /, **variables: Any) -> Any:
    """The data that one of the promised operations answers; it must have no errors."""
    return await ask(client, operations()[name], token, **variables)


async def ask(client: Client, document: str, token: str | None = None, /, **variables: Any) -> Any:
    """The data that a document answers; it must have no errors."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = await client.ask(document, variables, **headers)
    content = answer.json()
    assert answer.status_code == 200, content
    assert "errors" not in content, content
    return content["data"]


async def install(client: Client) -> str:
    """The secret of a new installation."""
    created = (await run(client, "Install", create=INSTALLATION))["tokenCreate"]
    assert created["userErrors"] == []
    secret: str = created["secret"]
    return secret


async def log_in(client: Client, token: str, **login: Any) -> list[str]:
    """Log in on an installation; the codes of what was wrong."""
    answered = (await run(client, "LogIn", token, login=login))["tokenLogin"]
    return [error["code"] for error in answered["userErrors"]]
