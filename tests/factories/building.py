"""How factories make rows: defaults that give way, and numbers that make rows unique."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

from models import Base

Row = TypeVar("Row", bound=Base)

NOW = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)
"""The moment that factories take for the present: a Wednesday."""

_numbers: Iterator[int] = itertools.count(1)


def restart() -> None:
    """Count from 1 again."""
    global _numbers  # noqa: PLW0603
    _numbers = itertools.count(1)


def number() -> int:
    """A number that no other row of the test has."""
    return next(_numbers)


def build(model: type[Row], overrides: dict[str, Any], /, **defaults: Any) -> Row:
    """Make a row from overrides and defaults.

    A default that is a function is called, and only where neither the attribute nor its key is given.
    """
    missing = {
        name: value() if callable(value) else value
        for name, value in defaults.items()
        if name not in overrides and f"{name}_id" not in overrides
    }
    return model(**overrides, **missing)


def stamped(model: type[Row], overrides: dict[str, Any], /, **defaults: Any) -> Row:
    """Make a row that notes when it was written."""
    return build(model, overrides, created_at=NOW, updated_at=NOW, **defaults)


def coded(model: type[Row], overrides: dict[str, Any], code: str, name: str, /, **defaults: Any) -> Row:
    """Make an entry of a code list."""
    return stamped(model, {"code": f"{code}-{number()}"} | overrides, name=name, **defaults)


def external(model: type[Row], overrides: dict[str, Any], /, **defaults: Any) -> Row:
    """Make a row that an outside system owns."""
    row_id = f"{model.__tablename__}-{number()}"
    return stamped(model, overrides, source="erp", external_id=row_id, **defaults)
