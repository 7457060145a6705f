"""Who stands at the till: a customer found by what they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, exists, or_, select

from models import Card, CardChange, CardEvent, CardState, Customer, CustomerSource, CustomerSourceRecord, State
from models.rules.card_number import normalised
from models.rules.error_codes import ErrorCode
from models.types import Instant, text
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.normalise import e164, email_key, phone_key
from resolvers.operation.checks import By
from resolvers.operation.references import KEY_FINDERS
from resolvers.operation.structs import camel
from resolvers.operation.validation import text as checked_text
from resolvers.programme.reading import home_country
from resolvers.query.compiled_query import CompiledQuery
from resolvers.query.expressions import CARD_STATE, goes_on_as, word
from resolvers.query.phones import reached_by
from resolvers.storage.context import RequestContext, is_customer
from resolvers.storage.reader import Row
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction

SOUGHT = parameter("sought", text())
AT = parameter("at", Instant())
LIVING = Customer.state != word(State.DELETED)
COLUMNS = (Customer.id, Customer.state, Customer.updated_at)
Known = tuple[int, State, datetime]


@dataclass(frozen=True, slots=True)
class Found:
    """A customer, and the card that they showed."""

    id: int
    card_number: str | None = None


BY_KEY = CompiledQuery(
    lambda _: select(*COLUMNS).where(Customer.id == goes_on_as(parameter("sought", BigInteger())), LIVING)
)
BY_EMAIL = CompiledQuery(lambda _: select(*COLUMNS).where(Customer.email_key == SOUGHT, LIVING))
BY_PHONE = CompiledQuery(lambda _: select(*COLUMNS).where(reached_by(Customer, SOUGHT), LIVING))
BY_CARD = CompiledQuery(
    lambda _: (
        select(*COLUMNS, CARD_STATE.sql(Card).label("card_state"), Card.number)
        .join_from(Card, Customer, Card.customer_id == Customer.id, isouter=True)
        .where(Card.number == SOUGHT)
    )
)
USABLE_AT = CompiledQuery(
    lambda _: select(Card.id).where(
        Card.number == SOUGHT,
        or_(Card.valid_to.is_(None), Card.valid_to > AT),
        or_(
            Card.state.in_([word(CardState.ASSIGNED), word(CardState.EXPIRED)]),
            exists().where(
                CardEvent.card_id == Card.id, CardEvent.change == word(CardChange.BLOCKED), CardEvent.at > AT
            ),
        ),
    )
)
"""Cards that were blocked, or whose validity ended, only after a moment."""

BY_EXTERNAL_ID = CompiledQuery(
    lambda _: (
        select(*COLUMNS)
        .join(CustomerSourceRecord, CustomerSourceRecord.customer_id == Customer.id)
        .join(CustomerSource, CustomerSource.id == CustomerSourceRecord.source_id)
        .where(CustomerSource.code == parameter("source", text()), CustomerSourceRecord.external_id == SOUGHT, LIVING)
    )
)


FINDERS = {
    "id": BY_KEY,
    "email": BY_EMAIL,
    "phone": BY_PHONE,
    "external_id": BY_EXTERNAL_ID,
    "card_number": BY_CARD,
}
"""The statement behind each key that names a customer. Its parameters are those of `Sought.values`."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A customer whom a key names, before they are looked up."""

    key: str
    values: Mapping[str, Any]
    field: str
    """Where the key was given."""


def sought(by: By | Mapping[str, Any], field: str) -> Sought:
    """What is to be looked up for a key, which is checked."""
    ((key, value),) = ((by.name, by.value),) if isinstance(by, By) else by.items()
    where = f"{field}.{camel(key)}"
    return Sought(key, _values(key, value, where), where)


async def find_customer(
    context: RequestContext, by: By | Mapping[str, Any], field: str, at: datetime | None = None
) -> Found:
    """The customer whom one key names. An inactive one is refused, and so is a card that identifies nobody.

    With a moment, they are taken as they were then, whatever became of them since.
    """
    asked = sought(by, field)
    return await found_customer(context, asked, await FINDERS[asked.key].read(context, **asked.values), at)


