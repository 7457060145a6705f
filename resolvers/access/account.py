"""The account to log in to, by the words that it is named with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, select

from models import Customer, CustomerPassword, OneTimeCode
from models.types import BigKey, Instant
from resolvers.access.inputs import NamedAccount
from resolvers.customer.find import customer_in_use, meant_phone
from resolvers.query.compiled_query import CompiledQuery
from resolvers.storage.context import RequestContext
from resolvers.storage.statement import parameter

KEY = parameter("key", BigKey)
PASSWORD = CompiledQuery(lambda _: select(CustomerPassword.password_hash).where(CustomerPassword.customer_id == KEY))
CODE = CompiledQuery(
    lambda _: (
        select(OneTimeCode.id, OneTimeCode.code_hash)
        .where(
            OneTimeCode.customer_id == KEY,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.confirms.is_(None),
            OneTimeCode.expires_at > parameter("now", Instant()),
        )
        .order_by(OneTimeCode.id.desc())
        .limit(1)
    )
)
CONTACT = CompiledQuery(
    lambda _: select(
        Customer.first_name, Customer.last_name, Customer.email, Customer.phone, Customer.language_code
    ).where(Customer.id == parameter("key", BigInteger()))
)
NAMES = ("email", "phone", "card_number")
NO_CUSTOMER = 0
"""A key that no customer has: what is read for an account that isn't there takes as long as for one that is."""


@dataclass(frozen=True, slots=True)
class LoginAccount:
    """An account as it was named, and whose it is if it is there and in use."""

    name: str
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What a customer is called, and where messages reach them."""

    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    language_code: str | None


async def find_account(context: RequestContext, named: NamedAccount) -> LoginAccount:
    """The account of an e-mail address, a phone or a card number; only what is in use can be logged in to."""
    ((by, value),) = [(by, value) for by in NAMES if (value := getattr(named, by)) is not None]
    if by == "phone":
        value = await meant_phone(context, value)
    return LoginAccount(f"{by} {value}", await customer_in_use(context, by, value))


async def password_of(context: RequestContext, customer_id: int | None) -> str | None:
    """The hash of a customer's password, if they have one."""
    return next((row[0] for row in await PASSWORD.read(context, key=customer_id or NO_CUSTOMER)), None)


async def code_of(context: RequestContext, customer_id: int | None) -> tuple[int, str] | None:
    """The key and the hash of the code that a customer may use, if there is one."""
    return next(((row[0], row[1]) for row in await CODE.read(context, key=customer_id or NO_CUSTOMER)), None)


async def contact_of(context: RequestContext, customer_id: int | None) -> Contact | None:
    """What a customer is called, and where messages reach them."""
    rows = await CONTACT.read(context, key=customer_id or NO_CUSTOMER)
    return next((Contact(*row) for row in rows), None)
