"""Rewards: the patterns from which vouchers are issued."""

from resolvers.reward.operations import activate, deactivate, remove, upsert_reward

__all__ = ["activate", "deactivate", "remove", "upsert_reward"]
