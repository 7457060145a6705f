"""What vouchers are issued by: the reward that is in use, the store and its calendar, and what is their own."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import select

import models
from models.rules.error_codes import ErrorCode
from models.rules.reward_value import own_value_refusal
from models.rules.voucher_code import code_key
from resolvers.errors import Refused
from resolvers.operation.references import References, in_use
from resolvers.operation.upsert import alone
from resolvers.operation.validation import in_order
from resolvers.programme.reading import read_terms
from resolvers.storage.transaction import Transaction


class OwnTerms(Protocol):
    """What is given for a voucher itself; what isn't is as the reward says."""

    @property
    def code(self) -> str | None:
        """Its code."""

    @property
    def value(self) -> Decimal | None:
        """Its value."""

    @property
    def currency(self) -> str | None:
        """The currency of its value."""

    @property
    def valid_from(self) -> datetime | None:
        """From when it can be used."""

    @property
    def valid_to(self) -> datetime | None:
        """Until when."""

    @property
    def note(self) -> str | None:
        """What a person reads beside it."""


async def reward_in_use(transaction: Transaction, key: int) -> models.Reward:
    """The reward of which vouchers are to be issued."""
    reward = await References(transaction).find(models.Reward, key, "reward")
    if reward.state is not models.State.ACTIVE:
        raise Refused(ErrorCode.WRONG_STATE, "The reward is not in use.", "reward")
    return reward


async def store_in_use(transaction: Transaction, key: int | None) -> models.Store | None:
    """The store that is named, if one is."""
    found = await in_use(transaction, models.Store, key, "store")
    return None if found is None else await transaction.session.get_one(models.Store, found)


async def zone_of(transaction: Transaction, store: models.Store | None) -> str:
    """Where a day ends that is the last of a voucher."""
    if store is not None:
        return store.time_zone
    return (await read_terms(await transaction.inside(), transaction.now)).zone


async def own_columns(transaction: Transaction, given: OwnTerms, reward: models.Reward) -> dict[str, Any]:
    """What a voucher has of its own, and not from its reward."""
    if given.value is not None:
        wrong = own_value_refusal(reward.kind, reward.currency_code, given.value, given.currency)
        if wrong is not None:
            raise Refused(wrong[1].code, wrong[1].message, wrong[0])
    if given.code is not None:
        # A reward of this code can't be made meanwhile.
        await alone(transaction, models.Reward)
        taken = select(models.Reward.id).where(models.Reward.code_key == code_key(given.code)).limit(1)
        if await transaction.session.scalar(taken) is not None:
            raise Refused(ErrorCode.CODE_TAKEN, "A reward has this code.", "code")
    own = {
        "code": given.code,
        "value": given.value,
        "currency_code": given.currency,
        "valid_from": given.valid_from,
        "valid_to": given.valid_to,
    }
    in_order(given.valid_from or transaction.now, given.valid_to, "validTo")
    return {"note": given.note} | {name: value for name, value in own.items() if value is not None}
