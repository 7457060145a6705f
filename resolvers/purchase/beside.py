"""What is kept of a bill that no rule looks at: payments, custom properties, and for whom lines were bought.

A bill that says nothing of it takes no statement more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import literal, select

from models import Property, PropertyRecord, PropertyType, PurchasePayment
from models.rules.error_codes import ErrorCode
from models.rules.payments import Payment, all_told, differences, in_order
from models.rules.refusals import Refusal
from models.types import Json
from resolvers.customer.find import find_customer
from resolvers.errors import Refused
from resolvers.operation import property_values
from resolvers.operation.checks import By
from resolvers.operation.parts import MOST_PROPERTIES, PropertyValueInput
from resolvers.operation.property_values import Owner
from resolvers.operation.references import References
from resolvers.operation.refusal import refuse
from resolvers.purchase.inputs import BillToClose, PaymentInput
from resolvers.query.compiled_writes import Insert
from resolvers.storage.transaction import Transaction

MOST_RECIPIENTS = 50
MOST_VALUES = 1000

PAYMENT = Insert(PurchasePayment, "purchase_id kind amount name")
PROPERTY = Insert(PropertyRecord, "property_id value purchase_id purchase_item_id created_at updated_at")


@dataclass(frozen=True, slots=True)
class Value:
    """A custom property of the line of an id at the till, or of the bill where there is none."""

    line: str | None
    property_id: int
    value: object


@dataclass(frozen=True, slots=True)
class Beside:
    """What is kept beside what rules look at."""

    payments: Sequence[Payment] = ()
    values: Sequence[Value] = ()
    recipients: Mapping[str, int] = field(default_factory=dict)
    """For whom lines were bought, by the lines' ids at the till."""

    def differing(self, total: Decimal, by_points: Decimal, currency: str) -> list[Refusal]:
        """What of the payments doesn't come to what is to pay."""
        return list(differences(self.payments, total, by_points, currency))

    def without_payments(self) -> Beside:
        """The same of a bill that was paid in some other way than was told."""
        return replace(self, payments=())


async def read_beside(transaction: Transaction, given: BillToClose, at: datetime | None = None) -> Beside:
    """What a bill says of it, checked; customers are taken as they were at a moment where there is one."""
    return Beside(_payments(given), await _values(transaction, given), await _recipients(transaction, given, at))


async def write_beside(
    transaction: Transaction, beside: Beside, by_points: Decimal, purchase_id: int, items: Mapping[str, int]
) -> None:
    """Write it down for a bill, and for its lines by their ids at the till."""
    payments = all_told(beside.payments, by_points)
    if payments:
        rows = [{"kind": one.kind, "amount": one.amount, "name": one.name} for one in payments]
        await PAYMENT.rows(transaction, [{"purchase_id": purchase_id, **row} for row in rows])
    if beside.values:
        times = {"created_at": transaction.now, "updated_at": transaction.now}
        await PROPERTY.rows(transaction, [_row(one, purchase_id, items) | times for one in beside.values])


def _row(one: Value, purchase_id: int, items: Mapping[str, int]) -> dict[str, object]:
    whose = {"purchase_id": purchase_id} if one.line is None else {"purchase_item_id": items[one.line]}
    return {"property_id": one.property_id, "value": one.value, **whose}


def _payments(given: BillToClose) -> list[Payment]:
    payments = [_payment(one) for one in given.payments or ()]
    refuse(in_order(payments, given.bill.currency), "payments")
    return payments


def _payment(one: PaymentInput) -> Payment:
    return Payment(one.kind, one.amount, one.name)


async def _recipients(transaction: Transaction, given: BillToClose, at: datetime | None) -> dict[str, int]:
    found: dict[str, int] = {}
    recipients: dict[str, int] = {}
    for place, item in enumerate(given.bill.items):
        if item.bought_for is None:
            continue
        by, where = item.bought_for, f"bill.items[{place}].boughtFor"
        name = repr(by)
        if name not in found and len(found) == MOST_RECIPIENTS:
            raise Refused(ErrorCode.TOO_MANY, f"A bill takes {MOST_RECIPIENTS} customers of lines at most.", where)
        if name not in found:
            found[name] = (await find_customer(await transaction.inside(), by, where, at)).id
        recipients[item.bill_item_id] = found[name]
    return recipients


