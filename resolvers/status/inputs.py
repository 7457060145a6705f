"""What the operations on statuses take, and what they answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from models import Qualification
from resolvers.operation.answers import Answer, row
from resolvers.operation.checks import By, at_most, by, column, key, text, whole
from resolvers.operation.inputs import Input
from resolvers.operation.parts import RECORD_ID, MoneyInput
from resolvers.operation.records.translations import MOST_LANGUAGES, REPLACING, TranslationInput
from resolvers.operation.structs import BY_ANOTHER_KEY, Deprecated, named_by
from resolvers.storage.context import RowRef

STATUS = models.Status
LONGEST_MONTHS = 1_200
MOST_CURRENCIES = 50


class CustomerStatusSet(Input):
    """A status to be given by hand."""

    customer: Annotated[int, key(models.Customer), "Who gets it.", named_by("customer_by")] = BY_ANOTHER_KEY
    customer_by: Annotated[By | None, by(models.Customer), "Who gets it, by any key; needed."] = None
    status: Annotated[int, key(STATUS), "The status.", named_by("status_by")] = BY_ANOTHER_KEY
    status_by: Annotated[By | None, by(STATUS), "The status, by any key; needed."] = None
    valid_to: Annotated[
        datetime | None, "Until when it is held; as the status says where it is left out, and for good if it says none."
    ] = None
    reason: Annotated[str | None, "Why."] = None
    note: Annotated[str | None, Deprecated("Use `reason`, as wherever it is told why."), "Why."] = None


class StatusRecordAnswer(Answer):
    """A status as a customer holds it."""

    status_record: Annotated[RowRef, row("StatusRecord"), "The status as the customer holds it now."]


class StatusTranslationInput(TranslationInput):
    """A status's texts in a language."""

    name: Annotated[str | None, text(255), "Name that people read."] = None
    description: Annotated[str | None, column(STATUS.description), "What the tier offers."] = None


class StatusUpsertInput(Input):
    """A status to be created or updated."""

    id: Annotated[int | None, key(STATUS), RECORD_ID.replace("record", "status")] = None
    code: Annotated[
        str | UnsetType,
        column(STATUS.code),
        "Short name that programs use; by it a status is found, or made where it isn't.",
    ] = UNSET
    name: Annotated[str | UnsetType, column(STATUS.name), "Name that people read; a new status needs one."] = UNSET
    description: Annotated[str | UnsetType | None, column(STATUS.description), "What the tier offers."] = UNSET
    translations: Annotated[
        tuple[StatusTranslationInput, ...] | UnsetType | None, at_most(MOST_LANGUAGES), REPLACING
    ] = UNSET
    rank: Annotated[
        int | UnsetType,
        column(STATUS.rank),
        "Place among the tiers, the lowest first, each its own; a new status needs one.",
    ] = UNSET
    qualification: Annotated[Qualification | UnsetType, "How the tier is reached; a new status needs it."] = UNSET
    qualification_months: Annotated[
        int | UnsetType | None,
        whole(1, LONGEST_MONTHS),
        "How many months back turnover and points count; null for all time.",
    ] = UNSET
    qualification_points: Annotated[
        Decimal | UnsetType | None, column(STATUS.qualification_points), "Points to collect in that time."
    ] = UNSET
    qualification_turnover: Annotated[
        tuple[MoneyInput, ...] | UnsetType | None,
        at_most(MOST_CURRENCIES),
        "Turnover to reach, any one is enough; they take the place of those there.",
    ] = UNSET
    previous: Annotated[By | UnsetType | None, by(STATUS), "The tier below, through which this one is reached."] = UNSET
    validity: Annotated[
        str | UnsetType | None,
        column(STATUS.validity),
        "How long it is held: a period such as P12M, END_OF_YEAR, null for no end.",
    ] = UNSET
    collects_points: Annotated[bool | UnsetType, column(STATUS.collects_points), "Whether purchases earn points."] = (
        UNSET
    )
    pays_with_points: Annotated[bool | UnsetType, column(STATUS.pays_with_points), "Whether points can pay a bill."] = (
        UNSET
    )
    discount: Annotated[Decimal | UnsetType, column(STATUS.discount), "Basic discount in per cent, 0 to 100."] = UNSET
    discounts_discounted_items: Annotated[
        bool | UnsetType,
        column(STATUS.discounts_discounted_items),
        "Whether the basic discount also applies to items that are already discounted.",
    ] = UNSET


class StatusId(Input):
    """A status."""

    id: Annotated[int, key(STATUS), "The status."]


class StatusAnswer(Answer):
    """A status, as it is now."""

    status: Annotated[RowRef, row("Status"), "The status."]
