"""What the operations on tokens, log-in and passwords take, and what they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET, UnsetType

import models
from models.rules.budget import LARGEST
from models.rules.card_number import normalised
from models.rules.error_codes import ErrorCode
from models.rules.login import LONGEST_PASSWORD, SHORTEST_PASSWORD
from models.scope import Scope
from resolvers.errors import Refused
from resolvers.normalise import email_key, phone_key
from resolvers.operation.answers import Answer, row
from resolvers.operation.checks import LANGUAGE, Check, at_most, column, converted, key, text, whole
from resolvers.operation.inputs import Input
from resolvers.storage.context import RowRef

MOST_OVERLAP = 7 * 24 * 60
ONE_NAME = "Give one of `email`, `phone` and `cardNumber`."
ONE_PROOF = "Give one of `password` and `code`."


def _phone(value: str, field: str) -> str:
    try:
        return phone_key(value)
    except ValueError:
        raise Refused(ErrorCode.BAD_PHONE, "This must be a phone number.", field) from None


def _as_typed(value: str, field: str) -> str:
    """A password is taken as it was typed, spaces and all."""
    if not value:
        raise Refused(ErrorCode.REQUIRED, "This must not be empty.", field)
    if len(value) > LONGEST_PASSWORD:
        raise Refused(ErrorCode.TOO_LONG, f"This takes {LONGEST_PASSWORD} characters at most.", field)
    return value


def _scope(value: str, field: str) -> Scope:
    try:
        return Scope(value)
    except ValueError:
        raise Refused(ErrorCode.UNKNOWN_SCOPE, f"A scope is one of {ALL_SCOPES}.", field) from None


ALL_SCOPES = ", ".join(Scope)
OF_SCOPES = f"What it may do, nothing that its creator may not: {ALL_SCOPES}."
SCOPE = Check(_scope, "str")
PASSWORD = Check(_as_typed)
OF_PASSWORD = f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, three different ones at least."
OwnToken = Annotated[
    int | None,
    key(models.Token),
    "The token; the one that the request shows where nothing is said. Another one takes the scope tokens:write.",
]


class NamedAccount(Input):
    """An account, named by one of its keys."""

    email: Annotated[str | None, converted(text(320), email_key), "The customer's e-mail address."] = None
    phone: Annotated[
        str | None,
        Check(_phone),
        "The customer's phone number, in international form or as it is dialled in the programme's country.",
    ] = None
    card_number: Annotated[
        str | None, converted(text(64), normalised), "The number of a card that the customer holds."
    ] = None

    def check(self) -> None:
        """Just one of the three says which account."""
        said = sum(each is not None for each in (self.email, self.phone, self.card_number))
        if said != 1:
            raise Refused(ErrorCode.ONE_NAME, ONE_NAME, "email", None if said else ONE_NAME)


class DeviceInput(Input):
    """The device that an application runs on."""

    id: Annotated[str | None, text(255), "The device's own id."] = None
    name: Annotated[str | None, text(255), "The device's name."] = None
    system: Annotated[str | None, text(64), "The device's operating system."] = None
    type: Annotated[str | None, text(64), "What kind of device it is."] = None


class TokenPermissionsInput(Input):
    """What the person lets the application do."""

    gps: Annotated[bool, "Whether the person lets the application know the position."] = False
    notifications: Annotated[bool, "Whether the person wants notifications."] = False


class TokenCreate(Input):
    """An installation of an application that wants a token."""

    application: Annotated[str | None, text(64), "Code of the application, on the list of `externalApplications`."] = (
        None
    )
    device: Annotated[DeviceInput | None, "The device that it runs on."] = None
    language: Annotated[str | None, LANGUAGE, "Default language of what it reads, ISO 639-1."] = None
    permissions: Annotated[TokenPermissionsInput | None, "What the person lets it do."] = None
    push_token: Annotated[str | None, text(4096), "Where notifications are sent."] = None


class TokenUpdate(Input):
    """What changed about an installation. What is left out stays, null clears."""

    device: Annotated[DeviceInput | UnsetType, "The device that it runs on."] = UNSET
    language: Annotated[str | UnsetType | None, LANGUAGE, "Default language of what it reads, ISO 639-1."] = UNSET
    permissions: Annotated[TokenPermissionsInput | UnsetType, "What the person lets it do."] = UNSET
    push_token: Annotated[str | UnsetType | None, column(models.Token.push_token), "Where notifications are sent."] = (
        UNSET
    )


class TokenBudgetInput(Input):
    """A budget of cost: points that may be spent at once, and flow back."""

    limit: Annotated[int, whole(1, LARGEST), "How many points it holds when full; no document may cost more."]
    refill_per_second: Annotated[int, whole(1, LARGEST), "How many of them flow back in a second."]


class EnterpriseTokenCreate(Input):
    """A shop, a till or a back office that is to be let in."""

    name: Annotated[str, text(128), "What people call it."]
    scopes: Annotated[
        tuple[Scope, ...], SCOPE, at_most(len(Scope)), f"What it may do, nothing that its creator may not: {OF_SCOPES}."
    ]
    expires_at: Annotated[datetime | None, "When it stops being accepted; never where nothing is said."] = None
    budget: Annotated[TokenBudgetInput | None, "A budget of its own; the usual one where nothing is said."] = None


class TokenRotate(Input):
    """A token that is to have a new secret."""

    id: OwnToken = None
    overlap_minutes: Annotated[
        int, whole(0, MOST_OVERLAP), "How long the old secret is accepted, too; a week at most."
    ] = 5


class TokenRevoke(Input):
    """A token that is not to be accepted any more."""

    id: Annotated[
        int | None,
        key(models.Token),
        "The token; the one that the request shows where nothing is said. A customer may name any of their own; others "
        "take the scope tokens:write.",
    ] = None


class TokenLogin(NamedAccount):
    """A customer who logs in."""

    SECRET: ClassVar[frozenset[str]] = frozenset({"password", "code"})

    password: Annotated[str | None, PASSWORD, "The customer's password; or give a one-time code."] = None
    code: Annotated[str | None, text(16), "A one-time code that the customer was sent."] = None

    def check(self) -> None:
        """One key and one proof."""
        super().check()
        if (self.password is None) == (self.code is None):
            raise Refused(ErrorCode.ONE_PROOF, ONE_PROOF, "password")


class TokenLogout(Input):
    """A customer who logs out."""

    everywhere: Annotated[bool, "Whether to log out of all installations, and not only of this one."] = False


class LoginCodeSend(NamedAccount):
    """A customer who wants a one-time code."""


class PasswordSet(Input):
    """A new password of the customer who is logged in."""

    SECRET: ClassVar[frozenset[str]] = frozenset({"password", "current_password"})

    password: Annotated[str, PASSWORD, f"The new password: {OF_PASSWORD}"]
    current_password: Annotated[str | None, PASSWORD, "The password as it was; needed where there is one."] = None


class PasswordReset(NamedAccount):
    """A new password for one who forgot the old one."""

    SECRET: ClassVar[frozenset[str]] = frozenset({"password", "code"})

    code: Annotated[str, text(16), "A one-time code that the customer was sent."]
    password: Annotated[str, PASSWORD, f"The new password: {OF_PASSWORD}"]


class ContactToConfirm(Input):
    """What is to be confirmed as a customer's own."""

    id: Annotated[int, key(models.Customer), "The customer."]
    channel: Annotated[models.Channel, "EMAIL confirms the e-mail address, SMS the phone."]


class ContactConfirm(ContactToConfirm):
    """The code that confirms it."""

    SECRET: ClassVar[frozenset[str]] = frozenset({"code"})

    code: Annotated[str, text(16), "The code that was sent there."]


class TokenAnswer(Answer):
    """A token."""

    token: Annotated[RowRef, row("Token"), "The token."]


class NewTokenAnswer(Answer):
    """A token with its secret, which is shown once."""

    SECRET: ClassVar[frozenset[str]] = frozenset({"secret"})

    token: Annotated[RowRef, row("Token"), "The token."]
    secret: Annotated[
        str | None,
        "What requests show as `Authorization: Bearer …`. It is told this once, and not to a repeated call.",
    ] = None


class CodeAnswer(Answer):
    """A code that was sent, if the account is there."""

    expires_at: Annotated[
        datetime, "Until when a code can be used. The answer is the same whether there is such an account or not."
    ]


class PasswordAnswer(Answer):
    """A password that was set."""

    changed_at: Annotated[datetime, "When it was set. All other installations of the customer are logged out."]