async def found_customer(
    context: RequestContext, asked: Sought, rows: Sequence[Row], at: datetime | None = None
) -> Found:
    """The same where they were looked up already."""
    if asked.key == "card_number":
        return await _holder(context, asked, rows, at)
    if not rows:
        raise Refused(ErrorCode.NOT_FOUND, "There is no such customer.", asked.field)
    key, state, changed_at = rows[0]
    return Found(_active((key, state, changed_at), asked.field, at))


async def _found_by(transaction: Transaction, by: By, field: str) -> int:
    """Customers name nobody but themselves: of others they are told what they would be told of nobody."""
    found: int | None = None
    try:
        found = (await find_customer(await transaction.inside(), by, field)).id
    except Refused:
        if not is_customer(transaction.viewer):
            raise
    if found is None or not transaction.may_name_customer(found):
        raise Refused(ErrorCode.NOT_FOUND, "There is no such customer.", field)
    return found


KEY_FINDERS[Customer] = _found_by


def _values(key: str, value: Any, where: str) -> dict[str, Any]:
    if key == "id":
        return {"sought": value if isinstance(value, int) else key_of(value, "Customer")}
    if key == "card_number":
        return {"sought": normalised(checked_text(value, where, 64))}
    if key == "external_id":
        source = checked_text(value["source"], where, 64)
        return {"source": source, "sought": checked_text(value["external_id"], where, 128)}
    if key == "email":
        return {"sought": email_key(checked_text(value, where, 320))}
    try:
        return {"sought": phone_key(checked_text(value, where, 64))}
    except ValueError as error:
        raise Refused(ErrorCode.BAD_PHONE, "This must be a phone number.", where) from error


async def _holder(context: RequestContext, asked: Sought, rows: Sequence[Row], at: datetime | None) -> Found:
    number, where = asked.values["sought"], asked.field
    if not rows or rows[0][0] is None:
        raise Refused(ErrorCode.UNKNOWN_CARD, "No customer holds a card of this number.", where)
    key, state_of_customer, changed_at, state, _ = rows[0]
    if state != CardState.ASSIGNED and not (at and await USABLE_AT.read(context, sought=number, at=at)):
        raise Refused(ErrorCode[f"CARD_{state}"], f"The card is {state.lower()}.", where)
    if state_of_customer is State.DELETED:
        raise Refused(ErrorCode.UNKNOWN_CARD, "No customer holds a card of this number.", where)
    return Found(_active((key, state_of_customer, changed_at), where, at), number)


def _active(row: Known, where: str, at: datetime | None) -> int:
    key, state, changed_at = row
    # Who is inactive is changed by hardly anything but reactivation.
    if state is not State.ACTIVE and not (at and changed_at > at):
        raise Refused(ErrorCode.CUSTOMER_INACTIVE, "The customer's account is not active.", where)
    return key


async def meant_phone(context: RequestContext, written: str) -> str:
    """A phone number in E.164 form: one without a prefix is meant in the programme's country, if it can be one there.

    The digits alone where it can't; `ValueError` when it is no phone number.
    """
    phone = phone_key(written)
    if phone.startswith("+"):
        return phone
    try:
        return e164(phone, await home_country(context))
    except ValueError:
        return phone


async def customer_in_use(context: RequestContext, by: str, value: str) -> int | None:
    """The customer in use whom an `email` as it is compared, a `phone` as it is meant or a `card_number` names."""
    if by == "card_number":
        shown = await BY_CARD.read(context, sought=value)
        rows = [(key, state, changed) for key, state, changed, card, _ in shown if card == CardState.ASSIGNED]
    else:
        rows = await (BY_EMAIL if by == "email" else BY_PHONE).read(context, sought=value)
    return in_use(rows)


def in_use(rows: Sequence[Known]) -> int | None:
    """The customer that was found, if their account is in use."""
    return next((row[0] for row in rows if row[1] is State.ACTIVE), None)
