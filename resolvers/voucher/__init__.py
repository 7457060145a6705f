"""Vouchers: a reward in one customer's hands, from issue to use."""

from resolvers.voucher.batches import issue_batch
from resolvers.voucher.operations import cancel, extend, issue, redeem, release, reserve, transfer

__all__ = ["cancel", "extend", "issue", "issue_batch", "redeem", "release", "reserve", "transfer"]