@dataclass(frozen=True, slots=True)
class _Told:
    """A value that is told for a line, or for the bill where there is none, and where it is told."""

    line: str | None
    given: PropertyValueInput
    field: str


def _told(given: BillToClose) -> Iterator[_Told]:
    for place, value in enumerate(given.properties or ()):
        yield _Told(None, value, f"properties[{place}]")
    for line, item in enumerate(given.bill.items):
        for place, value in enumerate(item.properties or ()):
            yield _Told(item.bill_item_id, value, f"bill.items[{line}].properties[{place}]")


async def _values(transaction: Transaction, given: BillToClose) -> list[Value]:
    told = list(_told(given))
    if not told:
        return []
    if len(told) > MOST_VALUES:
        raise Refused(ErrorCode.TOO_MANY, f"A bill takes {MOST_VALUES} values of properties at most.", "properties")
    kinds = await _kinds(transaction, told)
    choices = {
        kind.id: await property_values.choices_of(transaction, kind)
        for kind in kinds.values()
        if kind.data_type is PropertyType.CHOICE
    }
    values: list[tuple[_Told, Value]] = []
    seen: set[tuple[str | None, int]] = set()
    for one in told:
        kind = kinds[repr(one.given.property)]
        if (one.line, kind.id) in seen:
            raise Refused(ErrorCode.DUPLICATE_ITEM, "The property is given twice.", f"{one.field}.property")
        seen.add((one.line, kind.id))
        value = _checked(kind, one, choices)
        if value is not None:
            values.append((one, Value(one.line, kind.id, value)))
    await _refuse_shared(transaction, [kind for kind in kinds.values() if kind.is_unique], values)
    return [value for _, value in values]


async def _kinds(transaction: Transaction, told: Sequence[_Told]) -> dict[str, Property]:
    """The properties that are named, each looked up once."""
    named: dict[str, tuple[By, str]] = {}
    for one in told:
        named.setdefault(repr(one.given.property), (one.given.property, f"{one.field}.property"))
    if len(named) > MOST_PROPERTIES:
        raise Refused(ErrorCode.TOO_MANY, f"A bill takes {MOST_PROPERTIES} properties at most.", "properties")
    references = References(transaction)
    return {name: await references.find(Property, by, where) for name, (by, where) in named.items()}


def _checked(kind: Property, one: _Told, choices: Mapping[int, Collection[object]]) -> object:
    where = f"{one.field}.value"
    value = property_values.fitting(kind, one.given.value, where)
    if value is not None and kind.id in choices:
        property_values.refuse_unknown_choice(value, choices[kind.id], where)
    return value


async def _refuse_shared(
    transaction: Transaction, unique: Sequence[Property], values: Sequence[tuple[_Told, Value]]
) -> None:
    """No two bills share a value of a unique property, and no two lines."""
    for kind in unique:
        its = [(told, value) for told, value in values if value.property_id == kind.id]
        of_bill = [each for each in its if each[1].line is None]
        of_lines = [each for each in its if each[1].line is not None]
        await _refuse_shared_among(transaction, kind, PropertyRecord.purchase_id, of_bill)
        await _refuse_shared_among(transaction, kind, PropertyRecord.purchase_item_id, of_lines)


async def _refuse_shared_among(
    transaction: Transaction, kind: Property, owner: Owner, values: Sequence[tuple[_Told, Value]]
) -> None:
    if not values:
        return
    known = select(PropertyRecord.value).where(
        PropertyRecord.property_id == kind.id,
        owner.is_not(None),
        PropertyRecord.value.in_([literal(value.value, Json) for _, value in values]),
    )
    there = list(await transaction.session.scalars(known))
    for told, value in values:
        if value.value in there:
            raise property_values.taken(owner, f"{told.field}.value")
        there.append(value.value)
