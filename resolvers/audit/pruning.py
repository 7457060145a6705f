"""Entries of the audit trail that need no longer be kept: whole seals go, and a checkpoint says where the chain begins.

The checkpoint is written first. The database lets entries go up to it, and no others; the seals stay.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models import AuditCheckpoint, AuditEntry, AuditSeal
from resolvers.audit.sealing import newest_checkpoint
from resolvers.storage.transaction import Transaction, in_transaction

log = logging.getLogger("crm360")


async def prune_audit(engine: AsyncEngine, before: datetime, batch: int) -> int:
    """Delete what was sealed before a moment, some entries a transaction; how many that were."""
    through = await in_transaction(engine, before, _checkpoint)
    pruned = 0
    while count := await in_transaction(engine, before, partial(_prune, through=through, batch=batch)):
        pruned += count
    return pruned


async def _checkpoint(transaction: Transaction) -> int:
    """Say up to which entry they go. The newest seal's stay, so that new entries get larger numbers than all."""
    session, seal = transaction.session, AuditSeal
    known = await newest_checkpoint(transaction)
    after, entries = (known.last_entry_id, known.entries) if known else (0, 0)
    newest = select(func.max(seal.id)).scalar_subquery()
    old = select(seal).where(seal.at <= transaction.now, seal.id < newest).order_by(seal.id.desc()).limit(1)
    last = await session.scalar(old)
    if last is None or last.last_entry_id <= after:
        return after
    sealed = select(func.sum(seal.entries)).where(seal.last_entry_id > after, seal.id <= last.id)
    session.add(
        AuditCheckpoint(
            seal_id=last.id,
            last_entry_id=last.last_entry_id,
            entries=entries + int(await session.scalar(sealed) or 0),
            digest=last.digest,
            at=transaction.now,
        )
    )
    log.info("The audit trail begins behind entry %d from now on: %s", last.last_entry_id, last.digest)
    return last.last_entry_id


async def _prune(transaction: Transaction, *, through: int, batch: int) -> int:
    chosen = select(AuditEntry.id).where(AuditEntry.id <= through).order_by(AuditEntry.id).limit(batch)
    keys = list(await transaction.session.scalars(chosen))
    await transaction.session.execute(delete(AuditEntry).where(AuditEntry.id.in_(keys)))
    return len(keys)
