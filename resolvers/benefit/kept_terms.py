"""What the rewards of a bill asked for when it was paid, kept with it: what is returned later is judged by that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from models.rules.basket import ProductRelation, RelatedTo, Reward

Written = dict[str, Any]
"""Terms by the rewards' keys, as JSON."""


def written(rewards: Iterable[Reward]) -> Written | None:
    """What is to be kept of rewards that a bill got; nothing where it got none."""
    return {str(one.id): _terms(one) for one in rewards} or None


def kept(terms: Mapping[str, Any] | None, current: Reward) -> Reward:
    """A reward as it was when the bill was paid; as it is now on a bill that was closed before terms were kept."""
    its = (terms or {}).get(str(current.id))
    if its is None:
        return current
    return Reward(
        current.id,
        current.code,
        current.name,
        current.kind,
        conditions=tuple(_relation(one) for one in its["conditions"]),
        minimum_purchase=None if its["minimum"] is None else Decimal(its["minimum"]),
        withdrawn_on_return=its["withdrawn"],
    )


def _terms(reward: Reward) -> dict[str, Any]:
    return {
        "withdrawn": reward.withdrawn_on_return,
        "minimum": None if reward.minimum_purchase is None else str(reward.minimum_purchase),
        "conditions": [
            {
                "of": one.related_to.value,
                "targets": sorted(one.target_ids),
                "count": _text(one.count),
                "from": _text(one.min_price),
                "to": _text(one.max_price),
            }
            for one in reward.conditions
        ],
    }


def _relation(its: Mapping[str, Any]) -> ProductRelation:
    return ProductRelation(
        RelatedTo(its["of"]),
        frozenset(its["targets"]),
        _decimal(its["count"]),
        _decimal(its["from"]),
        _decimal(its["to"]),
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
