"""Tokens: made for installations and enterprise applications, changed, rotated and revoked.

What is revoked or rotated is refused from the next request on: every request looks its token up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from msgspec import UNSET
from sqlalchemy import select

from models import ExternalApplication, State, Token, TokenKind
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.scope import Scope, ViewerKind
from resolvers.access.inputs import (
    DeviceInput,
    EnterpriseTokenCreate,
    NewTokenAnswer,
    TokenAnswer,
    TokenCreate,
    TokenPermissionsInput,
    TokenRevoke,
    TokenRotate,
    TokenUpdate,
)
from resolvers.access.token_secret import NewSecret, new_secret
from resolvers.errors import Refused
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction


async def create(transaction: Transaction, given: TokenCreate) -> NewTokenAnswer:
    """Make the token of an installation, without a log-in."""
    secret = new_secret(TokenKind.INSTALLATION)
    token = _token(secret, TokenKind.INSTALLATION)
    token.application_id = await _application(transaction, given.application)
    token.language_code, token.push_token = given.language, given.push_token
    _set_device(token, given.device or DeviceInput())
    _set_permissions(token, given.permissions or TokenPermissionsInput())
    answer = await _created(transaction, token, secret)
    if transaction.viewer.kind is ViewerKind.ANONYMOUS:
        # The answer is shown to the one whom it lets in.
        transaction.context.viewer = replace(transaction.viewer, token_id=token.id)
    return answer


async def create_enterprise(transaction: Transaction, given: EnterpriseTokenCreate) -> NewTokenAnswer:
    """Make the token of a shop, a till or a back office. It may do nothing that its creator may not."""
    viewer = transaction.viewer
    beyond = sorted({Scope.TOKENS_WRITE, *given.scopes} - {scope for scope in Scope if viewer.has(scope)})
    if beyond:
        message = "A token gives only scopes that it holds itself, and takes tokens:write to do so."
        raise Refused(ErrorCode.FORBIDDEN, message, "scopes", ", ".join(beyond))
    if given.expires_at is not None and given.expires_at <= transaction.now:
        raise Refused(ErrorCode.DATE_PASSED, "The token would be over already.", "expiresAt")
    secret = new_secret(TokenKind.ENTERPRISE)
    token = _token(secret, TokenKind.ENTERPRISE)
    token.name, token.expires_at = given.name, given.expires_at
    token.scopes = [scope.value for scope in dict.fromkeys(given.scopes)]
    if given.budget is not None:
        token.budget_limit, token.budget_refill = given.budget.limit, given.budget.refill_per_second
    return await _created(transaction, token, secret)


def _token(secret: NewSecret, kind: TokenKind) -> Token:
    return Token(kind=kind, secret_hash=secret.hash, hint=secret.hint)


async def _created(transaction: Transaction, token: Token, secret: NewSecret) -> NewTokenAnswer:
    token.created_at = token.updated_at = transaction.now
    transaction.session.add(token)
    await transaction.session.flush()
    transaction.emit(EventKind.TOKEN_CREATED, token)
    return NewTokenAnswer(token=RowRef("Token", token.id), secret=secret.text)


async def _application(transaction: Transaction, code: str | None) -> int | None:
    if code is None:
        return None
    entity = ExternalApplication
    found = await transaction.session.scalar(select(entity.id).where(entity.code == code, entity.state == State.ACTIVE))
    if found is None:
        raise Refused(ErrorCode.NOT_FOUND, "No application in use has this code.", "application")
    return found


def _set_device(token: Token, device: DeviceInput) -> None:
    token.device_id, token.device_name = device.id, device.name
    token.device_system, token.device_type = device.system, device.type


def _set_permissions(token: Token, permissions: TokenPermissionsInput) -> None:
    token.allows_gps, token.allows_notifications = permissions.gps, permissions.notifications


async def update(transaction: Transaction, given: TokenUpdate) -> TokenAnswer:
    """Change what the installation told of itself."""
    token = await own_installation(transaction)
    if given.device is not UNSET:
        _set_device(token, given.device)
    if given.permissions is not UNSET:
        _set_permissions(token, given.permissions)
    if given.language is not UNSET:
        token.language_code = given.language
    if given.push_token is not UNSET:
        token.push_token = given.push_token
    return _changed(transaction, token, EventKind.TOKEN_UPDATED)


async def rotate(transaction: Transaction, given: TokenRotate) -> NewTokenAnswer:
    """Give a token a new secret; the old one is accepted for a while, in case the answer is lost."""
    token = await _named(transaction, given.id)
    secret = new_secret(token.kind)
    overlap = timedelta(minutes=given.overlap_minutes)
    token.previous_hash = token.secret_hash if overlap else None
    token.previous_until = transaction.now + overlap if overlap else None
    token.secret_hash, token.hint = secret.hash, secret.hint
    _changed(transaction, token, EventKind.TOKEN_ROTATED)
    return NewTokenAnswer(token=RowRef("Token", token.id), secret=secret.text)


async def revoke(transaction: Transaction, given: TokenRevoke) -> TokenAnswer:
    """Stop accepting a token, from the next request on."""
    token = await _named(transaction, given.id, of_customer=True)
    token.revoked_at = transaction.now
    return _changed(transaction, token, EventKind.TOKEN_REVOKED)


def _changed(transaction: Transaction, token: Token, kind: EventKind) -> TokenAnswer:
    token.touch(transaction.now)
    transaction.emit(kind, token, customer_id=token.customer_id)
    return TokenAnswer(token=RowRef("Token", token.id))


async def own_installation(transaction: Transaction) -> Token:
    """The installation that asks, locked."""
    key = transaction.viewer.token_id
    token = None if key is None else await transaction.session.get(Token, key, with_for_update=True)
    if token is None or token.kind is not TokenKind.INSTALLATION or token.revoked_at is not None:
        raise Refused(ErrorCode.INSTALLATION_REQUIRED, "Show the token of an installation; `tokenCreate` makes one.")
    return token


async def _named(transaction: Transaction, key: int | None, *, of_customer: bool = False) -> Token:
    """A token that is still accepted and the viewer may change, locked; one that they may not isn't there for them."""
    viewer = transaction.viewer
    if key is None:
        key = viewer.token_id
        if key is None:
            raise Refused(ErrorCode.INSTALLATION_REQUIRED, "Show the token, or say which one is meant.", "id")
    token = await transaction.session.get(Token, key, with_for_update=True)
    mine = of_customer and viewer.kind is ViewerKind.CUSTOMER and token and token.customer_id == viewer.customer_id
    allowed = key == viewer.token_id or mine or viewer.has(Scope.TOKENS_WRITE)
    if token is None or token.revoked_at is not None or not allowed:
        raise Refused(ErrorCode.NOT_FOUND, "There is no Token with this id.", "id")
    return token
