"""Confirming that an e-mail address or a phone number is a customer's: by a code that is sent there.

A code confirms the one address that it was sent to, while it is still the customer's, and lets nobody in. Guesses are
counted by the customer, before they are looked at.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update

from models import Channel, CodeMessage, OneTimeCode
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.login import Subject, confirmation_expiry, one_time_code, verdict
from models.types import BigKey, Instant, text
from resolvers.access.account import Contact, contact_of
from resolvers.access.configuration import current
from resolvers.access.inputs import CodeAnswer, ContactConfirm, ContactToConfirm
from resolvers.access.throttle import TOO_MANY, Attempt, Purpose, count, forgive
from resolvers.customer.find import BY_KEY
from resolvers.customer.inputs import CustomerAnswer
from resolvers.errors import Refused
from resolvers.normalise import email_key
from resolvers.operation.perform import Stage, after
from resolvers.query.compiled_query import CompiledQuery
from resolvers.storage.context import RowRef, is_customer
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction

WRONG = "The code is wrong, was used before, is over, or was sent to another address."
SENT = CompiledQuery(
    lambda _: (
        select(OneTimeCode.id, OneTimeCode.code_hash)
        .where(*_unused(parameter("key", BigKey), parameter("address", text())))
        .where(OneTimeCode.expires_at > parameter("now", Instant()))
        .order_by(OneTimeCode.id.desc())
        .limit(1)
    )
)
"""The code by which an address can be confirmed."""


def _unused(customer: object, address: object) -> tuple[ColumnElement[bool], ...]:
    return (
        OneTimeCode.customer_id == customer,
        OneTimeCode.confirms == address,
        OneTimeCode.used_at.is_(None),
    )


@dataclass(frozen=True, slots=True, repr=False)
class Reached:
    """A customer, and the address at which they are reached: as it is kept, and as it is compared."""

    customer_id: int
    contact: Contact
    recipient: str
    address: str


@dataclass(frozen=True, slots=True, repr=False)
class NewConfirmation:
    """A code that was made."""

    reached: Reached
    code: str
    hash: str


@dataclass(frozen=True, slots=True, repr=False)
class RightCode:
    """A code that was right, and is used up now."""

    reached: Reached
    attempt: Attempt
    code_id: int


async def _reached(stage: Stage, given: ContactToConfirm) -> Reached:
    """Whom a customer may name is themselves alone."""
    key = next((row[0] for row in await BY_KEY.read(stage.context, sought=given.id)), None)
    viewer = stage.context.viewer
    if key is None or (is_customer(viewer) and viewer.customer_id != key):
        raise Refused(ErrorCode.NOT_FOUND, "There is no Customer with this id.", "id")
    contact = await contact_of(stage.context, key)
    by_email = given.channel is Channel.EMAIL
    recipient = None if contact is None else contact.email if by_email else contact.phone
    if contact is None or recipient is None:
        raise Refused(ErrorCode.REQUIRED, "The customer has nothing that could be confirmed so.", "channel")
    return Reached(key, contact, recipient, email_key(recipient) if by_email else recipient)


async def _counted(stage: Stage, purpose: Purpose, customer: int) -> Attempt:
    attempt = await count(stage, purpose, {Subject.ACCOUNT: str(customer)}, verdict)
    if attempt is None or attempt.silent:
        raise Refused(ErrorCode.TOO_MANY_ATTEMPTS, TOO_MANY)
    return attempt


async def _before_sending(stage: Stage, given: ContactToConfirm) -> NewConfirmation:
    if not current().sends_codes:
        raise Refused(ErrorCode.CODES_OFF, "Nothing is set up that brings one-time codes to customers.")
    reached = await _reached(stage, given)
    await _counted(stage, Purpose.CODE, reached.customer_id)
    code = one_time_code(secrets.choice)
    return NewConfirmation(reached, code, await current().passwords.hash(code))


@after(_before_sending)
async def send_confirmation(transaction: Transaction, given: ContactToConfirm, made: NewConfirmation) -> CodeAnswer:
    """Send a code to a customer's e-mail address or phone; one that was sent there before doesn't count any more."""
    session, reached, until = transaction.session, made.reached, confirmation_expiry(transaction.now)
    customer = await transaction.customer(reached.customer_id, "id")
    earlier = update(OneTimeCode).where(*_unused(customer.id, reached.address))
    await session.execute(earlier.values(used_at=transaction.now))
    session.add(
        OneTimeCode(
            customer_id=customer.id,
            code_hash=made.hash,
            created_at=transaction.now,
            expires_at=until,
            confirms=reached.address,
        )
    )
    session.add(
        CodeMessage(
            customer_id=customer.id,
            channel=given.channel,
            recipient=reached.recipient,
            language_code=reached.contact.language_code,
            code=made.code,
            expires_at=until,
            confirms=True,
        )
    )
    transaction.emit(EventKind.CUSTOMER_CODE_SENT, customer, customer_id=customer.id)
    return CodeAnswer(expires_at=until)


async def _before_confirming(stage: Stage, given: ContactConfirm) -> RightCode:
    reached = await _reached(stage, given)
    attempt = await _counted(stage, Purpose.CONFIRM, reached.customer_id)
    sent = await SENT.read(stage.context, key=reached.customer_id, address=reached.address)
    code_id, kept = sent[0] if sent else (0, None)
    if not await current().passwords.verify(kept, given.code):
        raise Refused(ErrorCode.CODE_REFUSED, WRONG, "code")
    return RightCode(reached, attempt, code_id)


@after(_before_confirming)
async def confirm(transaction: Transaction, given: ContactConfirm, right: RightCode) -> CustomerAnswer:
    """Note that a customer's e-mail address or phone is confirmed."""
    reached = right.reached
    customer = await transaction.customer(reached.customer_id, "id")
    used = (
        update(OneTimeCode)
        .where(OneTimeCode.id == right.code_id, OneTimeCode.used_at.is_(None))
        .values(used_at=transaction.now)
        .returning(OneTimeCode.id)
    )
    by_email = given.channel is Channel.EMAIL
    address = customer.email_key if by_email else customer.phone
    if address != reached.address or await transaction.session.scalar(used) is None:
        raise Refused(ErrorCode.CODE_REFUSED, WRONG, "code")
    if by_email:
        customer.email_confirmed_at = transaction.now
    else:
        customer.phone_confirmed_at = transaction.now
    customer.touch(transaction.now)
    await forgive(transaction, right.attempt)
    told = {"channel": given.channel.value}
    transaction.emit(EventKind.CUSTOMER_CONTACT_CONFIRMED, customer, customer_id=customer.id, data=told)
    return CustomerAnswer(customer=RowRef("Customer", customer.id))
