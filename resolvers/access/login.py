"""Logging in and out, passwords and one-time codes.

A guess is counted and looked at before the operation's transaction: what fails stays counted, and nobody waits for a
slow hash with rows locked. An account that isn't there takes the same steps as a wrong password, and gets the same
answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace

from sqlalchemy import select, update

from models import Channel, CodeMessage, Customer, CustomerPassword, OneTimeCode, Token
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.login import code_expiry, one_time_code, password_flaw
from models.scope import ViewerKind
from resolvers.access.account import NO_CUSTOMER, Contact, LoginAccount, code_of, contact_of, find_account, password_of
from resolvers.access.configuration import current
from resolvers.access.inputs import (
    CodeAnswer,
    LoginCodeSend,
    PasswordAnswer,
    PasswordReset,
    PasswordSet,
    TokenAnswer,
    TokenLogin,
    TokenLogout,
)
from resolvers.access.throttle import Attempt, Purpose, admit, forgive
from resolvers.access.tokens import own_installation
from resolvers.errors import Refused
from resolvers.operation.perform import Stage, after
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

LOGIN_REFUSED = "No account has this name and this password or code, or it was guessed too often."


@dataclass(frozen=True, slots=True, repr=False)
class Proven:
    """A customer who proved who they are, by a password or by a code that is used up now."""

    customer_id: int
    attempt: Attempt | None = None
    code_id: int | None = None
    password_hash: str | None = None
    """The hash to be kept: of a new password, or of the same one at another cost."""


@dataclass(frozen=True, slots=True, repr=False)
class NewCode:
    """A code that was made, and for whom; for nobody where there is no such account."""

    code: str
    hash: str
    customer_id: int | None
    contact: Contact | None


async def _guess(stage: Stage, account: LoginAccount, password: str | None, code: str | None) -> Proven:
    """Count a guess and look at it; `LOGIN_REFUSED` where it is wrong."""
    attempt = await admit(stage, Purpose.LOGIN, account)
    passwords, customer = current().passwords, None if attempt.silent else account.customer_id
    if code is not None:
        found = await code_of(stage.context, customer)
        code_id, kept = found or (None, None)
        right, renewed = await passwords.verify(kept, code), None
    else:
        kept, code_id = await password_of(stage.context, customer), None
        right = await passwords.verify(kept, password or "")
        renewed = await passwords.hash(password or "") if right and kept and passwords.is_outdated(kept) else None
    if not right or customer is None:
        raise Refused(ErrorCode.LOGIN_REFUSED, LOGIN_REFUSED)
    return Proven(customer, attempt, code_id, renewed)


async def _before_login(stage: Stage, given: TokenLogin) -> Proven:
    if stage.context.viewer.token_id is None or stage.context.viewer.kind is ViewerKind.ENTERPRISE:
        raise Refused(ErrorCode.INSTALLATION_REQUIRED, "Show the token of an installation; `tokenCreate` makes one.")
    return await _guess(stage, await find_account(stage.context, given), given.password, given.code)


@after(_before_login)
async def log_in(transaction: Transaction, given: TokenLogin, proven: Proven) -> TokenAnswer:  # noqa: ARG001
    """Log a customer in on the installation that asks; another one who was logged in there is logged out."""
    await _accept(transaction, proven)
    token = await own_installation(transaction)
    if token.customer_id != proven.customer_id:
        _leave(transaction, token)
    token.customer_id, token.logged_in_at = proven.customer_id, transaction.now
    token.touch(transaction.now)
    # What follows, the answer too, is seen with the customer's eyes.
    viewer = replace(transaction.viewer, kind=ViewerKind.CUSTOMER, customer_id=proven.customer_id)
    transaction.context.viewer = viewer
    transaction.emit(EventKind.CUSTOMER_LOGGED_IN, token, customer_id=token.customer_id)
    return TokenAnswer(token=RowRef("Token", token.id))


async def _accept(transaction: Transaction, proven: Proven) -> None:
    """Use up what proved it, and take the guess off the count."""
    await transaction.lock_customer(proven.customer_id, "email", active=True)
    if proven.code_id is not None:
        used = (
            update(OneTimeCode)
            .where(OneTimeCode.id == proven.code_id, OneTimeCode.used_at.is_(None))
            .values(used_at=transaction.now)
            .returning(OneTimeCode.id)
        )
        if await transaction.session.scalar(used) is None:
            raise Refused(ErrorCode.LOGIN_REFUSED, LOGIN_REFUSED)
    if proven.password_hash is not None:
        await keep_password(transaction, proven.customer_id, proven.password_hash)
    if proven.attempt is not None:
        await forgive(transaction, proven.attempt)


async def keep_password(transaction: Transaction, customer_id: int, password_hash: str) -> None:
    """Keep a hash in place of the one before; the customer is locked."""
    entity = CustomerPassword
    kept = await transaction.session.scalar(select(entity).where(entity.customer_id == customer_id))
    if kept is None:
        kept = entity(customer_id=customer_id, created_at=transaction.now)
        transaction.session.add(kept)
    kept.password_hash, kept.updated_at = password_hash, transaction.now


async def log_out(transaction: Transaction, given: TokenLogout) -> TokenAnswer:
    """Log the customer out of the installation that asks, or of all of theirs. It is anonymous again."""
    token = await own_installation(transaction)
    if given.everywhere and token.customer_id is not None:
        await _leave_all(transaction, token.customer_id, but=token.id)
    _leave(transaction, token)
    transaction.context.viewer = replace(transaction.viewer, kind=ViewerKind.ANONYMOUS, customer_id=None)
    return TokenAnswer(token=RowRef("Token", token.id))


def _leave(transaction: Transaction, token: Token) -> None:
    if token.customer_id is not None:
        transaction.emit(EventKind.CUSTOMER_LOGGED_OUT, token, customer_id=token.customer_id)
        token.customer_id = token.logged_in_at = None
        token.touch(transaction.now)


async def _leave_all(transaction: Transaction, customer_id: int, *, but: int | None = None) -> None:
    """Log a customer out of all installations but one."""
    theirs = select(Token).where(Token.customer_id == customer_id).order_by(Token.id).with_for_update()
    for token in await transaction.session.scalars(theirs):
        if token.id != but:
            _leave(transaction, token)


async def _before_code(stage: Stage, given: LoginCodeSend) -> NewCode:
    if not current().sends_codes:
        raise Refused(ErrorCode.CODES_OFF, "Nothing is set up that brings one-time codes to customers.")
    account = await find_account(stage.context, given)
    attempt = await admit(stage, Purpose.CODE, account)
    customer_id = None if attempt.silent else account.customer_id
    code = one_time_code(secrets.choice)
    contact = await contact_of(stage.context, customer_id)
    return NewCode(code, await current().passwords.hash(code), customer_id, contact)


@after(_before_code)
async def send_code(transaction: Transaction, given: LoginCodeSend, made: NewCode) -> CodeAnswer:
    """Send a customer a code by which they can log in once; one that was sent before doesn't count any more.

    It goes by e-mail where the e-mail address names the account, by text message where the phone does, and for a card
    number by text message if there is a phone.
    """
    session, until = transaction.session, code_expiry(transaction.now)
    earlier = OneTimeCode.customer_id == (made.customer_id or NO_CUSTOMER), OneTimeCode.used_at.is_(None)
    to_log_in = OneTimeCode.confirms.is_(None)
    await session.execute(update(OneTimeCode).where(*earlier, to_log_in).values(used_at=transaction.now))
    # One for nobody, too: an account that isn't there takes as long.
    session.add(
        OneTimeCode(customer_id=made.customer_id, code_hash=made.hash, created_at=transaction.now, expires_at=until)
    )
    reached = _channel(given, made.contact)
    if made.customer_id is not None and made.contact is not None and reached is not None:
        channel, recipient = reached
        session.add(
            CodeMessage(
                customer_id=made.customer_id,
                channel=channel,
                recipient=recipient,
                language_code=made.contact.language_code,
                code=made.code,
                expires_at=until,
            )
        )
        customer = Customer(id=made.customer_id)
        transaction.emit(EventKind.CUSTOMER_CODE_SENT, customer, customer_id=customer.id)
    return CodeAnswer(expires_at=until)


def _channel(given: LoginCodeSend, contact: Contact | None) -> tuple[Channel, str] | None:
    if contact is None:
        return None
    by_email = (Channel.EMAIL, contact.email) if contact.email else None
    by_phone = (Channel.SMS, contact.phone) if contact.phone else None
    return by_email if given.email is not None else by_phone or by_email


async def _before_set(stage: Stage, given: PasswordSet) -> Proven:
    viewer = stage.context.viewer
    if viewer.customer_id is None or viewer.kind not in (ViewerKind.CUSTOMER, ViewerKind.OPEN):
        raise Refused(ErrorCode.LOGIN_REQUIRED, "Log in first; `passwordReset` is for those who forgot their password.")
    kept, attempt = await password_of(stage.context, viewer.customer_id), None
    if kept is not None:
        account = LoginAccount(f"customer {viewer.customer_id}", viewer.customer_id)
        attempt = await admit(stage, Purpose.LOGIN, account)
        right = await current().passwords.verify(None if attempt.silent else kept, given.current_password or "")
        if not right:
            raise Refused(ErrorCode.LOGIN_REFUSED, "The current password is wrong.", "currentPassword")
    hashed = await _new_hash(stage, viewer.customer_id, given.password)
    return Proven(viewer.customer_id, attempt, None, hashed)


async def _new_hash(stage: Stage, customer_id: int, password: str) -> str:
    contact = await contact_of(stage.context, customer_id)
    _check_password(password, astuple(contact) if contact else ())
    return await current().passwords.hash(password)


def _check_password(password: str, names: Iterable[str | None] = ()) -> None:
    flaw = password_flaw(password, names)
    if flaw is not None:
        raise Refused(ErrorCode.PASSWORD_WEAK, flaw, "password")


@after(_before_set)
async def set_password(transaction: Transaction, given: PasswordSet, proven: Proven) -> PasswordAnswer:  # noqa: ARG001
    """Set the password of the customer who is logged in, who stays so only on the installation that asks."""
    return await _password_set(transaction, proven, but=transaction.viewer.token_id)


async def _before_reset(stage: Stage, given: PasswordReset) -> Proven:
    _check_password(given.password)
    proven = await _guess(stage, await find_account(stage.context, given), None, given.code)
    hashed = await _new_hash(stage, proven.customer_id, given.password)
    return Proven(proven.customer_id, proven.attempt, proven.code_id, hashed)


@after(_before_reset)
async def reset_password(transaction: Transaction, given: PasswordReset, proven: Proven) -> PasswordAnswer:  # noqa: ARG001
    """Set a new password by a one-time code. The customer is logged out everywhere."""
    return await _password_set(transaction, proven)


async def _password_set(transaction: Transaction, proven: Proven, *, but: int | None = None) -> PasswordAnswer:
    await _accept(transaction, proven)
    await _leave_all(transaction, proven.customer_id, but=but)
    customer = Customer(id=proven.customer_id)
    transaction.emit(EventKind.CUSTOMER_PASSWORD_SET, customer, customer_id=customer.id)
    return PasswordAnswer(changed_at=transaction.now)
