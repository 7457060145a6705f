"""What each mutation may be refused with, as `schema/refusals.toml` says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.rules.error_codes import ErrorCode

REFUSALS: Mapping[str, Sequence[str]] = tomllib.loads(
    (Path(__file__).parents[2] / "refusals.toml").read_text(encoding="utf-8")
)
"""Codes by the mutation's name; `every` stands for all mutations."""


def mutations_of(code: ErrorCode) -> list[str]:
    """The mutations that may be refused with a code, or `every`."""
    return [name for name, codes in REFUSALS.items() if code in codes]


def codes_of(mutation: str) -> str:
    """A sentence that names the codes of a mutation beside those of every one; empty where it has none."""
    codes = REFUSALS.get(mutation, ())
    return f" Its own codes: {', '.join(codes)}." if codes else ""
