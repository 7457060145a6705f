"""Rows that come into being with those that name them, because nothing is to be said of them but a name.

Whatever is made so is told: a typing error shows there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

import models
from models.rules.voucher_code import code_key
from resolvers.files.format.record_schema import Draft
from resolvers.files.record.natural_keys import table_of

if TYPE_CHECKING:
    from resolvers.files.record.batch import RecordBatch

CONSENT = table_of(models.Consent)
REWARD = table_of(models.Reward)
SOURCE = table_of(models.CustomerSource)


async def make_sources(batch: RecordBatch, codes: Collection[str]) -> None:
    """Customers' systems: the one that is declared, and any where none was known when the run began."""
    made = sorted(code for code in codes if batch.run.makes_sources or code == batch.run.conventions.source)
    await batch.writer.insert(SOURCE, [{"code": code, "name": code} for code in made])
    for code in made:
        batch.run.note(f"customerSources: {code} is made, as customers name it.")


async def make_consents(batch: RecordBatch) -> None:
    """Consents that customers answered in a column of their own."""
    named = {
        part.refs["consent_id"]
        for draft in batch.good
        if "consents" in draft.merged
        for part in draft.lists.get("consents", ())
    }
    wanted = {ref for ref in named if ref is not None}
    unknown = wanted - (await batch.names.keys(models.Consent, wanted)).keys()
    codes = sorted(str(ref[1]) for ref in unknown)
    await batch.writer.insert(CONSENT, [{"code": code, "name": code} for code in codes])
    for code in codes:
        batch.run.note(f"consents: {code} is made, as a column of customers is called so.")


async def make_rewards(batch: RecordBatch) -> None:
    """Rewards of vouchers that say themselves what they are worth: an amount off, offered to nobody else."""
    named: dict[str, list[Draft]] = defaultdict(list)
    for draft in batch.good:
        if (ref := draft.refs.get("reward_id")) is not None and len(ref) == 2:
            named[ref[1]].append(draft)
    known = await batch.names.keys(models.Reward, {(0, code) for code in named})
    for code in sorted(code for code in named if (0, code) not in known):
        vouchers = named[code]
        currencies = {each.values.get("currency_code") or batch.run.conventions.currency for each in vouchers}
        if None in currencies or len(currencies) > 1 or not all(each.values.get("value") for each in vouchers):
            continue
        await batch.writer.insert(REWARD, [_reward(code, str(currencies.pop()))])
        batch.run.note(
            f"rewards: {code} is made, as vouchers name it: an amount off, each voucher's own, and not offered. "
            "Bring a file rewards.csv to say more of it."
        )


def _reward(code: str, currency: str) -> dict[str, object]:
    return {
        "code": code,
        "code_key": code_key(code),
        "name": code,
        "kind": models.RewardKind.AMOUNT.value,
        "value": Decimal(0),
        "currency_code": currency,
        "state": models.State.INACTIVE.value,
    }
