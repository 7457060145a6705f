"""Noting that customers' data was taken out to files: an entry for each customer, who did it, and how many they are."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models import AuditAction, AuditEntry, Customer, State
from models.event import CurrentTransaction
from models.scope import ViewerKind
from resolvers.audit.trail import LONGEST_NAME
from resolvers.storage.transaction import Transaction, in_transaction

IS_THERE = Customer.state != State.DELETED


async def note_export(engine: AsyncEngine, who: str, now: datetime) -> int:
    """Note that all customers' data is taken out by somebody at the machine; of how many."""

    async def work(transaction: Transaction) -> int:
        session = transaction.session
        count = await session.scalar(select(func.count()).select_from(Customer).where(IS_THERE)) or 0
        values = {
            "action": literal(AuditAction.READ, AuditEntry.action.type),
            "customer_id": Customer.id,
            "what": literal(f"EXPORT of {count} customers by {who}"[:LONGEST_NAME]),
            "request": literal(uuid4().hex),
            "viewer_kind": literal(ViewerKind.OPEN, AuditEntry.viewer_kind.type),
            "at": literal(now, AuditEntry.at.type),
            "transaction_id": CurrentTransaction(),
        }
        chosen = select(*values.values()).where(IS_THERE).order_by(Customer.id)
        await session.execute(insert(AuditEntry).from_select(list(values), chosen, include_defaults=False))
        return count

    return await in_transaction(engine, now, work)
