"""The customer that an operation is about, found and locked before anything else of theirs is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

import models
from models import State
from models.rules.error_codes import ErrorCode
from models.types import BigKey
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.operation.perform import Values
from resolvers.query.compiled_query import CompiledQuery
from resolvers.query.expressions import word
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction

ALIVE = CompiledQuery(
    lambda _: (
        select(models.Customer.id, models.Customer.state)
        .where(models.Customer.id == parameter("key", BigKey), models.Customer.state != word(models.State.DELETED))
        .with_for_update(key_share=True)
    )
)


async def lock_customer(transaction: Transaction, customer_id: int) -> bool:
    """Lock a customer before anything of theirs is read; false where they are gone.

    Rows that merely refer to the customer take no notice of this lock, so nobody waits who needn't.
    """
    return bool(await ALIVE.read(await transaction.inside(), key=customer_id))


async def lock_customers(transaction: Transaction, keys: Iterable[int]) -> None:
    """Lock several customers in the order of their keys, so that nobody waits in a circle."""
    for key in sorted(set(keys)):
        await lock_customer(transaction, key)


async def lock_by_key(transaction: Transaction, key: int, name: str, *, active: bool = False) -> None:
    """Lock a customer named by a field; `NOT_FOUND` where there is none. With `active`, one deactivated is refused."""
    found = await ALIVE.read(await transaction.inside(), key=key)
    if not found:
        raise Refused(ErrorCode.NOT_FOUND, "There is no Customer with this id.", name)
    if active and found[0][1] is not State.ACTIVE:
        raise Refused(ErrorCode.CUSTOMER_INACTIVE, "The customer is deactivated; reactivate them first.", name)


async def locked(transaction: Transaction, given: Values, name: str, *, active: bool = False) -> int:
    """The key of a customer given by id, locked; with `active`, a deactivated one is refused."""
    key = key_of(given[name], "Customer")
    await lock_by_key(transaction, key, name, active=active)
    return key


async def locked_both(transaction: Transaction, given: Values, names: Sequence[str]) -> list[int]:
    """The keys of several active customers, locked in the order of their keys so that nobody waits in a circle."""
    keys = {name: key_of(given[name], "Customer") for name in names}
    for name in sorted(names, key=lambda each: keys[each]):
        await lock_by_key(transaction, keys[name], name, active=True)
    return [keys[name] for name in names]
