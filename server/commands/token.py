"""Tokens from the command line: made, listed and revoked by those who may reach the database."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import typer
from sqlalchemy import select, update

from models import Customer, ExternalApplication, Token, TokenKind
from models.base import utc_now
from models.event_kinds import EventKind
from models.rules.budget import Allowance
from models.scope import Scope
from resolvers import access
from resolvers.access.configuration import Configuration
from resolvers.access.inputs import (
    DeviceInput,
    EnterpriseTokenCreate,
    NewTokenAnswer,
    TokenBudgetInput,
    TokenCreate,
    TokenRevoke,
)
from resolvers.access.login import keep_password
from resolvers.access.passwords import HashCost
from resolvers.code.iso import known_codes
from resolvers.ids import key_of, opaque_id
from resolvers.storage.engine import make_engine
from resolvers.storage.transaction import Transaction, in_transaction
from server.cli_errors import Obstacle, none_such
from server.commands import database
from server.settings import Settings

T = TypeVar("T")
LONGEST_NAME = 128
USUAL = "usual"
"""What is written in place of a budget to take a token's own one away."""
DEMO = "crm360 demo"
"""What the demo calls its tokens, of which there is one of each kind."""


def create_enterprise(
    settings: Settings, name: str, scopes: Sequence[str], days: int | None, budget: str | None = None
) -> None:
    """Make the token of a shop, a till or a back office, and print it."""
    if not scopes:
        raise Obstacle(f"Say what the token may do by --scope. There are: {', '.join(Scope)}.")
    for scope in scopes:
        if scope not in set(Scope):
            raise none_such("There is no scope", scope, Scope)
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Obstacle(f"A token's name has 1 to {LONGEST_NAME} characters.")
    until = None if days is None else utc_now() + timedelta(days=days)
    allowed = None if budget is None else _allowance(budget)
    own = None if allowed is None else TokenBudgetInput(limit=allowed.limit, refill_per_second=allowed.refill)
    given = EnterpriseTokenCreate(name=name, scopes=tuple(Scope(each) for each in scopes), expires_at=until, budget=own)
    _print(run(settings, lambda transaction: access.create_enterprise(transaction, given)))


def create_installation(settings: Settings, application: str | None, language: str | None) -> None:
    """Make the token of an installation, and print it."""
    if language is not None and language not in known_codes("Language"):
        raise Obstacle(f"{language} is no language of ISO 639-1.")
    given = TokenCreate(application=application, language=language)
    _print(run(settings, lambda transaction: access.create(transaction, given)))


def _print(made: NewTokenAnswer) -> None:
    typer.echo(f"{made.secret}\nIts id is {opaque_id('Token', made.token.key)}. The token is not shown again.")


def listed(settings: Settings, *, all_: bool = False) -> str:
    """The tokens that are accepted, or all there ever were, a line each."""
    rows = run(settings, lambda transaction: _rows(transaction, all_=all_))
    return "\n".join(rows) if rows else "There are no tokens."


async def _rows(transaction: Transaction, *, all_: bool) -> list[str]:
    entity, now = Token, transaction.now
    found = (
        select(Token, ExternalApplication.name)
        .join(ExternalApplication, ExternalApplication.id == entity.application_id, isouter=True)
        .order_by(entity.id)
    )
    tokens = [(token, application) for token, application in await transaction.session.execute(found)]
    return [_line(token, application, now) for token, application in tokens if all_ or _ended(token, now) is None]


def _ended(token: Token, now: datetime) -> str | None:
    if token.revoked_at is not None:
        return f"revoked {token.revoked_at:%Y-%m-%d}"
    return f"expired {token.expires_at:%Y-%m-%d}" if token.expires_at and token.expires_at <= now else None


def _line(token: Token, application: str | None, now: datetime) -> str:
    """Nothing personal: neither the customer's name nor the device's."""
    seen = f"{token.last_seen_at:%Y-%m-%d %H:%M}" if token.last_seen_at else "never"
    what = token.name if token.kind is TokenKind.ENTERPRISE else application
    parts = [
        f"{opaque_id('Token', token.id):<16}",
        f"{token.kind:<12}",
        f"{token.hint or '':<12}",
        f"seen {seen:<16}",
        what or "",
        " ".join(token.scopes or ()),
        f"budget {token.budget_limit}/{token.budget_refill}" if token.budget_limit else "",
        "logged in" if token.customer_id is not None else "",
        _ended(token, now) or (f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else ""),
    ]
    return "  ".join(part for part in parts if part).rstrip()


