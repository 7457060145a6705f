"""How many vouchers of a batch are in which state, by the moment of the request."""

from __future__ import annotations

from sqlalchemy import Integer, func, select
from sqlalchemy.orm import aliased

from models import Voucher, VoucherBatch, VoucherState
from resolvers.query.columns import Expression
from resolvers.query.expressions import VOUCHER_STATE, word
from resolvers.storage.sql import SqlValue


def _count(name: str, state: VoucherState | None = None) -> Expression:
    def sql(batch: type[VoucherBatch]) -> SqlValue:
        voucher = aliased(Voucher)
        which = [voucher.batch_id == batch.id]
        if state is not None:
            which.append(VOUCHER_STATE.sql(voucher) == word(state))
        return select(func.count(voucher.id)).where(*which).scalar_subquery()

    return Expression(name, sql, Integer())


ISSUED = _count("issued")
ACTIVE = _count("active", VoucherState.ACTIVE)
RESERVED = _count("reserved", VoucherState.RESERVED)
USED = _count("used", VoucherState.APPLIED)
EXPIRED = _count("expired", VoucherState.EXPIRED)
CANCELLED = _count("cancelled", VoucherState.CANCELLED)
