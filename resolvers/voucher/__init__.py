"""Vouchers: a reward in one customer's hands, from issue to use."""

from resolvers.voucher.operations import cancel, issue, issue_batch, redeem, release, reserve, transfer

__all__ = ["cancel", "issue", "issue_batch", "redeem", "release", "reserve", "transfer"]
