"""What the operations on points take, and what they answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import models
from resolvers.operation.answers import Answer, RepeatableAnswer, row
from resolvers.operation.checks import JSON_OBJECT, By, by, key, text
from resolvers.operation.inputs import Input
from resolvers.operation.structs import BY_ANOTHER_KEY, named_by
from resolvers.storage.context import RowRef

AMOUNT = "How many; two decimals at most."
Entry = Annotated[RowRef | None, row("PointEntry"), "The entry that was added to the ledger."]
Account = Annotated[RowRef, row("PointAccount"), "The customer's points afterwards."]
Reservation = Annotated[RowRef, row("PointReservation"), "The reservation."]


class Told(Input):
    """What an entry of the ledger tells besides its amount."""

    partner: Annotated[
        int | None, key(models.Partner), "The partner on whose account they move.", named_by("partner_by")
    ] = None
    partner_by: Annotated[By | None, by(models.Partner), "The partner on whose account they move, by any key."] = None
    store: Annotated[int | None, key(models.Store), "Where they move.", named_by("store_by")] = None
    store_by: Annotated[By | None, by(models.Store), "Where they move, by any key of the store."] = None
    note: Annotated[
        str | None, "What a person reads beside the entry; kept for good, so it must not name the customer."
    ] = None
    extended_data: Annotated[
        dict[str, object] | None,
        JSON_OBJECT,
        "An object of your own, kept with the entry for good; it must not name the customer.",
    ] = None


class PointsAssign(Told):
    """Points to be assigned."""

    customer: Annotated[int, key(models.Customer), "Who gets them.", named_by("customer_by")] = BY_ANOTHER_KEY
    customer_by: Annotated[By | None, by(models.Customer), "Who gets them, by any key; needed."] = None
    amount: Annotated[Decimal, AMOUNT]
    active_from: Annotated[datetime | None, "From when they can be spent; at once unless said otherwise."] = None
    expires_at: Annotated[datetime | None, "When what is left of them expires; never unless said otherwise."] = None
    type: Annotated[int | None, key(models.PointType), "Where they come from: a point type."] = None


class PointsSpend(Told):
    """Points to be spent."""

    customer: Annotated[int, key(models.Customer), "Whose points.", named_by("customer_by")] = BY_ANOTHER_KEY
    customer_by: Annotated[By | None, by(models.Customer), "Whose points, by any key; needed."] = None
    amount: Annotated[Decimal, AMOUNT]


class PointsReserve(Input):
    """Points to be reserved."""

    customer: Annotated[int, key(models.Customer), "Whose points.", named_by("customer_by")] = BY_ANOTHER_KEY
    customer_by: Annotated[By | None, by(models.Customer), "Whose points, by any key; needed."] = None
    amount: Annotated[Decimal, AMOUNT]
    expires_at: Annotated[datetime | None, "Until when; fifteen minutes unless said otherwise."] = None
    external_id: Annotated[str | None, text(128), "Your own id of the reservation, unique for the customer."] = None


class PointsRelease(Input):
    """A reservation to be released."""

    reservation: Annotated[int, key(models.PointReservation), "The reservation."]


class PointsCapture(Told):
    """Reserved points to be spent."""

    reservation: Annotated[int, key(models.PointReservation), "The reservation."]
    amount: Annotated[Decimal | None, "How many of the reserved points; all unless said otherwise."] = None


class PointsTransfer(Told):
    """Points to be transferred."""

    from_: Annotated[int, key(models.Customer), "Who gives them.", named_by("from_by")] = BY_ANOTHER_KEY
    from_by: Annotated[By | None, by(models.Customer), "Who gives them, by any key; needed."] = None
    to: Annotated[int, key(models.Customer), "Who gets them.", named_by("to_by")] = BY_ANOTHER_KEY
    to_by: Annotated[By | None, by(models.Customer), "Who gets them, by any key; needed."] = None
    amount: Annotated[Decimal, AMOUNT]


class PointsReverse(Told):
    """An entry to be taken back."""

    entry: Annotated[int, key(models.PointEntry), "The entry."]
    amount: Annotated[Decimal | None, "How many of its points; all not yet taken back unless said otherwise."] = None


class EntryAnswer(Answer):
    """An entry, and the points afterwards."""

    entry: Entry
    account: Account


class ReservationAnswer(RepeatableAnswer):
    """A reservation, and the points afterwards."""

    reservation: Reservation
    account: Account


class CapturedAnswer(Answer):
    """A reservation that was spent, with its entry."""

    reservation: Reservation
    entry: Entry
    account: Account


class TransferAnswer(Answer):
    """What moved from one customer to another."""

    entries: Annotated[list[RowRef], row("PointEntry"), "The entry of who gave them, then the entry of who got them."]
    account: Annotated[RowRef, row("PointAccount"), "The points of who gave them, afterwards."]
