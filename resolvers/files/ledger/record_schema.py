"""How points stand in files: opening balances to begin with, and whole ledgers to move from one CRM to another."""

from __future__ import annotations

import models
from resolvers.files.format import value_formats
from resolvers.files.format.record_schema import Draft, Field, ListOf, RecordSchema, shape
from resolvers.files.record.natural_keys import Ref


def whole(name: str, doc: str, *, nullable: bool = False) -> Field:
    """A whole number that is no column: a place in a list of the same row."""
    return Field(name, name, value_formats.INTEGER, nullable=nullable, required=not nullable, doc=doc)


def _lots() -> ListOf:
    return ListOf("lots", shape(models.PointLot, skip={"customer_id", "remaining"}), "customer_id")


def _entries() -> ListOf:
    touched = ListOf(
        "lots",
        shape(
            models.PointEntryLot,
            skip={"entry_id", "lot_id"},
            extra=[whole("lot", "Which of the ledger's lots, from 1.")],
        ),
        "entry_id",
    )
    reverses = whole("reverses", "Which of the ledger's entries this one takes back, from 1.", nullable=True)
    fields = shape(models.PointEntry, skip={"customer_id", "reverses_id"}, extra=[reverses], lists=[touched])
    return ListOf("entries", fields, "customer_id")


def _reservations() -> ListOf:
    return ListOf("reservations", shape(models.PointReservation, skip={"customer_id"}), "customer_id")


def name_of(draft: Draft) -> Ref:
    """What tells a row of a ledger from others of the same file."""
    values = draft.values
    return draft.refs.get("customer_id"), values.get("source"), values.get("external_id")


CUSTOMER = Field("customer", "customer_id", to=models.Customer, doc="Whose points they are.")

LEDGER = RecordSchema(
    models.PointEntry,
    {"customer": CUSTOMER},
    {part.name: part for part in (_lots(), _entries(), _reservations())},
)
"""All points of a customer: a customer who has any already keeps them, and a ledger that differs is refused."""

LOT = shape(models.PointLot, skip={"customer_id", "remaining", "active_from"}).fields
OPENING = RecordSchema(
    models.PointLot,
    {
        "source": Field("source", "source", value_formats.text(64), doc="Code of the system that kept the balance."),
        "externalId": Field(
            "externalId", "external_id", value_formats.text(128), doc="The balance's id there; taken once."
        ),
        "customer": CUSTOMER,
        **LOT,
        "createdAt": Field(
            "createdAt",
            "created_at",
            value_formats.INSTANT,
            required=False,
            doc="When they were given; the moment of the import where it is not given.",
        ),
        "activeFrom": Field(
            "activeFrom",
            "active_from",
            value_formats.INSTANT,
            required=False,
            doc="From when they can be spent; from then on where it is not given.",
        ),
    },
)
"""Points that a customer brings along: each row makes a lot with the entry that put its points there."""
