"""Rewards and shoppers as the rules see them: what vouchers and purchases share."""
