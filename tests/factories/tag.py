"""Tags."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import coded


def tag(**overrides: Any) -> models.Tag:
    return coded(models.Tag, overrides, "tag", "Organic")
