"""The customer that an operation is about, found and locked before anything else of theirs is read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

import models
from models import State
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.point_ledger import lock_customer
from resolvers.writing import Values, Writing


async def locked(writing: Writing, given: Values, name: str, *, active: bool = False) -> int:
    """The key of a customer given by id, locked; with `active`, a deactivated one is refused."""
    key = key_of(given[name], "Customer")
    await lock_by_key(writing, key, name, active=active)
    return key


async def lock_by_key(writing: Writing, key: int, name: str, *, active: bool = False) -> None:
    """Lock a customer by key; `NOT_FOUND` where there is none."""
    if not await lock_customer(writing, key):
        raise Refused("NOT_FOUND", "There is no Customer with this id.", name)
    customer = models.Customer
    if active and await writing.session.scalar(select(customer.state).where(customer.id == key)) != State.ACTIVE:
        raise Refused("CUSTOMER_INACTIVE", "The customer is deactivated; reactivate them first.", name)


async def locked_both(writing: Writing, given: Values, names: Sequence[str]) -> list[int]:
    """The keys of several active customers, locked in the order of their keys so that nobody waits in a circle."""
    keys = {name: key_of(given[name], "Customer") for name in names}
    for name in sorted(names, key=lambda each: keys[each]):
        await lock_by_key(writing, keys[name], name, active=True)
    return [keys[name] for name in names]
