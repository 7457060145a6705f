"""The chain of the audit trail: entries are sealed in batches, each seal with the hash of the one before.

Whoever changes, adds or takes out an entry that is sealed breaks its seal and all that follow. The newest digest is
logged with each seal, so that a trail that was made anew as a whole is told from the one that was. What isn't sealed
yet is guarded by the database alone, which refuses changes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256

import orjson
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from models import AuditCheckpoint, AuditEntry, AuditSeal
from resolvers.errors import Unavailable
from resolvers.storage.transaction import Transaction, in_transaction

BEGINNING = "0" * 64
LOCK_TIMEOUT = "200ms"
TRIES = 20
NOT_AVAILABLE = "55P03"
log = logging.getLogger("crm360")


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of verifying the trail."""

    entries: int
    seals: int
    unsealed: int
    digest: str
    broken: int | None = None
    """The first seal that doesn't hold, by its number; none where all do."""
    pruned: int = 0
    """How many entries are no longer kept: their seals are taken as they are."""


def digest_of(before: str, entries: Iterable[AuditEntry]) -> str:
    """The hash of the seal before and of entries, in their order."""
    hashed = sha256(before.encode())
    for entry in entries:
        values = (
            entry.id,
            entry.action.value,
            entry.customer_id,
            entry.what,
            entry.request,
            entry.viewer_kind.value,
            entry.token_id,
            entry.at.isoformat(),
        )
        hashed.update(orjson.dumps(values) + b"\n")
    return hashed.hexdigest()


async def seal_audit(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Seal what was added since the last time; how many entries that were."""
    through = await _horizon(engine, now)
    sealed = 0
    while through is not None:
        count = await in_transaction(engine, now, partial(_seal, through=through, batch=batch))
        sealed += count
        if count < batch:
            break
    return sealed


async def _horizon(engine: AsyncEngine, now: datetime) -> int | None:
    """The last entry before which no other can appear any more; none where writers leave no moment to look.

    Entries draw their ids before they are committed. For a moment PostgreSQL's writers are kept out: what was drawn by
    then is there.
    """
    for _ in range(TRIES):
        try:
            return await in_transaction(engine, now, _last)
        except Unavailable as error:
            cause = error.__cause__
            if not isinstance(cause, DBAPIError) or getattr(cause.orig, "sqlstate", None) != NOT_AVAILABLE:
                raise
    return None


async def _last(transaction: Transaction) -> int | None:
    if transaction.backend == "postgresql":
        await transaction.session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        await transaction.session.execute(text("LOCK TABLE audit_entry IN SHARE MODE"))
    last: int | None = await transaction.session.scalar(select(func.max(AuditEntry.id)))
    return last


async def _seal(transaction: Transaction, *, through: int, batch: int) -> int:
    session, entry = transaction.session, AuditEntry
    before = await session.scalar(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))
    after = before.last_entry_id if before else 0
    chosen = select(entry).where(entry.id > after, entry.id <= through).order_by(entry.id).limit(batch)
    entries = list(await session.scalars(chosen))
    if not entries:
        return 0
    first, last = entries[0].id, entries[-1].id
    digest = digest_of(before.digest if before else BEGINNING, entries)
    session.add(
        AuditSeal(first_entry_id=first, last_entry_id=last, entries=len(entries), digest=digest, at=transaction.now)
    )
    log.info("The audit trail is sealed up to entry %d: %s", last, digest)
    return len(entries)


async def verify_audit(transaction: Transaction) -> Verified:
    """Work out all seals again."""
    session, entry = transaction.session, AuditEntry
    begins = await newest_checkpoint(transaction)
    entries = seals = 0
    after, digest, first = (begins.last_entry_id, begins.digest, begins.seal_id) if begins else (0, BEGINNING, 0)
    broken = None if begins is None or await _is_of_its_seal(transaction, begins) else begins.seal_id
    pruned = begins.entries if begins else 0
    for seal in list(await session.scalars(select(AuditSeal).where(AuditSeal.id > first).order_by(AuditSeal.id))):
        found = list(
            await session.scalars(
                select(entry).where(entry.id > after, entry.id <= seal.last_entry_id).order_by(entry.id)
            )
        )
        digest = digest_of(digest, found)
        if broken is None and (len(found), digest) != (seal.entries, seal.digest):
            broken = seal.id
        entries, seals, after, digest = entries + len(found), seals + 1, seal.last_entry_id, seal.digest
        session.expunge_all()
    unsealed = await session.scalar(select(func.count()).select_from(entry).where(entry.id > after))
    return Verified(entries, seals, unsealed or 0, digest, broken, pruned)


async def newest_checkpoint(transaction: Transaction) -> AuditCheckpoint | None:
    """Where what is kept of the chain begins; none where all of it is kept."""
    newest = select(AuditCheckpoint).order_by(AuditCheckpoint.last_entry_id.desc()).limit(1)
    found: AuditCheckpoint | None = await transaction.session.scalar(newest)
    return found


async def _is_of_its_seal(transaction: Transaction, checkpoint: AuditCheckpoint) -> bool:
    seal = await transaction.session.get(AuditSeal, checkpoint.seal_id)
    return seal is not None and (seal.last_entry_id, seal.digest) == (checkpoint.last_entry_id, checkpoint.digest)
