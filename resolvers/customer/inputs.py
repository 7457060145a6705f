"""What the operations on customers take, and what they answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

import models
from models import ConsentValue, Gender
from models.rules.error_codes import ErrorCode
from models.rules.web_address import is_web_address
from resolvers.errors import Refused
from resolvers.operation.answers import OPAQUE_ID, Answer, RepeatableAnswer, row
from resolvers.operation.checks import IN_USE_OR_NOT, JSON_VALUE, LANGUAGE, Check, at_most, clean, column, key, text
from resolvers.operation.inputs import Input
from resolvers.operation.parts import AddressInput, ExternalIdInput
from resolvers.operation.validation import EMAIL
from resolvers.operation.validation import text as checked_text
from resolvers.storage.context import RowRef

PERSON = models.Customer
MOST_SOURCES = 20
MOST_CONSENTS = 100
MOST_RECORDS = 200

ThisCustomer = Annotated[int, key(PERSON), "The customer."]
HomeStore = Annotated[int | UnsetType | None, key(models.Store), "Their home store."]


def _email(value: str, field: str) -> str:
    address = checked_text(clean(value), field, 320)
    if not EMAIL.fullmatch(address):
        raise Refused(ErrorCode.BAD_EMAIL, "This must be an e-mail address.", field)
    return address


def _web_address(value: str, field: str) -> str:
    address = clean(value)
    if not is_web_address(address):
        raise Refused(ErrorCode.BAD_URL, "This must be an address of the web, https://….", field)
    return address


class PersonalInformationInput(Input):
    """Who a customer is and how to reach them. What is left out stays, null clears."""

    salutation: Annotated[
        str | UnsetType | None, column(PERSON.salutation), "Form of address, such as “Ms” or “Dear Jana”."
    ] = UNSET
    pre_nominals: Annotated[
        str | UnsetType | None, column(PERSON.pre_nominals), "Titles before the name, such as “Dr.”."
    ] = UNSET
    first_name: Annotated[str | UnsetType | None, column(PERSON.first_name), "Given name."] = UNSET
    last_name: Annotated[str | UnsetType | None, column(PERSON.last_name), "Family name."] = UNSET
    post_nominals: Annotated[
        str | UnsetType | None, column(PERSON.post_nominals), "Titles after the name, such as “PhD”."
    ] = UNSET
    gender: Annotated[Gender | UnsetType | None, "Gender, as far as the customer told it."] = UNSET
    birthdate: Annotated[date | UnsetType | None, "Date of birth."] = UNSET
    email: Annotated[str | UnsetType | None, Check(_email), "E-mail address; no other customer may have it."] = UNSET
    phone: Annotated[
        str | UnsetType | None,
        text(64),
        "Phone number, in international form unless the address or the programme names its country; no other customer "
        "may have it.",
    ] = UNSET
    language: Annotated[str | UnsetType | None, LANGUAGE, "Code of the preferred language, ISO 639-1."] = UNSET
    photo_url: Annotated[
        str | UnsetType | None, Check(_web_address), "Address of a portrait on the web, https://…."
    ] = UNSET
    address: Annotated[AddressInput | UnsetType | None, "Postal address; null clears all of it."] = UNSET


class ConsentAnswerInput(Input):
    """A customer's answer to a consent."""

    consent: Annotated[int, key(models.Consent), "The consent."]
    value: Annotated[ConsentValue, "The answer."]


class CustomerCreate(Input):
    """A customer to be created."""

    personal_information: Annotated[PersonalInformationInput | None, "Who they are and how to reach them."] = None
    store: Annotated[int | None, key(models.Store), "Their home store."] = None
    sources: Annotated[
        tuple[ExternalIdInput, ...] | None, at_most(MOST_SOURCES), "Their accounts in outside systems."
    ] = None
    consents: Annotated[
        tuple[ConsentAnswerInput, ...] | None, at_most(MOST_CONSENTS), "What they agreed to, or not."
    ] = None


