"""Partners."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import coded


def partner(**overrides: Any) -> models.Partner:
    return coded(models.Partner, overrides, "partner", "Bakery")
