"""Who the customer is who goes on: they keep what is known of them, and take over what they lack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models import Customer, State
from models.customer import NAMELESS
from models.personal import DERIVED
from resolvers.customer.erasure import PERSONAL
from resolvers.customer.person import COLUMNS
from resolvers.operation.structs import camel
from resolvers.storage.transaction import Transaction

ADDRESS = tuple(column for name, column in COLUMNS.items() if name.startswith("address."))
ALONE = tuple(column for name, column in COLUMNS.items() if column not in ADDRESS)
TOGETHER: dict[str, tuple[str, ...]] = {
    **{column: (column,) for column in ALONE if not column.endswith("_name")},
    "first_name": ("first_name", "first_name_key"),
    "last_name": ("last_name", "last_name_key"),
    "email": ("email", "email_key", "email_confirmed_at"),
    "phone": ("phone", "phone_confirmed_at"),
    "store": ("store_id",),
    "address": ADDRESS,
}
"""Columns that are taken over together, by the field that they are shown as."""


async def join_people(transaction: Transaction, merged: Customer, customer: Customer) -> tuple[list[str], list[str]]:
    """Empty the one, complete the other: the fields that were taken over, and those in which the two differed."""
    taken: dict[str, Any] = {}
    taken_over, given_up = [], []
    for field, columns in TOGETHER.items():
        theirs = {name: getattr(merged, name) for name in columns}
        mine = {name: getattr(customer, name) for name in columns}
        if not _says(theirs) or theirs == mine:
            continue
        if _says(mine):
            given_up.append(camel(field))
        else:
            taken |= theirs
            taken_over.append(camel(field))
    for name in PERSONAL:
        setattr(merged, name, NAMELESS if name.endswith("name_key") else None)
    merged.state, merged.updated_at = State.DELETED, transaction.now
    # No two customers who are there have the same address: the one is gone before the other has it.
    await transaction.session.flush()
    for name, value in taken.items():
        setattr(customer, name, value)
    customer.created_at, customer.updated_at = min(customer.created_at, merged.created_at), transaction.now
    await transaction.session.flush()
    return taken_over, given_up


def _says(values: Mapping[str, object]) -> bool:
    """Whether something is told, beside what is worked out from it."""
    return any(value for name, value in values.items() if name not in DERIVED)
