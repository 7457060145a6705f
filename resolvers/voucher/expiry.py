"""What time does to vouchers, written down by a job: those whose validity is over are marked as expired.

Nobody waits for it: by the rules a voucher is expired from its very moment. Each batch is a transaction of its own, so
that the job can be killed at any time and goes on where it was.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from models import Voucher, VoucherChange, VoucherState
from resolvers.storage.transaction import Transaction, in_transaction
from resolvers.voucher.issuing import record

BATCH = 500


async def expire_vouchers(engine: AsyncEngine, now: datetime, batch: int = BATCH) -> int:
    """Mark all vouchers that have expired by a moment, at most `batch` a transaction; how many there were."""
    total = 0
    while True:
        expired = await in_transaction(engine, now, lambda transaction: _some(transaction, batch))
        total += expired
        if expired < batch:
            return total


async def _some(transaction: Transaction, batch: int) -> int:
    held = Voucher.state == VoucherState.RESERVED
    usable = or_(Voucher.state == VoucherState.ACTIVE, held & (Voucher.reserved_until <= transaction.now))
    over = select(Voucher.id, Voucher.customer_id).where(usable, Voucher.valid_to <= transaction.now)
    # What somebody is working on right now is left for the next time.
    some = over.order_by(Voucher.valid_to, Voucher.id).limit(batch).with_for_update(key_share=True, skip_locked=True)
    found = (await transaction.session.execute(some)).all()
    keys = [row.id for row in found]
    if keys:
        expired = update(Voucher).where(Voucher.id.in_(keys))
        await transaction.session.execute(
            expired.values(state=VoucherState.EXPIRED, updated_at=transaction.now),
            execution_options={"synchronize_session": False},
        )
    for row in found:
        await record(transaction, row.id, row.customer_id, VoucherChange.EXPIRED)
    return len(found)
