"""Stores."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import external, number


def store(**overrides: Any) -> models.Store:
    """A store in Prague that sells in Czech crowns."""
    return external(
        models.Store,
        overrides,
        code=lambda: f"store-{number()}",
        name="Prague",
        time_zone="Europe/Prague",
        currency_code="CZK",
    )