def revoke(settings: Settings, token: str) -> None:
    """Stop accepting a token, from the next request on."""
    given = TokenRevoke(id=key_of(token, "Token"))
    run(settings, lambda transaction: access.revoke(transaction, given))
    typer.echo("The token is not accepted any more.")


def set_budget(settings: Settings, token: str, budget: str) -> None:
    """Give an enterprise token another budget, from its next request on, or the usual one again."""
    allowed, key = (None if budget == USUAL else _allowance(budget)), key_of(token, "Token")

    async def work(transaction: Transaction) -> bool:
        found = await transaction.session.get(Token, key, with_for_update=True)
        if found is None or found.kind is not TokenKind.ENTERPRISE:
            return False
        found.budget_limit = None if allowed is None else allowed.limit
        found.budget_refill = None if allowed is None else allowed.refill
        found.touch(transaction.now)
        transaction.emit(EventKind.TOKEN_UPDATED, found)
        return True

    if not run(settings, work):
        raise Obstacle("There is no enterprise token with this id; `crm360 token list` tells the ids.")
    typer.echo("It has the usual budget." if allowed is None else f"It has a budget of {_shown(allowed)}.")


def _allowance(budget: str) -> Allowance:
    try:
        found = Allowance.of(budget)
    except ValueError as error:
        raise Obstacle(f"A budget {error}.") from None
    if found is None:
        raise Obstacle("A token's own budget has bounds; CRM360_ENTERPRISE_BUDGET=0 takes them off all others.")
    return found


def _shown(allowed: Allowance) -> str:
    return f"{allowed.limit:,} points, {allowed.refill:,} a second"


@dataclass(frozen=True, slots=True, repr=False)
class DemoAccess:
    """What lets visitors of the demo in."""

    enterprise: str | None
    installation: str | None
    customer: str | None
    """The token of another installation, on which the customer is logged in."""
    email: str | None
    password: str

    @property
    def tokens(self) -> dict[str, str]:
        """The tokens by what they are taken for, as people read it."""
        named = {
            "a shop or back office, with all scopes": self.enterprise,
            "an installation, nobody logged in": self.installation,
            "a customer, logged in": self.customer,
        }
        return {name: token for name, token in named.items() if token}


def for_demo(settings: Settings, customer_id: int | None) -> DemoAccess:
    """A token of each kind for the demo, and a password of one of its customers; those of before end."""
    password = secrets.token_urlsafe(9)
    configured = Configuration(HashCost(settings.password_rounds, settings.password_memory, settings.password_lanes))
    hashed = asyncio.run(configured.passwords.hash(password))

    async def work(transaction: Transaction) -> DemoAccess:
        earlier = (Token.name == DEMO) | (Token.device_name == DEMO), Token.revoked_at.is_(None)
        await transaction.session.execute(update(Token).where(*earlier).values(revoked_at=transaction.now))
        enterprise = await access.create_enterprise(transaction, EnterpriseTokenCreate(name=DEMO, scopes=tuple(Scope)))
        installed = TokenCreate(device=DeviceInput(name=DEMO))
        installation = await access.create(transaction, installed)
        customer = None if customer_id is None else await transaction.session.get(Customer, customer_id)
        if customer is None:
            return DemoAccess(enterprise.secret, installation.secret, None, None, password)
        await keep_password(transaction, customer.id, hashed)
        other = await access.create(transaction, installed)
        logged_in = {"customer_id": customer.id, "logged_in_at": transaction.now}
        await transaction.session.execute(update(Token).where(Token.id == other.token.key).values(logged_in))
        return DemoAccess(enterprise.secret, installation.secret, other.secret, customer.email, password)

    return run(settings, work)


def run(settings: Settings, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """What a piece of work in a transaction comes to."""
    database.require(settings)

    async def worked() -> T:
        engine = make_engine(settings.database_url)
        try:
            return await in_transaction(engine, utc_now(), work)
        finally:
            await engine.dispose()

    return asyncio.run(worked())