class CustomerUpdate(Input):
    """Changes of a customer."""

    id: ThisCustomer
    personal_information: Annotated[
        PersonalInformationInput | UnsetType | None, "Who they are and how to reach them."
    ] = UNSET
    store: HomeStore = UNSET

    def check(self) -> None:
        """A person isn't cleared by a null."""
        if self.personal_information is None:
            message = "Say which of its fields to clear; all at once are cleared by erasing."
            raise Refused(ErrorCode.REQUIRED, message, "personalInformation")


class CustomerUpsertInput(Input):
    """A customer to be created or updated, known by their id in an outside system."""

    source: Annotated[str, text(64), "Code of the outside system."]
    external_id: Annotated[
        str, text(128), "The customer's id there, by which they are found, or created where they aren't."
    ]
    personal_information: Annotated[PersonalInformationInput | None, "Who they are and how to reach them."] = None
    store: HomeStore = UNSET
    consents: Annotated[
        tuple[ConsentAnswerInput, ...] | None,
        at_most(MOST_CONSENTS),
        "What they agreed to, or not; other answers stay as they are.",
    ] = None


class CustomersUpsert(Input):
    """Customers to be created or updated."""

    customers: Annotated[tuple[CustomerUpsertInput, ...], at_most(MOST_RECORDS), "The customers, 200 at most."]


class CustomerId(Input):
    """A customer."""

    id: ThisCustomer


class CustomerAnswer(Answer):
    """A customer, as they are now."""

    customer: Annotated[RowRef, row("Customer"), "The customer, as they are now."]


class CustomersAnswer(Answer):
    """Customers, as they are now."""

    customers: Annotated[list[RowRef], row("Customer"), "The customers, in the order given."]


class CreatedCustomerAnswer(RepeatableAnswer):
    """A customer who was created, or was there already."""

    customer: Annotated[RowRef, row("Customer"), "The customer."]


class RepeatableCustomerAnswer(RepeatableAnswer):
    """A customer, as they are now."""

    customer: Annotated[RowRef, row("Customer"), "The customer, as they are now."]


class ErasedAnswer(Answer):
    """What is left of an erased customer."""

    erased_id: Annotated[str, OPAQUE_ID, "The id that the customer had; nothing is found by it any more."]
    receipt: Annotated[str, "The change under which the erasure stands in the outbox."]


class ConsentSet(Input):
    """An answer of a customer to a consent."""

    id: ThisCustomer
    consent: Annotated[int, key(models.Consent), "The consent."]
    value: Annotated[ConsentValue, "The answer."]


class PropertySet(Input):
    """A custom property of a customer to be given a value."""

    id: ThisCustomer
    property: Annotated[int, key(models.Property), "The property."]
    value: Annotated[Any | None, JSON_VALUE, "Text, a number, true or false, or a day as ISO 8601 text."] = None


class SourceAdd(Input):
    """An account of a customer in an outside system."""

    id: ThisCustomer
    source: Annotated[str, text(64), "Code of the outside system."]
    external_id: Annotated[str, text(128), "The customer's id there; no other customer may have it."]


class SourceRemove(Input):
    """Accounts of a customer in an outside system to be forgotten."""

    id: ThisCustomer
    source: Annotated[str, text(64), "Code of the outside system."]
    external_id: Annotated[
        str | None, text(128), "The id there; all of the customer's accounts there unless it is given."
    ] = None


class SourceUpsert(Input):
    """A place that customers come from, to be created or updated."""

    id: Annotated[int | None, key(models.CustomerSource), "The source, where its code is to change."] = None
    code: Annotated[str | UnsetType, column(models.CustomerSource.code), "Short name that programs use; unique."] = (
        UNSET
    )
    name: Annotated[
        str | UnsetType, column(models.CustomerSource.name), "Name that people read; a new source needs one."
    ] = UNSET
    state: Annotated[models.State | UnsetType, IN_USE_OR_NOT, "Whether it is in use."] = UNSET


class SourceAnswer(Answer):
    """A place that customers come from, as it is now."""

    customer_source: Annotated[RowRef, row("CustomerSource"), "The source."]
