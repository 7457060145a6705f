"""Values that depend on the moment of the request: plans and criteria keep the rule, each run works the value out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Relative:
    """A value worked out of the present moment."""

    at: Callable[[datetime], Any]


def resolved(values: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """Values as of a moment."""
    # A loop, since this is done for every statement, and a generator costs as much as all the rest.
    for value in values.values():
        if type(value) is Relative:
            return {name: value.at(now) if type(value) is Relative else value for name, value in values.items()}
    return values
